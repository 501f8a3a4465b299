"""One of two processes on PostgreSQL is killed: what it had in hand does not wait for its leases to run out."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot.outbox.worker import TAKEOVER_GRACE_SECONDS
from crashtest.failpoints import CrashPoint
from tests.databases import POSTGRES_URL, DatabasePool
from tests.e2e.harness import TIMEOUT_SECONDS
from tests.e2e.process import ROOT
from tests.e2e.reliability.test_kill import StationsHarness

pytestmark = pytest.mark.skipif(POSTGRES_URL is None, reason="MCU_TEST_POSTGRES is not set")

CRASHING_BOT_SCRIPT = """
import sys
from pathlib import Path
from crashtest.failpoints import CrashPoint, Failpoint
from crashtest.fork_server import run_bot
run_bot(Path(sys.argv[1]), Failpoint(CrashPoint(sys.argv[2]), int(sys.argv[3])))
"""


@pytest.fixture
async def stations(tmp_path: Path, shelf: DatabasePool) -> AsyncIterator[StationsHarness]:
    stations = StationsHarness(tmp_path)
    await stations.open()
    try:
        async with shelf.borrow_database() as url:
            stations.use_database(url)
            yield stations
            await stations.bot.close()
    finally:
        await stations.close()


@asynccontextmanager
async def crashing_bot(stations: StationsHarness, point: CrashPoint, passage: int) -> AsyncIterator[Process]:
    """Another process, that kills itself when it passes *point* for the *passage*-th time."""
    with stations.bot.log.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", CRASHING_BOT_SCRIPT, str(stations.bot.config), point.value, str(passage)),
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


async def wait_until_started(stations: StationsHarness, times: int) -> None:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while stations.bot.log.read_text(encoding="utf-8").count("started") < times:
            await wait_briefly(stations)


async def wait_briefly(stations: StationsHarness) -> None:
    journal = stations.sandbox.change_log
    await journal.wait_for_change(journal.revision, 0.1)


async def test_updates_of_a_dead_process_are_handled_by_the_others(stations: StationsHarness) -> None:
    await stations.bot.start()
    await stations.wait_for_polls()
    await stations.send_complaints(2)
    await stations.wait_for_cards(2)
    async with crashing_bot(stations, CrashPoint.HANDLING, 1) as process:
        await wait_until_started(stations, 2)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while process.returncode is None:  # the one that lives takes its share
                await stations.send_complaints(1)
                await wait_briefly(stations)
        assert process.returncode == -signal.SIGKILL
    await stations.wait_for_cards(stations.messages_written, 30)  # waits for half as long as the lease is
    assert len(set().union(*stations.cards_by_complaint().values())) == stations.messages_written


async def test_a_leader_that_waits_to_die_leads_while_nobody_writes(stations: StationsHarness) -> None:
    """The patience with hung loops is short in these processes: a poll without updates must be shorter."""
    telegram = stations.sandbox.telegram
    async with crashing_bot(stations, CrashPoint.CLAIMED, 1000):
        await stations.sandbox.change_log.wait_until(
            lambda: [name for name, _ in telegram.calls].count("getUpdates") >= 4, TIMEOUT_SECONDS
        )
        assert "a loop does not go on" not in stations.bot.log.read_text(encoding="utf-8")


async def test_messages_that_the_dead_leader_was_sending_are_sent_by_the_next(stations: StationsHarness) -> None:
    async with crashing_bot(stations, CrashPoint.CLAIMED, 30) as leader:
        await stations.wait_for_polls()
        await stations.bot.start()
        await wait_until_started(stations, 2)
        await stations.send_complaints(20)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            assert await leader.wait() == -signal.SIGKILL
    await stations.wait_for_cards(20, 30)  # waits for a quarter of what the lease is
    assert [of for of in stations.cards_by_complaint().values() if len(of) > 1] == []


async def test_messages_of_a_dead_leader_are_sent_though_none_of_the_next_lives_long(
    stations: StationsHarness,
) -> None:
    """Each lives for less time than a former leader is given to record what it has sent."""
    async with crashing_bot(stations, CrashPoint.CLAIMED, 30) as leader:
        await stations.wait_for_polls()
        await stations.send_complaints(20)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            assert await leader.wait() == -signal.SIGKILL
    for life in range(2, 10):
        await stations.bot.start()
        await wait_until_started(stations, life)
        with suppress(AssertionError):
            await stations.wait_for_cards(20, TAKEOVER_GRACE_SECONDS / 2)
            break
        await stations.bot.kill()
    assert len(stations.cards_by_complaint()) == 20
