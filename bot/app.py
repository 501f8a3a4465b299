"""The one place that builds the objects and starts the tasks."""

import asyncio
import codecs
import importlib
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.config import Config
from bot.domain.clock import Clock, SystemClock
from bot.domain.people import Person, Staff
from bot.http.listener import Listener
from bot.jobs.inbox import InboxWorker
from bot.jobs.outbox import OutboxWorker
from bot.jobs.pollers import Poller
from bot.jobs.supervisor import Bell, Supervisor
from bot.jobs.ticks import Ticker
from bot.messengers.base import Finding, Messenger, Severity
from bot.messengers.errors import BadCredentials, MessengerError
from bot.services import chats, export, invitations, people
from bot.services.centre import Centre, Office, Work
from bot.understanding.base import Understanding
from storage.database import Database
from storage.migrate import migrate

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class App:
    """The running bot: ``async with`` starts and stops it."""

    config: Config
    clock: Clock = field(default_factory=SystemClock)
    tick_seconds: float = 0.5
    poll_seconds: int = 25
    gather: timedelta = timedelta(seconds=1)
    database: Database = field(init=False)
    messengers: dict[str, Messenger] = field(init=False, default_factory=dict)
    supervisor: Supervisor = field(init=False)
    _centre: Centre | None = field(init=False, default=None)
    _stop_ticks: Callable[[], None] | None = field(init=False, default=None)
    _listener: Listener | None = field(init=False, default=None)

    async def __aenter__(self) -> "App":
        # Importing aiogram takes seconds: the database is made ready meanwhile.
        building = asyncio.to_thread(build_messengers, self.config, self.clock, self.poll_seconds)
        self.database = Database(self.config.database_url)
        self.supervisor = Supervisor(self.database.is_used_by)
        self.messengers, understanding, _ = await asyncio.gather(
            building, asyncio.to_thread(build_understanding, self.config), migrate(self.database.engine)
        )
        await self._open(understanding)
        self._start()
        await self._listen()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._stop_ticks is not None:
            self._stop_ticks()
        if self._listener is not None:
            await self._listener.close()
        await self.supervisor.stop()
        for messenger in self.messengers.values():
            await messenger.close()
        await self.database.close()

    def centre(self) -> Centre:
        """The municipality as it is configured."""
        if self._centre is None:
            raise RuntimeError("the application has not been started")
        return self._centre

    def _staff_changed(self, staff: Staff) -> None:
        self._centre = replace(self.centre(), staff=staff)

    async def _open(self, understanding: Understanding) -> None:
        offices = {m.account: Office(m.account, m.title, m.capabilities) for m in self.messengers.values()}
        async with self.database.begin() as uow:
            staff = await uow.people.replace(wanted_staff(self.config))
            self._centre = build_centre(self.config, Staff(staff), understanding, offices, self.gather)
            await uow.chronicle.once("first_start", self.clock.now())
            await uow.inbox.release_leases()
            await uow.outbox.release_leases()
            work = Work(self._centre, uow, self.clock.now())
            for person in staff:
                await people.show_menu(work, person)

    def _start(self) -> None:
        inbox_bell, outbox_bell = Bell(), Bell()
        for account, messenger in self.messengers.items():
            poller = Poller(messenger, self.database, self.centre, self.clock, inbox_bell, outbox_bell)
            self.supervisor.keep(f"poll {account}", poller.run)
        worker = InboxWorker(
            self.database, self.messengers, self.centre, self.clock, inbox_bell, outbox_bell, self._staff_changed
        )
        self.supervisor.keep("inbox", worker.run)
        sender = OutboxWorker(self.database, self.messengers, self.centre, self.clock, outbox_bell, self.supervisor)
        self.supervisor.keep("outbox", sender.run)
        ticker = Ticker(self.database, self.centre, self.clock, outbox_bell, self.tick_seconds)
        scheduler = ticker.start(self.supervisor)
        self._stop_ticks = lambda: scheduler.shutdown(wait=False)
        self.supervisor.spawn("self-check", self._check(outbox_bell))

    async def _listen(self) -> None:
        """The address for health checks, if one is configured. A taken port is no reason to stop answering people."""
        if self.config.http is None:
            return
        listener = Listener(self.config.http.host, self.config.http.port, self.database, self.supervisor.falls)
        try:
            await listener.open()
        except OSError as error:
            await listener.close()
            logger.warning(
                "http.listen: адрес занят или недоступен, /healthz и /metrics не работают: %s", error.strerror
            )
            return
        self._listener = listener

    async def _check(self, outbox_bell: Bell) -> None:
        """Where we are deaf or have no rights, the administrator is told."""
        for messenger in self.messengers.values():
            try:
                findings = await messenger.check()
            except MessengerError as error:
                logger.warning("self-check failed: %s", type(error).__name__, extra={"account": messenger.account})
                continue
            async with self.database.begin() as uow:
                work = Work(self.centre(), uow, self.clock.now())
                for finding in findings:
                    if finding.severity is Severity.FAULT:
                        await chats.deaf(work, finding.subject, finding.text)
        outbox_bell.ring()


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


