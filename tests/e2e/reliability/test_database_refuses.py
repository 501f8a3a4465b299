"""The database refuses writes: nothing is lost or sent twice, people are told, and work resumes automatically."""

import logging
import resource
import socket
import sqlite3
from contextlib import closing
from typing import Any

import aiohttp
import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from bot.domain.outbox import DeliveryEnd
from storage.repositories.outbox import Outbox
from tests.e2e.harness import GROUP, ROADS_HEAD, Harness
from tests.e2e.queries import wait_until_idle

LONG = "На улице Ленина огромная яма на дороге, объехать негде. " + "Подробности: машины вязнут. " * 120
PEOPLE = range(3001, 3011)

MAX_FILE_BYTES = 1 << 16
"""More than what pytest captures in files, less than the database and its log."""


class DiskLimit:
    """As large as it is now, or without end."""

    def __init__(self, bot: Harness) -> None:
        assert bot.app is not None
        self.full = False
        event.listen(bot.app.database.engine.sync_engine, "begin", self._apply_limit)

    def _apply_limit(self, connection: Any) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {1 if self.full else 1 << 30}")


async def send_complaints(bot: Harness) -> None:
    for number in PEOPLE:
        bot.sandbox.telegram.user(number, f"Житель {number}")
        await bot.sandbox.telegram.send_message(GROUP, number, f"{LONG} Дом {number - 3000}.")


async def get_readiness(port: int) -> tuple[int, dict[str, Any]]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/readyz") as answer:
        return answer.status, await answer.json()


@pytest.fixture
async def watched(closed_bot: Harness) -> tuple[Harness, int]:
    """The town with a page of its health; messages of one event stay apart."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    closed_bot.settings["more"] = f'[http]\nlisten = "127.0.0.1:{port}"\n\n[problems]\njoin = false\n'
    await closed_bot.start()
    return closed_bot, port


async def test_a_full_disk_loses_nothing(watched: tuple[Harness, int], caplog: pytest.LogCaptureFixture) -> None:
    bot, port = watched
    await wait_until_idle(bot)
    disk = DiskLimit(bot)
    disk.full = True
    with caplog.at_level(logging.INFO):
        await send_complaints(bot)
        await bot.wait_until(lambda: "на диске нет места" in caplog.text)
        assert await get_readiness(port) == (503, {"ready": False, "database": "full"})

        disk.full = False
        await bot.wait_until(lambda: len(bot.ticket_numbers(ROADS_HEAD)) == len(PEOPLE), seconds=60)
        await bot.wait_until(lambda: "База снова принимает записи" in caplog.text)
    await wait_until_idle(bot)
    assert bot.ticket_numbers(ROADS_HEAD) == list(range(1, len(PEOPLE) + 1))
    assert (await get_readiness(port))[0] == 200
    assert caplog.text.count("на диске нет места") < 5, "said once, not at every try"
    assert "Traceback" not in caplog.text


async def test_a_disk_that_takes_no_more_bytes_loses_nothing(
    watched: tuple[Harness, int], caplog: pytest.LogCaptureFixture
) -> None:
    """The system itself refuses to let any file grow: SQLite reports an I/O error, as for a quota."""
    bot, port = watched
    await wait_until_idle(bot)
    whole = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE_BYTES, whole[1]))
    try:
        await send_complaints(bot)
        await bot.wait_until(lambda: "База не отвечает" in caplog.text)
        assert await get_readiness(port) == (503, {"ready": False, "database": "gone"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, whole)
    await bot.wait_until(lambda: len(bot.ticket_numbers(ROADS_HEAD)) == len(PEOPLE))
    await wait_until_idle(bot)
    assert bot.ticket_numbers(ROADS_HEAD) == list(range(1, len(PEOPLE) + 1))
    assert (await get_readiness(port))[0] == 200
    assert "Traceback" not in caplog.text


async def test_a_disk_that_fills_up_between_sending_and_writing_down_repeats_nothing(
    watched: tuple[Harness, int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bot, _ = watched
    await wait_until_idle(bot)
    whole, tries = Outbox.finish_delivery, []

    async def refuses(self: Outbox, *how: Any, **more: Any) -> DeliveryEnd:
        tries.append(how)
        if len(tries) < 4:
            refusal = sqlite3.OperationalError("database or disk is full")
            refusal.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise OperationalError("UPDATE", [], refusal)
        return await whole(self, *how, **more)

    monkeypatch.setattr(Outbox, "finish_delivery", refuses)
    bot.sandbox.telegram.user(3001, "Житель")
    await bot.sandbox.telegram.send_message(GROUP, 3001, "На Ленина 45 огромная яма на дороге")
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.wait_until(lambda: len(tries) >= 4)
    await wait_until_idle(bot)
    assert bot.ticket_numbers(ROADS_HEAD) == [1]
    assert "Traceback" not in caplog.text


async def test_a_database_that_another_program_holds_is_waited_for(
    watched: tuple[Harness, int], caplog: pytest.LogCaptureFixture
) -> None:
    """A backup or a check that writes, for longer than SQLite itself waits."""
    bot, port = watched
    await wait_until_idle(bot)
    assert bot.app is not None
    event.listen(
        bot.app.database.engine.sync_engine,
        "begin",
        lambda connection: connection.exec_driver_sql("PRAGMA busy_timeout = 50"),
        insert=True,
    )
    with closing(sqlite3.connect(bot.folder / "mcu.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with caplog.at_level(logging.INFO):
            await send_complaints(bot)
            await bot.wait_until(lambda: "База занята другой программой" in caplog.text)
            assert (await get_readiness(port))[1] == {"ready": False, "database": "locked"}
            assert bot.ticket_numbers(ROADS_HEAD) == []
            other.execute("ROLLBACK")
            await bot.wait_until(lambda: len(bot.ticket_numbers(ROADS_HEAD)) == len(PEOPLE), seconds=60)
    await wait_until_idle(bot)
    assert bot.ticket_numbers(ROADS_HEAD) == list(range(1, len(PEOPLE) + 1))
    assert (await get_readiness(port))[0] == 200
    assert "Traceback" not in caplog.text
