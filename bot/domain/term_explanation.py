"""The answer to «почему такой срок?»: the steps of a deadline, and how the time on the way to it counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.calendar import SkipKind, WorkingCalendar
from bot.domain.clocks import Clock, ClockEventKind, ClockStep
from bot.domain.deadlines import DeadlineKind
from bot.domain.durations import Duration
from bot.domain.post_hours import PostHours
from bot.domain.working_hours import WorkingHours


class SegmentKind(StrEnum):
    """The way in which a stretch of time counts."""

    COUNTED = "counted"
    SKIPPED = "skipped"  # not working time
    WAITED = "waited"  # the citizen was asked


@dataclass(frozen=True, slots=True)
class TermSegment:
    """A stretch [start, end), in UTC. ``text``: why it does not count, in Russian; ``skip``: the kind of such time."""

    kind: SegmentKind
    start: datetime
    end: datetime
    text: str = ""
    skip: SkipKind | None = None


@dataclass(frozen=True, slots=True)
class TermExplanation:
    """A deadline with its steps and, from the last beginning of a term on, all time up to it, without gaps.

    ``rule``: the number of the rule, from 1, that decides the term; ``None``: the usual or the urgent term counts;
    ``post_hours``: the hours of the posts that steps name.
    """

    kind: DeadlineKind
    due: datetime
    steps: tuple[ClockStep, ...]
    segments: tuple[TermSegment, ...]
    rule: int | None = None
    is_urgent: bool = False
    post_hours: Mapping[str, PostHours] = field(default_factory=dict)


def explain(clock: Clock, hours: WorkingHours, *, rule: int | None, is_urgent: bool) -> TermExplanation:
    """Explain the deadline of *clock*. Steps before the last beginning of the clock are left out."""
    last_start = max(n for n, step in enumerate(clock.steps) if step.kind is ClockEventKind.START)
    steps = clock.steps[last_start:]
    named = {step.post: hours.definitions[step.post] for step in steps if step.post is not None}
    return TermExplanation(clock.kind, clock.due, steps, _list_segments(steps, hours), rule, is_urgent, named)


def _list_segments(steps: Sequence[ClockStep], hours: WorkingHours) -> tuple[TermSegment, ...]:
    passing = (ClockEventKind.WAIT, ClockEventKind.POST)
    base = max(n for n, step in enumerate(steps) if step.kind not in passing)
    if steps[base].term is None:
        return ()  # somebody has named the moment: nothing is counted up to it
    at, due, term, calendar = steps[base].at, steps[-1].due, steps[base].term, hours.of(steps[base].post)
    segments: list[TermSegment] = []
    for step in steps[base + 1 :]:
        start = max(at, min(step.at, due))
        segments += _count(at, start, term, calendar)
        at, calendar = start, hours.of(step.post)
        end = max(start, min(step.until or step.at, due))
        if start < end:
            segments.append(TermSegment(SegmentKind.WAITED, start, end))
            at = end
    return (*segments, *_count(at, due, term, calendar))


def _count(start: datetime, end: datetime, term: Duration | None, calendar: WorkingCalendar) -> list[TermSegment]:
    skipped = calendar.skipped_between(start, end) if term is not None and term.is_working else ()
    segments, at = [], start
    for gap in skipped:
        if at < gap.start:
            segments.append(TermSegment(SegmentKind.COUNTED, at, gap.start))
        segments.append(TermSegment(SegmentKind.SKIPPED, gap.start, gap.end, gap.text, gap.kind))
        at = gap.end
    if at < end:
        segments.append(TermSegment(SegmentKind.COUNTED, at, end))
    return segments


def shorten_segments(segments: Sequence[TermSegment], limit: int) -> tuple[TermSegment, ...]:
    """Return the segments, or, if there are more than *limit*, without breaks and nights: days off and waiting stay."""
    if len(segments) <= limit:
        return tuple(segments)
    found: list[TermSegment] = []
    for segment in segments:
        one = replace(segment, kind=SegmentKind.COUNTED, text="", skip=None) if _is_within_work(segment) else segment
        if found and found[-1].kind is one.kind is SegmentKind.COUNTED:
            found[-1] = replace(found[-1], end=one.end)
        else:
            found.append(one)
    return tuple(found)


def _is_within_work(segment: TermSegment) -> bool:
    return segment.skip in (SkipKind.BREAK, SkipKind.NIGHT)
