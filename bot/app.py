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
    build_centre,
    build_hooks,
    build_messengers,
    build_understanding,
    wanted_staff,
    with_model_of,
)
from bot.config import Config
from bot.domain.clock import Clock, SystemClock
from bot.domain.people import Staff
from bot.http.server import Listener
from bot.http.webhooks import Webhooks
from bot.inbox.poller import Poller
from bot.inbox.receiver import PAUSES, Intake
from bot.inbox.webhook_subscription import Subscriber
from bot.inbox.worker import InboxWorker
from bot.messengers.errors import MessengerError
from bot.messengers.port import Messenger, Severity
from bot.os_errors import refused_by_system
from bot.outbox.worker import OutboxWorker
from bot.runtime.supervisor import Bell, Supervisor
from bot.scheduler.nightly_training import NightSchool, Reloader
from bot.scheduler.publication_check import Lookout
from bot.scheduler.scheduler import Ticker
from bot.services.answers import posting_policy
from bot.services.context import Centre, Office, Work
from bot.services.deadlines import outage_summary
from bot.services.monitoring.health import Health
from bot.services.reports import official_pages
from bot.services.sources import sources
from bot.services.staff import invitations, reachability
from bot.understanding.model.registry import Shelf
from bot.understanding.reading import Understanding
from storage.database import Database
from storage.errors import FAILURES, refusal_of
from storage.migrate import migrate
from storage.postgres.leadership import inherit, lead, listen
from storage.unit_of_work import News

logger = logging.getLogger(__name__)

DRAIN = 3.0
"""Seconds between «not ready» and the end, where a balancer stands before several processes: it looks every second or
two."""

CHECK_AGAIN = 3 * 3600.0
"""Seconds between looks at tokens, rights and settings: somebody may change them while we run."""

STAFF_SECONDS = 600.0
"""Who has joined is looked up so often at least, should word of it get lost."""


class AddressTaken(Exception):
    """The address that messengers shall call is taken or not ours. The message is the address."""


