"""Cells as values: texts, numbers of other systems, moments."""

import re
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from bot.domain.local_time import local_to_utc
from bot.spreadsheets.dates import (
    MAX_PLAIN_SERIAL,
    MAX_YEAR,
    MIN_PLAIN_SERIAL,
    MIN_YEAR,
    is_plain_serial,
    moment_of_serial,
    parse_local,
)
from bot.spreadsheets.sheets import Cell

_NOTHING = frozenset({"-", "--", "–", "—", "−", ".", "н/д", "нет данных", "не указано", "не указан", "null", "(пусто)"})
_NO_DATE = frozenset({"нет", "отсутствует", "без срока", "не установлен", "не определен", "не определён", "бессрочно"})
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
_DAY = r"\d{1,2}\.\d{1,2}\.\d{4}(?: \d{1,2}:\d{2}(?::\d{2})?)?"
_SPOILT = re.compile(rf"[+-]?\d+[.,]\d*E\+?\d+|#+|{_DAY}", re.IGNORECASE)
"""A number as Excel shows it in a narrow column, in exponential form or as a date: its digits are lost in a CSV."""

_ANSWERS = frozenset({"да", "нет", "true", "false", "истина", "ложь"})

_EXACT_LIMIT = 1e15
"""Excel keeps 15 digits of a number; of a longer one the last are zeros."""

MAX_NUMBER_CHARS = 100


class SpoiltNumber(ValueError):
    """A number whose digits a spreadsheet program has lost."""


class BadDate(ValueError):
    """A cell that should hold a date and does not."""


def text_of(cell: Cell) -> str | None:
    """Return the words of a cell; ``None`` for nothing, which people also write as «-»."""
    if cell is None:
        return None
    if isinstance(cell, datetime):
        is_day = cell.time() == time.min
        return f"{cell:%d.%m.%Y}" if is_day else f"{cell:%d.%m.%Y %H:%M}"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT_LIMIT else repr(cell)
    text = cell.strip()
    if not text.isprintable():  # a line break, a space that does not break, something odd
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
        text = _CONTROLS.sub("", text).strip()
    return None if not text or text.casefold() in _NOTHING else text


def number_of(cell: Cell) -> str | None:
    """Return a number of another system, without spaces, «№», quotes and Excel's sign of a text («'77»).

    ``None`` for words without a digit («б/н»): other rows have the same ones. Raises :class:`SpoiltNumber`, also for a
    cell of true or false and for a quote that is left over from another cell («17"»).
    """
    if isinstance(cell, datetime) or (isinstance(cell, float) and not abs(cell) < _EXACT_LIMIT):
        raise SpoiltNumber
    text = text_of(cell)
    if text is None:
        return None
    number = _SPACES.sub(" ", text).removeprefix("'").removeprefix("№").strip()
    if len(number) > 1 and number[0] == number[-1] == '"':
        number = number[1:-1].strip()
    if '"' in number or number.casefold() in _ANSWERS or _SPOILT.fullmatch(number) or len(number) > MAX_NUMBER_CHARS:
        raise SpoiltNumber
    if not any(map(str.isdigit, number)):
        return None
    # «17.0» is how a program writes the number 17 that it took for a decimal fraction.
    return re.sub(r"^(\d+)[.,]0+$", r"\1", number) or None


def house_of(cell: Cell) -> str | None:
    """Return the number of a house; Excel with Russian settings takes «12/1» for the 12th of January."""
    if isinstance(cell, datetime):
        return f"{cell.day}/{cell.month}"
    return text_of(cell)


def moment_of(cell: Cell, epoch: datetime, zone: ZoneInfo, *, day_end: bool) -> datetime | None:
    """Return the instant of a date, in UTC; ``None`` for an empty cell. Raises :class:`BadDate`.

    A day without a time is its first minute, with *day_end* its last one.
    """
    local = _local_moment(cell, epoch)
    if local is None:
        return None
    if not MIN_YEAR <= local.year <= MAX_YEAR:
        raise BadDate
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    clock = time(23, 59) if day_end and local.time() == time.min else local.time()
    return local_to_utc(local.date(), clock, zone)


def _local_moment(cell: Cell, epoch: datetime) -> datetime | None:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, float):
        return _moment_of_number(cell, epoch)
    text = text_of(cell)
    if text is None:
        return None
    if text.casefold().rstrip(".") in _NO_DATE:
        return None
    if is_plain_serial(text):
        return _moment_of_number(float(text.replace(",", ".")), epoch)
    moment = parse_local(text)
    if moment is None:
        raise BadDate
    return moment


def _moment_of_number(number: float, epoch: datetime) -> datetime | None:
    if not MIN_PLAIN_SERIAL <= number < MAX_PLAIN_SERIAL:
        raise BadDate
    return moment_of_serial(number, epoch)
