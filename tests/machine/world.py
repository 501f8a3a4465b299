"""The clock and the machine, chosen at random."""

import random

from tests.machine.player import Player

STEPS_OF_TIME = ({"minutes": 10}, {"minutes": 45}, {"hours": 3}, {"hours": 20}, {"days": 2})


async def pass_time(player: Player, dice: random.Random) -> None:
    await player.wait(**dice.choice(STEPS_OF_TIME))


async def restart(player: Player, dice: random.Random) -> None:
    await player.restart()


ACTS = ((pass_time, 6), (restart, 1))
