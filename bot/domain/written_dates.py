"""Days and moments as people type them: «завтра», «до пятницы», «в пн 10:00», «через 3 дня», «25 ноября», «25.11».

The only reader of typed dates: every dialog and every term at the end of a request uses it. What is said is never
moved to another year: a day that has passed is a fault, with the next such day as an offer.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.calendar import WorkingCalendar
from bot.domain.durations import Duration, InvalidDuration, TimeUnit
from bot.domain.local_time import local_to_utc
from bot.domain.text_normal import fold

MAX_DEADLINE_AHEAD = timedelta(days=2 * 366)
"""Time ahead beyond which a deadline is taken for a typing error."""

MAX_CHARS = 60
"""Longest text that can be a date: longer ones are not looked at."""

END_OF_DAY = time(23, 59)
"""The moment at which a day ends that is named without an hour."""


class DateFault(StrEnum):
    """The reason why a text cannot be a deadline. Stored in prompts."""

    UNREAD = "unread"
    PAST = "past"
    FAR = "far"  # taken for a typing error


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
class PassedDay:
    """A day that has passed, as it was said, and the next such day, which may have been meant."""

    said: datetime
    offered: datetime


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
    reading = _Reading(calendar, now)
    for reader in _READERS:
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
    patterns = (*_DAY_PATTERNS, _HOUR_ALONE) if hour_alone else _DAY_PATTERNS
    return 0 < len(words) <= MAX_CHARS and any(one.fullmatch(words) for one in patterns)


def _normalize(text: str) -> str:
    return " ".join(fold(text).split()).strip(" .,;!)(")


@dataclass(frozen=True, slots=True)
class _Reading:
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


_PREPOSITION = r"(?:до|к|ко|в|во|на|с|не позднее|не позже|срок до|срок)"
_OPENING = rf"(?:{_PREPOSITION}\s+)?"
_HOUR_WORDS = r"(?:\s*(?:утра|дня|вечера|ночи))"
_CLOCK = (
    r"(?:(?P<hour>\d{1,2})[:.](?P<minute>\d{2})" + _HOUR_WORDS + r"?"
    r"|(?P<full>\d{1,2})\s*(?:ч|час|часа|часов)\b\.?"
    r"|(?P<bare>\d{1,2})" + _HOUR_WORDS + r")"
)
_BARE_HOUR = r"(?:до|к|в|с|после)\s+(?P<alone>\d{1,2})"
_NAMED_HOURS = {"полдень": time(12), "полудня": time(12), "полудню": time(12), "обеда": time(13), "обеду": time(13)}
_NAMED_HOUR = rf"(?:до|к|в)\s+(?P<named>{'|'.join(_NAMED_HOURS)})"
_HOUR = rf"(?:(?:(?:до|к|ко|в|во|не позднее|не позже)\s+)?{_CLOCK}|{_BARE_HOUR}|{_NAMED_HOUR})"
_TIME = rf"(?:(?:,\s*|\s+){_HOUR})?"

_MONTHS = (
    *("янв(?:ар[а-я]*)?", "фев(?:р(?:ал[а-я]*)?)?", "мар(?:т[а-я]*)?", "апр(?:ел[а-я]*)?", "ма[йяею]", "июн[а-я]*"),
    *("июл[а-я]*", "авг(?:уст[а-я]*)?", "сен(?:т(?:ябр[а-я]*)?)?", "окт(?:ябр[а-я]*)?", "ноя(?:б(?:р[а-я]*)?)?"),
    "дек(?:абр[а-я]*)?",
)
_WEEKDAYS = (
    *(r"пн|понедельник[а-я]*", r"вт|вторник[а-я]*", r"ср|сред[аыуе]", r"чт|четверг[а-я]*", r"пт|пятниц[аыуе]"),
    *(r"сб|суббот[аыуе]", r"вс|воскресень[еяю]"),
)
_DAYS_AHEAD = {
    "сегодня": 0,
    "завтра": 1,
    "послезавтра": 2,
    "вчера": -1,
    "позавчера": -2,
    "сегодняшнего дня": 0,
    "завтрашнего дня": 1,
}
_NUMBERS: dict[str, Decimal] = {
    word: Decimal(value)
    for value, words in {
        "1": ("", "один", "одну", "одного"),
        "2": ("два", "две", "двух", "пару"),
        "3": ("три", "трех"),
        **{"4": ("четыре",), "5": ("пять",), "6": ("шесть",), "7": ("семь",), "8": ("восемь",), "9": ("девять",)},
        "10": ("десять",),
        "0.5": ("пол",),
        "1.5": ("полтора", "полторы"),
    }.items()
    for word in words
}

_NUMERIC = re.compile(rf"{_OPENING}(\d{{1,2}})[./](\d{{1,2}})(?:[./](\d{{4}}|\d{{2}}))?(?:\s*г\.?)?{_TIME}")
_ISO = re.compile(rf"{_OPENING}(\d{{4}})-(\d{{2}})-(\d{{2}})(?:t|\s)?{_TIME}")
_NAMED_MONTH = re.compile(
    rf"{_OPENING}(\d{{1,2}})(?:-?го)?\s+({'|'.join(_MONTHS)})\.?(?:\s+(\d{{4}}|\d{{2}}))?(?:\s*(?:года|г\.?))?{_TIME}"
)
_DAY_OF_MONTH = re.compile(rf"{_OPENING}(\d{{1,2}})(?:(?:-?(?:го|му|е|ое))(?:\s+числ[ауо])?|\s+числ[ауо]){_TIME}")
_NEAR_DAY = re.compile(rf"{_OPENING}({'|'.join(_DAYS_AHEAD)}){_TIME}")
_WEEKDAY = re.compile(rf"{_OPENING}(следующ[а-я]+\s+)?({'|'.join(_WEEKDAYS)})\.?{_TIME}")
_HOUR_ALONE = re.compile(rf"(?:срок\s+)?{_HOUR}")
_LENGTH = re.compile(
    rf"(?:через|за|в течение|на)?\s*(\d{{1,3}}|{'|'.join(one for one in _NUMBERS if one)})?\s*"
    r"(раб[а-я]*\.?\s+|календарн[а-я]*\s+)?(минут[а-я]*|мин|час[а-я]*|ч|день|дня|дней|дн|д|сут[а-я]*|недел[а-я]*"
    r"|месяц[а-я]*)\.?"
)
_END = re.compile(
    r"(?:до|к|ко|в|на)?\s*кон(?:ца|цу|це|ец)\s+(рабочего\s+|рабочей\s+|этого\s+|этой\s+|следующ[а-я]+\s+)?"
    r"(дня|недели|месяца|квартала|года)"
)


def _clock_of(found: re.Match[str]) -> time | None:
    """Return the hour in *found*; ``None`` if the text names none. Raise ``ValueError`` for 25:00."""
    groups = found.groupdict()
    if groups.get("named"):
        return _NAMED_HOURS[groups["named"]]
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


def _read_numeric(reading: _Reading, words: str) -> SaidMoment | None:
    found = _NUMERIC.fullmatch(words)
    return _of_date(reading, found, int(found[1]), int(found[2]), found[3]) if found is not None else None


def _read_iso(reading: _Reading, words: str) -> SaidMoment | None:
    found = _ISO.fullmatch(words)
    return _of_date(reading, found, int(found[3]), int(found[2]), found[1]) if found is not None else None


def _read_named_month(reading: _Reading, words: str) -> SaidMoment | None:
    found = _NAMED_MONTH.fullmatch(words)
    if found is None:
        return None
    month = next(number for number, name in enumerate(_MONTHS, 1) if re.fullmatch(name, found[2]))
    return _of_date(reading, found, int(found[1]), month, found[3])


def _of_date(reading: _Reading, found: re.Match[str], day: int, month: int, year: str | None) -> SaidMoment:
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


def _read_day_of_month(reading: _Reading, words: str) -> SaidMoment | None:
    found = _DAY_OF_MONTH.fullmatch(words)
    if found is None:
        return None
    day, clock, today = int(found[1]), _clock_of(found) or END_OF_DAY, reading.today
    months = [(today.year + (today.month - 1 + ahead) // 12, (today.month - 1 + ahead) % 12 + 1) for ahead in range(4)]
    days = [date(year, month, day) for year, month in months if _has_day(year, month, day)]
    if not days:
        return None
    return SaidMoment(reading.at(days[0], clock), next_one=reading.at(days[1], clock) if len(days) > 1 else None)


def _read_near_day(reading: _Reading, words: str) -> SaidMoment | None:
    found = _NEAR_DAY.fullmatch(words)
    if found is None:
        return None
    day = reading.today + timedelta(days=_DAYS_AHEAD[found[1]])
    return SaidMoment(reading.at(day, _clock_of(found) or END_OF_DAY))


def _read_weekday(reading: _Reading, words: str) -> SaidMoment | None:
    found = _WEEKDAY.fullmatch(words)
    if found is None:
        return None
    weekday = next(number for number, names in enumerate(_WEEKDAYS) if re.fullmatch(names, found[2]))
    clock, today = _clock_of(found) or END_OF_DAY, reading.today
    if found[1]:  # of the next week
        monday = today + timedelta(days=7 - today.weekday())
        return SaidMoment(reading.at(monday + timedelta(days=weekday), clock))
    day = today + timedelta(days=(weekday - today.weekday()) % 7)
    at = reading.at(day, clock)
    return SaidMoment(at if at > reading.now else reading.at(day + timedelta(days=7), clock))


def _read_hour(reading: _Reading, words: str) -> SaidMoment | None:
    found = _HOUR_ALONE.fullmatch(words)
    clock = _clock_of(found) if found is not None else None
    return SaidMoment(reading.at(reading.today, clock), has_day=False) if clock is not None else None


def _read_length(reading: _Reading, words: str) -> SaidMoment | None:
    found = _LENGTH.fullmatch(words)
    if found is None:
        return None
    said, kind, unit = found[1] or "", found[2] or "", found[3]
    if not said and not words.startswith(("через", "за", "в течение")):
        return None  # «месяц» alone is no term
    amount = Decimal(said) if said.isdecimal() else _NUMBERS[said]
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


def _in_months(reading: _Reading, amount: Decimal) -> SaidMoment | None:
    """Return the same day of a later month, or its last day if it is shorter."""
    if amount != int(amount) or not 0 < amount <= 24:
        return None
    local = reading.now.astimezone(reading.zone)
    at = local.month - 1 + int(amount)
    year, month = local.year + at // 12, at % 12 + 1
    day = next(one for one in range(local.day, 0, -1) if _has_day(year, month, one))
    return SaidMoment(reading.at(date(year, month, day), local.time().replace(second=0, microsecond=0)))


def _read_end(reading: _Reading, words: str) -> SaidMoment | None:
    """Read «к концу недели»: its last working day that is left; «до конца месяца»: its last day."""
    found = _END.fullmatch(words)
    if found is None:
        return None
    which, unit = (found[1] or "").strip(), found[2]
    day = _ENDS[unit](reading, is_next=which.startswith("следующ"))
    if unit == "дня" and which.startswith("рабоч"):
        closing = reading.calendar.closing_of(day)
        return SaidMoment(closing) if closing is not None else None
    return SaidMoment(reading.at(day, END_OF_DAY))


def _end_of_week(reading: _Reading, *, is_next: bool) -> date:
    today = reading.today
    first = today + timedelta(days=7 - today.weekday()) if is_next else today
    sunday = first + timedelta(days=6 - first.weekday())
    days = [sunday - timedelta(days=back) for back in range((sunday - first).days + 1)]
    return next((day for day in days if reading.calendar.is_working_day(day)), sunday)


def _end_of_months(length: int) -> Callable[..., date]:
    """Return the function that finds the last day of a period of *length* months."""

    def find(reading: _Reading, *, is_next: bool) -> date:
        today = reading.today
        last = (today.month - 1) // length * length + length + (length if is_next else 0)
        year, month = today.year + last // 12, last % 12 + 1
        return date(year, month, 1) - timedelta(days=1)

    return find


def _end_of_day(reading: _Reading, *, is_next: bool) -> date:
    return reading.today + timedelta(days=1 if is_next else 0)


_ENDS: dict[str, Callable[..., date]] = {
    "дня": _end_of_day,
    "недели": _end_of_week,
    "месяца": _end_of_months(1),
    "квартала": _end_of_months(3),
    "года": _end_of_months(12),
}

_DAY_PATTERNS = (_NEAR_DAY, _WEEKDAY, _NUMERIC, _NAMED_MONTH, _DAY_OF_MONTH, _ISO, _END, _LENGTH)

_READERS = (
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
