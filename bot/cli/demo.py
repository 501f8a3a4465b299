"""The demonstration: a small town, its officials' telephones and the bot between them, on one page."""

import asyncio
import signal
import socket
import sys
import tomllib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import aiohttp

from bot.app import App
from bot.config import Config
from bot.config.schema import Tree
from bot.domain.clock import SystemClock
from bot.os_errors import refused_by_system
from sandbox.change_log import Journal
from sandbox.page import Citizen, Community, Group, Page, Phone, Stage
from sandbox.server import Sandbox

MORNING = time(9, 5)
"""When the town's day begins, by its own clock, whatever the real time is."""

TRIED_PORTS = 20
CALM = 3.0
"""Seconds that what is under way may take before the clock is moved all the same."""

STARTUP = 60.0  # seconds that the page and the bot may take to come up
BAD_START = 2  # exit code


class TownClock:
    """The machine's clock, moved: a day in town need not wait for a real one."""

    def __init__(self) -> None:
        self._real = SystemClock()
        self._ahead = timedelta()

    @property
    def ahead(self) -> float:
        """By how many seconds the town is ahead of the machine; negative when it is behind."""
        return self._ahead.total_seconds()

    def now(self) -> datetime:
        return self._real.now() + self._ahead

    def advance(self, step: timedelta) -> None:
        self._ahead += step

    def begin_day(self, config: Config) -> None:
        """Jump to the morning of today, or of the next working day: terms count working hours."""
        today = self._real.now().astimezone(config.zone).date()
        calendar = config.calendar()
        while not calendar.is_working_day(today):
            today += timedelta(days=1)
        self._ahead = datetime.combine(today, MORNING, config.zone).astimezone(UTC) - self._real.now()


@dataclass
class Demo:
    """The running demonstration: ``async with`` starts and stops it.

    *folder* holds the database, a new one each day. *port* 0 takes any free one; a taken one gives way to the next
    free one.
    """

    folder: Path
    port: int = 0
    clock: TownClock = field(default_factory=TownClock)
    sandbox: Sandbox = field(init=False)
    app: App | None = field(init=False, default=None)
    stage: Stage = field(init=False)
    _settings: dict[str, Any] = field(init=False)

    @property
    def url(self) -> str:
        """The page's address."""
        return f"{self.sandbox.url}/"

    async def __aenter__(self) -> Self:
        self._settings = _read("demo.toml")
        self.stage = read_stage(self._settings)
        self.folder.mkdir(parents=True, exist_ok=True)
        await self._listen()
        try:
            _sweep(self.folder)
            await self._open_day()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close_day()
        await self.sandbox.stop()

    async def new_day(self) -> None:
        """Everything anew: nobody has said anything yet, and the bot remembers nothing."""
        await self._close_day()
        await self._open_day()

    async def pass_time(self, step: timedelta) -> None:
        """Let *step* pass in town, as soon as nothing is under way: what was on its way would seem hours late."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CALM):
                while await self._is_busy():
                    await self.sandbox.journal.wait_newer(self.sandbox.journal.revision, 0.1)
        self.clock.advance(step)
        if self.app is not None:
            self.app.ticker.hurry()

    async def _listen(self) -> None:
        last = self.port if self.port == 0 else self.port + TRIED_PORTS - 1
        for port in range(self.port, last + 1):
            self.sandbox = Sandbox(port, Journal(self.clock.now))
            Page(self.sandbox, self.stage, self.new_day, self.pass_time, lambda: self.clock.ahead)
            try:
                await self.sandbox.start()
            except OSError:
                if port == last:
                    raise
            else:
                return

    async def _open_day(self) -> None:
        database = self.folder / f"demo-{self.sandbox.url.rpartition(':')[2]}.sqlite3"
        _remove(database)
        config = town_config(self._settings, database, self.sandbox.url)
        self.clock.begin_day(config)
        await self.stage.set_up(self.sandbox)
        self.app = App(config, clock=self.clock, tick_seconds=0.25)
        await self.app.__aenter__()
        await self.sandbox.journal.until(self._is_listened_to, STARTUP)

    async def _close_day(self) -> None:
        if self.app is not None:
            app, self.app = self.app, None
            await app.__aexit__()

    async def _is_busy(self) -> bool:
        if self.app is None:
            return False
        if self.sandbox.telegram.unconfirmed or self.sandbox.max.unconfirmed:
            return True
        async with self.app.database.read() as uow:
            unread = await uow.inbox.oldest_waiting() is not None
            return unread or await uow.outbox.anything_due(self.clock.now())

    def _is_listened_to(self) -> bool:
        """Whether the bot has heard what was said before it came, and waits for more."""
        unheard = self.sandbox.telegram.unconfirmed or self.sandbox.max.unconfirmed
        return not unheard and any(call.method == "groups.getLongPollServer" for call in self.sandbox.vk.calls)


async def run_demo(folder: Path, port: int, announce: Callable[[str], None]) -> None:
    """Play the town until SIGTERM or SIGINT; *announce* gets the page's address once it answers."""
    ending = _Ending()
    _say("Готовим город, это займёт несколько секунд…")
    try:
        async with Demo(folder, port) as demo:
            if port and not demo.sandbox.url.endswith(f":{port}"):
                _say(f"Порт {port} занят другой программой, взят следующий свободный.")
            await _answers(demo.url)
            announce(demo.url)
            _say("Откройте этот адрес в браузере. Остановить: Ctrl+C.")
            await ending.come()
    except asyncio.CancelledError:
        if not ending.asked_for:
            raise
    except OSError as error:
        _say(_sorry(error, folder))
        raise SystemExit(BAD_START) from None


