"""The one place that builds the objects and starts the tasks."""

import asyncio
import logging
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.bootstrap.analyzer import build_understanding, with_current_model
from bot.bootstrap.messengers import build_messengers, build_webhook_endpoints
from bot.bootstrap.municipality import build_municipality
from bot.config import Config
from bot.domain.people import Staff
from bot.domain.topic_book import TopicBook
from bot.http.webhooks import Webhooks
from bot.inbox.poller import Poller
from bot.inbox.receiver import TokenInUse, UpdateReceiver
from bot.inbox.webhook_subscription import WebhookSubscriber
from bot.inbox.worker import InboxWorker
from bot.messengers.port import Messenger
from bot.os_errors import describe_os_error
from bot.outbox.worker import OutboxWorker
from bot.runtime.first_transaction import bring_up_to_date
from bot.runtime.garbage import resume_collection
from bot.runtime.leader import Leader
from bot.runtime.options import RuntimeOptions
from bot.runtime.press_delivery import PressDelivery
from bot.runtime.progress import Progress
from bot.runtime.runtime import Runtime
from bot.runtime.self_check import SelfCheck
from bot.runtime.service_manager import ServiceManager
from bot.runtime.supervisor import Supervisor, WakeUp
from bot.scheduler.audit_sealing import AuditSealing
from bot.scheduler.nightly_training import ModelReloader, NightlyTraining
from bot.scheduler.scheduler import Scheduler
from bot.services.context import BotAccount, Municipality
from bot.services.monitoring.health import Health
from bot.services.staff import directory
from bot.services.topics import directory as topics
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.model.registry import ModelRegistry
from storage.database import Database
from storage.errors import LeadershipLost, classify_error
from storage.migrate import migrate
from storage.postgres.wake_up import listen_for_wake_ups
from storage.unit_of_work import WakeUpTopic

if TYPE_CHECKING:
    from bot.http.server import HttpServer

logger = logging.getLogger(__name__)

STAFF_POLL_SECONDS = 5.0
"""Longest time until periodic tasks know of a change of people: SQLite has no wake-ups between processes. The inbox and
the outbox look at every batch."""


class AddressInUse(Exception):
    """The address that messengers should call is taken or foreign. The message is the address."""


