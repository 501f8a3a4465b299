"""Russian plurals and dates."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

_WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
_MONTHS = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)


_MONTH_TITLES = (
    *("январь", "февраль", "март", "апрель", "май", "июнь"),
    *("июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"),
)


def plural_form(n: int, one: str, few: str, many: str) -> str:
    """Return the form of a noun after the number *n*: 1 день, 2 дня, 5 дней, 11 дней, 21 день."""
    n = abs(n)
    if n % 100 in (11, 12, 13, 14):
        return many
    if n % 10 == 1:
        return one
    if n % 10 in (2, 3, 4):
        return few
    return many


def plural(n: int, one: str, few: str, many: str) -> str:
    """Return the number with its noun: ``plural(5, "сообщение", "сообщения", "сообщений")`` is «5 сообщений»."""
    return f"{n} {plural_form(n, one, few, many)}"


def human_day(day: date) -> str:
    """Return «20 ноября»."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def human_days(first: date, last: date) -> str:
    """Format days, both ends included: «4 ноября», «21 и 22 ноября», «1–8 января», «31 декабря – 8 января»."""
    if first == last:
        return human_day(first)
    if (first.year, first.month) != (last.year, last.month):
        return f"{human_day(first)} – {human_day(last)}"
    joint = " и " if (last - first).days == 1 else "–"
    return f"{first.day}{joint}{human_day(last)}"


def month_title(year: int, month: int) -> str:
    """Return «ноябрь 2026»."""
    return f"{_MONTH_TITLES[month - 1]} {year}"


def weekday(day: date) -> str:
    """Return «пт»."""
    return _WEEKDAYS[day.weekday()]


def human_moment(moment: datetime, zone: ZoneInfo, now: datetime | None = None, *, with_day: bool = False) -> str:
    """Format a local moment: «пт 20.11, 14:30»; only «14:30» if that is the day of *now*, unless *with_day*.

    A year other than that of *now* is included: «пн 11.01.2027, 09:00».
    """
    local = moment.astimezone(zone)
    clock = f"{local:%H:%M}"
    if now is None:
        return f"{weekday(local)} {local:%d.%m}, {clock}"
    today = now.astimezone(zone).date()
    if local.date() == today and not with_day:
        return clock
    pattern = "%d.%m" if local.year == today.year else "%d.%m.%Y"
    return f"{weekday(local)} {local.strftime(pattern)}, {clock}"
