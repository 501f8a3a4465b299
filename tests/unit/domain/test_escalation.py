"""Chains of escalation: their moments, their order, and what is stored of them."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import WorkingCalendar
from bot.domain.durations import Duration
from bot.domain.escalation import (
    USUAL_CHAIN,
    Absence,
    After,
    Chain,
    ChainStep,
    StepCode,
    find_repeated_holder,
    whole_minute,
)

CALENDAR = WorkingCalendar(ZoneInfo("Asia/Vladivostok"), [(time(9), time(13)), (time(14), time(18))])
FRIDAY = datetime(2026, 11, 20, 7, 40, 20, tzinfo=UTC)  # 17:40:20 in Vladivostok


def step(wait: str | None = None, after: After = After.ACCEPT, **more: object) -> ChainStep:
    return ChainStep(after, Duration.parse(wait) if wait else None, tell=("coordinator",), **more)


def test_steps_count_from_the_missed_moment_in_their_own_time() -> None:
    chain = Chain("a", (step(), step("1h"), step("1wh"), step("4wh", After.ANSWER)))
    planned = chain.plan(After.ACCEPT, FRIDAY, CALENDAR)
    assert [(one.number, one.at.isoformat()) for one in planned] == [
        (0, "2026-11-20T07:41:00+00:00"),
        (1, "2026-11-20T08:41:00+00:00"),
        (2, "2026-11-22T23:41:00+00:00"),  # twenty minutes on Friday, forty on Monday
    ]


def test_a_later_step_never_comes_before_an_earlier_one() -> None:
    chain = Chain("a", (step("8wh"), step("1h")))
    first, second = chain.plan(After.ACCEPT, FRIDAY, CALENDAR)
    assert second.at == first.at


def test_warnings_come_before_the_moment() -> None:
    chain = Chain("a", (step(before=Duration.parse("10m")), step(before=Duration.parse("1h")), step()))
    moment = FRIDAY.replace(second=0)
    assert [one.number for one in chain.plan_warnings(After.ACCEPT, moment)] == [1, 0]
    assert [one.at for one in chain.plan_warnings(After.ACCEPT, moment)] == [
        moment - timedelta(hours=1),
        moment - timedelta(minutes=10),
    ]


def test_only_a_chain_of_the_town_replaces_those_who_watch() -> None:
    assert USUAL_CHAIN.covers(After.ACCEPT)
    assert not USUAL_CHAIN.replaces_watchers(After.ACCEPT)
    assert Chain("a", (step(),)).replaces_watchers(After.ACCEPT)
    assert not Chain("a", (step(),)).replaces_watchers(After.ANSWER)


@given(st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1)))  # noqa: DTZ001 - made aware below
def test_a_whole_minute_is_never_earlier_nor_a_minute_later(moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC)
    assert timedelta(0) <= whole_minute(moment) - moment < timedelta(minutes=1)
    assert whole_minute(moment).second == whole_minute(moment).microsecond == 0


@given(
    st.builds(
        ChainStep,
        st.sampled_from(After),
        st.none() | st.sampled_from([Duration.parse("8wh"), Duration.parse("0.5h")]),
        st.none() | st.just(Duration.parse("30m")),
        st.lists(st.sampled_from(["post", "deputy"])).map(tuple),
        st.booleans(),
        st.none() | st.just("in_work"),
        st.booleans(),
    )
)
def test_a_stored_step_is_the_step(one: ChainStep) -> None:
    assert ChainStep.from_json(one.to_json()) == one


@given(st.builds(StepCode, st.sampled_from(After), st.booleans(), st.none() | st.sampled_from(Absence)))
def test_a_code_says_everything_and_fits_its_column(code: StepCode) -> None:
    assert StepCode.parse(str(code)) == code
    assert len(str(code)) <= 32


@pytest.mark.parametrize("code", ["accept_overdue", "watch_overdue", "step", "posting_reminder"])
def test_other_codes_are_no_steps(code: str) -> None:
    assert StepCode.parse(code) is None


def test_who_has_had_the_ticket_does_not_get_it_again() -> None:
    deputy = ChainStep(After.ACCEPT, tell=("deputy",), hand_over=True)
    assert find_repeated_holder((deputy, ChainStep(After.ACCEPT, tell=("deputy",)))) is None
    assert find_repeated_holder((deputy, deputy)) == 1
    assert find_repeated_holder((ChainStep(After.SILENT, tell=("post",), hand_over=True),)) is None
