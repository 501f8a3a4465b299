"""``/healthz``: the process lives. ``/readyz``: it works: the database answers and every loop runs. ``/metrics``: figures
in Prometheus' text form. Nothing here shows words of people."""

from collections.abc import Mapping

from aiohttp import web
from sqlalchemy.exc import DBAPIError

from storage.database import Database


class Listener:
    """Serves one address until it is closed. Raises ``OSError`` where the port is taken."""

    def __init__(self, host: str, port: int, database: Database, falls: Mapping[str, int]) -> None:
        self._host, self._port = host, port
        self._database = database
        self._falls = falls
        app = web.Application()
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
        try:
            async with self._database.read() as uow:
                waiting = await uow.inbox.counts()
        except (DBAPIError, OSError):
            return web.json_response({"ready": False, "database": "unavailable"}, status=503)
        return web.json_response({"ready": True, "inbox": waiting, "falls": dict(self._falls)})

    async def _metrics(self, request: web.Request) -> web.Response:
        async with self._database.read() as uow:
            inbox, outbox = await uow.inbox.counts(), await uow.outbox.counts()
        lines = ["# TYPE mcu_inbox_rows gauge", *(f'mcu_inbox_rows{{status="{s}"}} {n}' for s, n in inbox.items())]
        lines += ["# TYPE mcu_outbox_rows gauge", *(f'mcu_outbox_rows{{status="{s}"}} {n}' for s, n in outbox.items())]
        lines += [
            "# TYPE mcu_loop_falls counter",
            *(f'mcu_loop_falls{{loop="{x}"}} {n}' for x, n in self._falls.items()),
        ]
        return web.Response(text="\n".join(lines) + "\n")
