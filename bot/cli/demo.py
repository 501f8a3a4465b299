"""The demonstration: a small town, its officials' phones and the bot between them, on one page."""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Self

import aiohttp

from bot.app import App
from bot.cli.demo_town import DemoTown, read_town
from bot.config import Config
from bot.config.schema import ConfigTree
from bot.domain.clock import SystemClock
from bot.os_errors import describe_os_error
from bot.runtime.options import RuntimeOptions
from sandbox.change_log import ChangeLog
from sandbox.page import Page
from sandbox.server import Sandbox

DAY_START = time(9, 5)
"""Start of the demonstration's day by its own clock, independent of the real time."""

MAX_PORTS_TRIED, MAX_PORT = 20, 65535
SETTLE_TIMEOUT_SECONDS = 3.0
"""Seconds to wait for running work before the clock is moved."""

STARTUP_TIMEOUT_SECONDS = 60.0  # for the page and the bot
GREETING_TIMEOUT_SECONDS = 20.0  # for the first words to officials in VK, so that they are no news on the page
EXIT_START_FAILED = 2  # exit code


class OffsetClock:
    """The machine's clock with an offset, so that a day can pass at once."""

    def __init__(self) -> None:
        self._system_clock = SystemClock()
        self._offset = timedelta()

    @property
    def offset_seconds(self) -> float:
        """Seconds that this clock is ahead of the machine's."""
        return self._offset.total_seconds()

    def now(self) -> datetime:
        return self._system_clock.now() + self._offset

    def advance(self, step: timedelta) -> None:
        self._offset += step

    def jump_to_morning(self, config: Config) -> None:
        """Jump to the morning of today or of the next working day, because deadlines count working hours."""
        today = self._system_clock.now().astimezone(config.zone).date()
        calendar = config.working_calendar()
        while not calendar.is_working_day(today):
            today += timedelta(days=1)
        self._offset = datetime.combine(today, DAY_START, config.zone).astimezone(UTC) - self._system_clock.now()


@dataclass
class Demo:
    """The running demonstration: ``async with`` starts and stops it.

    *folder* holds the database, a new one each day. *port* 0 takes any free one; a taken one gives way to the next
    free one.
    """

    folder: Path
    port: int = 0
    town: DemoTown = field(default_factory=read_town)
    clock: OffsetClock = field(default_factory=OffsetClock)
    sandbox: Sandbox = field(init=False)
    app: App | None = field(init=False, default=None)

    @property
    def url(self) -> str:
        """Address of the page."""
        return f"{self.sandbox.url}/"

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        await self._start_sandbox()
        try:
            _remove_old_databases(self.folder)
            await self._start_day()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop_day()
        await self.sandbox.stop()

    async def new_day(self) -> None:
        """Start a new day with an empty database and empty chats."""
        await self._stop_day()
        await self._start_day()

    async def pass_time(self, step: timedelta) -> None:
        """Move the clock by *step* once the bot is idle: running work would seem hours late."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_TIMEOUT_SECONDS):
                while await self._is_busy():
                    await self.sandbox.change_log.wait_for_change(self.sandbox.change_log.revision, 0.1)
        self.clock.advance(step)
        if self.app is not None:
            self.app.scheduler.trigger_now()

    async def _start_sandbox(self) -> None:
        last = self.port if self.port == 0 else min(self.port + MAX_PORTS_TRIED - 1, MAX_PORT)
        for port in range(self.port, last + 1):
            self.sandbox = Sandbox(port, ChangeLog(self.clock.now))
            Page(self.sandbox, self.town.stage, self.new_day, self.pass_time, lambda: self.clock.offset_seconds)
            try:
                await self.sandbox.start()
            except OSError:
                if port == last:
                    raise
            else:
                return

    async def _start_day(self) -> None:
        database = self.folder / f"demo-{self.sandbox.url.rpartition(':')[2]}.sqlite3"
        _remove_database(database)
        config = demo_config(self.town, database, self.sandbox.url)
        self.clock.jump_to_morning(config)
        await self.town.stage.set_up(self.sandbox)
        self.app = App(config, RuntimeOptions(clock=self.clock, tick_seconds=0.25))
        await self.app.__aenter__()
        await self.sandbox.change_log.wait_until(self._is_bot_ready, STARTUP_TIMEOUT_SECONDS)
        await self.town.stage.start_in_vk(self.sandbox)
        with suppress(TimeoutError):
            await self.sandbox.change_log.wait_until(self._are_greeted_in_vk, GREETING_TIMEOUT_SECONDS)

    async def _stop_day(self) -> None:
        if self.app is not None:
            app, self.app = self.app, None
            await app.__aexit__()

    async def _is_busy(self) -> bool:
        if self.app is None:
            return False
        if self.sandbox.telegram.pending_updates or self.sandbox.max.pending_updates:
            return True
        community = self.town.stage.community.id
        written = str(self.sandbox.vk.world.communities[community].log.ts)
        async with self.app.database.read() as uow:
            unread = await uow.inbox.get_cursor(f"vk:{community}") != written
            unread = unread or await uow.inbox.get_oldest_pending() is not None
            return unread or await uow.outbox.has_due(self.clock.now())

    def _are_greeted_in_vk(self) -> bool:
        """Return whether the bot has said something to every official in VK."""
        community = self.town.stage.community.id
        talks = (self.sandbox.vk.messages(community, one.id) for one in self.town.stage.phones if one.messenger == "vk")
        return all(any(message.out for message in talk) for talk in talks)

    def _is_bot_ready(self) -> bool:
        """Return whether the bot has read all earlier messages and polls."""
        unheard = self.sandbox.telegram.pending_updates or self.sandbox.max.pending_updates
        return not unheard and any(call.method == "groups.getLongPollServer" for call in self.sandbox.vk.calls)


async def run_demo(folder: Path, port: int, announce: Callable[[str], None], town: DemoTown | None = None) -> None:
    """Run until SIGTERM or SIGINT; *announce* gets the page's address once it answers. *town*: not the made-up one."""
    ending = _ShutdownSignal()
    _print_status("Готовим город, это займёт несколько секунд…")
    try:
        async with Demo(folder, port, town or read_town()) as demo:
            if port and not demo.sandbox.url.endswith(f":{port}"):
                _print_status(f"Порт {port} занят другой программой, взят следующий свободный.")
            await _check_page_responds(demo.url)
            announce(demo.url)
            _print_status("Откройте этот адрес в браузере. Остановить: Ctrl+C.")
            await ending.wait()
    except asyncio.CancelledError:
        if not ending.is_requested:
            raise
    except OSError as error:
        _print_status(_start_failure_text(error, folder))
        raise SystemExit(EXIT_START_FAILED) from None


