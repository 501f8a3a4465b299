"""A small town around the real application: the sandbox's servers, the people, and a clock that tests move."""

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.app import App
from bot.config import Config, load_config
from bot.domain.messages import Message
from bot.domain.sectors import Sector, Theme
from bot.domain.streets import StreetRow
from bot.messengers.port import SendRateLimits
from bot.messengers.rate_limits import Rate
from bot.runtime.options import RuntimeOptions
from bot.scheduler.tasks import CLOCK_DRIVEN_TASKS
from bot.understanding.analyzer import TextAnalyzer
from sandbox.change_log import ChangeLog
from sandbox.server import Sandbox
from tests.databases import copy_migrated_sqlite
from tests.manual_clock import ManualClock

T = TypeVar("T")

TOKEN = "700001:sandbox-token-for-tests-only"
GROUP = -1001000000001
SECOND_GROUP = -1001000000002
COMMUNITY = 500
VK_TOKEN = "vk-token-for-tests-only"

ROADS_HEAD, HOUSING_HEAD, COORDINATOR, CURATOR, ADMINISTRATOR = 1001, 1002, 1003, 1004, 1005
MARIA, PYOTR, ANNA = 2001, 2002, 2003

POLL_INTERVAL_SECONDS, IDLE_SECONDS_BEFORE_TICK = 0.05, 0.3
"""Seconds: how often a test looks whether it need not wait any more; after how long a world where nothing happens wants
a push."""

TIMEOUT_SECONDS = 60.0
"""Seconds that any step may take: a correct test must not fail on a busy machine."""

START_TIME = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
"""Friday, 14:30 in Vladivostok."""

CONFIG = """
[municipality]
name = "Лесозаводский городской округ"
timezone = "{timezone}"

[database]
url = "{database}"

[telegram]
token = "{token}"
api_base = "{url}/telegram"
private = "bot"
{telegram_more}

[[telegram.chats]]
id = {group}
title = "Подслушано"
kind = "{kind}"
answers = "{answers}"

[[telegram.chats]]
id = {second_group}
title = "Дворы"
kind = "chat"
answers = "bot"

[vk]
api_base = "{url}/vk"

[[vk.communities]]
id = {community}
title = "Администрация"
token = "{vk_token}"

[[sectors]]
code = "roads"
title = "Дороги"
keywords = ["проселоч"]

[[sectors]]
code = "housing"
title = "ЖКХ"

[[sectors]]
code = "education"
title = "Образование"

[routing]
threshold = 0.6

{staff}
{more}

[deadlines]
accept = "{accept}"
answer = "{answer}"
remind_at = {remind_at}

[calendar]
working = ["09:00-13:00", "14:00-18:00"]
{calendar}

[quiet]
from = "{quiet_from}"
to = "{quiet_to}"

[follow_up]
within = "30m"

[digest]
at = "{digest_at}"
"""

STAFF = """
[[staff]]
name = "Начальник отдела дорог"
role = "head"
sectors = ["roads"]
telegram_id = 1001

[[staff]]
name = "Начальник отдела ЖКХ"
role = "head"
sectors = ["housing"]
telegram_id = 1002

[[staff]]
name = "Координатор"
role = "coordinator"
telegram_id = 1003

[[staff]]
name = "Куратор"
role = "curator"
telegram_id = 1004

[[staff]]
name = "Администратор"
role = "administrator"
telegram_id = 1005
"""


CONFIG_DEFAULTS = {
    "token": TOKEN,
    "group": str(GROUP),
    "second_group": str(SECOND_GROUP),
    "community": str(COMMUNITY),
    "vk_token": VK_TOKEN,
    "kind": "official",
    "answers": "bot",
    "staff": STAFF,
    "quiet_from": "00:00",
    "quiet_to": "00:00",
    "database": "sqlite+aiosqlite:///mcu.sqlite3",
    "telegram_more": "",
    "more": "",
    "timezone": "Asia/Vladivostok",
    "accept": "1h",
    "answer": "8h",
    "remind_at": "[0.5]",
    "calendar": "",
    "digest_at": "09:00",
}
"""The values of :data:`CONFIG`, unless a test wants something else; only the address is missing."""


@lru_cache
def build_understanding(
    sectors: tuple[Sector, ...],
    threshold: float,
    streets: tuple[StreetRow, ...],
    districts: tuple[str, ...] = (),
    themes: tuple[Theme, ...] = (),
) -> TextAnalyzer:
    """Reading dictionaries takes a third of a second; towns with the same sectors and streets share one reader."""
    return TextAnalyzer(sectors, threshold, streets=streets, districts=districts, themes=themes)