class _Ending:
    """SIGTERM or SIGINT. While the demonstration still starts, the start is broken off; later it ends in order."""

    def __init__(self) -> None:
        self.asked_for = False
        self._starting = asyncio.current_task()
        self._come = asyncio.Event()
        loop = asyncio.get_running_loop()
        for one in (signal.SIGTERM, signal.SIGINT):
            with suppress(NotImplementedError):  # Windows: Ctrl+C interrupts there by itself
                loop.add_signal_handler(one, self._ask)

    async def come(self) -> None:
        """Wait for it."""
        self._starting = None
        await self._come.wait()

    def _ask(self) -> None:
        self._come.set()
        if self._starting is not None and not self.asked_for:
            self._starting.cancel()
        self.asked_for = True


def _sorry(error: OSError, folder: Path) -> str:
    return (
        f"Показ не запустился: {refused_by_system(error)}. Проверьте, можно ли писать в папку {folder.absolute()} "
        "и не заняты ли порты; другой порт указывается так: --port 9000, любой свободный: --port 0."
    )


async def _answers(url: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        response.raise_for_status()


def town_config(settings: dict[str, Any], database: Path, url: str) -> Config:
    """The municipality, connected to the sandbox at *url*.

    The environment is not asked: real tokens and a real database have no business here.
    """
    values = {name: part for name, part in settings.items() if name != "stage"}
    values["database"] = {"url": f"sqlite+aiosqlite:///{database.absolute()}"}
    values["telegram"] = {**values["telegram"], "api_base": f"{url}/telegram"}
    values["vk"] = {**values["vk"], "api_base": f"{url}/vk"}
    values["max"] = {**values["max"], "api_base": f"{url}/max"}
    return Config(Tree.model_validate(values), database.parent)


def read_stage(settings: dict[str, Any]) -> Stage:
    """The people and places of the page, from the same file as the municipality."""
    stage, community = settings["stage"], settings["vk"]["communities"][0]
    return Stage(
        title=settings["municipality"]["name"],
        timezone=settings["municipality"]["timezone"],
        bot_name=stage["bot_name"],
        bot_username=stage["bot_username"],
        bot_token=settings["telegram"]["token"],
        max_token=settings["max"]["token"],
        citizens=tuple(Citizen(one["id"], one["first_name"], one["last_name"]) for one in stage["citizens"]),
        phones=tuple(Phone(**one) for one in stage["phones"]),
        groups=_groups(settings["telegram"]),
        max_chats=_groups(settings["max"]),
        community=Community(community["id"], community["title"], community["token"], tuple(stage["posts"])),
        show=tuple(_read("show.toml")["steps"]),
    )


def _groups(section: dict[str, Any]) -> tuple[Group, ...]:
    return tuple(Group(one["id"], one["title"], one["title"].split()[0]) for one in section["chats"])


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("bot") / "data" / name).read_text(encoding="utf-8"))


def _sweep(folder: Path) -> None:
    """Remove what earlier demonstrations left. One that still runs holds its port, and keeps its database."""
    for database in folder.glob("demo-*.sqlite3"):
        port = database.stem.removeprefix("demo-")
        if port.isdecimal() and not _is_taken(int(port)):
            _remove(database)


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _remove(database: Path) -> None:
    for suffix in ("", "-wal", "-shm", ".lock"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _say(words: str) -> None:
    """To the person who started it; standard output carries the address alone."""
    sys.stderr.write(words + "\n")
    sys.stderr.flush()
