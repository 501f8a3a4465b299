"""Every state with everything that can happen to it, against the table as the regulations would have it."""

import pytest

from bot.domain.errors import OutdatedButton
from bot.domain.tickets import OPEN, TRANSITIONS, UNACCEPTED, State, Step, allowed, follow

# state: what may happen → the state after it. What is not written here must be refused.
TABLE = """
new        route          assigned
new        unsure         triage
new        dismiss        dismissed
triage     choose_sector  assigned
triage     dismiss        dismissed
assigned   accept         accepted
assigned   answer         answering
assigned   hand_over      assigned
assigned   dismiss        dismissed
assigned   unsure         triage
accepted   answer         answering
accepted   hand_over      assigned
accepted   postpone       postponed
accepted   dismiss        dismissed
answering  approve        publishing
answering  return         accepted
publishing confirm        answered
publishing fail           accepted
postponed  answer         answering
postponed  promise_passed accepted
answered   correct        answered
answered   not_solved     reopened
answered   close          closed
answered   lose           accepted
accepted   settle         closed
reopened   accept         accepted
reopened   answer         answering
reopened   hand_over      assigned
dismissed  reopen         assigned
closed     reopen         assigned
"""

WANTED = {(State(state), Step(step)): State(after) for state, step, after in map(str.split, TABLE.strip().splitlines())}

PAIRS = [(state, step) for state in State for step in Step]


@pytest.mark.parametrize(("state", "step"), PAIRS, ids=lambda one: str(one))
def test_a_pair(state: State, step: Step) -> None:
    after = WANTED.get((state, step))
    if after is not None:
        assert allowed(state, step)
        assert follow(state, step) is after
        return
    assert not allowed(state, step)
    with pytest.raises(OutdatedButton) as refused:
        follow(state, step)
    assert refused.value.facts == {"state": state.value, "step": step.value}


def test_there_is_nothing_else_in_the_table() -> None:
    assert TRANSITIONS == WANTED
    assert len(PAIRS) == 11 * 19


def test_every_state_is_open_or_over() -> None:
    assert set(State) - OPEN == {State.ANSWERED, State.DISMISSED, State.CLOSED}
    assert {State.NEW, State.TRIAGE, State.ASSIGNED, State.REOPENED} == UNACCEPTED
    assert UNACCEPTED < OPEN


def test_no_state_is_a_dead_end_and_none_is_out_of_reach() -> None:
    assert {state for state, _ in WANTED} == set(State)
    assert {State.NEW, *WANTED.values()} == set(State)
