"""One of two processes on PostgreSQL is killed: what it had in hand does not wait for its leases to run out."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from crashtest.failpoints import Point
from tests.databases import SERVER, Shelf
from tests.e2e.harness import PATIENCE
from tests.e2e.process import ROOT
from tests.e2e.reliability.test_kill import Stations

pytestmark = pytest.mark.skipif(SERVER is None, reason="MCU_TEST_POSTGRES is not set")

DOOMED = """
import sys
from pathlib import Path
from crashtest.failpoints import Doom, Point
from crashtest.fork_server import live
live(Path(sys.argv[1]), Doom(Point(sys.argv[2]), int(sys.argv[3])))
"""


@pytest.fixture
async def stations(tmp_path: Path, shelf: Shelf) -> AsyncIterator[Stations]:
    town = Stations(tmp_path)
    await town.open()
    try:
        async with shelf.database() as url:
            town.use(url)
            yield town
            await town.bot.close()
    finally:
        await town.close()


@asynccontextmanager
async def doomed(stations: Stations, point: Point, passage: int) -> AsyncIterator[Process]:
    """Another process, that kills itself when it passes *point* for the *passage*-th time."""
    with stations.bot.log.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", DOOMED, str(stations.bot.config), point.value, str(passage)),
            stdout=DEVNULL,
            stderr=log.fileno(),
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until_started(stations: Stations, times: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while stations.bot.log.read_text(encoding="utf-8").count("started") < times:
            await pause(stations)


async def pause(stations: Stations) -> None:
    journal = stations.sandbox.journal
    await journal.wait_newer(journal.revision, 0.1)


async def test_updates_of_a_dead_process_are_handled_by_the_others(stations: Stations) -> None:
    await stations.bot.start()
    await stations.until_asked()
    await stations.write(2)
    await stations.until_cards(2)
    async with doomed(stations, Point.HANDLING, 1) as process:
        await until_started(stations, 2)
        async with asyncio.timeout(PATIENCE):
            while process.returncode is None:  # the one that lives takes its share
                await stations.write(1)
                await pause(stations)
        assert process.returncode == -signal.SIGKILL
    await stations.until_cards(stations.written, 30)  # waits for half as long as the lease is
    assert len(set().union(*stations.cards().values())) == stations.written


async def test_messages_that_the_dead_leader_was_sending_are_sent_by_the_next(stations: Stations) -> None:
    async with doomed(stations, Point.CLAIMED, 30) as leader:
        await stations.until_asked()
        await stations.bot.start()
        await until_started(stations, 2)
        await stations.write(20)
        async with asyncio.timeout(PATIENCE):
            assert await leader.wait() == -signal.SIGKILL
    await stations.until_cards(20, 30)  # waits for a quarter of what the lease is
    assert [of for of in stations.cards().values() if len(of) > 1] == []
