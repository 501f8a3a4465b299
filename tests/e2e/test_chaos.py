"""The short form of ``make chaos``: killed twenty times at every named point and in between, while a town writes."""

from pathlib import Path

from chaos.ordeal import Ordeal
from chaos.points import Point

KILLS, SEED = 20, 20_261_120


async def test_twenty_deaths_lose_nothing_and_say_nothing_twice(tmp_path: Path) -> None:
    report = await Ordeal(tmp_path, KILLS, SEED, quick=True, pause=0.3).run()
    assert report.violations == []
    assert set(report.deaths) == set(Point)
    assert report.deaths.total() == KILLS
    assert report.tickets == report.complaints > KILLS
    assert report.answers > 0
