"""Approval chains: whose word is missing, and what may happen to a draft."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.drafts import (
    DRAFT_TRANSITIONS,
    POST_STEP,
    Decision,
    DraftAct,
    DraftApproval,
    DraftState,
    approval_chain,
    count_own_steps,
    count_passed,
    next_draft_state,
)
from bot.domain.errors import OutdatedButton

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ROLES = ("head", "manager", "curator")


def approval(version: int, role: str, decision: Decision = Decision.APPROVED) -> DraftApproval:
    return DraftApproval(version, 0, role, 1, decision, NOW)


@pytest.mark.parametrize("state", DraftState)
@pytest.mark.parametrize("act", DraftAct)
def test_a_draft_moves_only_as_the_table_says(state: DraftState, act: DraftAct) -> None:
    if (state, act) in DRAFT_TRANSITIONS:
        assert next_draft_state(state, act) is DRAFT_TRANSITIONS[state, act]
    else:
        with pytest.raises(OutdatedButton):
            next_draft_state(state, act)


def test_published_and_void_drafts_are_final() -> None:
    assert not [state for state, _ in DRAFT_TRANSITIONS if state in (DraftState.PUBLISHED, DraftState.VOID)]


def test_the_responsible_people_check_an_employees_draft_first() -> None:
    chain = approval_chain(("manager",), author_answers=False, post_roles={"head"})
    assert chain == (POST_STEP, "manager")
    assert approval_chain(("head",), author_answers=False, post_roles={"head"}) == ("head",)
    assert approval_chain(("manager",), author_answers=True, post_roles={"head"}) == ("manager",)
    assert approval_chain((), author_answers=False, post_roles={"head"}) == (POST_STEP,)
    assert approval_chain((), author_answers=True, post_roles={"head"}) == ()


@settings(max_examples=50)
@given(
    chain=st.lists(st.sampled_from(ROLES), max_size=3),
    approvals=st.lists(
        st.builds(approval, st.integers(1, 2), st.sampled_from(ROLES), st.sampled_from(Decision)), max_size=8
    ),
)
def test_only_approvals_of_this_version_in_the_order_of_the_chain_count(
    chain: list[str], approvals: list[DraftApproval]
) -> None:
    passed = count_passed(chain, approvals, 2)

    rest = iter(one.role for one in approvals if one.version == 2 and one.decision is Decision.APPROVED)
    assert all(role in rest for role in chain[:passed])  # a subsequence, in order
    if passed < len(chain):
        assert chain[passed] not in rest


@settings(max_examples=50)
@given(
    chain=st.lists(st.sampled_from((POST_STEP, *ROLES)), max_size=3),
    held=st.sets(st.sampled_from((POST_STEP, *ROLES))),
    four_eyes=st.booleans(),
)
def test_an_author_takes_only_leading_steps_and_none_of_the_rule_under_four_eyes(
    chain: list[str], held: set[str], four_eyes: bool
) -> None:
    own = count_own_steps(chain, 0, held, four_eyes=four_eyes)

    assert set(chain[:own]) <= held
    if four_eyes:
        assert set(chain[:own]) <= {POST_STEP}
    elif own < len(chain):
        assert chain[own] not in held
