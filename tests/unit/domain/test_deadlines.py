"""The due moments of a ticket whose clocks nothing has stopped."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import WorkingCalendar
from bot.domain.clocks import ClockEvent, ClockEventKind, ClockPlan, compute_clocks
from bot.domain.deadlines import DeadlineKind, DeadlineTerms, DueKind, DueMoment, shift_due
from bot.domain.durations import Duration
from bot.domain.working_hours import WorkingHours

ZONE = ZoneInfo("Asia/Vladivostok")
CALENDAR = WorkingCalendar(ZONE, [(time(9), time(13)), (time(14), time(18))])
TERMS = DeadlineTerms(Duration.parse("1wh"), Duration.parse("8wh"), (0.8, 0.5, 0.5))


def compute_plan(
    start: datetime,
    terms: DeadlineTerms,
    calendar: WorkingCalendar,
    *,
    accept_due: datetime | None = None,
    answer_due: datetime | None = None,
) -> ClockPlan:
    """Compute the plan of a ticket whose deadlines somebody has set at its registration."""
    given = ((DeadlineKind.ACCEPT, accept_due), (DeadlineKind.ANSWER, answer_due))
    events = [ClockEvent(ClockEventKind.SET, start, kind, due) for kind, due in given if due is not None]
    return compute_clocks(start, terms, WorkingHours(calendar), events)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def test_from_registration_to_overdue() -> None:
    made = compute_plan(local(20, 14), TERMS, CALENDAR)
    assert made.accept_due == local(20, 15)
    assert made.answer_due == local(23, 13)
    assert made.due_moments == (
        DueMoment(DeadlineKind.ACCEPT, DueKind.REMINDER, 0.5, local(20, 14, 30)),
        DueMoment(DeadlineKind.ACCEPT, DueKind.REMINDER, 0.8, local(20, 14, 48)),
        DueMoment(DeadlineKind.ACCEPT, DueKind.OVERDUE, 1.0, local(20, 15)),
        DueMoment(DeadlineKind.ANSWER, DueKind.REMINDER, 0.5, local(20, 18)),
        DueMoment(DeadlineKind.ANSWER, DueKind.REMINDER, 0.8, local(23, 11, 24)),
        DueMoment(DeadlineKind.ANSWER, DueKind.OVERDUE, 1.0, local(23, 13)),
    )
    assert all(due.at.tzinfo is UTC for due in made.due_moments)


def test_shares_are_kept_in_order_and_within_the_term() -> None:
    assert TERMS.remind_at == (0.5, 0.8)
    for share in (0.0, 1.0, -0.5, 2.0):
        with pytest.raises(ValueError, match="share"):
            DeadlineTerms(TERMS.accept, TERMS.answer, (share,))


def test_a_foreign_deadline_replaces_ours_and_has_its_own_reminders() -> None:
    made = compute_plan(local(20, 9), TERMS, CALENDAR, answer_due=local(24, 18))
    assert made.answer_due == local(24, 18)
    answer = [due for due in made.due_moments if due.deadline is DeadlineKind.ANSWER]
    assert [due.at for due in answer] == [local(23, 13), local(24, 12, 12), local(24, 18)]


def test_an_earlier_foreign_deadline_pulls_the_accept_deadline_along() -> None:
    made = compute_plan(local(20, 14), TERMS, CALENDAR, answer_due=local(20, 14, 20))
    assert made.accept_due == made.answer_due == local(20, 14, 20)
    assert made.due_moments[-1].kind is DueKind.OVERDUE


def test_a_foreign_deadline_outside_working_time_is_still_reminded() -> None:
    made = compute_plan(local(21, 10), TERMS, CALENDAR, answer_due=local(21, 20))
    answer = [due.at for due in made.due_moments if due.deadline is DeadlineKind.ANSWER]
    assert answer == [local(21, 15), local(21, 18), local(21, 20)]


def test_the_coordinator_may_set_both() -> None:
    made = compute_plan(local(20, 14), TERMS, CALENDAR, accept_due=local(23, 12), answer_due=local(23, 10))
    assert (made.accept_due, made.answer_due) == (local(23, 12), local(23, 10))


def test_a_deadline_in_the_past_is_overdue_at_once_without_reminders() -> None:
    made = compute_plan(local(20, 14), TERMS, CALENDAR, answer_due=local(19, 18))
    assert [(d.deadline, d.kind) for d in made.due_moments] == [
        (DeadlineKind.ACCEPT, DueKind.OVERDUE),
        (DeadlineKind.ANSWER, DueKind.OVERDUE),
    ]


def test_a_reminder_that_coincides_with_the_end_is_dropped() -> None:
    terms = DeadlineTerms(Duration.parse("0.001s"), Duration.parse("1h"), (0.9999,))
    made = compute_plan(local(20, 14), terms, CALENDAR)
    assert [d.kind for d in made.due_moments if d.deadline is DeadlineKind.ACCEPT] == [DueKind.OVERDUE]
    assert [d.kind for d in made.due_moments if d.deadline is DeadlineKind.ANSWER] == [
        DueKind.REMINDER,
        DueKind.OVERDUE,
    ]


EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
moments = st.integers(0, 2 * 365 * 86_400).map(lambda n: EPOCH + timedelta(seconds=n))
term = st.builds(
    lambda n, u: Duration.parse(f"{n}{u}"), st.integers(1, 40), st.sampled_from(["s", "m", "h", "d", "wh", "wd"])
)
shares = st.lists(st.floats(0.001, 0.999), max_size=4).map(tuple)


@given(
    moments,
    st.builds(DeadlineTerms, term, term, shares),
    st.none() | st.integers(-(10**6), 10**7).map(lambda n: timedelta(seconds=n)),
)
def test_every_plan_is_in_order_and_ends_each_limit_once(
    start: datetime, terms: DeadlineTerms, override: timedelta | None
) -> None:
    answer_due = None if override is None else start + override
    made = compute_plan(start, terms, CALENDAR, answer_due=answer_due)
    assert [d.at for d in made.due_moments] == sorted(d.at for d in made.due_moments)
    assert made.accept_due <= made.answer_due
    for limit, end in ((DeadlineKind.ACCEPT, made.accept_due), (DeadlineKind.ANSWER, made.answer_due)):
        own = [d for d in made.due_moments if d.deadline is limit]
        assert [d.kind for d in own].count(DueKind.OVERDUE) == 1
        assert own[-1] == DueMoment(limit, DueKind.OVERDUE, 1.0, end)
        assert all(start <= d.at < end for d in own[:-1])
        assert [d.share for d in own] == sorted(d.share for d in own)
    assert made == compute_plan(start.astimezone(ZONE), terms, CALENDAR, answer_due=answer_due)


@pytest.mark.parametrize(
    ("term", "due", "resumed", "expected"),
    [
        ("8wh", local(20, 17), local(20, 15), local(20, 18)),  # an hour later
        ("8wh", local(20, 17), local(21, 12), local(23, 12)),  # three hours are left on Monday
        ("8wh", local(20, 13), local(23, 10), local(20, 13)),  # it was late already
        ("8h", local(20, 22), local(21, 12), local(21, 20)),
        ("8wd", local(24, 14), local(23, 9), local(24, 18)),
        ("8wh", local(20, 17), local(20, 14), local(20, 17)),  # no time has passed
    ],
)
def test_what_was_left_when_a_clock_stopped_is_left_when_it_goes_on(
    term: str, due: datetime, resumed: datetime, expected: datetime
) -> None:
    assert shift_due(due, local(20, 14), resumed, Duration.parse(term), CALENDAR) == expected


@given(st.integers(0, 20_000), st.integers(1, 20_000), st.integers(0, 20_000), st.sampled_from(["8wh", "8wd", "8h"]))
def test_a_pause_never_brings_a_deadline_forward(stopped: int, left: int, paused: int, term: str) -> None:
    at = local(20, 14) + timedelta(minutes=stopped)
    due, resumed = at + timedelta(minutes=left), at + timedelta(minutes=paused)
    shifted = shift_due(due, at, resumed, Duration.parse(term), CALENDAR)
    assert due <= shifted
    longer = shift_due(due, at, resumed + timedelta(hours=1), Duration.parse(term), CALENDAR)
    assert shifted <= longer
