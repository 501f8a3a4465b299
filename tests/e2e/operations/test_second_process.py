"""On one SQLite file one bot works; who only looks may look."""

from pathlib import Path

import pytest

from storage.database import Database
from storage.sqlite.file_lock import DatabaseInUse
from tests.e2e.process import BotProcess
from tests.e2e.reliability.test_kill import StationsHarness


async def test_a_second_bot_on_the_same_file_is_refused_until_the_first_has_died(tmp_path: Path) -> None:
    stations = StationsHarness(tmp_path)
    await stations.open()
    second = BotProcess(stations.bot.config)
    try:
        await stations.bot.start()
        await stations.wait_for_polls()
        code, said = await second.run_refused_start()
        assert code == 2
        assert "mcu.sqlite3 уже работает запущенный бот" in said
        assert "Traceback" not in said
        assert await stations.bot.export_tickets() == [], "reading stays possible"

        await stations.bot.kill()
        await second.start()
        await stations.wait_for_polls()
        assert await second.terminate() == 0
    finally:
        await second.close()
        await stations.close()


async def test_the_lock_is_given_back_and_is_not_asked_for_by_readers(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'mcu.sqlite3'}"
    first, other = Database(url), Database(url)
    first.acquire_file_lock()
    with pytest.raises(DatabaseInUse, match="mcu"):
        other.acquire_file_lock()
    await first.close()
    other.acquire_file_lock()
    await other.close()