@dataclass
class Harness:
    """Everything that a test plays with."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    config_replacements: dict[str, str] = field(default_factory=dict)  # replacements of configuration lines
    call_seconds: int | None = None  # how long the bot waits for an answer
    poll_seconds: int = 1  # an outage is over with the first poll that comes back
    check_seconds: float = 3600.0
    tick_seconds: float = 0.5
    """As in life. Ticking quicker would take most of a test's processor time; :meth:`trigger_due_tasks` does better."""
    clock: ManualClock = field(default_factory=lambda: ManualClock(START_TIME))
    monotonic: Callable[[], float] = time.monotonic  # for the pace of sending
    rate_limits: SendRateLimits | None = field(default_factory=lambda: SendRateLimits(Rate(1000)))
    """One message a second to one person is right for Telegram and long for a test; None: the messengers' limits."""
    retry_pauses: Sequence[float] = (0.1, 0.3, 1.0)  # in seconds, after failures of a messenger
    card_edit_delay: timedelta = timedelta()
    """The time for which changes of a card are gathered into one edit: not at all, unless a test is about that."""
    addition_delay: timedelta | None = timedelta()
    """The time for which additions are gathered into one note: not at all; None: as the configuration says."""
    further_options: dict[str, Any] = field(default_factory=dict)  # of RuntimeOptions
    sandbox: Sandbox = field(init=False)
    app: App | None = None

    async def open(self) -> None:
        """The servers are up, the people have pressed «Start»."""
        self.sandbox = Sandbox(change_log=ChangeLog(self.clock.now))
        await self.sandbox.start()
        telegram, vk = self.sandbox.telegram, self.sandbox.vk
        telegram.add_bot(TOKEN, username="mcu_test_bot")
        for number, name in (
            (ROADS_HEAD, "Иван"),
            (HOUSING_HEAD, "Олег"),
            (COORDINATOR, "Вера"),
            (CURATOR, "Павел"),
            (ADMINISTRATOR, "Семён"),
            (MARIA, "Мария"),
            (PYOTR, "Пётр"),
            (ANNA, "Анна"),
        ):
            telegram.user(number, name)
        telegram.group(GROUP, "Подслушано")
        telegram.group(SECOND_GROUP, "Дворы")
        vk.community(COMMUNITY, "Администрация", VK_TOKEN)
        for number, first, last in ((MARIA, "Мария", "Ким"), (PYOTR, "Пётр", "Ли")):
            vk.user(number, first, last)
        await self.start_staff()

    async def start_staff(self) -> None:
        """Officials open the bot; nobody is there yet, so the welcome comes later."""
        for number in (ROADS_HEAD, HOUSING_HEAD, COORDINATOR, CURATOR, ADMINISTRATOR):
            await self.sandbox.telegram.start_bot(number)

    def write_config(self) -> Path:
        """Write the configuration as the settings are now; a running bot has read it before."""
        values = CONFIG_DEFAULTS | {"url": self.sandbox.url} | self.settings
        path = self.folder / "config.toml"
        text = CONFIG.format_map(values)
        for old, new in self.config_replacements.items():
            assert old in text
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
        return path

    def load_config(self) -> Config:
        """Read the configuration that the bot starts with."""
        return load_config(self.write_config())

    async def start(self) -> None:
        """Switch the bot on."""
        config = self.load_config()
        await copy_migrated_sqlite(config.database_url, self.folder.parent)
        self.app = App(
            config,
            RuntimeOptions(
                understanding=build_understanding(
                    config.sectors(),
                    config.tree.routing.threshold,
                    (streets := tuple(config.read_streets())),
                    config.districts(streets),
                    config.themes(),
                ),
                clock=self.clock,
                monotonic=self.monotonic,
                tick_seconds=self.tick_seconds,
                poll_seconds=self.poll_seconds,
                self_check_seconds=self.check_seconds,
                call_seconds=self.call_seconds,
                card_edit_interval=self.card_edit_delay,
                collect_additions=self.addition_delay,
                retry_delays=self.retry_pauses,
                rate_limits=self.rate_limits,
                head_start_seconds=0.0,  # nobody measures the processor time to the first poll here
                **self.further_options,
            ),
        )
        await self.app.__aenter__()
        await self.wait_until(self._is_polling)

    def _is_polling(self) -> bool:
        telegram = any(name in ("getUpdates", "setWebhook") for name, _ in self.sandbox.telegram.calls)
        vk = any(call.method == "groups.getLongPollServer" for call in self.sandbox.vk.calls)
        servers = self.sandbox.vk.world.communities[COMMUNITY].servers.values()
        vk = vk or any(server.status != "wait" and server.events for server in servers)
        return telegram and vk

    async def stop(self) -> None:
        """Switch the bot off."""
        if self.app is not None:
            await self.app.__aexit__()
            self.app = None
            assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("periodic task")]

    async def close(self) -> None:
        await self.stop()
        await self.sandbox.stop()

    def check_edits(self) -> None:
        """Fail if the bot has sent Telegram edits that change nothing, unless a dropped answer was the reason."""
        if not self.sandbox.telegram.faults.has_dropped:
            assert self.sandbox.telegram.world.idle_edits == [], "edits that change nothing"

    async def wait_until(self, predicate: Callable[[], T], seconds: float = TIMEOUT_SECONDS) -> T:
        """Wait for something that a test can see; also for what the sandbox does not notice (a line of the log).
        While nothing happens, the bot is made to look at the clock: after a while, and then more and more seldom."""
        quiet, patience = 0, IDLE_SECONDS_BEFORE_TICK
        async with asyncio.timeout(seconds):
            while not (seen := predicate()):
                revision = self.sandbox.change_log.revision
                quiet += await self.sandbox.change_log.wait_for_change(revision, POLL_INTERVAL_SECONDS) == revision
                if quiet * POLL_INTERVAL_SECONDS >= patience:
                    patience *= 2
                    self.trigger_due_tasks()
            return seen

    def pass_time(self, **step: float) -> None:
        """Let time pass: ``hours=1``."""
        self.clock.advance(timedelta(**step))
        self.trigger_due_tasks()

    def trigger_due_tasks(self) -> None:
        """Run the due tasks now, not at the next tick."""
        if self.app is not None:
            self.app.scheduler.trigger_now()

    def set_time(self, moment: str) -> None:
        """Let it be *moment* on the town's clock, in the year of the story: ``at("21.11 08:00")``."""
        zone = ZoneInfo(self.settings.get("timezone", "Asia/Vladivostok"))
        told = datetime.strptime(f"{moment} {START_TIME.year}", "%d.%m %H:%M %Y")  # noqa: DTZ007 - the zone follows
        self.clock.set(told.replace(tzinfo=zone))
        self.trigger_due_tasks()

    # what happens inside

    async def wait_for_outbox(self, seconds: float = TIMEOUT_SECONDS) -> None:
        """Wait until every sweep has come round since now, and all that is due has been sent."""
        async with asyncio.timeout(seconds):
            await self.wait_for_tasks(*CLOCK_DRIVEN_TASKS)
            while await self._has_due_messages():
                await self.sandbox.change_log.wait_for_change(self.sandbox.change_log.revision, 0.02)

    async def wait_for_tasks(self, *names: str, times: int = 1) -> None:
        """Wait until these sweeps have looked *times* over since now."""
        assert self.app is not None
        ticker = self.app.scheduler
        wanted = {name: ticker.completed_runs[name] + times + 1 for name in names}  # one may be half way
        while late := [name for name, rounds in wanted.items() if ticker.completed_runs[name] < rounds]:
            ticker.trigger_now(late)
            await asyncio.sleep(0.005)

    async def _has_due_messages(self) -> bool:
        """Return whether a message is on its way or may leave now: what follows a retry in its chat waits with it."""
        assert self.app is not None
        now, accounts = self.clock.now(), tuple(self.app.messengers)
        async with self.app.database.read() as uow:
            if not await uow.outbox.has_due(now):
                return False
            waiting = await uow.outbox.next_waiting(now, accounts, 1, 1, presses=True, chats=True)
            return bool(waiting.chats or waiting.effects or waiting.answers or await uow.outbox.list_holders())

    async def wait_for_inbox(self, seconds: float = TIMEOUT_SECONDS) -> None:
        """Wait until everything that people have done so far has had its effect."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not await self._is_inbox_empty():
            if loop.time() > deadline:
                raise AssertionError("something is still waiting in the inbox")
            await self.sandbox.change_log.wait_for_change(self.sandbox.change_log.revision, 0.02)

    async def _is_inbox_empty(self) -> bool:
        assert self.app is not None
        queue = self.sandbox.telegram.world.queue
        community = self.sandbox.vk.world.communities[COMMUNITY]
        if any(server.queue for server in community.servers.values()):
            return False
        async with self.app.database.read() as uow:
            heard = not queue.pending or await uow.inbox.get_cursor("telegram") == str(queue.next_id)
            if not community.servers:
                heard = heard and await uow.inbox.get_cursor(f"vk:{COMMUNITY}") == str(community.log.ts)
            return heard and not (await uow.inbox.count_by_status()).get("new", 0)

    async def settle_and_advance(self, **step: float) -> None:
        """All that was done has its effect; then time passes (three seconds, unless said otherwise)."""
        await self.wait_for_inbox()
        self.pass_time(**(step or {"seconds": 3}))

    async def find_stored_message(self, account: str, chat_id: int | str, message_id: int | str) -> Message | None:
        """A citizen's message as the bot keeps it, if it does."""
        assert self.app is not None
        async with self.app.database.read() as uow:
            return await uow.messages.find_by_external_id(account, str(chat_id), str(message_id))

    def read_tables(self) -> AsyncConnection:
        """A connection for reading tables as they are: on SQLite, one of the engine would keep the bot from writing."""
        assert self.app is not None
        return self.app.database.engine.execution_options(sqlite_begin="DEFERRED").connect()

    # what is visible where

    def bot_messages(self, chat_id: int) -> list[dict[str, Any]]:
        """Return the bot's messages in a Telegram chat."""
        return self.sandbox.telegram.from_bot(chat_id)

    def bot_texts(self, chat_id: int) -> list[str]:
        return [message_text(letter) for letter in self.bot_messages(chat_id)]

    def find_message(self, chat_id: int, *pieces: str, opening: re.Pattern[str] | None = None) -> dict[str, Any] | None:
        """The newest message of our bot in a chat that holds every one of *pieces* (and begins with *opening*)."""
        found = [
            letter for letter in self.bot_messages(chat_id) if all(piece in message_text(letter) for piece in pieces)
        ]
        found = [letter for letter in found if opening is None or opening.match(message_text(letter))]
        return found[-1] if found else None

    async def wait_for_message(self, chat_id: int, *pieces: str) -> dict[str, Any]:
        """Wait for such a message."""
        try:
            return await self.wait_until(lambda: self.find_message(chat_id, *pieces))
        except TimeoutError:
            raise AssertionError(f"no {pieces} in {chat_id}; there is: {self.bot_texts(chat_id)}") from None

    async def wait_for_card(self, person: int, number: int, *pieces: str) -> dict[str, Any]:
        """Wait for the card of ticket *number* that reads so."""
        # A reminder has words before the number, and an approval a line of its own.
        card = re.compile(rf"(?:📝 На согласовании[^\n]*\n)?[^\s:]+ №{number} · ")
        try:
            return await self.wait_until(lambda: self.find_message(person, *pieces, opening=card))
        except TimeoutError:
            raise AssertionError(f"no card {number} {pieces} for {person}: {self.bot_texts(person)}") from None

    def ticket_numbers(self, person: int) -> list[int]:
        """The numbers of the tickets that a person has cards of."""
        found = [re.match(r"(?:📝 На согл[^\n]*\n)?[^\s:]+ №(\d+) · ", text) for text in self.bot_texts(person)]
        return sorted(int(match[1]) for match in found if match)

    async def press_button(self, person: int, letter: dict[str, Any], button: str) -> dict[str, Any]:
        """Press a button (by its text, or a part of it) and wait for the answer to the press."""
        label = next(label for label in button_labels(letter) if button in label)
        telegram = self.sandbox.telegram
        press_id = await telegram.press_button(person, person, letter["message_id"], label)
        return await self.wait_until(lambda: telegram.callback_answers.get(press_id))

    async def press_code(self, person: int, chat_id: int, message_id: int, code: str) -> dict[str, Any]:
        telegram = self.sandbox.telegram
        press_id = await telegram.press_callback_data(person, chat_id, message_id, code)
        return await self.wait_until(lambda: telegram.callback_answers.get(press_id))

    async def send_message(self, person: int, text: str = "", **more: Any) -> int:
        """Somebody writes to the bot in private."""
        return await self.sandbox.telegram.send_message(person, person, text, **more)

    async def answer_ticket(self, person: int, number: int, text: str) -> None:
        """The whole way of an answer: button, words, preview, «Отправить»."""
        await self.press_button(person, await self.wait_for_card(person, number), "Ответить")
        await self.wait_for_message(person, f"Ответ на №{number}")
        await self.send_message(person, text)
        preview = await self.wait_for_message(person, f"(№{number}):", text[:50])
        await self.press_button(person, preview, button_labels(preview)[0])


def message_text(letter: dict[str, Any]) -> str:
    """Text or caption."""
    return str(letter.get("text") or letter.get("caption") or "")


def button_labels(letter: dict[str, Any]) -> list[str]:
    """The texts of the buttons under a message."""
    rows = letter.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]
