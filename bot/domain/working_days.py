"""Working days and days off: the production calendar with local exceptions, or a week of its own."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.domain.production_calendar import DayOff, DayOffKind, ProductionCalendar

_DAY = timedelta(days=1)

_LOCAL_DAY_OFF = DayOff(DayOffKind.LOCAL, "нерабочий день по решению администрации")
OWN_DAY_OFF = DayOff(DayOffKind.WEEKEND, "выходной должности")


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The days on which work is done. ``days_off`` and ``working_days`` are local exceptions.

    With ``weekdays`` (0 is Monday) those are the working days, whatever the production calendar moves and
    ``working_days`` add; holidays and ``days_off`` are off unless ``works_on_holidays``. ``shortens_eves``: work ends
    an hour earlier on the eve of a holiday.
    """

    days_off: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()
    shortens_eves: bool = True
    weekdays: frozenset[int] = frozenset()
    works_on_holidays: bool = False
    production: ProductionCalendar = field(default_factory=ProductionCalendar, compare=False, repr=False)

    @property
    def signature(self) -> tuple[object, ...]:
        """Everything that they are made of, in a fixed order."""
        usual = (sorted(self.days_off), sorted(self.working_days), self.shortens_eves)
        return (*usual, sorted(self.weekdays), self.works_on_holidays) if self.weekdays else usual

    def with_own_week(self, weekdays: Collection[int], *, works_on_holidays: bool) -> "WorkingDays":
        """Return the days of a post in the same town."""
        shortens_eves = self.shortens_eves and not works_on_holidays
        return WorkingDays(
            *(self.days_off, self.working_days, shortens_eves, frozenset(weekdays), works_on_holidays), self.production
        )

    def day_off(self, day: date) -> DayOff | None:
        """Return the reason why *day* is off, or ``None`` for a working day."""
        if self.weekdays:
            return self._day_off_of_own_week(day)
        if day in self.working_days:
            return None
        return _LOCAL_DAY_OFF if day in self.days_off else self.production.day_off(day)

    def is_shortened(self, day: date) -> bool:
        """Return whether work ends an hour earlier on *day*, if it is a working day; local working days are whole."""
        if not self.shortens_eves:
            return False
        if self.weekdays:
            return self._is_holiday(day + _DAY)
        return day not in self.working_days and self.production.is_shortened(day)

    def _day_off_of_own_week(self, day: date) -> DayOff | None:
        if not self.works_on_holidays:
            if day in self.days_off:
                return _LOCAL_DAY_OFF
            if self._is_holiday(day):
                return self.production.day_off(day)
        return None if day.weekday() in self.weekdays else OWN_DAY_OFF

    def _is_holiday(self, day: date) -> bool:
        off = self.production.day_off(day)
        return off is not None and off.kind is DayOffKind.HOLIDAY
