"""Hints: that an event is over, that it is so here, too, that it is an old story …."""

import re
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any

from bot.understanding.text.morphology import Morphology
from bot.understanding.text.patterns import PatternSet
from bot.understanding.text.tokens import Word

_LAUGHTER = re.compile(r"(?<![а-яё])(?:а?ха){2,}|(?<![а-яё])[ах]{4,}(?![а-яё])|\bлол\b", re.IGNORECASE)
_LAUGHTER_MARKS = (")))", "😂", "🤣", "😆", "😹")
_MAY_BE_LAUGHTER = re.compile(r"[ах]{4}|лол")
"""Part of every laughter in letters, in lower case: to look for it costs a tenth, and most texts have none."""
_SPOKEN_PLUS = re.compile(r"^\s{0,9}\+|\+\s{0,9}[.!)]{0,3}\s{0,9}$")
"""A plus, first or last: «Лесная, 3 +»."""
_CHEER = re.compile(r"\s{0,9}(?:(?:о|ну|вот|наконец),?\s{1,3})?(?:есть|ура|дали)\s{0,3}!", re.IGNORECASE)
"""News in one word: «Есть! Бегу отмывать всё»."""
_HERE = re.compile(r"\s{0,9}(?:да|нет|не|и|а)?,?\s{0,3}(?:у\s{1,3}(?:нас|меня)|мы)(?![а-яё])", re.IGNORECASE)
_MAX_TALK_WORDS = 16
"""Words: who writes more than this tells a story of their own."""
_MAX_NEWS_WORDS = 4
"""Words of a message that «дали» sums up."""
_MAX_HELP_WORDS = 8
"""Words of a message that brings no news but that help has come; a longer one complains of something besides."""
_MAX_ABSENT_WORDS = 6
"""Words of a message that says nothing but that a trouble is absent."""
_NOT_FINE = frozenset({"нет", "нету", "не", "опять", "снова", "еще", "только", "когда", "кого"})
"""Words that take «у нас есть» back."""
_TOO_WORDS = frozenset({"тоже", "также", "аналогично"})
_PLACE_PREPOSITIONS = frozenset({"на", "в", "во", "у", "по"})


class Hint(StrEnum):
    """One thing that a message says."""

    TALK = "talk"
    """The chat speaks of the trouble already, so its subject is not named: «бригада едет», «когда включат?»."""
    LACKS = "lacks"
    """The thing that the chat speaks of is still absent: «в 12-м ещё нет», «когда дадут?»."""
    DEIXIS = "deixis"
    """It points to what was just said, or begins as an answer does: «это с очистных», «да, и запах»."""
    AGREES = "agrees"
    """It begins as an answer that agrees does: «да, тянет от завода»."""
    ASKS = "asks"
    """It asks how it is elsewhere: «у кого есть вода?»."""
    HERE = "here"
    """It begins as one who tells of their own place does: «у нас на шестом совсем ничего»."""
    TOO = "too"
    """Here as well: «и на Лесной», «Лесная, 3 +»."""
    OVER = "over"
    """It has ended: «дали свет»."""
    HELP = "help"
    """Those who mend it have come, or are on their way, and nothing more."""
    FINE = "fine"
    """It has not come here: «у нас всё нормально»."""
    LONG = "long"
    """It has lasted for weeks, or returns every day."""
    OFTEN = "often"
    """It tells how many times it has come: «третий раз за месяц»."""
    PAST = "past"
    """It was yesterday or earlier, and is not said to last."""
    PRIVATE = "private"
    """It is the trouble of one flat."""
    LAUGHTER = "laughter"
    OFFER = "offer"
    """Somebody sells, gives away or looks for something."""
    NOTICE = "notice"
    """An office announces something."""


