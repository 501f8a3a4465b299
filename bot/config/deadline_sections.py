"""The sections of time: deadlines, rules, chains of escalation, working and quiet hours."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from bot.config.fields import (
    AnyDuration,
    CalendarDuration,
    ClockTime,
    Day,
    DraftDuration,
    Interval,
    Share,
    ShortText,
    WaitDuration,
    Words,
    parse_clock,
    parse_duration,
    parse_interval,
    parse_words,
)
from bot.config.section import Section
from bot.domain.applicants import ApplicantKind
from bot.domain.escalation import After
from bot.domain.importance import Importance
from bot.domain.post_hours import Weekday


class DeadlinesSection(Section):
    accept: AnyDuration = Field(default_factory=lambda: parse_duration("1wh"))
    answer: AnyDuration = Field(default_factory=lambda: parse_duration("8wh"))
    remind_at: tuple[Share, ...] = (0.5, 0.8)


class UrgentSection(Section):
    """The deadlines of urgent tickets: danger to people, or no water, heat, light or gas for a house or more."""

    accept: AnyDuration = Field(default_factory=lambda: parse_duration("30m"))
    answer: AnyDuration = Field(default_factory=lambda: parse_duration("4h"))


class RuleEntry(Section):
    """A rule: the tickets that it is for (one value or a list, any of them), then the keys that it decides."""

    source: Words = ()
    sector: Words = ()
    theme: Words = ()
    topic: Words = ()
    district: Words = ()
    importance: Annotated[tuple[Importance, ...], BeforeValidator(parse_words)] = ()
    urgent: Annotated[tuple[bool, ...], BeforeValidator(parse_words)] = ()
    applicant: Annotated[tuple[ApplicantKind, ...], BeforeValidator(parse_words)] = ()
    approval: tuple[ShortText, ...] | None = None
    four_eyes: bool | None = None
    call_before_answer: bool | None = None
    satisfaction: bool | None = None
    reopen_at_most: int | None = Field(default=None, ge=0, le=100)
    accept: AnyDuration | None = None
    first_word: AnyDuration | None = None
    draft: DraftDuration | None = None
    approve: AnyDuration | None = None
    rework: AnyDuration | None = None
    answer: AnyDuration | None = None
    final: AnyDuration | None = None
    not_ours: AnyDuration | None = None
    solve: AnyDuration | None = None
    total: AnyDuration | None = None
    escalation: ShortText | None = None


class StepEntry(Section):
    """A step of a chain; ``before`` counts in the time of the calendar."""

    after: After
    wait: WaitDuration | None = None
    before: CalendarDuration | None = None
    tell: tuple[ShortText, ...] = ()
    hand_over: bool = False
    ask: Literal["in_work"] | None = None


class EscalationEntry(Section):
    """A chain of those who are told one after another when a deadline is missed."""

    code: ShortText
    steps: tuple[StepEntry, ...] = ()


class CalendarSection(Section):
    """Working time. ``shorten_before_holidays``: work ends an hour earlier on the eve of a holiday."""

    working: tuple[Interval, ...] = Field(
        default_factory=lambda: (parse_interval("09:00-13:00"), parse_interval("14:00-18:00"))
    )
    days_off: tuple[Day, ...] = ()
    working_days: tuple[Day, ...] = ()
    shorten_before_holidays: bool = True


class PostHoursEntry(Section):
    """The working hours of posts (titles, or names where there is none) that differ from those of the town.

    ``weekdays``: the days on which they work, instead of those of the production calendar; ``holidays``: on public
    holidays and local days off, too.
    """

    post: Words
    working: tuple[Interval, ...]
    weekdays: tuple[Weekday, ...] | None = None
    holidays: bool = False


class QuietSection(Section):
    start: ClockTime = Field(default_factory=lambda: parse_clock("22:00"), alias="from")
    end: ClockTime = Field(default_factory=lambda: parse_clock("08:00"), alias="to")
