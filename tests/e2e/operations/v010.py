"""The database fixture of release 0.1.0, and a harness whose sandbox continues where that database was dumped."""

import itertools
import json
import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.app import App
from bot.config import Config, load_config
from bot.runtime.options import RuntimeOptions
from sandbox.max import state as max_state
from sandbox.server import Sandbox
from sandbox.telegram.updates import UpdateQueue
from sandbox.telegram.world import CallbackQuery, StoredFile
from sandbox.vk import state as vk_state
from tests.e2e.harness import COMMUNITY, Harness
from tests.manual_clock import ManualClock

FIXTURE_FOLDER = Path(__file__).parents[2] / "fixtures" / "v010"
SANDBOX_URL = "http://127.0.0.1:18710"
"""The address of the sandbox that the fixture was made with."""

DOWNTIME = timedelta(minutes=3)
"""Time between the last act of 0.1.0 and the start of the upgraded bot: the leases of 0.1.0 are over by then."""

SECOND_COMMUNITY, SCHOOL_PAGE = 501, 901
MAX_TOKEN, SERVICE_KEY, SECOND_TOKEN = (
    "max-token-for-tests-only",
    "vk-service-key-for-tests-only",
    "vk-token-of-the-second",
)
TELEGRAM_GROUPS = {-1001000000003: "Ручной двор", -1001000000004: "Без ответов", -1001000000009: "Чужой двор"}
MAX_CHAT, MAX_CHANNEL = -70_801_000_000_001, -70_801_000_000_002

_KNOWN_MESSAGES = """
    SELECT account, chat_id, external_id, author_id, text FROM message
    UNION ALL SELECT account, chat_id, external_id, NULL, '…' FROM letter
    UNION ALL SELECT account, chat_id, external_id, NULL, '…' FROM card WHERE external_id IS NOT NULL
    UNION ALL SELECT account, chat_id, external_id, NULL, '…' FROM doubt_list WHERE external_id IS NOT NULL
    UNION ALL SELECT account, chat_id, facts -> 'shown' ->> 'id', NULL, '…' FROM dialog WHERE facts ->> 'shown' > ''
    UNION ALL SELECT account, chat_id, facts ->> 'edits', NULL, '…' FROM outbox WHERE kind = 'edit_note'
"""
_UNHANDLED_UPDATES = "SELECT account, conversation, CAST(payload AS TEXT) FROM inbox WHERE status = 'new'"
_PRIVATE_CHATS = """
    SELECT messenger, user_id FROM account
    UNION SELECT account, chat_id FROM outbox WHERE chat_kind = 'private' AND chat_id > ''
    UNION SELECT account, chat_id FROM message WHERE chat_kind = 'private'
"""


def read_expectation(kind: str) -> dict[str, Any]:
    """Return everything that release 0.1.0 rendered from the fixture of this kind of database."""
    expected: dict[str, Any] = json.loads((FIXTURE_FOLDER / "expected.json").read_text(encoding="utf-8"))
    if kind == "postgresql":  # its file holds only the differences
        changes = json.loads((FIXTURE_FOLDER / "expected_postgres.json").read_text(encoding="utf-8"))
        rows = {row["id"]: row for row in changes["outbox"]}
        cards = {(card["ticket"], card["person_id"]): card for card in changes["cards"]}
        expected["outbox"] = [rows.get(row["id"], row) for row in expected["outbox"]]
        expected["cards"] = [cards.get((card["ticket"], card["person_id"]), card) for card in expected["cards"]]
    return expected


def moment_of(expected: dict[str, Any]) -> datetime:
    """Return the moment at which the expected texts were rendered."""
    return datetime.fromisoformat(expected["now"])


