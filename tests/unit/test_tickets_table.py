"""Every state with everything that can happen to it, against the table as the regulations would have it."""

import pytest

from bot.domain.errors import OutdatedButton
from bot.domain.tickets import OPEN_TICKET_STATES, TRANSITIONS, UNACCEPTED_STATES, State, Step, is_allowed, next_state

# state: what may happen → the state after it. What is not written here must be refused.
TABLE = """
new        route          assigned
new        unsure         triage
new        dismiss        dismissed
triage     choose_sector  assigned
triage     answer         answering
triage     dismiss        dismissed
assigned   accept         accepted
assigned   answer         answering
assigned   hand_over      assigned
assigned   dismiss        dismissed
assigned   unsure         triage
assigned   postpone       postponed
accepted   answer         answering
accepted   hand_over      assigned
accepted   postpone       postponed
accepted   dismiss        dismissed
accepted   unsure         triage
answering  approve        publishing
answering  return         accepted
answering  hand_over      assigned
answering  dismiss        dismissed
answering  unsure         triage
publishing confirm        answered
publishing fail           accepted
postponed  answer         answering
postponed  promise_passed accepted
postponed  hand_over      assigned
postponed  dismiss        dismissed
postponed  unsure         triage
answered   correct        answered
answered   not_solved     reopened
answered   close          closed
answered   lose           accepted
accepted   settle         closed
reopened   accept         accepted
reopened   answer         answering
reopened   hand_over      assigned
reopened   postpone       postponed
reopened   dismiss        dismissed
reopened   unsure         triage
dismissed  reopen         assigned
closed     reopen         assigned
closed     not_solved     reopened
new        erase          closed
triage     erase          closed
assigned   erase          closed
accepted   erase          closed
answering  erase          closed
publishing erase          closed
postponed  erase          closed
reopened   erase          closed
"""

EXPECTED_STATES = {
    (State(state), Step(step)): State(after) for state, step, after in map(str.split, TABLE.strip().splitlines())
}

PAIRS = [(state, step) for state in State for step in Step]


@pytest.mark.parametrize(("state", "step"), PAIRS, ids=lambda one: str(one))
def test_a_pair(state: State, step: Step) -> None:
    after = EXPECTED_STATES.get((state, step))
    if after is not None:
        assert is_allowed(state, step)
        assert next_state(state, step) is after
        return
    assert not is_allowed(state, step)
    with pytest.raises(OutdatedButton) as refused:
        next_state(state, step)
    assert refused.value.facts == {"state": state.value, "step": step.value}


def test_there_is_nothing_else_in_the_table() -> None:
    assert TRANSITIONS == EXPECTED_STATES
    assert len(PAIRS) == 11 * 20


def test_every_state_is_open_or_over() -> None:
    assert set(State) - OPEN_TICKET_STATES == {State.ANSWERED, State.DISMISSED, State.CLOSED}
    assert {State.NEW, State.TRIAGE, State.ASSIGNED, State.REOPENED} == UNACCEPTED_STATES
    assert UNACCEPTED_STATES < OPEN_TICKET_STATES


def test_no_state_is_a_dead_end_and_none_is_out_of_reach() -> None:
    assert {state for state, _ in EXPECTED_STATES} == set(State)
    assert {State.NEW, *EXPECTED_STATES.values()} == set(State)
