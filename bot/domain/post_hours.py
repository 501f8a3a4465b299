"""The working hours of a post that differ from those of the town: round the clock, or days off of its own."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum


class Weekday(StrEnum):
    """A day of the week as the configuration writes it."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"

    @property
    def number(self) -> int:
        """The number of :meth:`datetime.date.weekday`."""
        return list(Weekday).index(self)


@dataclass(frozen=True, slots=True)
class PostHours:
    """The hours of a post. ``working``: intervals of a day, :data:`~bot.domain.calendar.END_OF_DAY` is 24:00.

    ``weekdays``: the days on which it works, instead of the production calendar's working days (empty: those);
    ``holidays``: it works on public holidays and local days off, too.
    """

    working: tuple[tuple[time, time], ...]
    weekdays: frozenset[Weekday] = frozenset()
    holidays: bool = False

    @property
    def is_round_the_clock(self) -> bool:
        """True if there is no minute at which it does not work."""
        return self.holidays and len(self.weekdays) == len(Weekday) and self.working == ((time.min, time.max),)
