"""Several matters in one message: «нет воды, а ещё у дома яма». Each is for another block."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.reading import ParsedText, Reading
from bot.understanding.text.tokens import cut_words, find_ends, prepare_text

_ANOTHER = (
    r"(?:а\s+ещ[её]|и\s+ещ[её]|ещ[её]\s+и|ещ[её]|а\s+также|также|кроме\s+того|заодно|во-вторых|второе|плюс)\b[:,]?"
)
_PART_END = re.compile(rf"(?:[.!?…]+\s+|[;\n]+|,?\s+)(?P<another>{_ANOTHER}\s+)|[.!?…]+\s+|[;\n]+", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…;\n](?:(?<=[.!?…])[.!?…]*\s+|(?<=[;\n])[;\n]*)")
_ANOTHER_SIGNS = ("ещ", "также", "кроме", "заодно", "во-вторых", "второе", "плюс")
"""Pieces without which no part is announced as another matter; to look for them costs a tenth of trying each space."""
_MIN_PART_WORDS, _MAX_PARTS = 4, 8
"""Words of a part that says something; parts that are read, so that a long letter costs little."""
_MAX_SHARED_SCORE = 0.3
"""A block whose chance for the other part is higher may well deal with both."""
_MIN_APPEAL_SCORE, _MIN_SECTOR_SCORE = 0.7, 0.7
"""A part must be sure to report something to one block: what follows from a trouble is told in passing."""
_MAX_TEXT_CHARS = 400
"""A longer text is a story about one matter, with its causes and consequences."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A part of a message that is a report of its own."""

    text: str
    reading: Reading


class _Part(NamedTuple):
    """A part of a text: its bounds, its own text, and whether it is announced as another matter."""

    begin: int
    end: int
    text: str
    is_announced: bool


def find_matters(text: str, understanding: TextAnalyzer, parsed: ParsedText | None = None) -> tuple[Matter, ...]:
    """Return the matters of *text*, one of each sector, in their order; none if there are not at least two.

    *parsed*: the words of the text, if it has been read, else each part is split into words of its own.

    A part counts if it surely needs action and surely belongs to a sector that no other part may belong to. After the
    first one it must also be said to be another matter, or name a place of its own: «дети мёрзнут, в школу ходят
    больные» is what follows from the cold flat.
    """
    parts = _parts(text) if len(text) <= _MAX_TEXT_CHARS else []
    if not 1 < len(parts) <= _MAX_PARTS:
        return ()
    parts = _that_may_report(text, parts, understanding, parsed)
    # Finding a place costs a third of a reading, and most messages name none after the first matter.
    may_follow = [False, *(one.is_announced or understanding.names_place(one.text) for one in parts[1:])]
    found: dict[str, Matter] = {}
    for index, part in enumerate(parts):
        if not any(may_follow[index if found else index + 1 :]):
            break  # nothing can follow the first matter any more
        if found and not may_follow[index]:
            continue
        reading = understanding.read(part.text)
        sector = reading.sector
        if sector is None or not reading.is_confident or reading.topic is None:
            continue
        if reading.appeal_score < _MIN_APPEAL_SCORE or reading.sector_scores[sector] < _MIN_SECTOR_SCORE:
            continue
        if not found or part.is_announced or _is_elsewhere(reading, found.values()):
            found.setdefault(sector, Matter(part.text, reading))
    matters = tuple(found.values())
    return matters if len(matters) > 1 and all(_is_apart(one, other) for one in matters for other in matters) else ()


def _that_may_report(
    text: str, parts: list[_Part], understanding: TextAnalyzer, parsed: ParsedText | None
) -> list[_Part]:
    """Return the *parts* whose words speak for some topic, or none if they are not at least two.

    To ask costs a tenth of a reading. The short ones are asked first: they mostly greet, thank or urge.
    """
    silent: set[int] = set()
    ends = find_ends(text, parsed.words) if parsed is not None and parsed.text == text else None
    for at in sorted(range(len(parts)), key=lambda at: len(parts[at].text)):
        part = parts[at]
        words = (
            cut_words(parsed.words, bisect_right(ends, part.begin), bisect_right(ends, part.end))
            if parsed is not None and ends is not None
            else prepare_text(part.text).words
        )
        if not understanding.may_have_topic(words):
            silent.add(at)
            if len(parts) - len(silent) < 2:
                return []
    return [part for at, part in enumerate(parts) if at not in silent]


def _parts(text: str) -> list[_Part]:
    """Return the parts of *text* that are long enough."""
    parts: list[_Part] = []
    begin, is_announced = 0, False
    lower = text.lower()
    may_announce = any([sign in lower for sign in _ANOTHER_SIGNS])
    for end in (_PART_END if may_announce else _SENTENCE_END).finditer(text):
        _add_part(parts, text, begin, end.start(), is_announced=is_announced)
        begin, is_announced = end.end(), may_announce and end["another"] is not None
    _add_part(parts, text, begin, len(text), is_announced=is_announced)
    return parts


def _add_part(parts: list[_Part], text: str, begin: int, end: int, *, is_announced: bool) -> None:
    part = text[begin:end].strip()
    if len(part.split(None, _MIN_PART_WORDS - 1)) >= _MIN_PART_WORDS:
        parts.append(_Part(begin, end, part, is_announced))


def _is_elsewhere(reading: Reading, found: Iterable[Matter]) -> bool:
    place = reading.place
    return place is not None and all(one.reading.place is None or one.reading.place != place for one in found)


def _is_apart(one: Matter, other: Matter) -> bool:
    scores = one.reading.sector_scores
    return one is other or scores.get(other.reading.sector or "", 0.0) < _MAX_SHARED_SCORE
