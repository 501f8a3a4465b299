"""Marks of the answer checker: what a text for citizens lacks, and where in the text that can be seen."""

from dataclasses import dataclass
from enum import StrEnum


class MarkKind(StrEnum):
    """A fault of an answer, the worst first. The values are stored.

    Most are the points of the standard of answers of Yelizovo district (Kamchatka), resolution 2129 of 19.12.2025.
    """

    PERSONAL_DATA = "personal_data"
    LATE_PROMISE = "late_promise"  # of an interim answer; found by the rules, not in the words
    TOO_LONG = "too_long"
    FORWARDED_ONLY = "forwarded"
    NO_ACTION = "no_action"
    OTHER_DATE = "other_date"
    NO_DATE = "no_date"
    QUESTION_MISSED = "question"
    SPELLING = "spelling"
    LECTURING = "lecture"
    HISTORY_FIRST = "history"
    INFORMING = "inform"
    OFFICIALESE = "officialese"
    ABBREVIATION = "abbreviation"
    LONG = "long"
    CAPITAL_YOU = "capital_you"
    NO_GREETING = "no_greeting"
    EXCLAMATION = "exclaim"
    ELLIPSIS = "dots"
    PASSIVE = "passive"
    INCOMPLETE = "incomplete"  # put by a person

    @property
    def asks_to_confirm(self) -> bool:
        """True if the answer is published only after a second press."""
        return self in (MarkKind.PERSONAL_DATA, MarkKind.LATE_PROMISE)


_ORDER = {kind: place for place, kind in enumerate(MarkKind)}


@dataclass(frozen=True, slots=True)
class Mark:
    """A fault of *kind* in the characters from ``start`` to ``end``; both are 0 if it is about the whole text.

    ``detail``: the right spelling, the day promised before, the number of characters allowed, or the last day that the
    rules leave.
    """

    kind: MarkKind
    start: int = 0
    end: int = 0
    detail: str = ""

    @property
    def order(self) -> tuple[int, int]:
        """The sort key: the worst kind first, then the place."""
        return _ORDER[self.kind], self.start
