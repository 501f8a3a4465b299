"""The longest gap in a ticket's history, and who held the ticket then."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audit import AuditRow
from bot.domain.delays import find_longest_gap, is_troubled, list_missed

START = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)


def row(hours: float, action: str, person: int | None = None, **facts: Any) -> AuditRow:
    return AuditRow(START + timedelta(hours=hours), person, action, 1, facts)


REGISTERED = row(0, "registered", sector="roads", state="assigned")
ACCEPTED = row(1, "accept", 7, was="assigned", now="accepted", sector="roads")
HANDED = row(
    6,
    "hand_over",
    7,
    was="accepted",
    now="assigned",
    sector="housing",
    before={"sector": "roads", "assignee": 7},
    after={"sector": "housing", "assignee": None},
)
ANSWERED = row(8, "confirm", was="publishing", now="answered", sector="housing")


def test_the_longest_gap_names_who_held_the_ticket_then() -> None:
    gap = find_longest_gap([REGISTERED, ACCEPTED, HANDED, ANSWERED], None, START + timedelta(days=9))
    assert gap is not None
    assert (gap.since, gap.until) == (ACCEPTED.at, HANDED.at)
    assert (gap.sector, gap.assignee_id, gap.last) == ("roads", 7, ACCEPTED)


def test_nobody_holds_an_answered_ticket_and_an_open_one_waits_until_now() -> None:
    returned = row(100, "not_solved", was="answered", now="reopened", sector="housing", after={"assignee": None})
    past = [REGISTERED, ACCEPTED, HANDED, ANSWERED, returned]
    gap = find_longest_gap(past, None, START + timedelta(hours=120))
    assert gap is not None
    assert (gap.since, gap.until, gap.sector, gap.assignee_id) == (returned.at, None, "housing", None)
    assert gap.length(START + timedelta(hours=120)) == timedelta(hours=20)


def test_notices_citizens_and_looks_do_not_end_a_gap() -> None:
    noise = [row(2, "overdue", limit="accept"), row(3, "addition"), row(4, "phone_shown", 7), row(4, "refused", 7)]
    gap = find_longest_gap([REGISTERED, *noise], None, START + timedelta(hours=9))
    assert gap is not None
    assert (gap.since, gap.until) == (START, None)
    assert list_missed(noise) == [(noise[0].at, "accept")]
    assert is_troubled(noise)
    assert not is_troubled([REGISTERED, ACCEPTED, ANSWERED])


def test_triage_approval_and_an_earlier_district_are_known() -> None:
    unsorted = row(0, "registered", sector=None, state="triage")
    chosen = row(5, "choose_sector", 3, was="triage", now="assigned", sector="roads")
    gap = find_longest_gap([unsorted, chosen], None, START + timedelta(hours=6))
    assert gap is not None
    assert gap.is_triage

    moved = row(9, "district", 7, was="Север", now="Юг")
    submitted = row(1, "approval_submitted", 7, version=1)
    gap = find_longest_gap([REGISTERED, submitted, moved], "Юг", START + timedelta(hours=10))
    assert gap is not None
    assert (gap.is_on_approval, gap.district) == (True, "Север")


@given(st.lists(st.sampled_from([ACCEPTED, HANDED, ANSWERED, row(0, "addition"), row(0, "reopen", now="reopened")])))
def test_no_gap_is_longer_than_the_longest(steps: list[AuditRow]) -> None:
    """Equal to the slow way: try every pair of neighbouring acts."""
    rows = [REGISTERED]
    for number, step in enumerate(steps, 1):
        rows.append(AuditRow(START + timedelta(hours=number * number), step.person_id, step.action, 1, step.facts))
    now = START + timedelta(days=400)
    gap = find_longest_gap(rows, None, now)
    acts = [one for one in rows if one.action != "addition"]
    open_after = {"registered", "accept", "hand_over", "reopen"}
    pairs = [(one, two.at) for one, two in zip(acts, [*acts[1:], AuditRow(now, None, "", 1, {})], strict=True)]
    lengths = [until - one.at for one, until in pairs if one.action in open_after]
    assert (gap.length(now) if gap else None) == max(lengths, default=None)
