"""Counting of acts over time: never too many within any hour, never too few after it, for any number of processes."""

from datetime import datetime, timedelta
from random import Random

import pytest

from bot.domain.limits import WINDOW
from storage.database import Database
from tests.storage.helpers import NOW

LIMIT = 5
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("seed", range(6))
async def test_no_hour_has_more_acts_than_the_limit_and_none_is_refused_without_reason(
    database: Database, seed: int
) -> None:
    random = Random(seed)
    now, counted = NOW, list[datetime]()
    for _ in range(12):  # each a transaction: of this process, of another one, or after a restart
        async with database.begin() as uow:
            if random.random() < 0.5:
                await uow.floods.prefetch({"telegram:7", "telegram:8"}, now - WINDOW, now)
            for _ in range(random.randrange(1, 6)):
                now += timedelta(seconds=random.choice((0, 1, 59, 60, 200, 900, 3_599, 3_660)))
                await uow.floods.add_act("telegram:8", now)
                recent = [at for at in counted if at > now - WINDOW]
                if await uow.floods.try_act("telegram:7", LIMIT, now):
                    assert len(recent) < LIMIT
                    counted.append(now)
                else:
                    assert len([at for at in counted if at > now - WINDOW - MINUTE]) >= LIMIT
    assert counted


async def test_what_was_rolled_back_does_not_count(database: Database) -> None:
    async with database.begin() as uow:
        try:
            async with uow.savepoint():
                await uow.floods.try_act("telegram:7", 1, NOW)
                raise KeyError
        except KeyError:
            pass
        assert await uow.floods.try_act("telegram:7", 1, NOW)
        assert not await uow.floods.try_act("telegram:7", 1, NOW)
