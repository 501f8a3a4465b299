"""Own quiet hours and days off of an official."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.domain.absences import MAX_DAYS, AbsenceBackwards, AbsenceFar, AbsencePast, parse_days
from bot.domain.errors import Refusal
from bot.domain.local_time import to_utc
from bot.domain.quiet_hours import QuietHours

MORNING = time(8)
"""The hour at which a day off is over for somebody whose nights are not quiet: nobody is woken at midnight."""

MAX_DATES = 60
"""Single days off that are kept; more is an absence, with somebody who stands in."""

WEEK = range(7)


class QuietHoursUnread(Refusal):
    """The words are no hours like «22:00–08:00»."""

    code = "quiet_hours_unread"


class NoWorkingDay(Refusal):
    """All days of the week would be days off."""

    code = "no_working_day"


class TooManyDaysOff(Refusal):
    """More single days off than are kept."""

    code = "too_many_days_off"


@dataclass(frozen=True, slots=True)
class OwnTimes:
    """An official's own quiet hours (``None``: the town's) and days off: ``weekdays`` from 0, Monday, and ``dates``.

    A day off is quiet as a whole, and so is the time until the quiet hours of the following morning are over.
    """

    hours: tuple[time, time] | None = None
    weekdays: frozenset[int] = frozenset()
    dates: frozenset[date] = frozenset()

    def quiet_hours(self, usual: QuietHours) -> QuietHours:
        """Return the own quiet hours, or the *usual* ones of the town."""
        return usual if self.hours is None else QuietHours(usual.zone, *self.hours)

    def is_day_off(self, day: date) -> bool:
        return day.weekday() in self.weekdays or day in self.dates

    def is_quiet(self, moment: datetime, usual: QuietHours) -> bool:
        """Return whether the person is not to be disturbed at *moment*; *usual*: the town's quiet hours."""
        hours, local = self.quiet_hours(usual), to_utc(moment).astimezone(usual.zone)
        if hours.is_quiet(moment) or self.is_day_off(local.date()):
            return True
        is_quiet_at_midnight = hours.start > hours.end or hours.start == time(0) != hours.end
        morning = hours.end if is_quiet_at_midnight else MORNING
        return local.time() < morning and self.is_day_off(local.date() - timedelta(days=1))

    def with_weekday_toggled(self, weekday: int) -> "OwnTimes":
        """Return these times with *weekday* off, or working again; raise :class:`NoWorkingDay` for the last one."""
        toggled = self.weekdays ^ {weekday}
        if toggled.issuperset(WEEK):
            raise NoWorkingDay()
        return replace(self, weekdays=toggled)

    def with_dates(self, dates: frozenset[date], today: date) -> "OwnTimes":
        """Return these times with *dates* added, without those that are over."""
        kept = frozenset(one for one in self.dates | dates if one >= today)
        if len(kept) > MAX_DATES:
            raise TooManyDaysOff()
        return replace(self, dates=kept)


USUAL_TIMES = OwnTimes()

_CLOCK = r"(\d{1,2})(?:[:.](\d{2}))?"
_HOURS = re.compile(rf"(?:с\s+)?{_CLOCK}\s*(?:-|–|—|до)\s*{_CLOCK}")
_NEVER = frozenset({"нет", "никогда", "без тихих часов"})


def parse_hours(text: str) -> tuple[time, time]:
    """Parse «22:00–08:00», «с 22 до 8»; «нет» is never quiet. Raise :class:`QuietHoursUnread` for anything else."""
    said = text.strip().casefold()
    if said in _NEVER:
        return time(0), time(0)
    match = _HOURS.fullmatch(said)
    if match is None:
        raise QuietHoursUnread()
    first_hour, first_minute, last_hour, last_minute = (int(one or 0) for one in match.groups())
    try:
        return _clock_time(first_hour, first_minute), _clock_time(last_hour, last_minute)
    except ValueError:
        raise QuietHoursUnread() from None


def _clock_time(hour: int, minute: int) -> time:
    """Return the time of day; 24:00 is midnight. Raise ``ValueError`` for what no clock shows."""
    return time(0) if (hour, minute) == (24, 0) else time(hour, minute)


def parse_dates(text: str, today: date) -> frozenset[date]:
    """Parse «31.12», «завтра», «31.12, 02.01–05.01»; raise the refusal of an absence for anything else."""
    found: set[date] = set()
    for piece in text.split(","):
        first, last = parse_days(piece, today)
        if last < first:
            raise AbsenceBackwards()
        if first < today:
            raise AbsencePast()
        if (last - today).days > MAX_DAYS:
            raise AbsenceFar()
        if (last - first).days >= MAX_DATES:
            raise TooManyDaysOff()
        found |= {first + timedelta(days=number) for number in range((last - first).days + 1)}
    return frozenset(found)
