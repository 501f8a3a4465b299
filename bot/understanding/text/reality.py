"""Words that say what is real: without what others are quoted to say, what would be, and the units of numbers."""

import re
from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple

from bot.understanding.text.tokens import Word

_UNITS = frozenset(
    {"мин", "м", "см", "мм", "км", "кг", "г", "гр", "л", "мл", "ч", "с", "сек", "р", "руб", "т", "шт", "вт", "а", "в"}
)
"""Written after a number, they are no words: «10 мин» are no mines."""
_CONDITIONALS = frozenset({"бы", "б"})
_REACH = 8
"""The number of words on both sides of «бы» that its clause may have."""
_UNREAL = frozenset({"если", "кабы", "ежели"})
"""Words before «бы» with which the whole sentence is unreal: «если бы газ взорвался, мы бы тут не сидели»."""
_UNREAL_REACH = 16
_POLITE = ("хоте", "хотел", "мог", "мож", "попрос", "жела", "прос")
_PARTICLES = frozenset({"как", "хоть", "лишь", "что", "пора", "хотя"})
"""Beginnings of words of the clause, and words before «бы», with which it is a wish: the rest may be real."""
_PAST_ENDINGS = ("л", "ла", "ло", "ли", "лся", "лась", "лось", "лись")
_CLAUSE_END = re.compile(r"[.!?…;:,()\n—–]|\s-\s")
_SENTENCE_END = re.compile(r"[.!?…\n]")
_TURNS = frozenset({"но", "однако", "а"})
_OPENING, _CLOSING = re.compile(r"[«“„\"]"), re.compile(r"[»”\"]")
_MOST_QUOTED = 0.6
"""The share of a text in quotation marks from which it is the author who speaks in them."""
_MOST_UNCLOSED = 8
"""The words that a quotation may have whose end is the end of the text: no word follows that would show its mark."""
_CRIES = frozenset({
    "зовет", "зовут", "кричит", "кричат", "орет", "орут", "шепчет", "стонет", "плачет", "крики", "крик", "вопли",
    "пишет", "написал", "написала", "сказал", "сказала", "говорит", "прислал", "прислала",
})  # fmt: skip
"""Words before a quotation that is meant: somebody calls «помогите», or a neighbour said «завтра меня не будет»."""
_CRY_REACH = 2


class RealWords(NamedTuple):
    """The words that say what is real, and their positions, if those are not the ones that the words know.

    Where some words are left out, the others are as near to one another as without them. ``kept``: the indexes of
    these in the text.
    """

    words: Sequence[Word]
    positions: Sequence[int] | None
    kept: Sequence[int] | None


def real_words(words: Sequence[Word], place: Set[int] = frozenset()) -> RealWords:
    """Return *words* without quotations, conditionals («если бы прорвало»), units of numbers, and the *place*.

    *place*: the indexes of the words that name it.
    """
    # Few texts have any of these, so each is looked for only where one of its words or marks is.
    norms = [word.norm for word in words]
    left_out = set(place)
    if not _UNITS.isdisjoint(norms):
        left_out.update(_units(words, norms))
    if not _CONDITIONALS.isdisjoint(norms):
        left_out.update(_conditional(words))
    if any(map(_OPENING.search, {word.gap for word in words})):
        left_out.update(_quoted(words))
    if not left_out:
        return RealWords(words, None, None)
    kept = [at for at in range(len(words)) if at not in left_out]
    return RealWords([words[at] for at in kept], [words[at].position - at + nth for nth, at in enumerate(kept)], kept)


def _units(words: Sequence[Word], norms: Sequence[str]) -> Iterator[int]:
    for at, norm in enumerate(norms):
        if norm in _UNITS and at and words[at - 1].is_number and not words[at].gap.strip(" \u2009"):
            yield at


def _quoted(words: Sequence[Word]) -> list[int]:
    """Return the indexes of words between quotation marks that are not meant; a long quotation needs its last mark."""
    quoted: list[int] = []
    start: int | None = None
    for at, word in enumerate(words):
        if word.gap == " ":
            continue
        if start is not None and _CLOSING.search(word.gap):
            quoted += _left_out(words, start, at)
            start = None
            if not re.search(r"[«“„]", word.gap):
                continue
        if start is None and _OPENING.search(word.gap):
            start = at
    if start is not None and len(words) - start <= _MOST_UNCLOSED:
        quoted += _left_out(words, start, len(words))
    return quoted if len(quoted) < _MOST_QUOTED * len(words) else []


def _left_out(words: Sequence[Word], start: int, end: int) -> range:
    """Return the indexes of a quotation, or none if somebody calls or says what is quoted."""
    before = (words[at].norm for at in range(max(0, start - _CRY_REACH), start))
    return range(0) if not _CRIES.isdisjoint(before) else range(start, end)


def _conditional(words: Sequence[Word]) -> Iterator[int]:
    for at, word in enumerate(words):
        if word.norm in _CONDITIONALS and at and _is_conditional(words[at - 1].norm, word.norm):
            clause = _sentence_from(words, at) if words[at - 1].norm in _UNREAL else _clause_of(words, at)
            if not any(words[index].norm.startswith(_POLITE) for index in clause):
                yield from clause


def _is_conditional(before: str, particle: str) -> bool:
    """Return whether the *particle* after this word makes its clause unreal; a house «21 б» does not."""
    if particle == "б":
        return before in _UNREAL or before.endswith(_PAST_ENDINGS)
    return before not in _PARTICLES


def _sentence_from(words: Sequence[Word], at: int) -> range:
    """Return the indexes from «если» before the word *at* to the end of the sentence, or to «но»."""
    end = at + 1
    while end < len(words) and end - at <= _UNREAL_REACH:
        if _SENTENCE_END.search(words[end].gap) or words[end].norm in _TURNS:
            break
        end += 1
    return range(at - 1, end)


def _clause_of(words: Sequence[Word], at: int) -> range:
    start, end = at, at + 1
    while start > 0 and at - start < _REACH and not _CLAUSE_END.search(words[start].gap):
        start -= 1
    while end < len(words) and end - at <= _REACH and not _CLAUSE_END.search(words[end].gap):
        end += 1
    return range(start, end)
