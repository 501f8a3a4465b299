"""Dates as spreadsheets and people write them."""

import re
from datetime import date, datetime, time, timedelta, timezone

_NOT_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
"""The parts of a number format that are no codes: letters shown as they are, colours, conditions."""

MIN_YEAR, MAX_YEAR = 2000, 2099
"""Years that a table of a working system can name; others are slips of the pen («0226», «1900»)."""

_MAX_SERIAL = 2_958_465  # 31.12.9999
MIN_PLAIN_SERIAL, MAX_PLAIN_SERIAL = 36_526.0, 73_051.0
"""Numbers without a date format that are read as days where a date is expected: the years 2000 to 2099."""

_ZONE = r"(?:\s*\(?(Z|UTC|МСК)?([+-]\d{1,2}(?!\d)|[+-]\d\d:?\d\d)?\)?)"
_CLOCK = rf"(?:[T\s,]+(?:в\s+)?(\d{{1,2}}):(\d{{2}})(?::(\d{{2}})(?:[.,]\d+)?)?{_ZONE})?"
_END = r"\s*(?:г\.?|года)?"
_WEEKDAY = r"(?:пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье)\.?"
_MONTHS = ("янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_BEFORE, _AFTER = rf"(?:{_WEEKDAY},?\s+)?", rf"{_END}(?:,?\s*\(?{_WEEKDAY}\)?)?"
_DAY_FIRST, _NAMED_MONTH, _YEAR_FIRST = (
    re.compile(rf"{_BEFORE}{day}{_END}{_CLOCK}{_AFTER}", re.IGNORECASE)
    for day in (
        r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})",
        rf"(\d{{1,2}})\s+((?:{'|'.join(_MONTHS)})[а-я]*)\.?\s+(\d{{4}})",
        r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})",
    )
)
_MOSCOW_HOURS = 3
_PLAIN_NUMBER = re.compile(r"\d{5}(?:[.,]\d+)?")


def is_date_format(code: str) -> bool:
    """Return whether a number format of a workbook shows a date or a time."""
    return any(letter in "dmyhs" for letter in _NOT_FORMAT.sub("", code).casefold().partition(";")[0])


def moment_of_serial(number: float, epoch: datetime) -> datetime | None:
    """Return the local moment of a spreadsheet's count of days, to the second; ``None`` outside its calendar."""
    if not 0 <= number <= _MAX_SERIAL:
        return None
    return epoch + timedelta(seconds=round(number * 86_400))


def parse_local(text: str) -> datetime | None:
    """Return the moment that *text* writes, as the clocks of the place show it; ``None`` for anything else.

    Day before month, as in Russia: «25.11.2026», «25.11.26 14:05», «25 ноября 2026 г.», «2026-11-25T14:05:00». A moment
    that names its zone («14:05 (МСК)», «МСК+8», «+03:00») is returned aware.
    """
    words = text.strip()
    if found := _DAY_FIRST.fullmatch(words) or _NAMED_MONTH.fullmatch(words):
        day, month, year, *clock, name, offset = found.groups()
    elif found := _YEAR_FIRST.fullmatch(words):
        year, month, day, *clock, name, offset = found.groups()
    else:
        return None
    if offset is not None and offset.startswith("-") and not words.startswith(year):
        return None  # «9:00-10:00» is a span of hours, and no town of Russia is west of Greenwich
    hour, minute, second = (int(part or 0) for part in clock)
    full_year = int(year) + (2000 if len(year) == 2 else 0)
    try:
        moment = datetime.combine(date(full_year, _month(month), int(day)), time(hour, minute, second))
        return moment if not name and not offset else moment.replace(tzinfo=_zone(name, offset))
    except ValueError:
        return None


def _month(written: str) -> int:
    if written.isdecimal():
        return int(written)
    return next(at for at, name in enumerate(_MONTHS, 1) if written.casefold().startswith(name))


def _zone(name: str | None, offset: str | None) -> timezone:
    """Return the zone of «Z», «МСК», «МСК+8» or «+03:00». Raises ``ValueError`` for one that is a day away."""
    minutes = 60 * _MOSCOW_HOURS if name is not None and name.casefold() == "мск" else 0
    if offset is not None:
        digits = offset[1:].replace(":", "")
        own = 60 * int(digits[:2]) + int(digits[2:] or 0)
        minutes += -own if offset.startswith("-") else own
    return timezone(timedelta(minutes=minutes))


def is_plain_serial(text: str) -> bool:
    """Return whether *text* can be a count of days that has lost its date format: «45992» or «45992,5»."""
    return _PLAIN_NUMBER.fullmatch(text.strip()) is not None
