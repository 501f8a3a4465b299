"""The clocks of a ticket, computed from its history."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import WorkingCalendar
from bot.domain.clocks import ClockEvent, ClockEventKind, compute_clocks
from bot.domain.deadlines import DeadlineKind, DeadlineTerms
from bot.domain.durations import Duration
from bot.domain.rules import Condition, Rule, RuleFacts, Rules
from bot.domain.terms import TermBook
from bot.domain.working_hours import WorkingHours

ZONE = ZoneInfo("Europe/Berlin")  # its clocks are moved twice a year
CALENDAR = WorkingCalendar(ZONE, [(time(9), time(13)), (time(14), time(18))])
HOURS = WorkingHours(CALENDAR)
MINUTE = timedelta(minutes=1)


def terms(accept: str = "1wh", answer: str = "8wh", **more: str) -> DeadlineTerms:
    return DeadlineTerms(
        Duration.parse(accept), Duration.parse(answer), **{k: Duration.parse(v) for k, v in more.items()}
    )


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def wait(since: datetime, until: datetime) -> ClockEvent:
    return ClockEvent(ClockEventKind.WAIT, since, due=until)


def test_waiting_for_the_citizen_stops_the_clock_of_the_answer() -> None:
    made = compute_clocks(local(23, 9), terms(), HOURS, [wait(local(23, 11), local(24, 10))])
    # Two of eight working hours had passed on Monday; six are left on Tuesday at ten.
    assert made.answer_due == local(24, 17)
    assert [step.kind for step in made.clocks[DeadlineKind.ANSWER].steps] == [
        ClockEventKind.START,
        ClockEventKind.WAIT,
    ]


def test_what_was_late_before_the_question_stays_late() -> None:
    made = compute_clocks(local(23, 9), terms(answer="1wh"), HOURS, [wait(local(23, 11), local(24, 10))])
    assert made.answer_due == local(23, 10)


def test_a_deadline_that_a_person_sets_counts_until_something_else_happens() -> None:
    events = [
        ClockEvent(ClockEventKind.SET, local(23, 10), DeadlineKind.ANSWER, local(26, 16)),
        wait(local(24, 9), local(24, 18)),
        ClockEvent(ClockEventKind.EXTEND, local(25, 9), DeadlineKind.ANSWER, local(30, 12)),
    ]
    assert compute_clocks(local(23, 9), terms(), HOURS, events[:1]).answer_due == local(26, 16)
    assert compute_clocks(local(23, 9), terms(), HOURS, events[:2]).answer_due == local(27, 16)
    assert compute_clocks(local(23, 9), terms(), HOURS, events).answer_due == local(30, 12)


def test_an_interim_answer_begins_the_term_of_the_final_one() -> None:
    interim = ClockEvent(ClockEventKind.INTERIM, local(24, 12), DeadlineKind.ANSWER, local(30, 18))
    assert compute_clocks(local(23, 9), terms(final="8wd"), HOURS, [interim]).answer_due == datetime(
        2026, 12, 4, 12, tzinfo=ZONE
    )
    # Without such a term the promised day counts.
    assert compute_clocks(local(23, 9), terms(), HOURS, [interim]).answer_due == local(30, 18)


def test_the_bound_of_the_whole_chain_counts_where_it_ends_earlier() -> None:
    assert compute_clocks(local(23, 9), terms(answer="2wd", total="9h"), HOURS).answer_due == local(23, 18)
    assert compute_clocks(local(23, 9), terms(answer="2wh", total="9h"), HOURS).answer_due == local(23, 11)


def test_the_clocks_begin_once_more_when_the_ticket_returns() -> None:
    again = ClockEvent(ClockEventKind.START, local(25, 14))
    made = compute_clocks(local(23, 9), terms(), HOURS, [wait(local(23, 11), local(24, 10)), again])
    assert (made.accept_due, made.answer_due) == (local(25, 15), local(26, 13))


def test_only_the_answer_begins_once_more_when_it_is_lost() -> None:
    lost = ClockEvent(ClockEventKind.START, local(25, 14), DeadlineKind.ANSWER)
    made = compute_clocks(local(23, 9), terms(), HOURS, [lost])
    assert (made.accept_due, made.answer_due) == (local(23, 10), local(26, 13))


def test_a_ticket_that_becomes_urgent_keeps_its_terms_where_they_end_earlier() -> None:
    book = TermBook(Rules(), terms(), terms(accept="15m", answer="2h"))
    now = ClockEvent(ClockEventKind.URGENT, local(23, 9, 50))
    made = compute_clocks(local(23, 9), book.terms_of(RuleFacts(urgent=True)), HOURS, [now])
    assert (made.accept_due, made.answer_due) == (local(23, 10), local(23, 11, 50))
    from_the_start = compute_clocks(local(23, 9), book.terms_of(RuleFacts(urgent=True)), HOURS)
    assert (from_the_start.accept_due, from_the_start.answer_due) == (local(23, 9, 15), local(23, 11))


def test_no_rule_weakens_danger_and_a_stricter_rule_counts() -> None:
    slow = Rule(Condition(sector=frozenset({"roads"})), accept=Duration.parse("2d"), answer=Duration.parse("1h"))
    book = TermBook(Rules((slow,)), terms(), terms(accept="15m", answer="2h"))
    made = compute_clocks(local(23, 9), book.terms_of(RuleFacts(sector="roads", urgent=True)), HOURS)
    assert (made.accept_due, made.answer_due) == (local(23, 9, 15), local(23, 10))
    calm = compute_clocks(local(23, 9), book.terms_of(RuleFacts(sector="roads")), HOURS)
    assert (calm.accept_due, calm.answer_due) == (local(23, 10), local(23, 10))  # accepting is not later than answering


def test_first_word_and_solution_have_clocks_where_a_rule_has_a_term() -> None:
    made = compute_clocks(local(23, 9), terms(first_word="4wh", solve="30d"), HOURS)
    assert made.clocks[DeadlineKind.FIRST_WORD].due == local(23, 13)
    assert made.clocks[DeadlineKind.SOLVE].due == local(23, 9) + timedelta(days=30)
    assert set(compute_clocks(local(23, 9), terms(), HOURS).clocks) == {DeadlineKind.ACCEPT, DeadlineKind.ANSWER}


# A week around each change of the clocks of 2026, and one with the May holidays.
starts = st.builds(
    lambda day, minute: datetime(2026, *day, tzinfo=UTC) + timedelta(minutes=minute),
    st.sampled_from([(3, 26), (10, 22), (4, 29), (11, 16)]),
    st.integers(0, 7 * 24 * 60),
)
durations = st.builds(
    lambda n, unit: Duration.parse(f"{n}{unit}"), st.integers(1, 30), st.sampled_from(["m", "h", "wh"])
)
minutes = st.integers(0, 3 * 24 * 60)
waits = st.lists(st.tuples(minutes, minutes), max_size=4)


def walk(start: datetime, term: Duration, stopped: Sequence[tuple[datetime, datetime]]) -> datetime:
    """Count the minutes of *term* one by one: slow and plain."""
    at, left = start, term.to_microseconds() // 60_000_000
    while left:
        waiting = any(since <= at < until for since, until in stopped)
        if not waiting and (not term.is_working or CALENDAR.is_working(at)):
            left -= 1
        at += MINUTE
    return at


@given(starts, durations, waits)
def test_the_deadline_equals_that_of_a_clock_watched_minute_by_minute(
    start: datetime, term: Duration, gaps: list[tuple[int, int]]
) -> None:
    stopped, at = [], start
    for before, length in gaps:
        since = at + before * MINUTE
        at = since + length * MINUTE
        stopped.append((since, at))
    made = compute_clocks(start, terms("1m", str(term)), HOURS, [wait(*one) for one in stopped])
    assert made.answer_due == walk(start, term, stopped)


events = st.lists(
    st.builds(
        lambda kind, at, due: (kind, at, due),
        st.sampled_from(ClockEventKind),
        st.integers(0, 10 * 24 * 60),
        st.integers(0, 5 * 24 * 60),
    ),
    max_size=6,
)
any_term = st.builds(lambda n, u: f"{n}{u}", st.integers(1, 12), st.sampled_from(["m", "h", "d", "wh", "wd"]))


@given(starts, any_term, any_term, events)
def test_the_same_history_gives_the_same_clocks_in_whatever_order_it_is_read(
    start: datetime, accept: str, answer: str, raw: list[tuple[ClockEventKind, int, int]]
) -> None:
    unique = {at: (kind, at, due) for kind, at, due in raw}.values()  # two events at one moment have an order
    history = [ClockEvent(kind, start + at * MINUTE, None, start + (at + due) * MINUTE) for kind, at, due in unique]
    made = compute_clocks(start, terms(accept, answer), HOURS, history)
    assert made == compute_clocks(start.astimezone(ZONE), terms(accept, answer), HOURS, reversed(history))
    for clock in made.clocks.values():
        assert clock.due == clock.steps[-1].due
        assert all(at <= clock.due for _, at in clock.reminders if clock.reminders)
        assert [due.at for due in clock.due_moments()] == sorted(due.at for due in clock.due_moments())


@given(starts, any_term, waits)
def test_a_longer_wait_never_brings_the_deadline_nearer(
    start: datetime, answer: str, gaps: list[tuple[int, int]]
) -> None:
    at, shorter, longer = start, [], []
    for before, length in gaps:
        since = at + before * MINUTE
        at = since + (length + 60) * MINUTE
        shorter.append(wait(since, since + length * MINUTE))
        longer.append(wait(since, at))
    one = compute_clocks(start, terms("1m", answer), HOURS, shorter).answer_due
    assert one <= compute_clocks(start, terms("1m", answer), HOURS, longer).answer_due
