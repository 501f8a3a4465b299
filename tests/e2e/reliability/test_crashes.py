"""The short forms of ``make crashtest``: kills at every failpoint and in between, while a workload runs."""

from pathlib import Path

from crashtest.broadcast_run import BroadcastRun
from crashtest.failpoints import CrashPoint
from crashtest.run import PAIR_POINTS, CrashRun

KILLS, SEED = 10, 20_261_120
"""One kill at each failpoint and two at random moments; ``make crashtest`` goes on with this."""

FAILPOINT_SECONDS = 45.0
"""Seconds that a process may take to its failpoint: on a busy machine its start alone can take the usual six."""


async def test_kills_at_every_point_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    run = CrashRun(tmp_path, KILLS, SEED, quick=True, pause=0.3, failpoint_seconds=FAILPOINT_SECONDS)
    report = await run.run()
    assert report.violations == []
    assert set(report.deaths) == set(CrashPoint) - set(PAIR_POINTS)
    assert report.deaths.total() == KILLS
    assert report.tickets == report.complaints > KILLS
    assert report.answers > 0


async def test_the_one_answer_of_a_storm_reaches_everybody_once_whoever_dies_meanwhile(tmp_path: Path) -> None:
    storm = BroadcastRun(tmp_path, kills=3, seed=7, author_count=36)
    report = await storm.run()
    assert report.violations == []
    assert report.deaths.total() == 3
    assert report.answers == 12 + 4 + 6 + 12, "groups and chats once each, comments, private messages"
    assert report.tickets == report.complaints == 36