async def load_dump(url: str, sandbox_url: str = SANDBOX_URL) -> None:
    """Fill the empty database at *url* with the fixture; addresses of files then lead to *sandbox_url*."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        file = sqlite3.connect(str(address.database))
        file.executescript(_read_dump("database.sql", sandbox_url))
        file.close()
        return
    # The dump changes the settings of its connection, so the bot must not use this one.
    connection = await asyncpg.connect(address.set(drivername="postgresql").render_as_string(hide_password=False))
    await connection.execute(_read_dump("database_postgres.sql", sandbox_url))
    await connection.close()


def _read_dump(name: str, sandbox_url: str) -> str:
    return (FIXTURE_FOLDER / name).read_text(encoding="utf-8").replace(SANDBOX_URL, sandbox_url)


def write_config(folder: Path, database_url: str, sandbox_url: str = SANDBOX_URL) -> Config:
    """Write the fixture's configuration for this database, with the trained model where the bot looks for it."""
    settings = (FIXTURE_FOLDER / "settings.toml").read_text(encoding="utf-8")
    settings = settings.replace("sqlite+aiosqlite:///database.sqlite3", database_url).replace(SANDBOX_URL, sandbox_url)
    (folder / "config.toml").write_text(settings, encoding="utf-8")
    config = load_config(folder / "config.toml")
    shutil.copytree(FIXTURE_FOLDER / "model", config.model_folder)
    return config


async def query(url: str, statement: str) -> Sequence[Any]:
    """Return the rows of *statement*."""
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return (await connection.execute(text(statement))).all()
    finally:
        await engine.dispose()


@dataclass
class UpgradedHarness(Harness):
    """The bot on the fixture's database, with a sandbox that holds the messages which the database knows."""

    database_url: str = ""
    expected: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = ManualClock(moment_of(self.expected) + DOWNTIME)

    async def open(self) -> None:
        await super().open()
        self._add_chats()
        await load_dump(self.database_url, self.sandbox.url)
        for account, user_id in await query(self.database_url, _PRIVATE_CHATS):
            _open_private_chat(self.sandbox, account, int(user_id))
        for account, conversation, payload in await query(self.database_url, _UNHANDLED_UPDATES):
            _add_update_context(self.sandbox, account, conversation, json.loads(payload))
        for (media,) in await query(self.database_url, "SELECT CAST(media AS TEXT) FROM message"):
            _add_telegram_files(self.sandbox, json.loads(media))
        for account, chat_id, message_id, author_id, words in await query(self.database_url, _KNOWN_MESSAGES):
            _add_message(self.sandbox, account, chat_id, message_id, author_id, words)
        _skip_used_numbers(self.sandbox, dict(await query(self.database_url, "SELECT account, value FROM cursor")))

    async def start_staff(self) -> None:
        """Officials have opened the bot long ago."""

    def _add_chats(self) -> None:
        telegram, vk, server = self.sandbox.telegram, self.sandbox.vk, self.sandbox.max
        for chat_id, title in TELEGRAM_GROUPS.items():
            telegram.group(chat_id, title)
        vk.community(SECOND_COMMUNITY, "Благоустройство", SECOND_TOKEN)
        vk.community(SCHOOL_PAGE, "Школа №1", "the-bot-has-no-such-token")
        vk.service_key(SERVICE_KEY)
        server.add_bot(MAX_TOKEN, username="mcu_max_bot")
        server.chat(MAX_CHAT, "Дом на Ленина, 45")
        server.channel(MAX_CHANNEL, "Администрация")

    async def start(self) -> None:
        options = RuntimeOptions(
            clock=self.clock,
            poll_seconds=1,
            self_check_seconds=self.check_seconds,
            card_edit_interval=self.card_edit_delay,
            retry_delays=self.retry_pauses,
            rate_limits=self.rate_limits,
        )
        self.app = App(write_config(self.folder, self.database_url, self.sandbox.url), options)
        await self.app.__aenter__()
        await self.wait_until(self._is_polling)
        await self.wait_until(lambda: any(call.name == "getUpdates" for call in self.sandbox.max.calls))

    async def _is_inbox_empty(self) -> bool:
        assert self.app is not None
        async with self.app.database.read() as uow:
            queue = self.sandbox.max.world.queue
            is_read = not queue.pending or await uow.inbox.get_cursor("max") == str(queue.next)
        return is_read and await super()._is_inbox_empty()


def _open_private_chat(sandbox: Sandbox, account: str, user_id: int) -> None:
    if account == "telegram":
        sandbox.telegram.world.ensure_user(user_id)
        chat = sandbox.telegram.world.get_chat(user_id)
        chat.bot_status, chat.known_to_bot = "member", True
    elif account == "max":
        sandbox.max.world.ensure_user(user_id)
        sandbox.max.world.get_chat(user_id).open = True
    else:
        sandbox.vk.world.users.setdefault(user_id, vk_state.User(user_id, "Житель", str(user_id)))
        group_id = int(account.partition(":")[2] or COMMUNITY)
        sandbox.vk.world.ensure_dialog(group_id, user_id).allowed = True


