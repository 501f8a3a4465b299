"""The style of an answer: how it begins, what it is called by nobody aloud, and its punctuation."""

import re
from collections.abc import Iterator
from typing import Any

from bot.domain.answer_marks import Mark, MarkKind
from bot.understanding.answer_check.phrases import PhraseList, Span, lower
from bot.understanding.text.morphology import Morphology

_GREETING_END = re.compile(r"[.!?…\n]+\s*|,\s+(?=[а-я])")
_MAX_GREETING = 60
"""Characters within which the name and the sign after a greeting are looked for."""
_ELLIPSIS = re.compile(r"…|\.{2,}")
_CAPITAL_YOU = re.compile(r"(?<![.!?…\n«\"] )(?<=\S )(?:Вы|Вас|Вам|Вами|Ваш[а-я]*)\b")
_ABBREVIATION = re.compile(r"(?<![\w\-«./])[А-ЯЁ]{2,6}(?![\w./])")
_NAME_FIRST = re.compile(r"\W*([А-ЯЁ][а-яё]+(?: [А-ЯЁ][а-яё]+)?)[,!]")
_SHORTENED = re.compile(r"(?<![\w/.\-])(?:%s)(?![\w])")


class StyleCheck:
    """Finds faults of style; the lists are in ``data/answers.toml``."""

    def __init__(self, morphology: Morphology, rules: dict[str, Any]) -> None:
        self._morphology = morphology
        self._greeting, self._history = PhraseList(rules["greeting"]), PhraseList(rules["history"])
        self._anywhere = [
            (kind, PhraseList(rules[kind.value]))
            for kind in (MarkKind.INFORMING, MarkKind.LECTURING, MarkKind.OFFICIALESE)
        ]
        self._known_abbreviations = frozenset(lower(rules["abbreviations_known"]).split())
        shortened = "|".join(
            re.escape(one.strip()) for one in rules["abbreviations_short"].replace("\n", ";").split(";") if one.strip()
        )
        self._shortened = re.compile(_SHORTENED.pattern % shortened)

    def check(self, text: str, question: str, *, to_many: bool) -> Iterator[Mark]:
        """Yield the marks of style of *text*."""
        low = lower(text)
        greeting_end = self._find_greeting_end(text, low)
        if greeting_end is None:
            yield Mark(MarkKind.NO_GREETING, 0, _first_word_end(text))
        body = greeting_end or 0
        if (history := self._history.begins(low, body + _leading(low[body:]))) is not None:
            yield Mark(MarkKind.HISTORY_FIRST, *history)
        for kind, phrases in self._anywhere:
            yield from (Mark(kind, *span) for span in phrases.find(low))
        yield from self._abbreviations(text, low, question)
        if (shout := text.find("!", body)) >= 0:
            yield Mark(MarkKind.EXCLAMATION, *_word_before(text, shout))
        if (dots := _ELLIPSIS.search(text)) is not None:
            yield Mark(MarkKind.ELLIPSIS, *_word_before(text, dots.start(), dots.end()))
        if to_many and (you := _CAPITAL_YOU.search(text)) is not None:
            yield Mark(MarkKind.CAPITAL_YOU, *you.span())

    def greeting_end(self, text: str) -> int:
        """Return where the words after the greeting begin."""
        return self._find_greeting_end(text, lower(text)) or 0

    def _find_greeting_end(self, text: str, low: str) -> int | None:
        """Return where the words after the greeting begin; ``None`` if there is no greeting."""
        found = self._greeting.begins(low, _leading(low))
        if found is None:
            named = _NAME_FIRST.match(text)
            if named is None or not self._morphology.form(lower(named[1]).split()[0]).can_be("Name"):
                return None
            found = named.span(1)
        end = _GREETING_END.search(text, found[1], found[1] + _MAX_GREETING)
        return end.end() if end is not None else found[1]

    def _abbreviations(self, text: str, low: str, question: str) -> Iterator[Mark]:
        for found in _ABBREVIATION.finditer(text):
            word = lower(found[0])
            shouted = self._morphology.form(word).known and len(word) > 3
            is_explained = text[found.end() :].lstrip().startswith("(") or text[: found.start()].endswith("(")
            if word not in self._known_abbreviations and not shouted and not is_explained and found[0] not in question:
                yield Mark(MarkKind.ABBREVIATION, *found.span())
        yield from (Mark(MarkKind.ABBREVIATION, *found.span()) for found in self._shortened.finditer(low))


def _leading(text: str) -> int:
    """Return the number of signs before the first letter."""
    return next((at for at, sign in enumerate(text) if sign.isalnum()), 0)


def _first_word_end(text: str) -> int:
    found = re.search(r"\w\b", text)
    return found.end() if found else 0


def _word_before(text: str, start: int, end: int | None = None) -> Span:
    """Return the place of a sign with the word before it."""
    begin = max(text.rfind(" ", 0, start), text.rfind("\n", 0, start)) + 1
    return begin, end if end is not None else start + 1
