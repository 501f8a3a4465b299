"""The results of a ticket's clocks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.clock_results import ClockResult, TicketMoments

START = datetime(2026, 11, 20, 7, tzinfo=UTC)
OPEN = TicketMoments(START, START + timedelta(hours=1), START + timedelta(hours=8))


def after(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def test_clock_that_runs_is_judged_by_the_present_moment() -> None:
    assert OPEN.accept_result(after(0.5)) is ClockResult.RUNNING
    assert OPEN.accept_result(after(2)) is ClockResult.MISSED
    assert OPEN.first_word_result(after(2)) is OPEN.solve_result(after(2)) is None


def test_whatever_ends_the_work_stops_every_clock() -> None:
    ended = replace(OPEN, ended_at=after(0.5), solve_due=after(24))
    assert ended.accept_result(after(99)) is ended.answer_result(after(99)) is ClockResult.MET
    assert ended.solve_result(after(99)) is ClockResult.MET


def test_answer_is_a_first_word_and_accepts_but_solves_nothing() -> None:
    answered = replace(OPEN, answered_at=after(2), first_word_due=after(3), solve_due=after(4))
    assert answered.first_word == after(2)
    assert answered.accept_result(after(3)) is ClockResult.MISSED
    assert answered.first_word_result(after(3)) is ClockResult.MET
    assert answered.solve_result(after(3)) is ClockResult.RUNNING
    assert answered.solve_result(after(5)) is ClockResult.MISSED
