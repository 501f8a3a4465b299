"""The one place that builds the objects and starts the tasks.

Little of the bot stores updates, so polling begins first; the rest is imported and loaded while the first polls wait.
"""

import asyncio
import importlib
import logging
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from bot.bootstrap.messengers import build_messengers, build_webhook_endpoints
from bot.config import Config
from bot.inbox.poller import Poller
from bot.inbox.receiver import TokenInUse, UpdateReceiver
from bot.inbox.webhook_subscription import WebhookSubscriber
from bot.messengers.port import Messenger
from bot.os_errors import describe_os_error
from bot.runtime.current_municipality import CurrentMunicipality
from bot.runtime.garbage import resume_collection
from bot.runtime.heaps import share_heaps
from bot.runtime.leader import Leader
from bot.runtime.options import RuntimeOptions
from bot.runtime.progress import Progress
from bot.runtime.runtime import Runtime
from bot.runtime.service_manager import ServiceManager
from bot.runtime.supervisor import Supervisor, WakeUp
from bot.services.monitoring.health import Health
from storage.database import Database
from storage.errors import LeadershipLost, classify_error
from storage.migrate import migrate
from storage.postgres.wake_up import listen_for_wake_ups
from storage.unit_of_work import WakeUpTopic

if TYPE_CHECKING:
    from bot.bootstrap.work import Work
    from bot.http.server import HttpServer
    from bot.http.webhooks import WebhookEndpoint
    from bot.inbox.worker import InboxWorker
    from bot.scheduler.scheduler import Scheduler

logger = logging.getLogger(__name__)

STAFF_POLL_SECONDS = 5.0
"""Longest time until periodic tasks know of a change of people: SQLite has no wake-ups between processes. The inbox and
the outbox look at every batch."""

FIRST_REQUEST_SECONDS = 0.05
"""Seconds in which the first poll's request leaves, before the threads that load the rest want the processor."""


class AddressInUse(Exception):
    """The address that messengers should call is taken or foreign. The message is the address."""