@dataclass(slots=True)
class App:
    """The running bot: ``async with`` starts and stops it."""

    config: Config
    options: RuntimeOptions = field(default_factory=RuntimeOptions)
    runtime: Runtime = field(init=False)
    supervisor: Supervisor = field(init=False)
    scheduler: Scheduler = field(init=False)
    health: Health = field(init=False, default_factory=Health)
    stopping: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    """Set when the process is to end."""
    _token_in_use: TokenInUse | None = field(init=False, default=None)
    _municipality: Municipality | None = field(init=False, default=None)
    _staff_wake_up: WakeUp = field(init=False, default_factory=WakeUp)
    _webhooks: Webhooks = field(init=False)
    _outbox_worker: OutboxWorker = field(init=False)
    _inbox_worker: InboxWorker | None = field(init=False, default=None)
    _leader: Leader | None = field(init=False, default=None)
    _http_server: "HttpServer | None" = field(init=False, default=None)
    _model_version: str | None = field(init=False, default=None)  # of the trained model at the start

    @property
    def database(self) -> Database:
        return self.runtime.database

    @property
    def messengers(self) -> Mapping[str, Messenger]:
        return self.runtime.messengers

    async def __aenter__(self) -> "App":
        self._create_parts()
        try:
            await self._start_http_server()
            await self._build_parts()
        except BaseException:
            await self._close()
            raise
        self._webhooks.endpoints = build_webhook_endpoints(self.config, self.runtime.messengers)
        self._start_tasks()
        self.health.ready = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self.health.ready = False
        if self.database.is_shared and self._webhooks.endpoints:
            await asyncio.sleep(self.options.drain_seconds)  # updates are still accepted meanwhile
        await self._close()

    async def prepare(self) -> None:
        """Build everything and open the database, but run nothing."""
        self._create_parts()
        await self._build_parts()

    def municipality(self) -> Municipality:
        """Return the municipality as it is configured."""
        if self._municipality is None:
            raise RuntimeError("the application has not been started")
        return self._municipality

    @property
    def is_leader(self) -> bool:
        """True if this is the process that polls, sends and runs the periodic tasks."""
        return self._leader is not None and self._leader.is_leading

    def list_stalled(self) -> list[str]:
        """List the loops of this process that do not go on."""
        leader = self._leader.list_stalled() if self._leader is not None else ()
        return sorted({*self.runtime.progress.list_stalled(), *leader})

    def create_inbox_worker(self, press_delivery: PressDelivery | None = None) -> InboxWorker:
        """Return a worker that handles stored updates, and has the answers to presses sent at once."""
        return InboxWorker(self.runtime, self.options.monotonic, press_delivery)

    def create_poller(self, messenger: Messenger, runtime: Runtime | None = None) -> Poller:
        """Return a loop that asks *messenger* for updates, with the leader's *runtime* if it has one."""
        return Poller(self._create_receiver(messenger, runtime or self.runtime))

    # building

    def _create_parts(self) -> None:
        database = self.options.make_database(self.config.database_url, self.config.tree.database.connections)
        progress = Progress(patience=self.options.patience)
        self.runtime = Runtime(
            *(database, {}, self.municipality, self.options.clock),
            *(self._on_staff_changed, self._on_topics_changed),
            progress=progress,
        )
        database.acquire_file_lock()
        self.supervisor = self._create_supervisor()
        self._webhooks = Webhooks(database, self.options.clock, self.runtime.inbox_wake_up.set)

    async def _build_parts(self) -> None:
        # Importing the messengers and loading the dictionaries take a while: the database is migrated meanwhile.
        options = self.options
        make_messengers = options.make_messengers or build_messengers
        messengers, understanding, _ = await asyncio.gather(
            asyncio.to_thread(make_messengers, self.config, options.clock, options.poll_seconds, options.call_seconds),
            asyncio.to_thread(self._build_understanding),
            migrate(self.database.engine),
        )
        self.runtime = replace(self.runtime, messengers=messengers)
        await self._open_database(understanding)

    def _create_supervisor(self) -> Supervisor:
        return Supervisor(
            self.database.is_in_transaction,
            lambda error: isinstance(error, LeadershipLost) or classify_error(error) is not None,
        )

    def _build_understanding(self) -> TextAnalyzer:
        self._model_version = ModelRegistry(self.config.model_folder).current_version()
        return self.options.understanding or build_understanding(self.config)

    async def _open_database(self, understanding: TextAnalyzer) -> None:
        accounts = {
            m.account: BotAccount(m.account, m.title, m.capabilities, m.start_link("{code}"))
            for m in self.runtime.messengers.values()
        }
        async with self.database.begin() as uow:
            await uow.lock("start")
            staff = await directory.open_staff(uow, self.config.staff)
            self._municipality = build_municipality(
                self.config,
                staff,
                understanding,
                accounts,
                self.options.card_edit_interval,
                self.options.collect_additions,
            )
            wanted = TopicBook.of_file(self.config.sectors(), self.config.themes())
            self._on_topics_changed(await topics.open_book(uow, wanted, self.options.clock.now()))
            ctx = self.runtime.context(uow)
            if not self.database.is_shared:
                await uow.inbox.release_all_leases()
                await uow.outbox.release_leases()
            await bring_up_to_date(ctx, self.config, wanted)

    async def _start_http_server(self) -> None:
        """Listen for health checks and webhooks, if an address is configured.

        Raises `AddressInUse` if messengers should call there. Without webhooks the bot goes on without the address.
        """
        if self.config.tree.http is None:
            return
        from bot.http.server import HttpServer  # and with it the library of the metrics, for those who read them

        http = self.config.tree.http
        server = HttpServer(
            http.host, http.port, self.database, self.supervisor.restart_counts, self._webhooks, self.health
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
        return self._outbox_worker.max_in_flight(account)

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

    def _start_tasks(self) -> None:
        """Start the tasks that every process runs; one of them competes for leadership."""
        options, runtime, supervisor = self.options, self.runtime, self.supervisor
        self.scheduler = Scheduler(self.health, options.tick_seconds)
        # Deliveries outlive leadership: the process that has sent a message records it, whichever process leads then.
        self._outbox_worker = OutboxWorker(runtime, supervisor, options.monotonic, options.rate_limits)
        self._leader = Leader(
            *(runtime, self.health, self._create_supervisor, self._start_leader_tasks, self.scheduler.stop),
            lambda leader_runtime: AuditSealing().seal_new(leader_runtime),
            options.lease_seconds,
            options.patience,
        )
        reloader = ModelReloader(
            runtime,
            ModelRegistry(self.config.model_folder),
            lambda: with_current_model(self.municipality().understanding, self.config),
            self._on_model_reloaded,
            options.model_poll_seconds,
            self._model_version,
        )
        self._inbox_worker = self.create_inbox_worker(self._outbox_worker)
        supervisor.run_forever("inbox", self._inbox_worker.run)
        supervisor.run_forever("model", reloader.run)
        supervisor.run_forever("staff", self._refresh_staff)
        supervisor.run_forever("wake-up", lambda: listen_for_wake_ups(self.database, self._on_wake_up))
        supervisor.run_forever("leadership", self._leader.run)

    def _start_leader_tasks(self, supervisor: Supervisor, runtime: Runtime) -> None:
        for account, messenger in runtime.messengers.items():
            endpoint = self._webhooks.endpoints.get(account)
            if endpoint is None:
                supervisor.run_forever(f"poll {account}", self.create_poller(messenger, runtime).run)
            else:
                receiver = self._create_receiver(messenger, runtime)
                subscriber = WebhookSubscriber(receiver, endpoint.messenger, endpoint.url, endpoint.secret)
                supervisor.run_forever(f"webhook {account}", subscriber.run)
        supervisor.run_forever("outbox", lambda: self._outbox_worker.run(runtime))
        self.scheduler.start(supervisor, runtime)
        self_check = SelfCheck(runtime, self.health, self.options.self_check_seconds)
        supervisor.run_forever("self-check", self_check.run)
        if self.config.nightly_training_at is not None and self.config.file is not None:
            training = NightlyTraining(
                runtime,
                self.config.nightly_training_at,
                self.config.file,
                ModelRegistry(self.config.model_folder),
                self.options.model_poll_seconds,
            )
            supervisor.run_forever("night school", training.run)

    def _create_receiver(self, messenger: Messenger, runtime: Runtime) -> UpdateReceiver:
        return UpdateReceiver(
            *(messenger, runtime, self.health, self._on_token_in_use, self.options.retry_delays, self._inbox_worker)
        )

    def _on_token_in_use(self, error: TokenInUse) -> None:
        self._token_in_use = error
        self.stopping.set()

    def raise_if_token_in_use(self) -> None:
        """Raise `TokenInUse` if the process ends because another program came first."""
        if self._token_in_use is not None:
            raise self._token_in_use

    def _on_wake_up(self, topic: WakeUpTopic) -> None:
        """Wake the loops: another process, or this one, has committed something."""
        if topic is WakeUpTopic.STAFF:
            self._staff_wake_up.set()
            return
        self.runtime.inbox_wake_up.set()
        self.runtime.outbox_wake_up.set()

    async def _refresh_staff(self) -> None:
        """Read the officials again after another process, or a command, has changed them."""
        while True:
            was_woken = await self._staff_wake_up.wait(STAFF_POLL_SECONDS)
            async with self.database.read() as uow:
                await self.runtime.follow_changes(uow, always=was_woken)  # processes of 0.1.0 change no version

    def _on_staff_changed(self, staff: Staff) -> None:
        self._municipality = replace(self.municipality(), staff=staff)

    def _on_model_reloaded(self, understanding: TextAnalyzer) -> None:
        town = replace(self.municipality(), understanding=understanding)
        self._municipality = town.with_topics(town.topics)  # they may have changed while the model was loaded

    def _on_topics_changed(self, book: TopicBook) -> None:
        self._municipality = self.municipality().with_topics(book)


async def run_until_signal(app: App, signals: Sequence[signal.Signals], manager: ServiceManager) -> None:
    """Run until the operating system asks to stop; raises `AddressInUse`, `TokenInUse` and the database's errors.

    *manager* is told when the bot is ready, when it stops, and that its loops go on.
    """
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
