"""Days and moments as people type them: «завтра», «до пятницы», «в пн 10:00», «через 3 дня», «25 ноября», «25.11».

The only reader of typed dates: every dialog and every term at the end of a request uses it. What is said is never
moved to another year: a day that has passed is a fault, with the next such day as an offer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.calendar import WorkingCalendar
from bot.domain.date_faults import DateFault, PassedDay
from bot.domain.date_grammar import DAY_PATTERNS, HOUR_ALONE
from bot.domain.date_readers import READERS, Reading, SaidMoment
from bot.domain.text_normal import fold

MAX_DEADLINE_AHEAD = timedelta(days=2 * 366)
"""Time ahead beyond which a deadline is taken for a typing error."""

MAX_CHARS = 60
"""Longest text that can be a date: longer ones are not looked at."""


@dataclass(frozen=True, slots=True)
class ReadDate:
    """A deadline that was read, or the fault."""

    at: datetime | None
    fault: DateFault | None = None
    passed: PassedDay | None = None


def read_deadline(text: str, calendar: WorkingCalendar, now: datetime) -> ReadDate:
    """Read *text* as a deadline in the calendar's zone: it has to lie ahead, by two years at most."""
    said = read_moment(text, calendar, now)
    if said is None:
        return ReadDate(None, DateFault.UNREAD)
    if said.at <= now:
        passed = PassedDay(said.at, said.next_one) if said.next_one is not None and said.next_one > now else None
        return ReadDate(None, DateFault.PAST, passed)
    return ReadDate(said.at) if said.at <= now + MAX_DEADLINE_AHEAD else ReadDate(None, DateFault.FAR)


def read_moment(text: str, calendar: WorkingCalendar, now: datetime) -> SaidMoment | None:
    """Return the moment that the whole of *text* names, if it names one; it may lie in the past.

    A day without an hour ends at 23:59; a day of the week is the next one whose hour has not passed.
    """
    words = _normalize(text)
    if not words or len(words) > MAX_CHARS:
        return None
    reading = Reading(calendar, now)
    for reader in READERS:
        try:
            said = reader(reading, words)
        except (ValueError, OverflowError):  # 31.02, or a year that no calendar has; «10.30» is an hour
            continue
        if said is not None:
            return said
    return None


def names_moment(text: str, *, hour_alone: bool) -> bool:
    """Return whether *text* is written as a day or a length or, with *hour_alone*, as an hour of today."""
    words = _normalize(text)
    patterns = (*DAY_PATTERNS, HOUR_ALONE) if hour_alone else DAY_PATTERNS
    return 0 < len(words) <= MAX_CHARS and any(one.fullmatch(words) for one in patterns)


def _normalize(text: str) -> str:
    return " ".join(fold(text).split()).strip(" .,;!)(")
