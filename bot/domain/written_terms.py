"""Terms as officials write them at the end of a request: «до 25.11», «до ср 12:00», «, за 4 часа», or on a line."""

import re
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.domain.calendar import WorkingCalendar
from bot.domain.durations import Duration, InvalidDuration, TimeUnit
from bot.domain.local_time import local_to_utc, parse_moment

_WEEKDAYS = (
    *("пн|понедельник[а-я]*", "вт|вторник[а-я]*", "ср|сред[аыуе]", "чт|четверг[а-я]*", "пт|пятниц[аыуе]"),
    *("сб|суббот[аыуе]", "вс|воскресень[еяю]"),
)
_DAYS_AHEAD = {"сегодня": 0, "завтра": 1, "послезавтра": 2}
_CLOCK = r"(?:,?\s+(?:в\s+)?\d{1,2}:\d{2})?"
_DATE = r"\d{1,2}\.\d{1,2}(?:\.(?:\d{4}|\d{2}))?(?:,?\s+\d{1,2}:\d{2})?"
_DAY = rf"(?:{'|'.join((*_WEEKDAYS, *_DAYS_AHEAD))})\b{_CLOCK}"
_LENGTH = r"\d{1,3}\s*(?:раб[а-я]*\.?\s*)?(?:ч|час|часа|часов|д|дн|день|дня|дней)\b\.?"
_MOMENT = rf"{_DATE}|{_DAY}"
_END = r"\s*[.)]*\s*$"

_ENDINGS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"[\s,;.(—-]*\bдо\s+({_MOMENT}){_END}",
        # A length needs a comma before it: «снег не убрали за 2 дня» names no term.
        rf"\s*[,;.(—-]\s*(?:за|через|в\s+течение)\s+({_LENGTH}){_END}",
        rf"\s*\n[^\S\n]*({_MOMENT}|{_LENGTH}|\d{{1,2}}:\d{{2}}){_END}",
    )
)
_DAY_PARTS = re.compile(r"([а-я]+)?(?:,?\s*(?:в\s+)?(\d{1,2}):(\d{2}))?")
_LENGTH_PARTS = re.compile(r"(\d{1,3})\s*(раб[а-я]*\.?\s*)?(?:(ч[а-я]*)|д[а-я]*)\.?")


def split_term(text: str) -> tuple[str, str | None]:
    """Split «Залить каток, до 04.12» into the words and the term as it was written; without a term, ``None``."""
    for ending in _ENDINGS:
        found = ending.search(text)
        if found is not None:
            return text[: found.start()].strip(), found[1].replace(",", "")
    return text.strip(), None


def parse_term(text: str, calendar: WorkingCalendar, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return the moment that a term of :func:`split_term` ends at; ``None`` if there is no such moment.

    A day without an hour ends at 23:59; a day of the week is the next one whose hour has not passed.
    """
    moment = parse_moment(text, zone, now)
    return moment or _parse_day(text.casefold().strip(), zone, now) or _parse_length(text.casefold(), calendar, now)


def _parse_day(text: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    found = _DAY_PARTS.fullmatch(text)
    if found is None or not text:
        return None
    name, hour, minute = found.groups()
    if hour is not None and (int(hour) > 23 or int(minute) > 59):
        return None
    clock = time(int(hour), int(minute)) if hour is not None else time(23, 59)
    today = now.astimezone(zone).date()
    if name is None or name in _DAYS_AHEAD:
        return local_to_utc(today + timedelta(days=_DAYS_AHEAD.get(name or "", 0)), clock, zone)
    weekday = next((at for at, names in enumerate(_WEEKDAYS) if re.fullmatch(names, name)), None)
    if weekday is None:
        return None
    day = today + timedelta(days=(weekday - today.weekday()) % 7)
    moment = local_to_utc(day, clock, zone)
    return moment if moment > now else local_to_utc(day + timedelta(days=7), clock, zone)


def _parse_length(text: str, calendar: WorkingCalendar, now: datetime) -> datetime | None:
    found = _LENGTH_PARTS.fullmatch(text.strip())
    if found is None:
        return None
    amount, working, hours = found.groups()
    if working:
        unit = TimeUnit.WORKING_HOUR if hours else TimeUnit.WORKING_DAY
    else:
        unit = TimeUnit.HOUR if hours else TimeUnit.DAY
    try:
        return calendar.add(now, Duration(Decimal(amount), unit))
    except InvalidDuration:
        return None