class _ShutdownSignal:
    """SIGTERM or SIGINT: cancels a start that is under way, and later requests an orderly end."""

    def __init__(self) -> None:
        self.is_requested = False
        self._startup_task = asyncio.current_task()
        self._received = asyncio.Event()
        loop = asyncio.get_running_loop()
        for one in (signal.SIGTERM, signal.SIGINT):
            with suppress(NotImplementedError):  # on Windows, Ctrl+C raises KeyboardInterrupt
                loop.add_signal_handler(one, self._on_signal)

    async def wait(self) -> None:
        """Wait for the signal."""
        self._startup_task = None
        await self._received.wait()

    def _on_signal(self) -> None:
        self._received.set()
        if self._startup_task is not None and not self.is_requested:
            self._startup_task.cancel()
        self.is_requested = True


def _start_failure_text(error: OSError, folder: Path) -> str:
    return (
        f"Показ не запустился: {describe_os_error(error)}. Проверьте, можно ли писать в папку {folder.absolute()} "
        "и не заняты ли порты; другой порт указывается так: --port 9000, любой свободный: --port 0."
    )


async def _check_page_responds(url: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        response.raise_for_status()


def demo_config(town: DemoTown, database: Path, url: str) -> Config:
    """The municipality, connected to the sandbox at *url*.

    The environment is not asked: real tokens and a real database have no business here.
    """
    values = {**town.settings, "database": {"url": f"sqlite+aiosqlite:///{database.absolute()}"}}
    for messenger in ("telegram", "vk", "max"):
        if messenger in values:
            values[messenger] = {**values[messenger], "api_base": f"{url}/{messenger}"}
    return Config(ConfigTree.model_validate(values), town.folder)


def _remove_old_databases(folder: Path) -> None:
    """Remove databases of earlier demonstrations, except those that still run and hold their port."""
    for database in folder.glob("demo-*.sqlite3"):
        port = database.stem.removeprefix("demo-")
        if port.isdecimal() and not _is_port_in_use(int(port)):
            _remove_database(database)


def _is_port_in_use(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _remove_database(database: Path) -> None:
    for suffix in ("", "-wal", "-shm", ".lock"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _print_status(text: str) -> None:
    """Print to standard error: standard output carries the address alone."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
