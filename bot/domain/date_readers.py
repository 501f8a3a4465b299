"""Readers of typed days and moments, one for each form. A reader returns ``None`` for another form.

A day or an hour that does not exist (31.02, 25:00) raises ``ValueError``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.domain.calendar import WorkingCalendar
from bot.domain.date_grammar import (
    DAY_OF_MONTH,
    DAYS_AHEAD,
    END,
    HOUR_ALONE,
    ISO,
    LENGTH,
    MONTHS,
    NAMED_HOURS,
    NAMED_MONTH,
    NEAR_DAY,
    NUMBERS,
    NUMERIC,
    WEEKDAY,
    WEEKDAYS,
)
from bot.domain.durations import Duration, InvalidDuration, TimeUnit
from bot.domain.local_time import local_to_utc

END_OF_DAY = time(23, 59)
"""The moment at which a day ends that is named without an hour."""


@dataclass(frozen=True, slots=True)
class SaidMoment:
    """A moment (UTC) that a text names.

    ``has_day``: the text names a day or a length, not only an hour of today. ``next_one``: of a day that has passed and
    was named without its year or month, the next such day.
    """

    at: datetime
    has_day: bool = True
    next_one: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """The calendar and the moment by which relative words are read."""

    calendar: WorkingCalendar
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        return self.calendar.zone

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def at(self, day: date, clock: time) -> datetime:
        return local_to_utc(day, clock, self.zone)


def _clock_of(found: re.Match[str]) -> time | None:
    """Return the hour in *found*; ``None`` if the text names none. Raise ``ValueError`` for 25:00."""
    groups = found.groupdict()
    if groups.get("named"):
        return NAMED_HOURS[groups["named"]]
    hour = next((groups[name] for name in ("hour", "full", "bare", "alone") if groups.get(name)), None)
    if hour is None:
        return None
    spoken = re.search(r"\d\s*(утра|дня|вечера|ночи)", found[0])
    part = spoken[1] if spoken is not None else ""
    shown = int(hour)
    if part in ("дня", "вечера") and shown < 12:
        shown += 12
    if part == "ночи" and shown == 12:
        shown = 0
    return time(shown, int(groups["minute"] or 0))


def _read_numeric(reading: Reading, words: str) -> SaidMoment | None:
    found = NUMERIC.fullmatch(words)
    return _of_date(reading, found, int(found[1]), int(found[2]), found[3]) if found is not None else None


def _read_iso(reading: Reading, words: str) -> SaidMoment | None:
    found = ISO.fullmatch(words)
    return _of_date(reading, found, int(found[3]), int(found[2]), found[1]) if found is not None else None


def _read_named_month(reading: Reading, words: str) -> SaidMoment | None:
    found = NAMED_MONTH.fullmatch(words)
    if found is None:
        return None
    month = next(number for number, name in enumerate(MONTHS, 1) if re.fullmatch(name, found[2]))
    return _of_date(reading, found, int(found[1]), month, found[3])


def _of_date(reading: Reading, found: re.Match[str], day: int, month: int, year: str | None) -> SaidMoment:
    clock = _clock_of(found) or END_OF_DAY
    if year is not None:
        return SaidMoment(reading.at(date(int(year) + (2000 if len(year) == 2 else 0), month, day), clock))
    this_year = reading.today.year
    if (month, day) == (2, 29):  # only some years have it
        leap = next(one for one in range(this_year, this_year + 9) if _has_day(one, month, day))
        return SaidMoment(reading.at(date(leap, month, day), clock))
    said, later = date(this_year, month, day), date(this_year + 1, month, day)
    return SaidMoment(reading.at(said, clock), next_one=reading.at(later, clock))


def _has_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _read_day_of_month(reading: Reading, words: str) -> SaidMoment | None:
    found = DAY_OF_MONTH.fullmatch(words)
    if found is None:
        return None
    day, clock, today = int(found[1]), _clock_of(found) or END_OF_DAY, reading.today
    months = [(today.year + (today.month - 1 + ahead) // 12, (today.month - 1 + ahead) % 12 + 1) for ahead in range(4)]
    days = [date(year, month, day) for year, month in months if _has_day(year, month, day)]
    if not days:
        return None
    return SaidMoment(reading.at(days[0], clock), next_one=reading.at(days[1], clock) if len(days) > 1 else None)


def _read_near_day(reading: Reading, words: str) -> SaidMoment | None:
    found = NEAR_DAY.fullmatch(words)
    if found is None:
        return None
    day = reading.today + timedelta(days=DAYS_AHEAD[found[1]])
    return SaidMoment(reading.at(day, _clock_of(found) or END_OF_DAY))


def _read_weekday(reading: Reading, words: str) -> SaidMoment | None:
    found = WEEKDAY.fullmatch(words)
    if found is None:
        return None
    weekday = next(number for number, names in enumerate(WEEKDAYS) if re.fullmatch(names, found[2]))
    clock, today = _clock_of(found) or END_OF_DAY, reading.today
    if found[1]:  # of the next week
        monday = today + timedelta(days=7 - today.weekday())
        return SaidMoment(reading.at(monday + timedelta(days=weekday), clock))
    day = today + timedelta(days=(weekday - today.weekday()) % 7)
    at = reading.at(day, clock)
    return SaidMoment(at if at > reading.now else reading.at(day + timedelta(days=7), clock))


def _read_hour(reading: Reading, words: str) -> SaidMoment | None:
    found = HOUR_ALONE.fullmatch(words)
    clock = _clock_of(found) if found is not None else None
    return SaidMoment(reading.at(reading.today, clock), has_day=False) if clock is not None else None


def _read_length(reading: Reading, words: str) -> SaidMoment | None:
    found = LENGTH.fullmatch(words)
    if found is None:
        return None
    said, kind, unit = found[1] or "", found[2] or "", found[3]
    if not said and not words.startswith(("через", "за", "в течение")):
        return None  # «месяц» alone is no term
    amount = Decimal(said) if said.isdecimal() else NUMBERS[said]
    if unit.startswith("месяц"):
        return _in_months(reading, amount)
    length = _length_of(amount, unit, is_working=kind.startswith("раб"))
    try:
        return SaidMoment(reading.calendar.add(reading.now, length)) if length is not None else None
    except InvalidDuration:
        return None


def _length_of(amount: Decimal, unit: str, *, is_working: bool) -> Duration | None:
    """Return the length in words; ``None`` for what has none, such as working weeks."""
    try:
        if unit.startswith("мин"):
            return Duration(amount, TimeUnit.MINUTE)
        if unit.startswith("ч"):
            return Duration(amount, TimeUnit.WORKING_HOUR if is_working else TimeUnit.HOUR)
        if unit.startswith("недел"):
            return Duration(amount * 7, TimeUnit.DAY) if not is_working else None
        return Duration(amount, TimeUnit.WORKING_DAY if is_working else TimeUnit.DAY)
    except InvalidDuration:
        return None


def _in_months(reading: Reading, amount: Decimal) -> SaidMoment | None:
    """Return the same day of a later month, or its last day if it is shorter."""
    if amount != int(amount) or not 0 < amount <= 24:
        return None
    local = reading.now.astimezone(reading.zone)
    at = local.month - 1 + int(amount)
    year, month = local.year + at // 12, at % 12 + 1
    day = next(one for one in range(local.day, 0, -1) if _has_day(year, month, one))
    return SaidMoment(reading.at(date(year, month, day), local.time().replace(second=0, microsecond=0)))


def _read_end(reading: Reading, words: str) -> SaidMoment | None:
    """Read «к концу недели»: its last working day that is left; «до конца месяца»: its last day."""
    found = END.fullmatch(words)
    if found is None:
        return None
    which, unit = (found[1] or "").strip(), found[2]
    day = _ENDS[unit](reading, is_next=which.startswith("следующ"))
    if unit == "дня" and which.startswith("рабоч"):
        closing = reading.calendar.closing_of(day)
        return SaidMoment(closing) if closing is not None else None
    return SaidMoment(reading.at(day, END_OF_DAY))


def _end_of_week(reading: Reading, *, is_next: bool) -> date:
    today = reading.today
    first = today + timedelta(days=7 - today.weekday()) if is_next else today
    sunday = first + timedelta(days=6 - first.weekday())
    days = [sunday - timedelta(days=back) for back in range((sunday - first).days + 1)]
    return next((day for day in days if reading.calendar.is_working_day(day)), sunday)


def _end_of_months(length: int) -> Callable[..., date]:
    """Return the function that finds the last day of a period of *length* months."""

    def find(reading: Reading, *, is_next: bool) -> date:
        today = reading.today
        last = (today.month - 1) // length * length + length + (length if is_next else 0)
        year, month = today.year + last // 12, last % 12 + 1
        return date(year, month, 1) - timedelta(days=1)

    return find


def _end_of_day(reading: Reading, *, is_next: bool) -> date:
    return reading.today + timedelta(days=1 if is_next else 0)


_ENDS: dict[str, Callable[..., date]] = {
    "дня": _end_of_day,
    "недели": _end_of_week,
    "месяца": _end_of_months(1),
    "квартала": _end_of_months(3),
    "года": _end_of_months(12),
}

READERS = (
    _read_near_day,
    _read_weekday,
    _read_numeric,
    _read_named_month,
    _read_day_of_month,
    _read_iso,
    _read_end,
    _read_length,
    _read_hour,
)
