"""The tickets of a problem: they are decided together, by the one that leads them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.domain.people import Person
from bot.domain.problems import Candidate
from bot.domain.tickets import TOGETHER, TRANSITIONS, State, Step, Ticket
from bot.services.context import Work
from bot.services.notifications import cards
from bot.services.tickets.problem_matching import Likeness

_SHARED = frozenset(
    {"sector", "assignee_id", "accepted_at", "dismiss_reason", "ended_at", "accept_due", "answer_due"},
)
"""What a step changes for all; the rest is each ticket's own."""

ANSWERED_ALREADY = (State.PUBLISHING, State.ANSWERED)
"""Who joins a problem in one of these gets the answer that there is."""


async def lead_for(work: Work, found: Likeness) -> Ticket | None:
    """The leading ticket of what was found; if it was alone until now, a problem begins. ``None``: there is none, or
    it is not any more what it was when it was found (it may have been closed in another process)."""
    if found.candidate is None:
        return None
    lead = await work.uow.tickets.get(found.candidate.lead_id, lock=True)
    if lead is None or not _is_still(lead, found.candidate):
        return None
    if lead.problem_id is not None:
        return lead
    problem_id = await work.uow.problems.begin(lead, found.matter, found.event.as_record(), work.now)
    await work.uow.chronicle.record("problem", work.now, ticket_id=lead.id, facts={"problem": problem_id})
    return replace(lead, problem_id=problem_id)


def _is_still(lead: Ticket, candidate: Candidate) -> bool:
    answered = lead.state in ANSWERED_ALREADY
    if candidate.problem_id is None and (lead.lead_id is not None or lead.state is State.ANSWERING):
        return False  # what is being answered does not begin a problem
    return answered == candidate.answered and (lead.is_open or answered)


def state_beside(lead: Ticket) -> dict[str, Any]:
    """What a ticket that joins takes over from the one that leads."""
    answered = lead.state in ANSWERED_ALREADY
    return {
        "state": (State.PUBLISHING if answered else lead.state).value,
        "sector": lead.sector,
        "assignee_id": lead.assignee_id,
        "problem_id": lead.problem_id,
        "lead_id": lead.id,
    }


async def count_in(work: Work, lead: Ticket, key: str | None, found: Likeness) -> None:
    """A ticket of author *key* is about to join *lead*."""
    problem_id = lead.problem_id or 0
    known = key is not None and await work.uow.problems.has_author(problem_id, key)
    work.uow.problems.grow(
        problem_id, members=1, people=0 if known else 1, sketch=found.event.as_record(), heard_at=work.now
    )


async def follow(work: Work, lead: Ticket, step: Step, actor: Person | None, values: Mapping[str, Any]) -> None:
    """*lead* has taken *step*; all who can do so take it, too."""
    if not lead.leads or lead.problem_id is None or step not in TOGETHER:
        return
    steps = {state: to for (state, taken), to in TRANSITIONS.items() if taken is step}
    shared = {name: value for name, value in values.items() if name in _SHARED}
    moved = await work.uow.problems.move_members(lead.problem_id, steps, shared)
    facts = {
        ticket_id: {"was": was.value, "now": steps[was].value, "sector": lead.sector, "with": lead.id}
        for ticket_id, was in moved
    }
    await work.uow.chronicle.record_all(step.value, work.now, facts, person_id=actor.id if actor else None)


async def publishing_again(work: Work, lead: Ticket, actor: Person) -> None:
    """Members whose answer could not be published are to get it all the same."""
    moved = await work.uow.problems.move_members(lead.problem_id or 0, {State.ACCEPTED: State.PUBLISHING}, {})
    facts = {"was": State.ACCEPTED.value, "now": State.PUBLISHING.value, "with": lead.id}
    records = {ticket_id: facts for ticket_id, _ in moved}
    await work.uow.chronicle.record_all(Step.APPROVE.value, work.now, records, person_id=actor.id)


async def answered(work: Work, lead_id: int, ids: Sequence[int]) -> None:
    """The answer stands where these members shall read it."""
    await _record(work, Step.CONFIRM, State.ANSWERED, await work.uow.problems.confirm(ids, work.now))
    await show_lead(work, lead_id)


async def answered_via(work: Work, publication_id: int) -> None:
    """As :func:`answered`, for all whom one post speaks to beside its own member."""
    done = await work.uow.problems.settle_via(publication_id, State.ANSWERED, answered_at=work.now)
    await _record(work, Step.CONFIRM, State.ANSWERED, done)


async def failed_via(work: Work, publication_id: int) -> None:
    """One post that was to speak to these members cannot be made: they are back in work."""
    back = await work.uow.problems.settle_via(publication_id, State.ACCEPTED)
    await _record(work, Step.FAIL, State.ACCEPTED, back)


async def _record(work: Work, step: Step, state: State, ids: Sequence[int]) -> None:
    facts = {"was": State.PUBLISHING.value, "now": state.value}
    await work.uow.chronicle.record_all(step.value, work.now, dict.fromkeys(ids, facts))


async def show_lead(work: Work, lead_id: int) -> None:
    """The problem's card counts its members; a bit later, because many come at once."""
    lead = await work.uow.tickets.get(lead_id)
    if lead is not None:
        await cards.show(work, lead, crowd=True)
