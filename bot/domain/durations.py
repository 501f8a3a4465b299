"""A length of time as officials write it: «3h» of the calendar, «8wh» of working time."""

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from bot.domain.russian_text import plural_form


class TimeUnit(StrEnum):
    """The unit of a duration."""

    SECOND = "s"
    MINUTE = "m"
    HOUR = "h"
    DAY = "d"
    YEAR = "y"
    WORKING_HOUR = "wh"
    WORKING_DAY = "wd"

    @property
    def is_working(self) -> bool:
        """True if only working time counts."""
        return self in (TimeUnit.WORKING_HOUR, TimeUnit.WORKING_DAY)


class InvalidDuration(ValueError):
    """The text is not a duration. ``problem`` and ``remedy`` explain it to an administrator, in Russian."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


_SECONDS_PER_UNIT = {
    TimeUnit.SECOND: 1,
    TimeUnit.MINUTE: 60,
    TimeUnit.HOUR: 3600,
    TimeUnit.DAY: 86400,
    TimeUnit.YEAR: 31_557_600,  # 365.25 days
    TimeUnit.WORKING_HOUR: 3600,
}

# Ten years of each unit, a hundred of years (records are kept as long). Nobody works by longer terms, and without a
# bound a slip of the pen («8000000wd») would make the search for the last working day run for hours or past 9999.
_MAX_AMOUNT = {
    TimeUnit.SECOND: 316_224_000,
    TimeUnit.MINUTE: 5_270_400,
    TimeUnit.HOUR: 87_840,
    TimeUnit.DAY: 3_660,
    TimeUnit.YEAR: 100,
    TimeUnit.WORKING_HOUR: 20_000,
    TimeUnit.WORKING_DAY: 2_500,
}

# After a number: one, few, many, and after a fraction («1,5 рабочего дня»).
_UNIT_FORMS = {
    TimeUnit.SECOND: ("секунда", "секунды", "секунд", "секунды"),
    TimeUnit.MINUTE: ("минута", "минуты", "минут", "минуты"),
    TimeUnit.HOUR: ("час", "часа", "часов", "часа"),
    TimeUnit.DAY: ("день", "дня", "дней", "дня"),
    TimeUnit.YEAR: ("год", "года", "лет", "года"),
    TimeUnit.WORKING_HOUR: ("рабочий час", "рабочих часа", "рабочих часов", "рабочего часа"),
    TimeUnit.WORKING_DAY: ("рабочий день", "рабочих дня", "рабочих дней", "рабочего дня"),
}

_PATTERN = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*(wh|wd|s|m|h|d|y)", re.ASCII)
_REMEDY = (
    "запишите целое или десятичное число и единицу без пробела: s — секунды, m — минуты, h — часы, d — дни, "
    "wh — рабочие часы, wd — рабочие дни; например «30m», «1.5h», «8wh», «2wd»"
)


@dataclass(frozen=True, slots=True)
class Duration:
    """A positive length of time, at most about ten years (in years: a hundred).

    ``s m h d y`` are calendar units: a day is 24 hours, a year 365.25 days, and only retention counts in years;
    ``wh wd`` count working time only and need a :class:`~bot.domain.calendar.WorkingCalendar`. Raises
    :class:`InvalidDuration` outside these bounds.
    """

    amount: Decimal
    unit: TimeUnit

    def __post_init__(self) -> None:
        if not self.amount.is_finite() or self.amount <= 0:
            raise InvalidDuration("срок должен быть больше нуля", _REMEDY)
        if self.amount > _MAX_AMOUNT[self.unit]:
            longest = "ста" if self.unit is TimeUnit.YEAR else "десяти"
            raise InvalidDuration(f"срок длиннее {longest} лет", "укажите срок короче")

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Parse «8wh» as eight working hours. Raises :class:`InvalidDuration`."""
        match = _PATTERN.fullmatch(text.strip())
        if match is None:
            raise InvalidDuration("не удалось понять срок", _REMEDY)
        return cls(Decimal(match[1]), TimeUnit(match[2]))

    def __str__(self) -> str:
        """Return the shortest text that parses to an equal duration."""
        return f"{self._amount_text()}{self.unit.value}"

    def in_russian(self) -> str:
        """Return «8 рабочих часов», «1 рабочий день», «1,5 часа»."""
        one, few, many, fraction = _UNIT_FORMS[self.unit]
        if self.amount == self.amount.to_integral_value():
            return f"{self._amount_text()} {plural_form(int(self.amount), one, few, many)}"
        return f"{self._amount_text().replace('.', ',')} {fraction}"

    @property
    def is_working(self) -> bool:
        """True if only working time counts."""
        return self.unit.is_working

    def to_microseconds(self) -> Fraction:
        """Return the exact length in microseconds (a working hour is an hour); undefined for working days."""
        if self.unit is TimeUnit.WORKING_DAY:
            raise ValueError("a working day has no fixed length")
        return Fraction(self.amount) * _SECONDS_PER_UNIT[self.unit] * 1_000_000

    def to_timedelta(self) -> timedelta:
        """Return the length of a calendar duration. Raises ``ValueError`` for working units."""
        if self.is_working:
            raise ValueError("working time is not a plain length")
        return timedelta(microseconds=round(self.to_microseconds()))

    def _amount_text(self) -> str:
        text = f"{self.amount:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
