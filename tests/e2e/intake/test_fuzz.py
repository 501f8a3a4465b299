"""Hostile updates in a running town; ``make fuzz`` goes on with this for minutes."""

import random

import pytest

from tests.databases import ON_BOTH
from tests.e2e.harness import Harness
from tests.fuzz.fuzzer import Fuzzer, configure

pytestmark = ON_BOTH


@pytest.mark.parametrize("seed", [11])
async def test_hostile_updates_are_handled_or_set_aside_and_stop_nobody(closed_bot: Harness, seed: int) -> None:
    configure(closed_bot)
    await closed_bot.start()
    fuzzer = Fuzzer(closed_bot, random.Random(seed))
    await fuzzer.prepare()
    await fuzzer.run_round(12)
    assert not fuzzer.violations
    assert (await fuzzer.figures())["dead"]
