"""The municipality's working time, and arithmetic of durations in it.

Time is counted in UTC; local time only determines where a working day begins and ends. So a change of the clocks
neither loses nor repeats an hour.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import floor
from zoneinfo import ZoneInfo

from bot.domain.durations import Duration, TimeUnit
from bot.domain.local_time import local_to_utc, to_utc
from bot.domain.post_hours import PostHours
from bot.domain.production_calendar import WEEKEND, DayOff
from bot.domain.russian_text import human_day, human_days
from bot.domain.working_days import OWN_DAY_OFF, WorkingDays

_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
_SHORTER_BY = timedelta(hours=1)
_MAX_CACHED_DAYS = 2_000
"""Days whose working intervals are cached."""

END_OF_DAY = time.max
"""The end of a day in intervals of working hours: 24:00."""

Interval = tuple[datetime, datetime]


class SkipKind(StrEnum):
    """The reason why an interval does not count."""

    BREAK = "break"  # within a working day
    NIGHT = "night"  # before the opening, after the closing
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MOVED = "moved"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class SkippedInterval:
    """An interval [start, end), in UTC, that a working-time duration skips, with the reason in Russian."""

    kind: SkipKind
    start: datetime
    end: datetime
    text: str


class WorkingCalendar:
    """The municipality's working hours: the Russian production calendar with local exceptions, and hours of the day.

    ``hours`` are the working intervals of every working day on the wall clock of ``zone``: non-empty, each of positive
    length, not overlapping, within one day. ``days_off`` and ``working_days`` are local exceptions and win over the
    production calendar. With ``shortens_eves``, work ends an hour earlier on the eve of a holiday. Raises
    ``ValueError`` for other hours or a day in both lists. Moments are aware; results are in UTC. Working intervals are
    half-open: the closing time is not working time. :meth:`for_post` makes the calendar of a post with other hours.
    """

    def __init__(
        self,
        zone: ZoneInfo,
        hours: Sequence[tuple[time, time]],
        days_off: Iterable[date] = (),
        working_days: Iterable[date] = (),
        *,
        shortens_eves: bool = True,
    ) -> None:
        self.zone = zone
        self._hours = tuple(sorted(hours))
        self._days = WorkingDays(frozenset(days_off), frozenset(working_days), shortens_eves)
        self._intervals = lru_cache(maxsize=_MAX_CACHED_DAYS)(self._compute_intervals)
        if not self._hours or any(opening >= closing for opening, closing in self._hours):
            raise ValueError("working hours must be intervals of positive length within a day")
        if any(later[0] < earlier[1] for earlier, later in pairwise(self._hours)):
            raise ValueError("working hours overlap")
        if self._days.days_off & self._days.working_days:
            raise ValueError("a day cannot be both off and working")

    @property
    def signature(self) -> tuple[object, ...]:
        """Everything that the calendar was made of, in a fixed order."""
        return (self.zone.key, self._hours, *self._days.signature)

    def for_post(self, hours: PostHours) -> "WorkingCalendar":
        """Return the calendar of a post with *hours* of its own in this town."""
        calendar = WorkingCalendar(self.zone, hours.working)
        weekdays = {one.number for one in hours.weekdays}
        calendar._days = self._days.with_own_week(weekdays, works_on_holidays=hours.holidays)
        return calendar

    def day_off(self, day: date) -> DayOff | None:
        """Return the reason why *day* is off, or ``None`` for a working day."""
        return self._days.day_off(day)

    def is_working_day(self, day: date) -> bool:
        """Return whether *day*, a date of the municipality's zone, is a working day."""
        return self.day_off(day) is None

    def closing_of(self, day: date) -> datetime | None:
        """Return the moment when the work of *day* ends; ``None`` if nobody works then."""
        intervals = self._intervals(day)
        return intervals[-1][1] if intervals else None

    def is_shortened_day(self, day: date) -> bool:
        """Return whether work ends an hour earlier on *day*, the eve of a holiday; local working days are whole."""
        return self._days.is_shortened(day)

    def has_transfers(self, year: int) -> bool:
        """Return whether the Government's transfers of *year* are known; if not, they can be configured."""
        return self._days.production.has_transfers(year)

    def is_working(self, moment: datetime) -> bool:
        """Return whether *moment* lies in working time."""
        instant = to_utc(moment)
        return any(a <= instant < b for a, b in self._intervals(self._local_date(instant)))

    def next_working_moment(self, moment: datetime) -> datetime:
        """Return *moment* if it lies in working time, else the next moment when work begins."""
        return next(self._working_intervals_from(to_utc(moment)))[0]

    def add(self, start: datetime, term: Duration, share: float = 1.0) -> datetime:
        """Return the moment when *share* (0 or more) of *term* has passed since *start*, to the microsecond.

        Calendar units run without pause; a day is 24 hours. Working units begin at the next opening if *start* lies
        outside working time, also when *share* is 0:

        * working hours count only in working time; a term that ends exactly at a closing ends at that closing;
        * a working day is over when the same share of the next working day is reached: N working days later it is the
          same time on the clock; a fraction of a working day is a share of its working time. A result after the
          closing (through rounding, or of a shortened day) becomes the closing.

        The result never decreases when *start* or *share* grows.
        """
        if share < 0:
            raise ValueError("a share of a term cannot be negative")
        exact = Fraction(repr(float(share)))  # the decimal 0.7, not the nearest binary number
        if term.unit is TimeUnit.WORKING_DAY:
            return self.add_working_days(start, exact * Fraction(term.amount))
        length = timedelta(microseconds=round(term.to_microseconds() * exact))
        if term.is_working:
            return self.add_working(start, length)
        return to_utc(start) + length

    def add_working(self, start: datetime, length: timedelta) -> datetime:
        """Return the moment when *length* of working time has passed since *start*."""
        left = length
        for opening, closing in self._working_intervals_from(to_utc(start)):
            if left <= closing - opening:
                return opening + left
            left -= closing - opening
        raise OverflowError("the term goes past the end of time")  # pragma: no cover - date arithmetic raises first

    def add_working_days(self, start: datetime, amount: Fraction) -> datetime:
        """Return the moment when *amount* of working days, whole or not, have passed since *start*; see :meth:`add`."""
        return self._add_working_days(self.next_working_moment(start), amount)

    def working_days_between(self, start: datetime, end: datetime) -> Fraction:
        """Return the working days from *start* to *end*, which is not before it."""
        first, last = to_utc(start), to_utc(end)
        day, last_day = self._local_date(first), self._local_date(last)
        days = self._passed_share(last_day, last) - self._passed_share(day, first)
        while day < last_day:
            days += bool(self._intervals(day))
            day += _DAY
        return days

    def working_between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time between two moments; zero if *end* is not later than *start*."""
        first, last = to_utc(start), to_utc(end)
        total = timedelta(0)
        for opening, closing in self._working_intervals_between(first, last):
            total += closing - opening
        return total

    def skipped_by_term(self, start: datetime, term: Duration) -> tuple[SkippedInterval, ...]:
        """Return the intervals that *term* skips, in order: the answer to «почему такой срок».

        Together with the working time they cover the time from *start* to the end of the term without gaps or overlaps.
        Empty for a calendar term.
        """
        if not term.is_working:
            return ()
        return self.skipped_between(start, self.add(start, term))

    def skipped_between(self, start: datetime, end: datetime) -> tuple[SkippedInterval, ...]:
        """Return all intervals between two moments that are not working time, with the reasons."""
        at, last = to_utc(start), to_utc(end)
        result: list[SkippedInterval] = []
        for opening, closing in (*self._working_intervals_between(at, last), (last, last)):
            if opening > at:
                result.extend(self._explain_gap(at, opening))
            at = max(at, closing)
        return tuple(result)

    def _add_working_days(self, start: datetime, amount: Fraction) -> datetime:
        day = self._local_date(start)
        target = self._share_of_day(day, start) + amount
        for _ in range(floor(target)):
            day = self._next_working_day(day)
        whole = self._whole_day(day)
        left = _MICROSECOND * round((target - floor(target)) * (_total_length(whole) // _MICROSECOND))
        last_closing = self._intervals(day)[-1][1]
        for opening, closing in whole:
            if left < closing - opening:
                return min(opening + left, last_closing)
            left -= closing - opening
        return last_closing

    def _share_of_day(self, day: date, moment: datetime) -> Fraction:
        intervals = self._whole_day(day)
        passed = _total_length([(a, min(b, moment)) for a, b in intervals if a < moment])
        return Fraction(passed // _MICROSECOND, _total_length(intervals) // _MICROSECOND)

    def _passed_share(self, day: date, moment: datetime) -> Fraction:
        """Return the share of the working day that is over at *moment*: all of it from the closing on."""
        intervals = self._intervals(day)
        if not intervals:
            return Fraction(0)
        return Fraction(1) if moment >= intervals[-1][1] else self._share_of_day(day, moment)

    def _next_working_day(self, day: date) -> date:
        day += _DAY
        while not self._intervals(day):
            day += _DAY
        return day

    def _local_date(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def _compute_intervals(self, day: date) -> Sequence[Interval]:
        if not self.is_working_day(day):
            return ()
        whole = self._whole_day(day)
        if not self.is_shortened_day(day):
            return whole
        end = whole[-1][1] - _SHORTER_BY
        return tuple((a, min(b, end)) for a, b in whole if a < end) or whole[:1]

    def _whole_day(self, day: date) -> Sequence[Interval]:
        """Return the hours of *day* as if it were a usual working day."""
        pairs = ((local_to_utc(day, a, self.zone), self._closing(day, b)) for a, b in self._hours)
        return tuple((a, b) for a, b in pairs if a < b)  # moving the clock forward can remove an interval

    def _closing(self, day: date, clock: time) -> datetime:
        if clock == END_OF_DAY:
            return local_to_utc(day + _DAY, time.min, self.zone)
        return local_to_utc(day, clock, self.zone)

    def _working_intervals_from(self, start: datetime) -> Iterator[Interval]:
        day = self._local_date(start)
        while True:
            for opening, closing in self._intervals(day):
                if closing > start:
                    yield max(opening, start), closing
            day += _DAY

    def _working_intervals_between(self, start: datetime, end: datetime) -> Iterator[Interval]:
        if end <= start:
            return
        day, last = self._local_date(start), self._local_date(end)
        while day <= last:
            for opening, closing in self._intervals(day):
                if closing > start and opening < end:
                    yield max(opening, start), min(closing, end)
            day += _DAY

    def _explain_gap(self, start: datetime, end: datetime) -> list[SkippedInterval]:
        """Explain a gap between two working intervals. Days off in it include the adjacent nights."""
        runs = self._days_off_between(self._local_date(start), self._local_date(end - _MICROSECOND))
        if not runs:
            return [self._explain_hours(start, end)]
        starts = [start] + [max(start, local_to_utc(first, time.min, self.zone)) for first, _, _ in runs[1:]]
        ends = [*starts[1:], end]
        return [
            SkippedInterval(SkipKind(off.kind.value), a, b, _describe_days_off(first, last, off))
            for (first, last, off), a, b in zip(runs, starts, ends, strict=True)
        ]

    def _days_off_between(self, first: date, last: date) -> list[tuple[date, date, DayOff]]:
        runs: list[tuple[date, date, DayOff]] = []
        day = first
        while day <= last:
            off = self.day_off(day)
            if off is not None:
                if runs and runs[-1][2] == off and runs[-1][1] == day - _DAY:
                    runs[-1] = (runs[-1][0], day, off)
                else:
                    runs.append((day, day, off))
            day += _DAY
        return runs

    def _explain_hours(self, start: datetime, end: datetime) -> SkippedInterval:
        a, b = start.astimezone(self.zone), end.astimezone(self.zone)
        intervals = self._intervals(a.date())
        if a.date() == b.date() and intervals and intervals[0][1] <= start and end <= intervals[-1][0]:
            return SkippedInterval(SkipKind.BREAK, start, end, f"{human_day(a)}, {a:%H:%M}–{b:%H:%M}: перерыв")
        if a.date() == b.date():
            text = f"{human_day(a)}, {a:%H:%M}–{b:%H:%M}: нерабочее время"
        else:
            text = f"{human_day(a)}, {a:%H:%M} – {human_day(b)}, {b:%H:%M}: нерабочее время"
        return SkippedInterval(SkipKind.NIGHT, start, end, text)


def _total_length(intervals: Sequence[Interval]) -> timedelta:
    return sum((b - a for a, b in intervals), timedelta(0))


def _describe_days_off(first: date, last: date, off: DayOff) -> str:
    reason = (
        off.reason if first == last else {WEEKEND: "выходные", OWN_DAY_OFF: "выходные должности"}.get(off, off.reason)
    )
    return f"{human_days(first, last)}: {reason}"
