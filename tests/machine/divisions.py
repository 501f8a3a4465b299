"""Laws of divided messages: every matter has one ticket with the citizen's message, by who may group and dismiss."""

from bot.domain.audit import AuditRow
from bot.domain.roles import Right
from bot.domain.tickets import UNACCEPTED_STATES, State, Ticket
from tests.machine.snapshot import Snapshot


def check_divisions(before: Snapshot, now: Snapshot, actor: int | None) -> None:
    for number, ticket in now.tickets.items():
        if ticket.divided_from is not None:
            _check_matter(now, number, ticket, now.tickets[ticket.divided_from])
    undone = _list_undone(now)
    living = [
        (one.divided_from, one.text)
        for number, one in now.tickets.items()
        if one.divided_from is not None and number not in undone
    ]
    assert len(set(living)) == len(living), f"a matter has two tickets: {living}"
    divided = _check_new_divisions(before, now)
    for row in now.since(before):
        if row.action == "undivide":
            _check_undone(before, now, actor, row)
        elif row.action == "registered" and "from" in row.facts and row.ticket_id is not None:
            assert now.tickets[row.ticket_id].divided_from is None or row.ticket_id in divided, f"nobody divided {row}"


def _check_matter(now: Snapshot, number: int, ticket: Ticket, first: Ticket) -> None:
    """A matter is in the words of the whole message, which the first ticket keeps; both are made of that message."""
    assert first.divided_from is None, f"№{number} is a part of №{first.id}, which is a part itself"
    assert ticket.text in first.text, f"№{number} says what №{first.id} does not: {ticket.text}"
    assert (ticket.account, ticket.author_id) == (first.account, first.author_id), f"№{number} has another author"
    roots = now.roots[first.id]
    assert roots, f"№{first.id} has lost its message"
    assert now.roots[number] == roots, f"№{number} and №{first.id} have different messages"


def _check_new_divisions(before: Snapshot, now: Snapshot) -> set[int]:
    """No matter is lost: the first keeps its own, each further one has a ticket; return the new tickets."""
    made: dict[int, list[int]] = {}
    for row in now.since(before):
        if row.action == "divide" and row.ticket_id is not None:
            made.setdefault(row.ticket_id, []).append(int(row.facts["into"]))
    for first, numbers in made.items():
        was, ticket = before.tickets[first], now.tickets[first]
        assert was.state in UNACCEPTED_STATES, f"№{first} was divided, though somebody had accepted it"
        assert (ticket.text, ticket.state, ticket.sector) == (was.text, was.state, was.sector), f"№{first} has changed"
        texts = [now.tickets[one].text for one in numbers]
        starts = [ticket.text.index(text) for text in texts]
        ends = [start + len(text) for start, text in zip(starts, texts, strict=True)]
        assert starts[0] > 0, f"№{first} has no matter left"
        assert starts == sorted(starts), f"the parts of №{first} are not in their order: {texts}"
        assert all(end <= start for end, start in zip(ends, starts[1:], strict=False)), f"parts overlap: {texts}"
        sectors = [now.tickets[one].sector for one in numbers]
        assert len(set(sectors)) == len(sectors), f"two matters of №{first} have one sector: {sectors}"
    return {one for numbers in made.values() for one in numbers}


def _check_undone(before: Snapshot, now: Snapshot, actor: int | None, row: AuditRow) -> None:
    """The message goes on in the first ticket, and who undid the division held the rights over the part."""
    number, first = int(row.facts["into"]), row.ticket_id or 0
    assert before.tickets[number].state in UNACCEPTED_STATES, f"№{number} was undone after somebody had accepted it"
    assert now.tickets[number].state is State.DISMISSED, f"№{number} was undone and is {now.tickets[number].state}"
    assert now.tickets[first].is_open, f"№{number} ended, and №{first} has ended too"
    for right in (Right.GROUP, Right.DISMISS):
        assert actor is not None, f"nobody has undone №{number}"
        assert before.may(actor, right, number), f"{actor} has undone №{number} without {right}"


def _list_undone(now: Snapshot) -> set[int]:
    return {int(row.facts["into"]) for _, row in now.audit if row.action == "undivide"}