@dataclass(slots=True)
class App:
    """The running bot: ``async with`` starts and stops it."""

    config: Config
    options: RuntimeOptions = field(default_factory=RuntimeOptions)
    runtime: Runtime = field(init=False)
    supervisor: Supervisor = field(init=False)
    health: Health = field(init=False, default_factory=Health)
    stopping: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    """Set when the process is to end."""
    municipality: CurrentMunicipality = field(init=False, default_factory=CurrentMunicipality)
    _token_in_use: TokenInUse | None = field(init=False, default=None)
    _staff_wake_up: WakeUp = field(init=False, default_factory=WakeUp)
    _endpoints: "Mapping[str, WebhookEndpoint]" = field(init=False, default_factory=dict)
    _leader: Leader | None = field(init=False, default=None)
    _http_server: "HttpServer | None" = field(init=False, default=None)
    _polls_begun: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _work: "Work | None" = field(init=False, default=None)
    _works: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    """Set when stored updates are worked on."""
    _leads_work: bool = field(init=False, default=False)

    @property
    def database(self) -> Database:
        return self.runtime.database

    @property
    def messengers(self) -> Mapping[str, Messenger]:
        return self.runtime.messengers

    @property
    def scheduler(self) -> "Scheduler":
        return self._started_work.scheduler

    @property
    def _started_work(self) -> "Work":
        if self._work is None:
            raise RuntimeError("the application has not been started")
        return self._work

    async def __aenter__(self) -> "App":
        self._create_parts()
        try:
            await self._start_http_server()
            await self._open_accounts()
            self._endpoints = build_webhook_endpoints(self.config, self.runtime.messengers)
            self._compete_for_leadership()
            await self._let_polls_begin()
            await self._load_work()
        except BaseException:
            await self._close()
            raise
        if self._http_server is not None:
            self._http_server.webhooks.endpoints = self._endpoints
        self._start_work()
        self.health.ready = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self.health.ready = False
        if self.database.is_shared and self._endpoints:
            await asyncio.sleep(self.options.drain_seconds)  # updates are still accepted meanwhile
        await self._close()

    async def prepare(self) -> None:
        """Build everything and open the database, but run nothing."""
        self._create_parts()
        await self._open_accounts()
        await self._load_work()

    @property
    def is_leader(self) -> bool:
        """True if this is the process that polls, sends and runs the periodic tasks."""
        return self._leader is not None and self._leader.is_leading

    def list_stalled(self) -> list[str]:
        """List the loops of this process that do not go on."""
        leader = self._leader.list_stalled() if self._leader is not None else ()
        return sorted({*self.runtime.progress.list_stalled(), *leader})

    def create_inbox_worker(self) -> "InboxWorker":
        """Return a worker that handles stored updates."""
        from bot.inbox.worker import InboxWorker

        return InboxWorker(self.runtime, self.options.monotonic)

    def create_poller(self, messenger: Messenger, runtime: Runtime | None = None) -> Poller:
        """Return a loop that asks *messenger* for updates, with the leader's *runtime* if it has one."""
        return Poller(self._create_receiver(messenger, runtime or self.runtime), self._polls_begun.set)

    # building

    def _create_parts(self) -> None:
        database = self.options.make_database(self.config.database_url, self.config.tree.database.connections)
        self.runtime = Runtime(
            *(database, {}, self.municipality, self.options.clock),
            *(self.municipality.set_staff, self.municipality.set_topics),
            progress=Progress(patience=self.options.patience),
        )
        database.when_messages_are_queued(self.runtime.outbox_wake_up.set)
        database.acquire_file_lock()
        self.supervisor = self._create_supervisor()

    async def _open_accounts(self) -> None:
        """Build the messengers, and migrate the database meanwhile."""
        options = self.options
        make_messengers = options.make_messengers or build_messengers
        messengers, _ = await asyncio.gather(
            asyncio.to_thread(make_messengers, self.config, options.clock, options.poll_seconds, options.call_seconds),
            migrate(self.database.engine),
        )
        self.runtime = replace(self.runtime, messengers=messengers)

    def _create_supervisor(self) -> Supervisor:
        return Supervisor(
            self.database.is_in_transaction,
            lambda error: isinstance(error, LeadershipLost) or classify_error(error) is not None,
        )

    async def _load_work(self) -> None:
        """Import and load what works on stored updates, and open the database for it."""
        await asyncio.to_thread(importlib.import_module, "bot.bootstrap.work")
        from bot.bootstrap.work import Work

        work = Work(self.config, self.options, self.runtime, self.municipality, self.health)
        await work.open_database(await asyncio.to_thread(work.load))
        self._work = work

    async def _start_http_server(self) -> None:
        """Listen for health checks and webhooks, if an address is configured.

        Raises `AddressInUse` if messengers should call there. Without webhooks the bot goes on without the address.
        """
        if self.config.tree.http is None:
            return
        from bot.http.server import HttpServer  # and with it the library of the metrics, for those who read them
        from bot.http.webhooks import Webhooks

        http = self.config.tree.http
        server = HttpServer(
            *(http.host, http.port, self.database, self.supervisor.restart_counts),
            *(Webhooks(self.database, self.options.clock, self.runtime.inbox_wake_up.set, self._on_press), self.health),
        )
        try:
            await server.open()
        except OSError as error:
            await server.close()
            if self.config.uses_webhooks:
                raise AddressInUse(f"{http.host}:{http.port}") from error
            logger.warning(
                "http.listen: адрес занят или недоступен, /healthz и /metrics не работают: %s", describe_os_error(error)
            )
            return
        self._http_server = server

    def max_in_flight(self, account: str) -> int:
        """Return how many messages to officials may be under way through *account*, all of which a crash repeats."""
        return self._started_work.outbox_worker.max_in_flight(account)

    async def _close(self) -> None:
        if self._http_server is not None:
            await self._http_server.close()
        if self._leader is not None:
            await self._leader.stop()
        await self.supervisor.stop()
        for messenger in self.runtime.messengers.values():
            await messenger.close()
        await self.database.close()

    # running

    def _compete_for_leadership(self) -> None:
        self._leader = Leader(
            *(self.runtime, self.health, self._create_supervisor, self._start_leader_tasks, self._stop_leader_work),
            self._finish_leader_work,
            self.options.lease_seconds,
            self.options.patience,
        )
        self.supervisor.run_forever("leadership", self._leader.run)

    async def _let_polls_begin(self) -> None:
        """Wait until the leader's first poll is on its way, or for a while: another process may lead."""
        if not self.options.head_start_seconds or len(self._endpoints) == len(self.runtime.messengers):
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self.options.head_start_seconds):
                await self._polls_begun.wait()
                await asyncio.sleep(FIRST_REQUEST_SECONDS)

    def _start_work(self) -> None:
        """Start the tasks that every process runs, and let the leader's go on."""
        supervisor = self.supervisor
        self._started_work.start(supervisor)
        supervisor.run_forever("staff", self._refresh_staff)
        supervisor.run_forever("wake-up", lambda: listen_for_wake_ups(self.database, self._on_wake_up))
        self._works.set()

    def _start_leader_tasks(self, supervisor: Supervisor, runtime: Runtime) -> None:
        for account, messenger in runtime.messengers.items():
            endpoint = self._endpoints.get(account)
            if endpoint is None:
                supervisor.run_forever(f"poll {account}", self.create_poller(messenger, runtime).run)
        supervisor.run_once("work", self._lead_work(supervisor, runtime))

    async def _lead_work(self, supervisor: Supervisor, runtime: Runtime) -> None:
        """Start the leader's other tasks as soon as stored updates are worked on."""
        await self._works.wait()
        for account, endpoint in self._endpoints.items():
            receiver = self._create_receiver(runtime.messengers[account], runtime)
            subscriber = WebhookSubscriber(receiver, endpoint.messenger, endpoint.url, endpoint.secret)
            supervisor.run_forever(f"webhook {account}", subscriber.run)
        await supervisor.retry("work", partial(self._started_work.start_leading, supervisor, runtime))
        self._leads_work = True

    def _stop_leader_work(self) -> None:
        if self._work is not None and self._works.is_set():
            self._work.scheduler.stop()

    async def _finish_leader_work(self, runtime: Runtime) -> None:
        if self._leads_work:  # before, the outage that the heartbeat shows is not yet recorded
            self._leads_work = False
            await self._started_work.finish_leading(runtime)

    def _create_receiver(self, messenger: Messenger, runtime: Runtime) -> UpdateReceiver:
        return UpdateReceiver(
            *(messenger, runtime, self.health, self._on_token_in_use, self.options.retry_delays),
            until_working=self._works.wait,
            find_worker=self._find_inbox_worker,
        )

    def _find_inbox_worker(self) -> "InboxWorker | None":
        """Return the worker to which receivers may hand updates over; none before stored updates are worked on."""
        return self._started_work.inbox_worker if self._works.is_set() else None

    def _on_press(self, account: str) -> None:
        worker = self._find_inbox_worker()
        if worker is not None:
            worker.expect_presses(account, 1)

    def _on_token_in_use(self, error: TokenInUse) -> None:
        self._token_in_use = error
        self.stopping.set()

    def raise_if_token_in_use(self) -> None:
        """Raise `TokenInUse` if the process ends because another program came first."""
        if self._token_in_use is not None:
            raise self._token_in_use

    def _on_wake_up(self, topic: WakeUpTopic, *, is_own: bool) -> None:
        """Wake the loops: another process, or this one, has committed something.

        Where this process has queued messages, the database has woken their loop already; it knows the agenda's age.
        """
        if not is_own:
            self.database.agenda.forget()
        if topic is WakeUpTopic.STAFF:
            self._staff_wake_up.set()
            return
        self.runtime.inbox_wake_up.end_pause()  # looks first: most of what is committed are messages to send
        if not is_own:
            self.runtime.outbox_wake_up.set()

    async def _refresh_staff(self) -> None:
        """Read the officials again after another process, or a command, has changed them."""
        while True:
            was_woken = await self._staff_wake_up.wait(STAFF_POLL_SECONDS)
            if not was_woken and self.runtime.is_up_to_date(await self.database.agenda.load()):
                continue
            async with self.database.read() as uow:
                await self.runtime.follow_changes(uow, always=was_woken)  # processes of 0.1.0 change no version


async def run_until_signal(app: App, signals: Sequence[signal.Signals], manager: ServiceManager) -> None:
    """Run until the operating system asks to stop; raises `AddressInUse`, `TokenInUse` and the database's errors.

    *manager* is told when the bot is ready, when it stops, and that its loops go on.
    """
    share_heaps()  # before the first thread
    loop = asyncio.get_running_loop()
    for one in signals:
        loop.add_signal_handler(one, app.stopping.set)
    async with app:
        resume_collection()
        logger.info("started", extra={"accounts": sorted(app.runtime.messengers)})
        manager.notify("READY=1")
        app.supervisor.run_forever("service watchdog", lambda: manager.ping(app.list_stalled))
        await app.stopping.wait()
        manager.notify("STOPPING=1")
    logger.info("stopped")
    app.raise_if_token_in_use()
