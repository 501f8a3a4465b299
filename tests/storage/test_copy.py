"""A backup while the bot writes; a move from one file to PostgreSQL."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.domain.people import MessengerName, Person, StaffAccount
from bot.domain.roles import Role
from storage.copy import copy_database
from storage.database import Database
from storage.errors import TransferFailed
from storage.sqlite.backup import PAGES_PER_STEP, backup_sqlite
from tests.databases import DATABASE_KINDS, copy_migrated_sqlite, empty_database

NOW = datetime(2026, 11, 20, 4, 30, 0, 123456, tzinfo=UTC)

PAGES = 10 * PAGES_PER_STEP
"""Of the database, at least."""


async def fill_database(file: Path, updates: int = 2500) -> str:
    """Create a database with something of most kinds in it; return its address."""
    url = f"sqlite+aiosqlite:///{file}"
    await copy_migrated_sqlite(url, file.parent.parent)
    database = Database(url)
    async with database.begin() as uow:
        rows = [(str(n), f"chat:{n % 7}", {"text": f"яма №{n} «ёлка»", "n": n}) for n in range(updates)]
        await uow.inbox.store("telegram", rows, NOW)
        await uow.inbox.set_cursor("telegram", "42", NOW)
        own = (StaffAccount(MessengerName.TELEGRAM, "1001"),)
        await uow.staff.add_all([Person(0, "Начальник", frozenset({Role.HEAD}), frozenset({"roads"}), accounts=own)])
        await uow.once_keys.claim("first_start", NOW)
        await uow.audit_log.record("registered", NOW, facts={"sector": "roads", "empty": None})
    await database.close()
    return url


async def fill_large_database(file: Path) -> str:
    """Create a database of some ten times as many pages as are copied in one step; return its address."""
    url = await fill_database(file, 10)
    database = Database(url)
    async with database.begin() as uow:
        rows = [(f"large:{n}", "chat", {"text": "яма " * 1000}) for n in range(PAGES)]
        await uow.inbox.store("telegram", rows, NOW)
    await database.close()
    return url


async def test_a_backup_is_one_moment_and_ends_though_somebody_writes_all_the_time(tmp_path: Path) -> None:
    url = await fill_large_database(tmp_path / "mcu.sqlite3")
    database = Database(url)
    told: list[int] = []

    async def write(number: int) -> None:
        async with database.begin() as uow:
            await uow.inbox.store("vk:1", [(str(number), "c", {})], NOW)

    def meanwhile(percent: int) -> None:
        """Write after every part of the copy, a bounded number of times, so that an endless copy fails the test."""
        told.append(percent)
        if len(told) > 100:
            raise AssertionError("the copy begins again and again")
        asyncio.run_coroutine_threadsafe(write(len(told)), loop).result(60)

    loop = asyncio.get_running_loop()
    size = await asyncio.to_thread(backup_sqlite, url, tmp_path / "copy.sqlite3", meanwhile)
    await database.close()

    assert size > PAGES * 4096
    assert told == sorted(set(told)), "it goes on, it does not begin again"
    assert (len(told) > 3, told[-1]) == (True, 100)
    with closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as copy:
        assert copy.execute("select account, count(*) from inbox group by 1").fetchall() == [("telegram", PAGES + 10)]
    assert [file.name for file in tmp_path.glob("copy*")] == ["copy.sqlite3"]


async def test_a_copy_that_has_no_room_is_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take the bot's own room, too."""
    url = await fill_large_database(tmp_path / "mcu.sqlite3")
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=5_000_000))
    told: list[int] = []

    with pytest.raises(TransferFailed, match=r"нужно \d+ МБ, свободно 4 МБ"):
        backup_sqlite(url, tmp_path / "copy.sqlite3", told.append)
    assert told == []
    assert not list(tmp_path.glob("copy*"))


async def test_no_database_no_backup(tmp_path: Path) -> None:
    with pytest.raises(TransferFailed):
        backup_sqlite(f"sqlite+aiosqlite:///{tmp_path / 'none.sqlite3'}", tmp_path / "copy.sqlite3", lambda _: None)
    assert not (tmp_path / "copy.sqlite3").exists()


@pytest.mark.parametrize("kind", DATABASE_KINDS)
async def test_a_move_brings_everything_and_new_numbers_go_on(kind: str, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    old_url = await fill_database(tmp_path / "old.sqlite3")
    async with empty_database(kind, tmp_path / "new") as new_url:
        heard: list[str] = []

        moved = {one.table: one for one in await copy_database(old_url, new_url, lambda one: heard.append(one.table))}

        assert moved["inbox"].rows == 2500
        assert moved["person"].rows == 1
        assert heard == list(moved)
        database = Database(new_url)
        async with database.begin() as uow:
            assert await uow.inbox.get_cursor("telegram") == "42"
            await uow.inbox.store("telegram", [("new", "chat:1", {})], NOW)
            claimed = await uow.inbox.claim(NOW, NOW - NOW, 5000)
        if database.is_shared:
            async with database.engine.connect() as connection:
                known = await connection.scalar(text("SELECT reltuples FROM pg_class WHERE relname = 'inbox'"))
            assert known == 2500, "the server plans without statistics"
        await database.close()
        assert len(claimed) == 2501
        assert claimed[0].payload == {"text": "яма №0 «ёлка»", "n": 0}


async def test_a_database_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    old_url = await fill_database(tmp_path / "old.sqlite3", 10)
    new_url = await fill_database(tmp_path / "new.sqlite3", 3)

    with pytest.raises(TransferFailed, match="не пуста"):
        await copy_database(old_url, new_url, lambda one: None)

    database = Database(new_url)
    async with database.read() as uow:
        assert (await uow.inbox.count_by_status()) == {"new": 3}
    await database.close()


async def test_a_database_with_a_bot_at_work_is_not_moved(tmp_path: Path) -> None:
    old_url = await fill_database(tmp_path / "old.sqlite3", 10)
    bot = Database(old_url)
    bot.acquire_file_lock()
    try:
        with pytest.raises(TransferFailed, match="запущенный бот"):
            await copy_database(old_url, f"sqlite+aiosqlite:///{tmp_path / 'new.sqlite3'}", lambda one: None)
    finally:
        await bot.close()
