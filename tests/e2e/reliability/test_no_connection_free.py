"""The server has no connection left for the bot: it waits, goes on, and can be stopped."""

import asyncio

import pytest

from crashtest.bot_database import open_database, wait_until_idle
from crashtest.server_faults import no_connection_free
from tests.databases import DATABASE_KINDS
from tests.e2e.harness import TIMEOUT_SECONDS
from tests.e2e.reliability.test_kill import StationsHarness, stations

__all__ = ["stations"]

pytestmark = pytest.mark.parametrize("kind", DATABASE_KINDS[1:], indirect=True)


def read_log(town: StationsHarness) -> str:
    return town.bot.log.read_text(encoding="utf-8")


async def wait_for_log(town: StationsHarness, words: str) -> None:
    """Wait for a line of the bot's."""
    await town.sandbox.change_log.wait_until(lambda: words in read_log(town), TIMEOUT_SECONDS)


async def test_a_start_says_in_words_that_it_is_to_be_tried_again(stations: StationsHarness) -> None:
    async with no_connection_free(stations.database_url):
        code, said = await stations.bot.run_refused_start()
    assert code == 1, "the service manager tries again"
    assert "заняты все соединения" in said
    assert "Traceback" not in said


async def test_running_and_stopping_bots_outlive_it(stations: StationsHarness) -> None:
    bot = stations.bot
    await bot.start()
    await stations.wait_for_polls()
    await stations.send_complaints(2)
    await stations.wait_for_cards(2)
    async with no_connection_free(stations.database_url):
        await stations.send_complaints(6)
        await wait_for_log(stations, "все соединения с ней заняты")
    await stations.wait_for_cards(8)

    async with open_database(stations.database_url) as database, asyncio.timeout(TIMEOUT_SECONDS):
        await wait_until_idle(database, stations.sandbox)
    async with no_connection_free(stations.database_url):
        assert await bot.terminate() == 0
    assert "Traceback" not in read_log(stations)
