"""The HTTP server of health checks, metrics and webhooks.

- ``/healthz``: the process lives.
- ``/readyz``: it has started, is not about to stop, and the database answers. Every process lists the watchdog's
  incidents; only the leader lists the faults that the last self-check found.
- ``/metrics``: Prometheus' text format.

No text that people wrote is shown. A client from a public address learns only whether the process lives and is ready.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.http.connections import MAX_CONNECTIONS, BoundedServer
from bot.http.webhooks import Webhooks
from bot.services.monitoring import watchdog
from bot.services.monitoring.health import Health
from storage.database import Database
from storage.errors import DATABASE_ERRORS

_PROXY_HEADERS = ("X-Forwarded-For", "X-Real-IP", "Forwarded")


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
        self.webhooks = webhooks
        self._health = health
        self._pages = {"/healthz": self._healthz, "/readyz": self._readyz, "/metrics": self._metrics}
        self._figures: _Figures | None = None
        self._readings_begun = 0
        self._reading_lock = asyncio.Lock()
        self._runner: web.ServerRunner | None = None

    async def open(self) -> None:
        self._runner = web.ServerRunner(BoundedServer(self._handle_request, MAX_CONNECTIONS), shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle_request(self, request: web.BaseRequest) -> web.Response:
        if request.method == "POST":
            return await self.webhooks.handle_request(request)
        page = self._pages.get(request.path) if request.method in ("GET", "HEAD") else None
        return await page(request) if page is not None else web.Response(status=404)

    async def _healthz(self, request: web.BaseRequest) -> web.Response:
        return web.Response(text="ok\n")

    async def _readyz(self, request: web.BaseRequest) -> web.Response:
        is_ready, details = await self._describe_readiness()
        shown = details if _is_near(request) else {}
        return web.json_response({"ready": is_ready, **shown}, status=200 if is_ready else 503)

    async def _describe_readiness(self) -> tuple[bool, dict[str, object]]:
        if not self._health.ready:
            return False, {"reason": "starting or stopping"}
        if self._database.current_fault is not None:
            return False, {"database": self._database.current_fault.value}
        figures = await self._read_figures()
        if figures is None:
            return False, {"database": "unavailable"}
        troubles = [f"{one.code} {one.subject}".strip() for one in figures.incidents]
        faults = sorted(subject for subjects in self._health.rights_faults.values() for subject in subjects)
        falls = dict(self._restart_counts)
        return True, {"troubles": troubles, "faults": faults, "inbox": figures.inbox, "falls": falls}

    async def _metrics(self, request: web.BaseRequest) -> web.Response:
        if not _is_near(request):
            return web.Response(status=404)
        figures = await self._read_figures()
        if figures is None:
            return web.Response(status=503)
        faults = {account: len(subjects) for account, subjects in self._health.rights_faults.items()}
        metrics = _Metrics(
            [
                _gauge("mcu_inbox_rows", "Stored updates", "status", figures.inbox),
                _gauge("mcu_outbox_rows", "Outgoing messages", "status", figures.outbox),
                _gauge("mcu_unread", "Contents of 30 days that were neither read nor shown", "kind", figures.unread),
                _gauge("mcu_dangers", "Messages about a danger", "kind", figures.dangers),
                _gauge("mcu_false_alarms", "Of these, called no problem by a person", "kind", figures.false_alarms),
                _gauge("mcu_held", "Messages over a limit, stored without a card", "kind", {"message": figures.held}),
                _gauge("mcu_troubles", "Reported incidents", "kind", Counter(one.code for one in figures.incidents)),
                _gauge("mcu_faults", "Faults that the last self-check found", "account", faults),
                # The library would append "_total" to the name of a counter, and the name must not change.
                _gauge("mcu_loop_falls", "Restarts of a loop since the start", "loop", self._restart_counts),
            ]
        )
        return web.Response(body=generate_latest(metrics), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _read_figures(self) -> "_Figures | None":
        """Return the figures of the database, or ``None`` if it is unavailable.

        Requests that wait at the same time share one reading: however many there are, they use one connection.
        """
        begun_before = self._readings_begun
        async with self._reading_lock:
            if self._readings_begun == begun_before:
                self._readings_begun += 1
                self._figures = await self._query_figures()
            return self._figures

    async def _query_figures(self) -> "_Figures | None":
        try:
            async with self._database.read() as uow:
                inbox, outbox = await uow.inbox.count_by_status(), await uow.outbox.count_by_status()
                unread = await uow.unread_content.count_by_kind()
                dangers = await uow.reports.count_dangers()
                came = {one.danger.value: one.new for one in dangers}
                false = {one.danger.value: one.false for one in dangers}
                held = await uow.floods.count_all_held()
                return _Figures(inbox, outbox, await watchdog.list_reported(uow), unread, came, false, held)
        except DATABASE_ERRORS:
            return None


@dataclass(frozen=True, slots=True)
class _Figures:
    """The figures of the database at one moment."""

    inbox: Mapping[str, int]
    outbox: Mapping[str, int]
    incidents: Sequence[watchdog.Incident]
    unread: Mapping[str, int]
    dangers: Mapping[str, int]
    false_alarms: Mapping[str, int]
    held: int


def _is_near(request: web.BaseRequest) -> bool:
    """Return whether the client is on this machine or in its private network, and not behind a proxy that says so."""
    if request.remote is None or any(name in request.headers for name in _PROXY_HEADERS):
        return False
    try:
        address = ip_address(request.remote)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_private


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
