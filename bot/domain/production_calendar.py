"""The Russian production calendar: the country's days off, with reasons.

Holidays follow article 112 of the Labour Code; the Government moves some days off by a decree every year, and that
knowledge comes with the ``holidays`` library. A year it knows nothing about yet (before the decree is out, or before
the library is updated) gets the rule of the Code alone: a holiday outside January that falls on a Saturday or Sunday
moves the day off to the next working day. Local decisions are added by
:class:`~bot.domain.calendar.WorkingCalendar`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays.countries.russia import Russia

from bot.domain.russian_text import human_day

_SATURDAY = 5


class DayOffKind(StrEnum):
    """The kind of a day off."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MOVED = "moved"  # by the Government's decree, or because a holiday fell on a weekend
    LOCAL = "local"  # by the municipality's own configuration


@dataclass(frozen=True, slots=True)
class DayOff:
    """The reason of a day off, in Russian: «выходной», «День России», «выходной, перенесён с 1 ноября»."""

    kind: DayOffKind
    reason: str


WEEKEND = DayOff(DayOffKind.WEEKEND, "выходной")


@cache
def _load_russia() -> "type[Russia]":
    """Russia alone: importing it by its name imports the package's every other country first."""
    package = find_spec("holidays.countries")
    places = package.submodule_search_locations if package is not None else None
    spec = PathFinder.find_spec("holidays.countries.russia", places)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError("holidays.countries.russia", name="holidays.countries.russia")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    russia: type[Russia] = module.Russia
    return russia


_MOVED_BY_DECREE = re.compile(r"Выходной \(перенесено с (\d\d)\.(\d\d)\.(\d{4})\)")
_MOVED_BY_CODE = re.compile(r"(.+) \(выходной\)")


@dataclass(frozen=True, slots=True)
class _Year:
    days_off: dict[date, DayOff]  # all days off but plain weekends
    working_weekends: frozenset[date]
    worked_before: frozenset[date]  # working weekends whose day off, moved by decree, is the eve of a holiday
    has_decree: bool


class ProductionCalendar:
    """Days off of Russia for any year; each year's table is made once and kept in the instance."""

    def __init__(self) -> None:
        self._years: dict[int, _Year] = {}

    def day_off(self, day: date) -> DayOff | None:
        """Return the reason why *day* is off, or ``None`` for a working day."""
        year = self._year(day.year)
        special = year.days_off.get(day)
        if special is not None:
            return special
        if day.weekday() < _SATURDAY or day in year.working_weekends:
            return None
        return WEEKEND

    def is_shortened(self, day: date) -> bool:
        """Return whether *day*, if it is a working day, is an hour shorter: article 95 of the Labour Code.

        It is the eve of a holiday, or the weekend worked instead of such an eve.
        """
        following = self.day_off(day + timedelta(days=1))
        is_eve = following is not None and following.kind is DayOffKind.HOLIDAY
        return is_eve or day in self._year(day.year).worked_before

    def has_transfers(self, year: int) -> bool:
        """Return whether the Government's transfers of *year* are known, not only the rule of the Labour Code."""
        return self._year(year).has_decree

    def _year(self, year: int) -> _Year:
        if year not in self._years:
            self._years[year] = _build_year(year)
        return self._years[year]


def _build_year(year: int) -> _Year:
    russia = _load_russia()
    known = min(year, russia.end_year)  # beyond it: the same fixed dates
    table = russia(years=known, language="ru")
    labels = {day.replace(year=year): label for day, label in table.items()}
    off = {day: _parse_day_off(label) for day, label in labels.items()}
    working = frozenset(table.weekend_workdays)
    decreed = bool(working) or any(entry.kind is DayOffKind.MOVED for entry in off.values())
    if not decreed:
        _apply_labour_code(off)
    return _Year(off, working, _find_worked_eves(off, labels, working), decreed)


def _find_worked_eves(
    off: Mapping[date, DayOff], labels: Mapping[date, str], working: frozenset[date]
) -> frozenset[date]:
    found = set()
    for day, label in labels.items():
        following, source = off.get(day + timedelta(days=1)), _source_of(label)
        if source in working and following is not None and following.kind is DayOffKind.HOLIDAY:
            found.add(source)
    return frozenset(found)


def _source_of(label: str) -> date | None:
    """Return the day from which a day off was moved by decree."""
    match = _MOVED_BY_DECREE.fullmatch(label)
    return date(int(match[3]), int(match[2]), int(match[1])) if match else None


def _parse_day_off(label: str) -> DayOff:
    if (source := _source_of(label)) is not None:
        return DayOff(DayOffKind.MOVED, f"выходной, перенесён с {human_day(source)}")
    if match := _MOVED_BY_CODE.fullmatch(label):
        return DayOff(DayOffKind.MOVED, f"выходной за праздник «{match[1]}»")
    return DayOff(DayOffKind.HOLIDAY, label)


def _apply_labour_code(off: dict[date, DayOff]) -> None:
    """Article 112, part two: a weekend that coincides with a holiday moves to the next working day after it."""
    for day, entry in sorted(off.items()):
        if day.month == 1 or day.weekday() < _SATURDAY:
            continue  # the Government moves those of January by decree
        target = day + timedelta(days=1)
        while target in off or target.weekday() >= _SATURDAY:
            target += timedelta(days=1)
        off[target] = DayOff(DayOffKind.MOVED, f"выходной за праздник «{entry.reason}»")
