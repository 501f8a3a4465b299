"""The one place that builds the objects and starts the tasks."""

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.bootstrap import (
    build_messengers,
    build_municipality,
    build_understanding,
    build_webhook_endpoints,
    configured_staff,
    with_current_model,
)
from bot.config import Config
from bot.domain.clock import Clock, SystemClock
from bot.domain.people import Staff
from bot.http.server import HttpServer
from bot.http.webhooks import Webhooks
from bot.inbox.poller import Poller
from bot.inbox.receiver import RETRY_DELAYS_SECONDS, UpdateReceiver
from bot.inbox.webhook_subscription import WebhookSubscriber
from bot.inbox.worker import InboxWorker
from bot.messengers.errors import MessengerError
from bot.messengers.port import Messenger, Severity
from bot.os_errors import describe_os_error
from bot.outbox.worker import OutboxWorker
from bot.runtime.supervisor import Supervisor, WakeUp
from bot.scheduler.nightly_training import ModelReloader, NightlyTraining
from bot.scheduler.publication_check import PublicationChecker
from bot.scheduler.scheduler import Scheduler
from bot.services.answers import posting_policy
from bot.services.context import BotAccount, Municipality, UseCaseContext
from bot.services.deadlines import outage_summary
from bot.services.monitoring.health import Health
from bot.services.reports import official_pages
from bot.services.sources import sources
from bot.services.staff import invitations, reachability
from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.model.registry import ModelRegistry
from storage.database import Database
from storage.errors import DATABASE_ERRORS, classify_error
from storage.migrate import migrate
from storage.postgres.leadership import run_as_leader
from storage.postgres.orphaned_leases import release_orphaned_leases
from storage.postgres.wake_up import listen_for_wake_ups
from storage.unit_of_work import WakeUpTopic

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 3.0
"""Seconds between «not ready» and the end, where a balancer stands before several processes: it looks every second or
two."""

SELF_CHECK_SECONDS = 3 * 3600.0
"""Seconds between looks at tokens, rights and settings: somebody may change them while we run."""

STAFF_REFRESH_SECONDS = 600.0
"""Who has joined is looked up so often at least, should word of it get lost."""


class AddressInUse(Exception):
    """The address that messengers shall call is taken or not ours. The message is the address."""


