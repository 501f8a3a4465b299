"""Dates as spreadsheets and people write them."""

import re
from datetime import date, datetime, time, timedelta

_NOT_FORMAT = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
"""The parts of a number format that are no codes: letters shown as they are, colours, conditions."""

MIN_YEAR, MAX_YEAR = 2000, 2099
"""Years that a table of a working system can name; others are slips of the pen («0226», «1900»)."""

_MAX_SERIAL = 2_958_465  # 31.12.9999
MIN_PLAIN_SERIAL, MAX_PLAIN_SERIAL = 36_526.0, 73_051.0
"""Numbers without a date format that are read as days where a date is expected: the years 2000 to 2099."""

_CLOCK = r"(?:[T\s,]+(?:в\s+)?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?"
_END = r"\s*(?:г\.?|года)?"
_DAY_FIRST = re.compile(rf"(\d{{1,2}})[./-](\d{{1,2}})[./-](\d{{4}}|\d{{2}}){_END}{_CLOCK}{_END}")
_YEAR_FIRST = re.compile(rf"(\d{{4}})[./-](\d{{1,2}})[./-](\d{{1,2}}){_CLOCK}(Z|[+-]\d\d:?\d\d)?")
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

    Day before month, as in Russia: «25.11.2026», «25.11.26 14:05», «2026-11-25T14:05:00». A moment that names its zone
    is returned aware.
    """
    words = text.strip()
    found = _DAY_FIRST.fullmatch(words)
    zone = None
    if found is not None:
        day, month, year, *clock = found.groups()
    else:
        found = _YEAR_FIRST.fullmatch(words)
        if found is None:
            return None
        year, month, day, *clock, zone = found.groups()
    hour, minute, second = (int(part or 0) for part in clock)
    full_year = int(year) + (2000 if len(year) == 2 else 0)
    try:
        moment = datetime.combine(date(full_year, int(month), int(day)), time(hour, minute, second))
        return moment if zone is None else datetime.fromisoformat(f"{moment.isoformat()}{zone}")
    except ValueError:
        return None


def is_plain_serial(text: str) -> bool:
    """Return whether *text* can be a count of days that has lost its date format: «45992» or «45992,5»."""
    return _PLAIN_NUMBER.fullmatch(text.strip()) is not None
