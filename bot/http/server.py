"""The HTTP server of health checks, metrics and webhooks.

- ``/healthz``: the process lives.
- ``/readyz``: it has started, is not about to stop, and the database answers. Every process lists the watchdog's
  incidents; only the leader lists the faults that the last self-check found.
- ``/metrics``: Prometheus' text format.

No text that people wrote is shown.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.http.webhooks import MAX_BODY_BYTES, Webhooks
from bot.services.monitoring import watchdog
from bot.services.monitoring.health import Health
from storage.database import Database
from storage.errors import DATABASE_ERRORS


class HttpServer:
    """Server of one address; `open` raises ``OSError`` if the port is taken."""

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
                inbox, incidents = await uow.inbox.count_by_status(), await watchdog.list_reported(uow)
        except DATABASE_ERRORS:
            return web.json_response({"ready": False, "database": "unavailable"}, status=503)
        troubles = [f"{one.code} {one.subject}".strip() for one in incidents]
        faults = sorted(subject for subjects in self._health.rights_faults.values() for subject in subjects)
        figures = {"inbox": inbox, "falls": dict(self._restart_counts)}
        return web.json_response({"ready": True, "troubles": troubles, "faults": faults, **figures})

    async def _metrics(self, request: web.Request) -> web.Response:
        try:
            async with self._database.read() as uow:
                inbox, outbox = await uow.inbox.count_by_status(), await uow.outbox.count_by_status()
                incidents = await watchdog.list_reported(uow)
        except DATABASE_ERRORS:
            return web.Response(status=503)
        faults = {account: len(subjects) for account, subjects in self._health.rights_faults.items()}
        metrics = _Metrics(
            [
                _gauge("mcu_inbox_rows", "Stored updates", "status", inbox),
                _gauge("mcu_outbox_rows", "Outgoing messages", "status", outbox),
                _gauge("mcu_troubles", "Reported incidents", "kind", Counter(one.code for one in incidents)),
                _gauge("mcu_faults", "Faults that the last self-check found", "account", faults),
                # The library would append "_total" to the name of a counter, and the name must not change.
                _gauge("mcu_loop_falls", "Restarts of a loop since the start", "loop", self._restart_counts),
            ]
        )
        return web.Response(body=generate_latest(metrics), headers={"Content-Type": CONTENT_TYPE_LATEST})


class _Metrics(Collector):
    """Metrics of one request, which are read from the database and never accumulate in the process."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _gauge(name: str, description: str, label: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, description, labels=[label])
    for value_label, value in values.items():
        family.add_metric([value_label], value)
    return family
