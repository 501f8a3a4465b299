"""Promises in the words of an answer: «до 1 октября», «на следующей неделе», «весной», «в течение трёх дней»."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.understanding.answer_check.phrases import PhraseList, lower
from bot.understanding.answer_check.terms import find_terms

_FRIDAY = 4
_SENTENCE = re.compile(r"(?:[^.!?…\n]|\.(?=\d))+")
_INVITATIONS = PhraseList(
    "приходите; приезжайте; обращайтесь; обратитесь; звоните; позвоните; пишите; запишитесь; подайте; прием граждан\n"
    "режим работы; часы работы; график приема; ждем вас; приглаша*; просим вас; передайте показания; оплатите"
)
"""Words about what the citizen should do, and when an office is open: no promise."""

_ENDS = {"весн": (5, 31), "лет": (8, 31), "осен": (11, 30), "зим": (3, 0)}
"""The last day of a season; day 0 is the eve of the month."""

_EVES = {"весн": (3, 0), "лет": (5, 31), "осен": (8, 31), "зим": (11, 30)}
"""The last day before a season."""


@dataclass(frozen=True, slots=True)
class WordedPromise:
    """The last day that a text names for something to come, and the words that name it."""

    last: date
    words: str


def find_promise(text: str, today: date) -> WordedPromise | None:
    """Return the latest day after *today* that *text*, written then, promises; ``None`` if it promises nothing."""
    found: list[WordedPromise] = []
    for sentence in _SENTENCE.finditer(text):
        words = sentence[0]
        if _INVITATIONS.first(lower(words)) is None:
            found += _promises_of(words, today)
    to_come = [one for one in found if one.last > today]
    return max(to_come, key=lambda one: one.last, default=None)


def _promises_of(sentence: str, today: date) -> Iterator[WordedPromise]:
    for term in find_terms(sentence, today):
        if term.last is not None:
            yield WordedPromise(term.last, sentence[term.start : term.end])
    low = lower(sentence)
    for form, resolve in _RULES:
        for found in form.finditer(low):
            yield WordedPromise(resolve(found, today), sentence[found.start() : found.end()])


def _week(found: re.Match[str], today: date) -> date:
    """Return the Friday of the week: on a Sunday nobody could still keep the promise."""
    monday = today - timedelta(days=today.weekday())
    is_next = found["which"] is not None and found["which"][:2] in ("сл", "бу")
    return monday + timedelta(days=_FRIDAY + 7 * is_next)


def _month_end(found: re.Match[str], today: date) -> date:
    months = today.month + (found["which"] is not None and found["which"][:2] in ("сл", "бу"))
    return date(today.year + months // 12, months % 12 + 1, 1) - timedelta(days=1)


def _year_end(found: re.Match[str], today: date) -> date:
    return date(today.year + (found["which"] is not None and found["which"][:2] in ("сл", "бу")), 12, 31)


def _season(found: re.Match[str], today: date) -> date:
    before = (found["before"] or "").startswith("до") and "конц" not in found["before"]
    return _next((_EVES if before else _ENDS)[found["season"]], today)


def _next(day: tuple[int, int], today: date) -> date:
    month, number = day
    years = (today.year, today.year + 1)
    days = [date(year, month, 1) - timedelta(days=1) if number == 0 else date(year, month, number) for year in years]
    return next(one for one in (*days, days[-1]) if one > today or one is days[-1])


_WHICH = r"(?P<which>эт|следующ|будущ|текущ)[а-я]+"
_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date]], ...] = tuple(
    (re.compile(rf"(?<!\w){form}(?!\w)"), resolve)
    for form, resolve in (
        (rf"(?:на|до конца|к концу|в конце) (?:{_WHICH} )?недел[еию]", _week),
        (rf"(?:в|до конца|к концу|в конце) (?:{_WHICH} )?месяц[ае]", _month_end),
        (rf"(?:в|до конца|к концу|в конце) (?:{_WHICH} )?год[ау]", _year_end),
        (r"(?P<before>до конца |к концу |в конце |до )?(?P<season>весн|лет|осен|зим)(?:ой|ою|ью|ом|ы|а|и)", _season),
    )
)