class HintReader:
    """Finds hints. It is pure; *rules* is the table ``hints`` of ``data/events.toml``."""

    def __init__(self, rules: dict[str, Any], morphology: Morphology) -> None:
        self._names = (
            "talk",
            "over",
            "help",
            "fine",
            "absent",
            "long",
            "not_long",
            "often",
            "past",
            "still",
            "private",
            "asks",
            "offer",
            "notice",
            "lacks",
        )
        # «не дали» must not be read as «дали».
        self._patterns = PatternSet(morphology, strict=True)
        for number, name in enumerate(self._names):
            self._patterns.add(number, 1.0, rules[name])
        self._deixis = frozenset(rules["deixis"].split())
        self._answers = frozenset(rules["answers"].split())
        self._agrees = frozenset(rules["agrees"].split())
        self._over_alone = frozenset(rules["over_alone"].split())
        self._no_help = frozenset(rules["no_help"].split())
        self._not_over = frozenset(rules["not_over"].split())

    def find(self, text: str, words: Sequence[Word]) -> frozenset[Hint]:
        """Return the hints of *text*, which is split into *words*."""
        names = self._names
        found = {names[match.pattern.owner] for match in self._patterns.find(words)}
        norms = [word.norm for word in words]
        hints: set[Hint] = set()
        cheers = _CHEER.match(text) is not None
        alone = cheers or (len(norms) <= _MAX_NEWS_WORDS and not self._over_alone.isdisjoint(norms))
        if ("over" in found or alone) and "?" not in text and self._not_over.isdisjoint(norms):
            hints |= {Hint.OVER, Hint.TALK}
        elif "?" not in text and _says_fine(found, norms):
            hints.add(Hint.FINE)
        if "help" in found and len(words) <= _MAX_HELP_WORDS and "?" not in text and self._no_help.isdisjoint(norms):
            hints.add(Hint.HELP)
        if "talk" in found and len(words) <= _MAX_TALK_WORDS:
            hints.add(Hint.TALK)
        if "lacks" in found and len(words) <= _MAX_TALK_WORDS:
            hints.add(Hint.LACKS)
        if "past" in found and "still" not in found:
            hints.add(Hint.PAST)
        if "long" in found and "not_long" not in found:
            hints.add(Hint.LONG)
        if "asks" in found and "?" in text:
            hints.add(Hint.ASKS)
        if "private" in found:
            hints.add(Hint.PRIVATE)
        hints |= {hint for hint in (Hint.OFFER, Hint.NOTICE, Hint.OFTEN) if hint.value in found}
        if _laughs(text):
            hints.add(Hint.LAUGHTER)
        if (
            norms
            and len(norms) <= _MAX_TALK_WORDS
            and (norms[0] in self._answers or not self._deixis.isdisjoint(norms))
        ):
            hints.add(Hint.DEIXIS)
        if norms and norms[0] in self._agrees:
            hints.add(Hint.AGREES)
        if _HERE.match(text):
            hints.add(Hint.HERE)
        if _says_too(text, norms):
            hints.add(Hint.TOO)
        return frozenset(hints)


def _laughs(text: str) -> bool:
    for mark in _LAUGHTER_MARKS:  # any() would make a generator for every message
        if mark in text:
            return True
    return _MAY_BE_LAUGHTER.search(text.casefold()) is not None and _LAUGHTER.search(text) is not None


def _says_fine(found: Collection[str], norms: Sequence[str]) -> bool:
    """Return whether all is well: «у нас всё есть», and, in few words, «дыма нет»."""
    return ("fine" in found and _NOT_FINE.isdisjoint(norms)) or ("absent" in found and len(norms) <= _MAX_ABSENT_WORDS)


def _says_too(text: str, norms: Sequence[str]) -> bool:
    if not norms or len(norms) > _MAX_TALK_WORDS:
        return False
    leads = len(norms) > 1 and norms[0] == "и" and norms[1] in _PLACE_PREPOSITIONS
    return leads or not _TOO_WORDS.isdisjoint(norms) or ("+" in text and _SPOKEN_PLUS.search(text) is not None)
