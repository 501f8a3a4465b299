"""``/healthz``: the process lives. ``/readyz``: it has started, is not about to
stop, and the database answers; what the auditor finds wrong is listed, by every process alike; what the last check of
our rights found, by the one that leads. ``/metrics``: figures in Prometheus' text form.

Nothing here shows words of people."""

from collections import Counter
from collections.abc import Mapping

from aiohttp import web

from bot.http.webhooks import MAX_BODY_BYTES, Webhooks
from bot.services.monitoring import watchdog
from bot.services.monitoring.health import Health
from storage.database import Database
from storage.errors import DATABASE_ERRORS


class HttpServer:
    """Serves one address until it is closed. Raises ``OSError`` where the port is taken."""

    def __init__(
        self,
        host: str,
        port: int,
        database: Database,
        restart_counts: Mapping[str, int],
        webhooks: Webhooks,
        health: Health,
    ) -> None:
        self._host, self._port = host, port
        self._database = database
        self._restart_counts = restart_counts
        self._health = health
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.router.add_post("/{path:.*}", webhooks.handle_request)
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)

    async def open(self) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()

    async def close(self) -> None:
        await self._runner.cleanup()

    async def _healthz(self, request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _readyz(self, request: web.Request) -> web.Response:
        if not self._health.ready:
            return web.json_response({"ready": False, "reason": "starting or stopping"}, status=503)
        if self._database.current_fault is not None:
            return web.json_response({"ready": False, "database": self._database.current_fault.value}, status=503)
        try:
            async with self._database.read() as uow:
                waiting, lasting = await uow.inbox.count_by_status(), await watchdog.list_reported(uow)
        except DATABASE_ERRORS:
            return web.json_response({"ready": False, "database": "unavailable"}, status=503)
        troubles = [f"{one.code} {one.subject}".strip() for one in lasting]
        faults = sorted(subject for subjects in self._health.rights_faults.values() for subject in subjects)
        figures = {"inbox": waiting, "falls": dict(self._restart_counts)}
        return web.json_response({"ready": True, "troubles": troubles, "faults": faults, **figures})

    async def _metrics(self, request: web.Request) -> web.Response:
        try:
            async with self._database.read() as uow:
                inbox, outbox = await uow.inbox.count_by_status(), await uow.outbox.count_by_status()
                lasting = await watchdog.list_reported(uow)
        except DATABASE_ERRORS:
            return web.Response(status=503)
        text = _format_metric("mcu_inbox_rows", "gauge", "status", inbox)
        text += _format_metric("mcu_outbox_rows", "gauge", "status", outbox)
        text += _format_metric("mcu_troubles", "gauge", "kind", Counter(one.code for one in lasting))
        faults = {account: len(subjects) for account, subjects in self._health.rights_faults.items()}
        text += _format_metric("mcu_faults", "gauge", "account", faults)
        text += _format_metric("mcu_loop_falls", "counter", "loop", self._restart_counts)
        return web.Response(text=text)


def _format_metric(name: str, kind: str, label: str, values: Mapping[str, int]) -> str:
    lines = [f"# TYPE {name} {kind}", *(f'{name}{{{label}="{key}"}} {value}' for key, value in values.items())]
    return "\n".join(lines) + "\n"
