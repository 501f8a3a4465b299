"""The state machine: what people may do at any moment, chosen at random. Every act is followed by the laws."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.databases import DatabasePool
from tests.machine import altered_apps, citizens, officials, staff, world
from tests.machine.player import Player
from tests.machine.town import TownRules

Act = Callable[[Player, random.Random], Awaitable[None]]

TOWNS = (
    TownRules(("manager",), four_eyes=True),
    TownRules(),
    TownRules(("manager",)),
    TownRules(("head", "manager"), four_eyes=True),
    TownRules(("coordinator", "manager")),
    TownRules(),
    TownRules(("head",), call=True),
)

GROUPS = ((officials.ACTS, 7), (citizens.ACTS, 3), (world.ACTS, 2), (staff.ACTS, 2), (altered_apps.ACTS, 2))
"""The weights of those who act."""

FIRST_REPORTS = 3
"""Messages with which every story begins: without any there is nothing to do."""

dices = st.integers(0, 2**32 - 1).map(random.Random)


class CentreMachine(RuleBasedStateMachine):
    """Citizens, officials, those who manage them, altered apps and the clock."""

    kind: ClassVar[str] = "sqlite"
    base: ClassVar[Path]
    pool: ClassVar[DatabasePool]
    tells: ClassVar[bool] = False
    told: ClassVar[list[str]] = []

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.player = Player(self.kind, self.pool)

    @initialize(rules=st.sampled_from(TOWNS), dice=dices)
    def open(self, rules: TownRules, dice: random.Random) -> None:
        async def begin() -> None:
            await self.player.open(rules, self.base)
            for _ in range(FIRST_REPORTS):
                await citizens.write(self.player, dice)

        self._run(begin())

    def teardown(self) -> None:
        if self.tells:
            self._tell()
        self.runner.run(self.player.close())
        self.runner.close()

    @rule(dice=dices)
    def somebody_acts(self, dice: random.Random) -> None:
        """One rule for all: of several, hypothesis leaves some out of a story, and the rest have nothing to do."""
        self._do_one_of(dice.choices([acts for acts, _ in GROUPS], [weight for _, weight in GROUPS])[0], dice)

    def _do_one_of(self, acts: Sequence[tuple[Act, int]], dice: random.Random) -> None:
        chosen = dice.choices([act for act, _ in acts], [weight for _, weight in acts])[0]
        self._run(chosen(self.player, dice))

    def _run(self, doing: Coroutine[Any, Any, None] | Awaitable[None]) -> None:
        async def wait() -> None:
            await doing

        try:
            self.runner.run(wait())
        except BaseException:
            self._tell()
            raise

    def _tell(self) -> None:
        """Print the story, unless hypothesis plays it once more."""
        if len(self.player.story) > 1 and self.player.story[1:3] != CentreMachine.told:
            CentreMachine.told = self.player.story[1:3]
            print("\n".join(["", "The story:", *self.player.story]), flush=True)