def _add_update_context(sandbox: Sandbox, account: str, conversation: str, update: dict[str, Any]) -> None:
    """Add the pressed button or the private chat of an update that the bot has stored but not handled."""
    chat_id = conversation.partition("|")[2].partition(":")[0]
    if account.startswith("vk:") and chat_id.isdecimal():
        _open_private_chat(sandbox, account, int(chat_id))
    if press := update.get("callback_query"):
        world = sandbox.telegram.world
        world.presses[press["id"]] = CallbackQuery(press["id"], press["from"]["id"], world.now())


def _add_telegram_files(sandbox: Sandbox, media: list[dict[str, Any]]) -> None:
    for one in media:
        if one.get("origin") == "telegram" and "ref" in one:
            file = StoredFile(one["ref"], one["kind"], b"\xff\xd8\xff\xe0 a picture", f"{one['kind']}s/{one['ref']}")
            sandbox.telegram.world.files[file.id] = sandbox.telegram.world.paths[file.path] = file


def _add_message(
    sandbox: Sandbox, account: str, chat_id: str, message_id: str, author_id: str | None, words: str
) -> None:
    """Add a stub of a message, by the bot where *author_id* is ``None``."""
    if account == "telegram":
        _add_telegram_message(sandbox, int(chat_id), int(message_id), author_id, words)
    elif account == "max":
        _add_max_message(sandbox, int(chat_id), message_id, author_id, words)
    elif account != "vk:pages" and chat_id.isdecimal():  # the sandbox gets no posts, so no comments either
        _add_vk_message(sandbox, int(account.removeprefix("vk:")), int(chat_id), int(message_id), author_id, words)


def _add_telegram_message(sandbox: Sandbox, chat_id: int, message_id: int, author_id: str | None, words: str) -> None:
    world = sandbox.telegram.world
    if chat_id > 0:
        _open_private_chat(sandbox, "telegram", chat_id)
    elif chat_id not in world.chats:
        return
    chat = world.get_chat(chat_id)
    author = world.me.user() if author_id is None else world.ensure_user(int(author_id))
    date = int(world.now().timestamp())
    message = {"message_id": message_id, "date": date, "chat": chat.as_json(), "from": author, "text": words}
    chat.messages.setdefault(message_id, message)


def _add_vk_message(
    sandbox: Sandbox, group_id: int, peer_id: int, message_id: int, author_id: str | None, words: str
) -> None:
    world = sandbox.vk.world
    dialog = world.ensure_dialog(group_id, peer_id)
    dialog.allowed = True
    author, date = (-group_id if author_id is None else int(author_id)), world.change_log.now()
    message = vk_state.Message(message_id, message_id, peer_id, author, date, words, out=author < 0)
    dialog.messages.setdefault(message_id, message)


def _add_max_message(sandbox: Sandbox, chat_id: int, message_id: str, author_id: str | None, words: str) -> None:
    world = sandbox.max.world
    if chat_id > 0:
        _open_private_chat(sandbox, "max", chat_id)
    chat = world.get_chat(chat_id)
    author = world.me.user_id if author_id is None else int(author_id)
    sequence = int(message_id[-16:], 16)
    message = max_state.Message(message_id, sequence, chat.chat_id, author, world.now(), text=words)
    chat.messages.setdefault(message_id, message)


def _skip_used_numbers(sandbox: Sandbox, cursors: dict[str, str]) -> None:
    """Let new messages and updates have numbers that the database does not know yet."""
    telegram, vk, server = sandbox.telegram.world, sandbox.vk.world, sandbox.max.world
    telegram.queue = UpdateQueue(first_id=int(cursors["telegram"]))
    telegram._shared_id = telegram._serial = 10_000
    for chat in telegram.chats.values():
        chat.next_id = 10_000
    vk._ids, vk._message_ids = itertools.count(10_000), itertools.count(100_000)
    for group_id in (COMMUNITY, SECOND_COMMUNITY):
        log = vk.communities[group_id].log
        log.ts = log.oldest_ts = int(cursors[f"vk:{group_id}"])
    server.queue.next = int(cursors["max"].partition("@")[0])
    server._serial = 10_000
