"""Laws that hold at every moment about posts, states and histories, and what a press may have changed."""

from bot.domain.audit import AuditRow
from bot.domain.drafts import DraftState
from bot.domain.roles import Right
from bot.domain.tickets import State, Step
from tests.machine.replay import Replayed, replay
from tests.machine.snapshot import Snapshot

NEEDED_RIGHTS: dict[str, frozenset[Right]] = {
    Step.ACCEPT: frozenset({Right.ACCEPT}),
    Step.HAND_OVER: frozenset({Right.HAND_OVER}),
    Step.CHOOSE_SECTOR: frozenset({Right.TRIAGE}),
    Step.UNSURE: frozenset({Right.HAND_OVER}),
    Step.DISMISS: frozenset({Right.DISMISS}),
    Step.REOPEN: frozenset({Right.REOPEN, Right.GROUP}),
    Step.NOT_SOLVED: frozenset({Right.REOPEN, Right.ANSWER, Right.GROUP}),
    "delegate": frozenset({Right.DELEGATE}),
    "delegate_withdrawn": frozenset({Right.DELEGATE}),
    "split": frozenset({Right.GROUP, Right.REOPEN, Right.ANSWER}),
    "merge": frozenset({Right.GROUP}),
    "divide": frozenset({Right.GROUP}),
    "data_changed": frozenset({Right.CHANGE_DATA, Right.SET_TERMS}),
    "not_ours": frozenset({Right.HAND_OVER}),
    "entered": frozenset({Right.TYPE_IN, Right.TRIAGE}),
    "entry_returned": frozenset({Right.TYPE_IN, Right.TRIAGE}),
}
"""By the action of a record, the rights of which its person held one before the press."""

WORDED_STEPS = frozenset({Step.ANSWER.value, Step.APPROVE.value, Step.CORRECT.value})
"""Steps that a text takes: see ``public_words``."""


def check_tickets(now: Snapshot) -> None:
    """One post has every open ticket, one person at most has taken it, and its history replays to what it is."""
    for number, ticket in now.tickets.items():
        assert replay(now.history(number)) == Replayed.of(ticket), (
            f"№{number} is {Replayed.of(ticket)}, its history {now.history(number)}"
        )
        if not ticket.is_open:
            continue
        standing = now.standings[number]
        post = standing.responsibility.post
        assert post.people, f"nobody holds the post of №{number}"
        assert standing.acting, f"nobody acts on №{number}"
        in_turn = {one.id for group in standing.responsibility.ladder for one in group}
        acting = {one.id for one in standing.acting}
        represented = {one.id for one in standing.represented}
        assert acting & now.available or not (in_turn & now.available or acting & represented), number
        if standing.taker is not None:
            assert acting == {standing.taker.id}, f"№{number} is taken by {standing.taker}, others act"
        if ticket.state in (State.ASSIGNED, State.TRIAGE, State.REOPENED):
            assert ticket.assignee_id is None, f"№{number} has an assignee, though nobody has taken it"


def check_voices(now: Snapshot) -> None:
    """A stop or a promise of the first ticket of a problem holds for everybody who wrote about it."""
    for number, clocks in now.clocks.items():
        ticket = now.tickets[number]
        assert ticket.answer_due == clocks.answer_due, f"№{number} is due {ticket.answer_due}, not {clocks}"
        lead = now.clocks.get(ticket.lead_id or 0)
        if lead is None:
            continue
        if lead.question_until is not None and lead.question_until > ticket.registered_at:
            assert lead.question_until in clocks.waits, f"№{number} does not wait with №{ticket.lead_id}: {clocks}"
        if lead.promised_until is not None and ticket.state is State.POSTPONED:
            assert ticket.answer_due >= lead.promised_until, f"№{number} is due before the day that it was promised"


def check_drafts(now: Snapshot) -> None:
    """A ticket waits for an approval exactly while the draft of an answer does."""
    for number, ticket in now.tickets.items():
        drafts = [one.row for one in now.drafts.values() if one.row.ticket_id == number]
        waiting = any(one.kind.value == "answer" and one.state.value == "waiting" for one in drafts)
        if ticket.lead_id is None:
            assert (ticket.state is State.ANSWERING) == waiting, f"№{number} is {ticket.state}, drafts {drafts}"


def check_approvers(now: Snapshot) -> None:
    """The person who was asked for an approval is there, as long as anybody is who can be asked."""
    for draft in now.drafts.values():
        if draft.row.state is DraftState.WAITING and draft.to_ask in now.available:
            assert draft.row.approver_id in now.available, f"{draft.row} waits for somebody who is not there"


def check_acts(before: Snapshot, now: Snapshot, actor: int | None) -> None:
    """The person of each new record has acted in this step, and held the right before."""
    for row in now.since(before):
        if row.person_id is None or row.action in ("unreachable", "reachable", "posted", "joined", "caught_up"):
            continue
        if row.action == "diverted":
            continue
        assert row.person_id == actor, f"{row} names somebody who has pressed nothing, {actor} has"
        _check_right(before, row)


def _check_right(before: Snapshot, row: AuditRow) -> None:
    needed = NEEDED_RIGHTS.get(row.action)
    number = row.facts.get("with", row.ticket_id)  # members follow the lead
    if needed is None or row.ticket_id is None or number not in before.tickets:
        return
    person_id = row.person_id or 0
    numbers = (
        {number, row.ticket_id, before.tickets[row.ticket_id].lead_id} if row.ticket_id in before.tickets else {number}
    )
    allowed = any(before.may(person_id, right, one) for right in needed for one in numbers if one)
    assert allowed, f"{row}: {before.staff.find_by_id(person_id)} holds none of {sorted(needed)} over №{number}"