async def check_messengers(config: Config) -> list[Finding]:
    """``check``: what every account of ours says about its token and rights."""
    findings: list[Finding] = []
    for messenger in build_messengers(config, SystemClock()).values():
        try:
            findings += await messenger.check()
        except BadCredentials:
            findings.append(
                Finding(Severity.FAULT, messenger.title, "токен не принят. Проверьте его в файле настроек.")
            )
        except MessengerError as error:
            words = f"не отвечает ({type(error).__name__}). Проверьте сеть и адрес api_base, потом повторите."
            findings.append(Finding(Severity.FAULT, messenger.title, words))
        finally:
            await messenger.close()
    return findings


async def invite_staff(config: Config) -> list[tuple[str, str]]:
    """``invite``: (name, code) of everybody in the configuration who has no account yet."""
    database = Database(config.database_url)
    try:
        await migrate(database.engine)
        async with database.begin() as uow:
            staff = Staff(await uow.people.replace(wanted_staff(config)))
            centre = build_centre(config, staff, build_understanding(config), {})
            return await invitations.invite_all(Work(centre, uow, SystemClock().now()))
    finally:
        await database.close()


async def export_tickets(
    config: Config, form: str, since: datetime | None, until: datetime | None, output: Path | None
) -> None:
    """``export``: tickets registered in [since, until], one row each, to a file or to standard output."""
    database = Database(config.database_url)
    try:
        await migrate(database.engine)
        centre = build_centre(config, Staff(()), build_understanding(config), {})
        async with database.read() as uow:
            records = (export.record(centre, row) async for row in uow.reports.export(since, until))
            await _write(form, records, output)
    finally:
        await database.close()


async def _write(form: str, records: AsyncIterator[dict[str, Any]], output: Path | None) -> None:
    stream = sys.stdout.buffer if output is None else output.open("wb")
    try:
        if form == "xlsx":
            stream.write(await export.as_xlsx(records))
        else:
            if form == "csv" and output is not None:
                stream.write(codecs.BOM_UTF8)  # a spreadsheet would take the file for another encoding
            lines = export.as_csv(records) if form == "csv" else export.as_json(records)
            async for line in lines:
                stream.write(line.encode())
        stream.flush()
    finally:
        if output is not None:
            stream.close()


def build_messengers(config: Config, clock: Clock, poll_seconds: int = 25) -> dict[str, Messenger]:
    """Every account of ours. A messenger's package is imported only where it is configured: aiogram alone costs seconds
    and 160 MB."""
    built: list[Messenger] = []
    if config.telegram is not None:
        telegram = importlib.import_module("bot.messengers.telegram.messenger")
        section = config.telegram
        chosen = [(chat.id, chat.title or str(chat.id)) for chat in section.chats]
        built.append(
            telegram.TelegramMessenger(
                section.token.get_secret_value(), section.api_base, chosen, poll_timeout=poll_seconds
            )
        )
    if config.vk is not None:
        vk = importlib.import_module("bot.messengers.vk.messenger")
        built += [
            vk.VkMessenger(one.id, one.title, one.token.get_secret_value(), config.vk.api_base, clock)
            for one in config.vk.communities
        ]
    return {messenger.account: messenger for messenger in built}


def build_understanding(config: Config) -> Understanding:
    """What reads the messages."""
    keywords = importlib.import_module("bot.understanding.keywords")
    understanding: Understanding = keywords.KeywordUnderstanding(config.sectors(), config.threshold)
    return understanding


def wanted_staff(config: Config) -> list[Person]:
    """The people of the configuration, not yet known to the database."""
    return [Person(0, e.name, e.roles, e.sectors, e.districts, e.accounts) for e in config.staff]


def build_centre(
    config: Config,
    staff: Staff,
    understanding: Understanding,
    offices: Mapping[str, Office],
    gather: timedelta = timedelta(),
) -> Centre:
    """The municipality as services see it."""
    return Centre(
        name=config.name,
        zone=config.zone,
        staff=staff,
        sectors={sector.code: sector for sector in config.sectors()},
        understanding=understanding,
        calendar=config.calendar(),
        terms=config.terms(),
        quiet=config.quiet(),
        follow_up=config.follow_up,
        digest_at=config.digest_at,
        sources={(source.account, source.root): source for source in config.sources()},
        offices=offices,
        gather=gather,
    )
