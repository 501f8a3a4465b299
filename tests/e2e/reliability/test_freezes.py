"""Processes that stand still, and loops that do, at the poller, the sender and the scheduler."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.bootstrap.messengers import build_messengers
from crashtest.bot_process import BotProcesses, wait_until_frozen
from crashtest.failpoints import CrashPoint, Effect, Failpoint, FailpointDatabase, with_failpoints
from crashtest.fork_server import ARM_SIGNAL
from tests.databases import POSTGRES_URL, DatabasePool
from tests.e2e.harness import GROUP, MARIA, PYOTR, ROADS_HEAD, TIMEOUT_SECONDS, Harness
from tests.e2e.reliability.test_kill import StationsHarness

FREEZE_POINTS = (CrashPoint.FETCHED, CrashPoint.SELECTING, CrashPoint.TICKING)


@asynccontextmanager
async def stations_on_postgres(folder: Path, shelf: DatabasePool) -> AsyncIterator[StationsHarness]:
    stations = StationsHarness(folder)
    await stations.open()
    try:
        async with shelf.borrow_database() as url:
            stations.use_database(url)
            yield stations
    finally:
        await stations.close()


@pytest.mark.skipif(POSTGRES_URL is None, reason="MCU_TEST_POSTGRES is not set")
async def test_frozen_leader_is_replaced_and_writes_nothing_when_it_goes_on(
    tmp_path: Path, shelf: DatabasePool
) -> None:
    """Leaders freeze one after another: with fetched updates, amid the sender's claim, and in a periodic task."""
    async with stations_on_postgres(tmp_path, shelf) as stations:
        servers = [BotProcesses(stations.bot.config, tmp_path / f"bot{number}.log") for number in range(2)]
        try:
            leader = await servers[0].start_with_failpoint(freeze_at(FREEZE_POINTS[0]))
            await stations.wait_for_polls()
            for number, following in enumerate((*FREEZE_POINTS[1:], CrashPoint.ANYWHERE)):
                seat, spare = servers[number % 2], servers[(number + 1) % 2]
                follower = await spare.start_with_failpoint(freeze_at(following))
                await wait_for_log(spare, "started", number // 2 + 1)
                leader.send_signal(ARM_SIGNAL)
                await stations.send_complaints(4)
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    await wait_until_frozen(leader)
                await stations.wait_for_polls()
                leader.send_signal(signal.SIGCONT)
                await wait_for_log(seat, "leadership: ", number // 2 + 1)
                leader.send_signal(signal.SIGTERM)
                assert await leader.wait() == 0
                leader = follower
            await stations.wait_for_cards(stations.messages_written)
        finally:
            for server in servers:
                await server.close()
        tickets = stations.cards_by_complaint().values()
        assert len(set().union(*tickets)) == stations.messages_written
        assert [of for of in tickets if len(of) > 1] == []
        assert "Traceback" not in "".join(server.log.read_text(encoding="utf-8") for server in servers)


def freeze_at(point: CrashPoint) -> Failpoint:
    return Failpoint(point, 1, armed=False, effect=Effect.FREEZE)


async def wait_for_log(server: BotProcesses, words: str, times: int) -> None:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while server.log.read_text(encoding="utf-8").count(words) < times:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("point", FREEZE_POINTS)
async def test_hung_loop_is_started_again(
    closed_bot: Harness, caplog: pytest.LogCaptureFixture, point: CrashPoint
) -> None:
    bot = closed_bot
    failpoint = Failpoint(point, 2, effect=Effect.HANG)
    bot.further_options = {
        "make_database": lambda url, _: FailpointDatabase(url, failpoint),
        "make_messengers": lambda *how: with_failpoints(build_messengers(*how), failpoint),
        "lease_seconds": 0.4,
        "patience": 0.005,
    }
    with caplog.at_level(logging.ERROR):
        await bot.start()
        await bot.sandbox.telegram.send_message(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")
        await bot.wait_until(lambda: "a loop does not go on" in caplog.text)
        await bot.sandbox.telegram.send_message(GROUP, PYOTR, "На Мира 7 огромная яма на дороге")
        await bot.wait_until(lambda: len(bot.ticket_numbers(ROADS_HEAD)) == 2)
