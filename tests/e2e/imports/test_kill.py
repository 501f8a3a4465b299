"""The power goes out while a table is being entered, and again: the next process goes on where the last one was."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.harness import TIMEOUT_SECONDS, message_text
from tests.e2e.imports.tables import as_csv, finished, pos_row
from tests.e2e.reliability.test_kill import StationsHarness

COORDINATOR = 994
ROWS = [pos_row(str(number)) if number % 10 == 0 else finished(str(number)) for number in range(1500)]
STAFF = f"""
[[staff]]
name = "Координатор"
role = "coordinator"
telegram_id = {COORDINATOR}
"""


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[StationsHarness]:
    town = StationsHarness(tmp_path)
    await town.open()
    config = town.bot.config
    config.write_text(STAFF + config.read_text(encoding="utf-8"), encoding="utf-8")
    town.sandbox.telegram.user(COORDINATOR, "Вера")
    await town.sandbox.telegram.start_bot(COORDINATOR)
    yield town
    await town.close()


async def test_entering_survives_two_deaths(town: StationsHarness) -> None:
    telegram = town.sandbox.telegram
    await town.bot.start()
    await _wait_for_text(town, "Вы подключены к центру управления")
    await telegram.send_message(COORDINATOR, COORDINATOR, document=("ПОС.csv", as_csv(ROWS)))
    preview = await _wait_for_text(town, f"Новых: {len(ROWS)}")
    await telegram.press_button(COORDINATOR, COORDINATOR, preview, "Внести")
    for entered in (200, 700):
        await _wait_for_rows(town, entered)
        await town.bot.kill()
        assert _count(town, "SELECT count(*) FROM import_record") < len(ROWS)
        await town.bot.start()
    await _wait_for_text(town, f"Внесено новых: {len(ROWS)}")
    for query in (
        "SELECT count(*) FROM ticket",
        "SELECT count(*) FROM import_record",
        "SELECT count(*) FROM audit WHERE action = 'registered'",
    ):
        assert _count(town, query) == len(ROWS)


def _count(town: StationsHarness, query: str) -> int:
    file = town.bot.config.parent / "mcu.sqlite3"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as tables:
        return int(tables.execute(query).fetchone()[0])


async def _wait_for_rows(town: StationsHarness, rows: int) -> None:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while await asyncio.to_thread(_count, town, "SELECT count(*) FROM import_record") < rows:
            await town.sandbox.change_log.wait_for_change(town.sandbox.change_log.revision, 0.02)


async def _wait_for_text(town: StationsHarness, words: str) -> int:
    """Wait until the coordinator has such a message; return its id."""
    log, found = town.sandbox.change_log, list[int]()

    def look() -> bool:
        letters = town.sandbox.telegram.from_bot(COORDINATOR)
        found[:] = [one["message_id"] for one in letters if words in message_text(one)]
        return bool(found)

    await log.wait_until(look, TIMEOUT_SECONDS)
    return found[-1]
