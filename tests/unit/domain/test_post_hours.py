"""The clocks of a ticket that is handed between posts with working hours of their own."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.calendar import END_OF_DAY, SkipKind, WorkingCalendar
from bot.domain.clocks import ClockEvent, ClockEventKind, ClockPlan, compute_clocks
from bot.domain.deadlines import DeadlineKind, DeadlineTerms
from bot.domain.durations import Duration, TimeUnit
from bot.domain.post_hours import PostHours, Weekday
from bot.domain.term_explanation import SegmentKind, TermExplanation, explain
from bot.domain.working_hours import WorkingHours

MINUTE = timedelta(minutes=1)
WEEK = frozenset(Weekday)
DUTY, MARKET, NIGHTS, OFFICE = "Дежурный ЕДДС", "Директор рынка", "Ночная смена", "Начальник отдела дорог"
POSTS = {
    DUTY: PostHours(((time.min, END_OF_DAY),), WEEK, holidays=True),
    MARKET: PostHours(((time(8), time(12)), (time(13), time(17))), WEEK - {Weekday.SUNDAY, Weekday.MONDAY}),
    NIGHTS: PostHours(((time.min, time(7, 30)), (time(20), END_OF_DAY)), WEEK - {Weekday.SUNDAY}),
}


def hours_in(zone: str, *days_off: datetime) -> WorkingHours:
    usual = [(time(9), time(13)), (time(14), time(18))]
    return WorkingHours(WorkingCalendar(ZoneInfo(zone), usual, [day.date() for day in days_off]), POSTS)


MOSCOW = hours_in("Europe/Moscow")
ZONES = [hours_in("Europe/Berlin"), hours_in("Asia/Kamchatka"), hours_in("America/New_York")]


def local(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo("Europe/Moscow"))


def at_post(moment: datetime, post: str) -> ClockEvent:
    return ClockEvent(ClockEventKind.POST, moment, post=post)


def plan(
    start: datetime, answer: str, *events: ClockEvent, total: str | None = None, hours: WorkingHours = MOSCOW
) -> ClockPlan:
    bound = Duration.parse(total) if total is not None else None
    return compute_clocks(
        start, DeadlineTerms(Duration.parse("1m"), Duration.parse(answer), total=bound), hours, events
    )


@pytest.mark.parametrize(
    ("post", "start", "term", "due"),
    [
        (DUTY, local(20, 23), "4wh", local(21, 3)),  # Friday night
        (DUTY, local(4, 10), "1wd", local(5, 10)),  # a holiday
        (DUTY, local(3, 16), "4wh", local(3, 20)),  # no shorter eve
        (MARKET, local(20, 16), "2wh", local(21, 9)),  # Saturday is a working day
        (MARKET, local(21, 16), "2wh", local(24, 9)),  # Sunday and Monday are off
        (MARKET, local(21, 10), "1wd", local(24, 10)),
        (MARKET, local(3, 15), "2wh", local(5, 9)),  # the eve of 4 November ends at 16:00, the holiday is off
        (NIGHTS, local(20, 23), "2wh", local(21, 1)),  # over midnight
        (NIGHTS, local(20, 7), "1wh", local(20, 20, 30)),
        (NIGHTS, local(21, 23), "2wh", local(23, 1)),  # Saturday night: Sunday is off
        (OFFICE, local(20, 17), "2wh", local(23, 10)),  # no hours of its own: those of the town
    ],
)
def test_a_term_counts_in_the_hours_of_the_post(post: str, start: datetime, term: str, due: datetime) -> None:
    assert plan(start, term, at_post(start, post)).answer_due == due


def test_a_local_day_off_is_one_of_every_post_but_of_who_works_on_holidays() -> None:
    hours = hours_in("Europe/Moscow", local(21, 0))
    for post, due in ((MARKET, local(24, 9)), (DUTY, local(20, 18))):
        assert plan(local(20, 16), "2wh", at_post(local(20, 16), post), hours=hours).answer_due == due


def test_what_is_left_counts_in_the_hours_of_the_next_post() -> None:
    start = local(20, 17)
    made = plan(start, "4wh", at_post(start, OFFICE), at_post(local(20, 17, 30), DUTY))
    assert made.answer_due == local(20, 21)  # half an hour at the office, 3.5 hours round the clock
    back = plan(start, "4wh", at_post(start, DUTY), at_post(local(20, 19), OFFICE))
    assert back.answer_due == local(23, 11)


def test_working_days_that_are_left_are_days_of_the_next_post() -> None:
    start = local(20, 13)  # half of the day is over
    made = plan(start, "2wd", at_post(start, OFFICE), at_post(local(20, 18), DUTY))
    assert made.answer_due == local(22, 6)  # half a day was used, 1.5 days from 18:00 on are left


def test_days_that_were_used_up_end_with_the_next_opening_through_further_hand_overs() -> None:
    start = local(19, 8)  # a Thursday
    moves = [at_post(local(19, 17), DUTY), at_post(local(19, 17, 1), MARKET)]
    assert plan(start, "1wd", at_post(start, MARKET), *moves).answer_due == local(20, 8)


def test_what_was_late_or_named_by_a_person_stays_where_it_is() -> None:
    start = local(20, 10)
    assert plan(start, "1wh", at_post(start, OFFICE), at_post(local(20, 12), DUTY)).answer_due == local(20, 11)
    named = ClockEvent(ClockEventKind.SET, local(20, 11), DeadlineKind.ANSWER, local(22, 15))
    assert plan(start, "1wh", at_post(start, OFFICE), named, at_post(local(20, 12), MARKET)).answer_due == local(22, 15)


def test_the_rest_counts_from_the_end_of_a_waiting_that_goes_on_over_the_hand_over() -> None:
    start = local(19, 16)
    wait = ClockEvent(ClockEventKind.WAIT, local(19, 17), due=local(20, 22))
    made = plan(start, "3wh", at_post(start, OFFICE), wait, at_post(local(20, 12), DUTY))
    assert made.answer_due == local(21, 0)


def test_the_bound_of_the_whole_chain_counts_where_it_ends_earlier_at_the_next_post() -> None:
    start = local(20, 16)
    made = plan(start, "4wh", at_post(start, DUTY), at_post(local(20, 17), MARKET), total="9h")
    assert made.answer_due == local(21, 1)  # three hours at the market would end on Saturday at eleven
    assert made.clocks[DeadlineKind.ANSWER].steps[-1].kind is ClockEventKind.TIGHTEN


def test_a_clock_that_begins_once_more_begins_at_the_post_that_has_the_ticket_then() -> None:
    again = ClockEvent(ClockEventKind.START, local(20, 20))
    made = plan(local(20, 10), "2wh", again, at_post(local(20, 10), OFFICE), at_post(local(20, 20), DUTY))
    assert made.answer_due == local(20, 22)


def explained(start: datetime, term: str, *events: ClockEvent) -> TermExplanation:
    clock = plan(start, term, *events).clocks[DeadlineKind.ANSWER]
    return explain(clock, MOSCOW, rule=None, is_urgent=False)


def test_the_reasons_name_the_posts_and_what_their_hours_skip() -> None:
    start = local(20, 17)
    one = explained(start, "2wh", at_post(start, OFFICE), at_post(local(20, 17, 30), MARKET))
    assert [(step.kind, step.post) for step in one.steps] == [
        (ClockEventKind.START, None),
        (ClockEventKind.POST, MARKET),
    ]
    assert dict(one.post_hours) == {MARKET: POSTS[MARKET]}
    assert [(each.kind, each.start, each.end) for each in one.segments] == [
        (SegmentKind.COUNTED, local(20, 17), local(20, 17, 30)),
        (SegmentKind.SKIPPED, local(20, 17, 30), local(21, 8)),
        (SegmentKind.COUNTED, local(21, 8), local(21, 9, 30)),
    ]
    off = explained(local(21, 16), "2wh", at_post(local(21, 16), MARKET))
    assert [(each.skip, each.text) for each in off.segments if each.skip is not None] == [
        (SkipKind.WEEKEND, "22 и 23 ноября: выходные должности")
    ]


# A week around each change of the clocks of 2026 in the zones, and the weeks of the May and November holidays.
starts = st.builds(
    lambda day, minute: datetime(2026, *day, tzinfo=UTC) + timedelta(minutes=minute),
    st.sampled_from([(3, 5), (3, 26), (4, 29), (10, 22), (10, 30), (11, 16)]),
    st.integers(0, 7 * 24 * 60),
)
terms = st.builds(lambda n, unit: Duration.parse(f"{n}{unit}"), st.integers(1, 30), st.sampled_from(["m", "h", "wh"]))
posts = st.sampled_from([DUTY, MARKET, NIGHTS, OFFICE])
minutes = st.integers(0, 2 * 24 * 60)
moves = st.lists(st.tuples(minutes, posts), max_size=4)
waits = st.lists(st.tuples(minutes, minutes), max_size=2)


def walk(
    start: datetime,
    term: Duration,
    had: Sequence[tuple[datetime, str]],
    stopped: Sequence[tuple[datetime, datetime]],
    hours: WorkingHours,
) -> datetime:
    """Count the minutes of *term* one by one, each in the hours of the post that had the ticket: slow and plain."""
    at, left = start, term.to_microseconds() // 60_000_000
    while left:
        post = [one for since, one in had if since <= at][-1]
        waiting = any(since <= at < until for since, until in stopped)
        if not waiting and (not term.is_working or hours.of(post).is_working(at)):
            left -= 1
        at += MINUTE
    return at


def spread(start: datetime, first: str, raw: Sequence[tuple[int, str]]) -> list[tuple[datetime, str]]:
    had, at = [(start, first)], start
    for after, post in raw:
        at += (after + 1) * MINUTE
        had.append((at, post))
    return had


@given(starts, terms, posts, moves, waits, st.sampled_from(ZONES))
def test_the_deadline_equals_that_of_a_clock_watched_minute_by_minute_over_hand_overs(
    start: datetime,
    term: Duration,
    first: str,
    raw: list[tuple[int, str]],
    gaps: list[tuple[int, int]],
    hours: WorkingHours,
) -> None:
    had, stopped, at = spread(start, first, raw), [], start
    for before, length in gaps:
        since = at + before * MINUTE
        at = since + length * MINUTE
        stopped.append((since, at))
    events = [ClockEvent(ClockEventKind.WAIT, since, due=until) for since, until in stopped]
    made = plan(start, str(term), *events, *(at_post(*one) for one in had), hours=hours)
    assert made.answer_due == walk(start, term, had, stopped, hours)


def share_of(moment: datetime, calendar: WorkingCalendar) -> Fraction:
    """Return the share of a working day that the minute from *moment* on is."""
    return _share_on(moment.astimezone(calendar.zone).date(), calendar)


@cache
def _share_on(day: date, calendar: WorkingCalendar) -> Fraction:
    begin = datetime.combine(day, time.min, calendar.zone).astimezone(UTC)
    end = datetime.combine(day + timedelta(days=1), time.min, calendar.zone).astimezone(UTC)
    return Fraction(1, calendar.working_between(begin, end) // MINUTE)


def walk_days(start: datetime, days: int, had: Sequence[tuple[datetime, str]], hours: WorkingHours) -> datetime:
    at, left, calendar = start, Fraction(days), hours.of(had[0][1])
    while left > 0:
        calendar = hours.of([one for since, one in had if since <= at][-1])
        if calendar.is_working(at):
            left -= share_of(at, calendar)
        at += MINUTE
    return calendar.next_working_moment(at) if left == 0 else at


whole_weeks = st.builds(  # without shortened days, whose lost hour no minute counts
    lambda day, minute: datetime(2026, *day, tzinfo=UTC) + timedelta(minutes=minute),
    st.sampled_from([(3, 19), (3, 26), (10, 19), (11, 16)]),
    st.integers(0, 3 * 24 * 60),
)


@given(whole_weeks, st.integers(1, 3), posts, moves, st.sampled_from(ZONES))
def test_working_days_equal_those_of_a_clock_watched_minute_by_minute_over_hand_overs(
    start: datetime, days: int, first: str, raw: list[tuple[int, str]], hours: WorkingHours
) -> None:
    had = spread(start, first, raw)
    made = plan(start, f"{days}wd", *(at_post(*one) for one in had), hours=hours)
    expected = walk_days(start, days, had, hours)
    # Every hand-over leaves a share of a day that minutes do not divide, so that an end may lie within a minute.
    assert abs(made.answer_due - expected) <= len(had) * MINUTE


@example(datetime(2026, 4, 29, 3, tzinfo=UTC), NIGHTS, 16, ZONES[-1])  # ends an hour late on the eve of 9 May
@given(starts, st.sampled_from([DUTY, MARKET, NIGHTS]), st.integers(1, 40), st.sampled_from(ZONES))
def test_the_working_days_between_two_moments_are_those_that_were_added(
    start: datetime, post: str, halves: int, hours: WorkingHours
) -> None:
    """Add what lies between, and reach the same moment: the closing of a shortened day is also the next opening."""
    calendar, term = hours.of(post), Duration.parse(f"{halves / 2}wd")
    assert term.unit is TimeUnit.WORKING_DAY
    end = calendar.add(start, term)
    again = calendar.add_working_days(start, calendar.working_days_between(start, end))
    assert again in (end, calendar.next_working_moment(end))


@given(starts, terms, posts, moves, st.sampled_from(ZONES))
def test_hand_overs_are_read_in_whatever_order_and_no_stretch_of_time_falls_through(
    start: datetime, term: Duration, first: str, raw: list[tuple[int, str]], hours: WorkingHours
) -> None:
    events = [at_post(*one) for one in spread(start, first, raw)]
    made = plan(start, str(term), *events, hours=hours)
    assert made == plan(start, str(term), *reversed(events), hours=hours)
    clock = made.clocks[DeadlineKind.ANSWER]
    segments = explain(clock, hours, rule=None, is_urgent=False).segments
    assert [segments[0].start, segments[-1].end] == [start, clock.due]
    assert all(one.end == other.start for one, other in pairwise(segments))