@dataclass(slots=True)
class App:
    """The running bot: ``async with`` starts and stops it."""

    config: Config
    clock: Clock = field(default_factory=SystemClock)
    moment: Callable[[], float] = time.monotonic  # for the pace of sending, in seconds
    tick_seconds: float = 0.5
    poll_seconds: int = 25
    call_seconds: int | None = None  # as build_messengers() has it
    gather: timedelta = timedelta(seconds=1)
    pauses: Sequence[float] = PAUSES  # after failures of a messenger, in seconds
    drain_seconds: float = DRAIN
    check_seconds: float = CHECK_AGAIN
    understanding: Understanding | None = None  # built from the configuration where none is given
    make_database: Callable[[str], Database] = Database
    make_messengers: Callable[[Config, Clock, int, int | None], dict[str, Messenger]] = build_messengers
    database: Database = field(init=False)
    messengers: dict[str, Messenger] = field(init=False, default_factory=dict)
    supervisor: Supervisor = field(init=False)
    ticker: Ticker = field(init=False)
    _centre: Centre | None = field(init=False, default=None)
    _inbox_bell: Bell = field(init=False, default_factory=Bell)
    _outbox_bell: Bell = field(init=False, default_factory=Bell)
    _staff_bell: Bell = field(init=False, default_factory=Bell)
    health: Health = field(init=False, default_factory=Health)
    _webhooks: Webhooks = field(init=False)
    _sender: OutboxWorker = field(init=False)
    _led: Supervisor | None = field(init=False, default=None)
    _scheduler: AsyncIOScheduler | None = field(init=False, default=None)
    _listener: Listener | None = field(init=False, default=None)
    _front: str | None = field(init=False, default=None)  # the trained model that was there at the start

    async def __aenter__(self) -> "App":
        self._assemble()
        try:
            await self._listen()
            await self._build()
        except BaseException:
            await self._shut()
            raise
        self._webhooks.hooks = build_hooks(self.config, self.messengers)
        self._start()
        self.health.ready = True
        return self

    async def prepare(self) -> None:
        """Build everything and open the database; nothing runs yet."""
        self._assemble()
        await self._build()

    def _assemble(self) -> None:
        self.database = self.make_database(self.config.database_url)
        self.database.occupy()
        self.supervisor = self._supervisor()
        self._webhooks = Webhooks(self.database, self.clock, self._inbox_bell.ring)

    async def _build(self) -> None:
        # Importing aiogram takes seconds: the database is made ready meanwhile.
        how = (self.config, self.clock, self.poll_seconds, self.call_seconds)
        building = asyncio.to_thread(self.make_messengers, *how)
        self.messengers, understanding, _ = await asyncio.gather(
            building, asyncio.to_thread(self._understand), migrate(self.database.engine)
        )
        await self._open(understanding)

    async def __aexit__(self, *_: object) -> None:
        self.health.ready = False
        if self.database.is_shared and self._webhooks.hooks:
            await asyncio.sleep(self.drain_seconds)  # updates are still taken meanwhile
        await self._shut()

    async def _shut(self) -> None:
        if self._listener is not None:
            await self._listener.close()
        await self._give_lead()
        await self.supervisor.stop()
        for messenger in self.messengers.values():
            await messenger.close()
        await self.database.close()

    def _supervisor(self) -> Supervisor:
        return Supervisor(self.database.is_used_by, lambda error: refusal_of(error) is not None)

    def _understand(self) -> Understanding:
        self._front = Shelf(self.config.model_folder).front()
        return self.understanding or build_understanding(self.config)

    def centre(self) -> Centre:
        """The municipality as it is configured."""
        if self._centre is None:
            raise RuntimeError("the application has not been started")
        return self._centre

    def _staff_changed(self, staff: Staff) -> None:
        self._centre = replace(self.centre(), staff=staff)

    def _understanding_changed(self, understanding: Understanding) -> None:
        self._centre = replace(self.centre(), understanding=understanding)

    async def _open(self, understanding: Understanding) -> None:
        offices = {
            m.account: Office(m.account, m.title, m.capabilities, m.invitation("{code}"))
            for m in self.messengers.values()
        }
        async with self.database.begin() as uow:
            await uow.alone("start")
            staff = await uow.people.replace(wanted_staff(self.config))
            self._centre = build_centre(self.config, Staff(staff), understanding, offices, self.gather)
            await uow.chronicle.once("first_start", self.clock.now())
            if not self.database.is_shared:
                await uow.inbox.release_leases()
                await uow.outbox.release_leases()
            work = Work(self._centre, uow, self.clock.now())
            for person in staff:
                await reachability.show_menus(work, person)
            await invitations.remind(work)
            await posting_policy.explain(work)
            await posting_policy.apply(work)
            await official_pages.watch(work)

    @property
    def leads(self) -> bool:
        """Whether this is the process that polls, sends and watches the clock."""
        return self._led is not None

    def inbox_worker(self) -> InboxWorker:
        """Whoever handles what has come in."""
        return InboxWorker(
            self.database,
            self.messengers,
            self.centre,
            self.clock,
            self._inbox_bell,
            self._outbox_bell,
            self._staff_changed,
        )

    def poller(self, messenger: Messenger) -> Poller:
        """Whoever asks *messenger* for news."""
        return Poller(self._intake(messenger))

    def _start(self) -> None:
        self.supervisor.keep("inbox", self.inbox_worker().run)
        lookout = Lookout(self.database, self.messengers, self.centre, self.clock, self._outbox_bell)
        self.ticker = Ticker(
            self.database, self.centre, self.clock, self._outbox_bell, self.health, lookout, self.tick_seconds
        )
        # Deliveries outlive the lead: who has sent something writes it down, whoever leads by then.
        self._sender = OutboxWorker(
            self.database, self.messengers, self.centre, self.clock, self._outbox_bell, self.supervisor, self.moment
        )
        reloader = Reloader(
            self.database,
            self.centre,
            self.clock,
            Shelf(self.config.model_folder),
            lambda: with_model_of(self.centre().understanding, self.config),
            self._understanding_changed,
            self._outbox_bell,
            self.tick_seconds * 20,
            self._front,
        )
        self.supervisor.keep("model", reloader.run)
        self.supervisor.keep("staff", self._follow_staff)
        self.supervisor.keep("wake-up", lambda: listen(self.database, self._told))
        self.supervisor.keep("leadership", lambda: lead(self.database, self._take_lead, self._give_lead))

    def _told(self, news: News) -> None:
        """Another process, or this one, has committed something."""
        if news is News.STAFF:
            self._staff_bell.ring()
            return
        self._inbox_bell.ring()
        self._outbox_bell.ring()

    async def _follow_staff(self) -> None:
        """Who has joined through another process is known here at once."""
        if not self.database.is_shared:
            await asyncio.Event().wait()
        while True:
            await self._staff_bell.wait(STAFF_SECONDS)
            async with self.database.read() as uow:
                owned = await uow.people.accounts()
            self._staff_changed(self.centre().staff.with_accounts(owned))

    async def _take_lead(self) -> None:
        """What one process alone does: ask the messengers for news, send at the pace they allow (ADR 10), watch the
        clock, check our rights."""
        self._led = self._supervisor()
        self.health.silent = set(self.messengers)
        async with self.database.begin() as uow:
            await outage_summary.begin(Work(self.centre(), uow, self.clock.now()))
        for account, messenger in self.messengers.items():
            hook = self._webhooks.hooks.get(account)
            if hook is None:
                self._led.keep(f"poll {account}", self.poller(messenger).run)
            else:
                subscriber = Subscriber(self._intake(messenger), hook.messenger, hook.url, hook.secret)
                self._led.keep(f"webhook {account}", subscriber.run)
        self._led.keep("outbox", self._sender.run)
        self._led.keep("inheritance", lambda: inherit(self.database))
        self._scheduler = self.ticker.start(self._led)
        self._led.keep("self-check", self._keep_checking)
        if self.config.learns_at is not None and self.config.file is not None:
            school = NightSchool(
                self.database,
                self.centre,
                self.clock,
                self.config.learns_at,
                self.config.file,
                Shelf(self.config.model_folder),
                self._outbox_bell,
                self.tick_seconds * 20,
            )
            self._led.keep("night school", school.run)

    def _intake(self, messenger: Messenger) -> Intake:
        return Intake(
            messenger,
            self.database,
            self.centre,
            self.clock,
            self._inbox_bell,
            self._outbox_bell,
            self.health,
            self.pauses,
        )

    async def _give_lead(self) -> None:
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None
        if self._led is not None:
            await self._led.stop()
            self._led = None
            with suppress(*FAILURES):  # the lead may be lost because the database is
                async with self.database.begin() as uow:
                    await outage_summary.beat(Work(self.centre(), uow, self.clock.now()))
        self.health.forget()

    async def _listen(self) -> None:
        """The address for health checks and webhooks, if one is configured. A taken port is no reason to stop answering
        people, unless messengers shall call there: :class:`AddressTaken`."""
        if self.config.http is None:
            return
        http = self.config.http
        listener = Listener(http.host, http.port, self.database, self.supervisor.falls, self._webhooks, self.health)
        try:
            await listener.open()
        except OSError as error:
            await listener.close()
            if self.config.is_called:
                raise AddressTaken(f"{http.host}:{http.port}") from error
            logger.warning(
                "http.listen: адрес занят или недоступен, /healthz и /metrics не работают: %s", refused_by_system(error)
            )
            return
        self._listener = listener

    async def _keep_checking(self) -> None:
        while True:
            await self._check()
            await asyncio.sleep(self.check_seconds)

    async def _check(self) -> None:
        """Where we are deaf or have no rights, the administrator is told."""
        for messenger in self.messengers.values():
            try:
                findings = await messenger.check()
            except MessengerError as error:
                logger.warning("self-check failed: %s", type(error).__name__, extra={"account": messenger.account})
                continue
            faults = [finding for finding in findings if finding.severity is Severity.FAULT]
            self.health.faults[messenger.account] = [fault.subject for fault in faults]
            async with self.database.begin() as uow:
                work = Work(self.centre(), uow, self.clock.now())
                for fault in faults:
                    await sources.deaf(work, fault.subject, fault.text)
        self._outbox_bell.ring()


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