@dataclass(slots=True)
class App:
    """The running bot: ``async with`` starts and stops it."""

    config: Config
    clock: Clock = field(default_factory=SystemClock)
    monotonic: Callable[[], float] = time.monotonic  # for the pace of sending, in seconds
    tick_seconds: float = 0.5
    poll_seconds: int = 25
    call_seconds: int | None = None  # as build_messengers() has it
    card_edit_interval: timedelta = timedelta(seconds=1)
    retry_delays: Sequence[float] = RETRY_DELAYS_SECONDS  # after failures of a messenger, in seconds
    drain_seconds: float = DRAIN_SECONDS
    self_check_seconds: float = SELF_CHECK_SECONDS
    understanding: TextAnalyzer | None = None  # built from the configuration where none is given
    make_database: Callable[[str], Database] = Database
    make_messengers: Callable[[Config, Clock, int, int | None], dict[str, Messenger]] = build_messengers
    database: Database = field(init=False)
    messengers: dict[str, Messenger] = field(init=False, default_factory=dict)
    supervisor: Supervisor = field(init=False)
    scheduler: Scheduler = field(init=False)
    _municipality: Municipality | None = field(init=False, default=None)
    _inbox_wake_up: WakeUp = field(init=False, default_factory=WakeUp)
    _outbox_wake_up: WakeUp = field(init=False, default_factory=WakeUp)
    _staff_wake_up: WakeUp = field(init=False, default_factory=WakeUp)
    health: Health = field(init=False, default_factory=Health)
    _webhooks: Webhooks = field(init=False)
    _outbox_worker: OutboxWorker = field(init=False)
    _leader_supervisor: Supervisor | None = field(init=False, default=None)
    _apscheduler: AsyncIOScheduler | None = field(init=False, default=None)
    _http_server: HttpServer | None = field(init=False, default=None)
    _model_version: str | None = field(init=False, default=None)  # the trained model that was there at the start

    async def __aenter__(self) -> "App":
        self._create_parts()
        try:
            await self._start_http_server()
            await self._build_parts()
        except BaseException:
            await self._close()
            raise
        self._webhooks.endpoints = build_webhook_endpoints(self.config, self.messengers)
        self._start_tasks()
        self.health.ready = True
        return self

    async def prepare(self) -> None:
        """Build everything and open the database; nothing runs yet."""
        self._create_parts()
        await self._build_parts()

    def _create_parts(self) -> None:
        self.database = self.make_database(self.config.database_url)
        self.database.acquire_file_lock()
        self.supervisor = self._create_supervisor()
        self._webhooks = Webhooks(self.database, self.clock, self._inbox_wake_up.set)

    async def _build_parts(self) -> None:
        # Importing aiogram takes seconds: the database is made ready meanwhile.
        how = (self.config, self.clock, self.poll_seconds, self.call_seconds)
        building = asyncio.to_thread(self.make_messengers, *how)
        self.messengers, understanding, _ = await asyncio.gather(
            building, asyncio.to_thread(self._build_understanding), migrate(self.database.engine)
        )
        await self._open_database(understanding)

    async def __aexit__(self, *_: object) -> None:
        self.health.ready = False
        if self.database.is_shared and self._webhooks.endpoints:
            await asyncio.sleep(self.drain_seconds)  # updates are still taken meanwhile
        await self._close()

    async def _close(self) -> None:
        if self._http_server is not None:
            await self._http_server.close()
        await self._on_follower()
        await self.supervisor.stop()
        for messenger in self.messengers.values():
            await messenger.close()
        await self.database.close()

    def _create_supervisor(self) -> Supervisor:
        return Supervisor(self.database.is_in_transaction, lambda error: classify_error(error) is not None)

    def _build_understanding(self) -> TextAnalyzer:
        self._model_version = ModelRegistry(self.config.model_folder).current_version()
        return self.understanding or build_understanding(self.config)

    def municipality(self) -> Municipality:
        """The municipality as it is configured."""
        if self._municipality is None:
            raise RuntimeError("the application has not been started")
        return self._municipality

    def _on_staff_changed(self, staff: Staff) -> None:
        self._municipality = replace(self.municipality(), staff=staff)

    def _on_model_reloaded(self, understanding: TextAnalyzer) -> None:
        self._municipality = replace(self.municipality(), understanding=understanding)

    async def _open_database(self, understanding: TextAnalyzer) -> None:
        offices = {
            m.account: BotAccount(m.account, m.title, m.capabilities, m.start_link("{code}"))
            for m in self.messengers.values()
        }
        async with self.database.begin() as uow:
            await uow.lock("start")
            staff = await uow.staff.sync(configured_staff(self.config))
            self._municipality = build_municipality(
                self.config, Staff(staff), understanding, offices, self.card_edit_interval
            )
            await uow.once_keys.claim("first_start", self.clock.now())
            if not self.database.is_shared:
                await uow.inbox.release_all_leases()
                await uow.outbox.release_leases()
            ctx = UseCaseContext(self._municipality, uow, self.clock.now())
            for person in staff:
                await reachability.update_menus(ctx, person)
            await invitations.notify_not_joined(ctx)
            await posting_policy.announce_policy(ctx)
            await posting_policy.apply_policy(ctx)
            await official_pages.start_watching(ctx)

    @property
    def is_leader(self) -> bool:
        """Whether this is the process that polls, sends and watches the clock."""
        return self._leader_supervisor is not None

    def create_inbox_worker(self) -> InboxWorker:
        """Whoever handles what has come in."""
        return InboxWorker(
            self.database,
            self.messengers,
            self.municipality,
            self.clock,
            self._inbox_wake_up,
            self._outbox_wake_up,
            self._on_staff_changed,
        )

    def create_poller(self, messenger: Messenger) -> Poller:
        """Whoever asks *messenger* for news."""
        return Poller(self._create_receiver(messenger))

    def _start_tasks(self) -> None:
        self.supervisor.run_forever("inbox", self.create_inbox_worker().run)
        lookout = PublicationChecker(
            self.database, self.messengers, self.municipality, self.clock, self._outbox_wake_up
        )
        self.scheduler = Scheduler(
            self.database, self.municipality, self.clock, self._outbox_wake_up, self.health, lookout, self.tick_seconds
        )
        # Deliveries outlive the lead: who has sent something writes it down, whoever leads by then.
        self._outbox_worker = OutboxWorker(
            self.database,
            self.messengers,
            self.municipality,
            self.clock,
            self._outbox_wake_up,
            self.supervisor,
            self.monotonic,
        )
        reloader = ModelReloader(
            self.database,
            self.municipality,
            self.clock,
            ModelRegistry(self.config.model_folder),
            lambda: with_current_model(self.municipality().understanding, self.config),
            self._on_model_reloaded,
            self._outbox_wake_up,
            self.tick_seconds * 20,
            self._model_version,
        )
        self.supervisor.run_forever("model", reloader.run)
        self.supervisor.run_forever("staff", self._refresh_staff)
        self.supervisor.run_forever("wake-up", lambda: listen_for_wake_ups(self.database, self._on_wake_up))
        self.supervisor.run_forever(
            "leadership", lambda: run_as_leader(self.database, self._on_leader, self._on_follower)
        )

    def _on_wake_up(self, topic: WakeUpTopic) -> None:
        """Another process, or this one, has committed something."""
        if topic is WakeUpTopic.STAFF:
            self._staff_wake_up.set()
            return
        self._inbox_wake_up.set()
        self._outbox_wake_up.set()

    async def _refresh_staff(self) -> None:
        """Who has joined through another process is known here at once."""
        if not self.database.is_shared:
            await asyncio.Event().wait()
        while True:
            await self._staff_wake_up.wait(STAFF_REFRESH_SECONDS)
            async with self.database.read() as uow:
                owned = await uow.staff.list_accounts()
            self._on_staff_changed(self.municipality().staff.with_accounts(owned))

    async def _on_leader(self) -> None:
        """What one process alone does: ask the messengers for news, send at the pace they allow (ADR 10), watch the
        clock, check our rights."""
        self._leader_supervisor = self._create_supervisor()
        self.health.not_caught_up = set(self.messengers)
        async with self.database.begin() as uow:
            await outage_summary.detect_outage(UseCaseContext(self.municipality(), uow, self.clock.now()))
        for account, messenger in self.messengers.items():
            hook = self._webhooks.endpoints.get(account)
            if hook is None:
                self._leader_supervisor.run_forever(f"poll {account}", self.create_poller(messenger).run)
            else:
                subscriber = WebhookSubscriber(self._create_receiver(messenger), hook.messenger, hook.url, hook.secret)
                self._leader_supervisor.run_forever(f"webhook {account}", subscriber.run)
        self._leader_supervisor.run_forever("outbox", self._outbox_worker.run)
        self._leader_supervisor.run_forever("inheritance", lambda: release_orphaned_leases(self.database))
        self._apscheduler = self.scheduler.start(self._leader_supervisor)
        self._leader_supervisor.run_forever("self-check", self._run_self_checks)
        if self.config.nightly_training_at is not None and self.config.file is not None:
            school = NightlyTraining(
                self.database,
                self.municipality,
                self.clock,
                self.config.nightly_training_at,
                self.config.file,
                ModelRegistry(self.config.model_folder),
                self._outbox_wake_up,
                self.tick_seconds * 20,
            )
            self._leader_supervisor.run_forever("night school", school.run)

    def _create_receiver(self, messenger: Messenger) -> UpdateReceiver:
        return UpdateReceiver(
            messenger,
            self.database,
            self.municipality,
            self.clock,
            self._inbox_wake_up,
            self._outbox_wake_up,
            self.health,
            self.retry_delays,
        )

    async def _on_follower(self) -> None:
        if self._apscheduler is not None:
            self._apscheduler.shutdown(wait=False)
            self._apscheduler = None
        if self._leader_supervisor is not None:
            await self._leader_supervisor.stop()
            self._leader_supervisor = None
            with suppress(*DATABASE_ERRORS):  # the lead may be lost because the database is
                async with self.database.begin() as uow:
                    await outage_summary.record_heartbeat(UseCaseContext(self.municipality(), uow, self.clock.now()))
        self.health.reset()

    async def _start_http_server(self) -> None:
        """The address for health checks and webhooks, if one is configured. A taken port is no reason to stop answering
        people, unless messengers shall call there: :class:`AddressTaken`."""
        if self.config.tree.http is None:
            return
        http = self.config.tree.http
        listener = HttpServer(
            http.host, http.port, self.database, self.supervisor.restart_counts, self._webhooks, self.health
        )
        try:
            await listener.open()
        except OSError as error:
            await listener.close()
            if self.config.uses_webhooks:
                raise AddressInUse(f"{http.host}:{http.port}") from error
            logger.warning(
                "http.listen: адрес занят или недоступен, /healthz и /metrics не работают: %s", describe_os_error(error)
            )
            return
        self._http_server = listener

    async def _run_self_checks(self) -> None:
        while True:
            await self._self_check()
            await asyncio.sleep(self.self_check_seconds)

    async def _self_check(self) -> None:
        """Where we are deaf or have no rights, the administrator is told."""
        for messenger in self.messengers.values():
            try:
                findings = await messenger.check()
            except MessengerError as error:
                logger.warning("self-check failed: %s", type(error).__name__, extra={"account": messenger.account})
                continue
            faults = [finding for finding in findings if finding.severity is Severity.FAULT]
            self.health.rights_faults[messenger.account] = [fault.subject for fault in faults]
            async with self.database.begin() as uow:
                ctx = UseCaseContext(self.municipality(), uow, self.clock.now())
                for fault in faults:
                    await sources.report_check_fault(ctx, fault.subject, fault.text)
        self._outbox_wake_up.set()


async def run_until_signal(app: App, signals: Sequence[signal.Signals]) -> None:
    """Run until the operating system asks to stop; raises :class:`DatabaseUnavailable`."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in signals:
        loop.add_signal_handler(one, stop.set)
    async with app:
        logger.info("started", extra={"accounts": sorted(app.messengers)})
        await stop.wait()
    logger.info("stopped")
