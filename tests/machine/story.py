"""Stories of the machine, by hypothesis: one from a seed, or the same few in every run of the suite."""

from pathlib import Path

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.databases import DatabasePool
from tests.machine.rules import CentreMachine

COMMON = settings(
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
)
"""A failing story is printed as it was played: a shorter one would cost a town for every step that is left out."""


def play(kind: str, base: Path, pool: DatabasePool, *, number: int | None, stories: int, steps: int) -> None:
    """Play *stories* that follow from *number*; ``None``: the same as in every other run."""

    class Machine(CentreMachine):
        pass

    Machine.kind, Machine.base, Machine.pool = kind, base, pool
    chosen = settings(COMMON, derandomize=number is None, max_examples=stories, stateful_step_count=steps)
    run_state_machine_as_test(Machine if number is None else seed(number)(Machine), settings=chosen)
