"""A backup while the bot writes; a move from one file to PostgreSQL."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.people import Account, MessengerName, Person, Role
from storage.database import Database
from storage.migrate import migrate
from storage.transfer import TransferFailed, backup_sqlite, move
from tests.databases import KINDS, empty_database

NOW = datetime(2026, 11, 20, 4, 30, 0, 123456, tzinfo=UTC)


async def filled(url: str, updates: int = 2500) -> None:
    """A database with something of most kinds in it."""
    database = Database(url)
    await migrate(database.engine)
    async with database.begin() as uow:
        rows = [(str(n), f"chat:{n % 7}", {"text": f"яма №{n} «ёлка»", "n": n}) for n in range(updates)]
        await uow.inbox.store("telegram", rows, NOW)
        await uow.inbox.move_cursor("telegram", "42", NOW)
        own = (Account(MessengerName.TELEGRAM, "1001"),)
        await uow.people.replace([Person(0, "Начальник", frozenset({Role.HEAD}), frozenset({"roads"}), accounts=own)])
        await uow.chronicle.once("first_start", NOW)
        await uow.chronicle.record("registered", NOW, facts={"sector": "roads", "empty": None})
    await database.close()


async def test_a_backup_made_while_somebody_writes_is_whole(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'mcu.sqlite3'}"
    await filled(url)
    database = Database(url)
    writing = True

    async def write() -> None:
        number = 0
        while writing:
            number += 1
            async with database.begin() as uow:
                await uow.inbox.store("vk:1", [(str(number), "c", {})], NOW)

    async with asyncio.TaskGroup() as group:
        group.create_task(write())
        size = await asyncio.to_thread(backup_sqlite, url, tmp_path / "copy.sqlite3")
        writing = False
    await database.close()

    assert size > 100_000
    copy = sqlite3.connect(tmp_path / "copy.sqlite3")
    assert copy.execute("select count(*) from inbox where account = 'telegram'").fetchone() == (2500,)
    copy.close()
    assert not list(tmp_path.glob("*.part"))


async def test_no_database_no_backup(tmp_path: Path) -> None:
    with pytest.raises(TransferFailed):
        backup_sqlite(f"sqlite+aiosqlite:///{tmp_path / 'none.sqlite3'}", tmp_path / "copy.sqlite3")
    assert not (tmp_path / "copy.sqlite3").exists()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_move_brings_everything_and_new_numbers_go_on(kind: str, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    old_url = f"sqlite+aiosqlite:///{tmp_path / 'old.sqlite3'}"
    await filled(old_url)
    async with empty_database(kind, tmp_path / "new") as new_url:
        heard: list[str] = []

        moved = {one.table: one for one in await move(old_url, new_url, lambda one: heard.append(one.table))}

        assert moved["inbox"].rows == 2500
        assert moved["person"].rows == 1
        assert heard == list(moved)
        database = Database(new_url)
        async with database.begin() as uow:
            assert await uow.inbox.cursor("telegram") == "42"
            await uow.inbox.store("telegram", [("new", "chat:1", {})], NOW)
            claimed = await uow.inbox.claim(NOW, NOW - NOW, 5000)
        await database.close()
        assert len(claimed) == 2501
        assert claimed[0].payload == {"text": "яма №0 «ёлка»", "n": 0}


async def test_a_database_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    old_url = f"sqlite+aiosqlite:///{tmp_path / 'old.sqlite3'}"
    new_url = f"sqlite+aiosqlite:///{tmp_path / 'new.sqlite3'}"
    await filled(old_url, 10)
    await filled(new_url, 3)

    with pytest.raises(TransferFailed, match="не пуста"):
        await move(old_url, new_url, lambda one: None)

    database = Database(new_url)
    async with database.read() as uow:
        assert (await uow.inbox.counts()) == {"new": 3}
    await database.close()


async def test_a_database_with_a_bot_at_work_is_not_moved(tmp_path: Path) -> None:
    old_url = f"sqlite+aiosqlite:///{tmp_path / 'old.sqlite3'}"
    await filled(old_url, 10)
    bot = Database(old_url)
    bot.occupy()
    try:
        with pytest.raises(TransferFailed, match="запущенный бот"):
            await move(old_url, f"sqlite+aiosqlite:///{tmp_path / 'new.sqlite3'}", lambda one: None)
    finally:
        await bot.close()
