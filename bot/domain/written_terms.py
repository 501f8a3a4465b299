"""Terms as officials write them at the end of a request: «до 25.11», «до ср 12:00», «, за 4 часа», or on a line."""

import re
from datetime import datetime

from bot.domain.calendar import WorkingCalendar
from bot.domain.errors import DayPassed, TermUnsuitable
from bot.domain.written_dates import MAX_CHARS, names_moment, read_deadline

_OPENINGS = (
    re.compile(r"[\s,;.(—-]*\b(?:до|не\s+позднее|не\s+позже)\s+", re.IGNORECASE),
    re.compile(r"\s*[,;.(—-]\s*(?:к|ко)\s+", re.IGNORECASE),
    # A length needs a comma before it: «снег не убрали за 2 дня» names no term.
    re.compile(r"\s*[,;.(—-]\s*(?=(?:за|через|в\s+течение)\s+)", re.IGNORECASE),
)
_LAST_LINE = re.compile(r"\s*\n(?P<line>[^\n]+)\Z")


def split_term(text: str) -> tuple[str, str | None]:
    """Split «Залить каток, до 04.12» into the words and the term as it was written; without a term, ``None``.

    An hour without a day is a term on a line of its own alone: «закрыто до 18:00» says something else.
    """
    said = text.strip()
    last = _LAST_LINE.search(said)
    if last is not None and names_moment(last["line"], hour_alone=True):
        return said[: last.start()].strip(), _clean(last["line"])
    beginning = max(0, len(said) - MAX_CHARS - 20)
    for opening in _OPENINGS:
        for found in opening.finditer(said, beginning):
            term = said[found.end() :]
            if names_moment(term, hour_alone=False):
                return said[: found.start()].strip(), _clean(term)
    return said, None


def _clean(term: str) -> str:
    return term.replace(",", "").strip(" .)\t")


def parse_term(term: str, calendar: WorkingCalendar, now: datetime) -> datetime:
    """Return the moment at which a term of :func:`split_term` ends.

    Raise :class:`DayPassed` for a day that has passed and may be meant of the next year, else :class:`TermUnsuitable`.
    """
    read = read_deadline(term, calendar, now)
    if read.passed is not None:
        raise DayPassed(name=f"{read.passed.offered.astimezone(calendar.zone):%d.%m.%Y}")
    if read.at is None:
        raise TermUnsuitable()
    return read.at
