"""Nominatives of villages that no dictionary has, by their suffixes: «в Лопухове», «из Груздевки», «Заболотичи»."""

import re
from typing import NamedTuple

from bot.understanding.text.morphology import WordForm


class _Suffix(NamedTuple):
    """A suffix of villages: the stem, the endings of its cases, and the ending of the nominative."""

    stem: str
    endings: str
    nominative: str


# fmt: off
_SUFFIXES = (
    _Suffix("(?:ов|ев|ин|ын)", "о|а|у|ом|е", "о"),
    _Suffix("(?:овк|евк|янк|анк|инк|щин|их|ух)", "а|и|ы|е|у|ой", "а"),
    _Suffix("ич", "и|ей|ам|ами|ах", "и"),
    _Suffix("(?:ищ|поль|речь|лесь|бережь|болоть)", "е|я|а|ю|у|ем", "е"),
)
# fmt: on
_BY_A_RIVER = re.compile(r"((?:верх|усть)-[а-я]{2,}?)(а|е|у|ы|и|ой)?")
"""Villages at the head or the mouth of a river: «Усть-Качка», «в Верх-Чёмке»."""
_MIN_ROOT_LETTERS = 3
_PATTERNS = tuple(
    (re.compile(f"([а-я-]{{{_MIN_ROOT_LETTERS},}}{one.stem})({one.endings})"), one.nominative) for one in _SUFFIXES
)
_NOT_NAMES = ("VERB", "INFN", "ADVB", "PRCL", "PRED", "GRND", "PRTF", "PRTS", "NUMR", "NPRO", "INTJ", "COMP", "Apro")
_ADVERBS_OF_STATE = frozenset({"готовый", "новый", "здоровый", "суровый", "толковый", "фиговый", "хреновый"})
"""Adjectives whose short form is a sentence: «Готово.»"""
_COLLOQUIAL_GENITIVES = ("ново", "ково", "тово", "шево", "щево", "дово", "лово", "рово")
"""«нормальново», «ково»: genitives as they sound, in texts without capitals."""
_SURNAME_ENDINGS = ("ова", "ева", "ина", "ына", "ову", "еву", "ину", "ыну", "овой", "овым")
"""Forms that surnames have as well: «у Лопухова» is a person, «за околицей Лопухова» a village."""


def village_nominative(norm: str, form: WordForm) -> str | None:
    """Return «лопухово» for «лопухове» if a word that the dictionary lacks, or has as a bare adjective, is so built."""
    if form.known and not _is_short_adjective(form):
        return None
    if (named := _BY_A_RIVER.fullmatch(norm)) is not None:
        return named[1] + ("а" if named[2] else "")
    for pattern, nominative in _PATTERNS:
        if (found := pattern.fullmatch(norm)) is not None:
            return found[1] + nominative
    return None


def can_be_surname(norm: str) -> bool:
    """Return whether a person may be called so: «Лопухова», «Лопухову»."""
    return norm.endswith(_SURNAME_ENDINGS)


def is_sure_without_capital(norm: str) -> bool:
    """Return whether the ending alone is enough after «в»: «в лопухово», «в груздевке»."""
    if norm.endswith(_COLLOQUIAL_GENITIVES):
        return False
    return norm.endswith(("ово", "ево", "ино", "овке", "евке", "овки", "евки", "ичах", "ичей"))


def _is_short_adjective(form: WordForm) -> bool:
    """Return whether the dictionary has only «кизилово» of «кизиловый»."""
    short = bool(form.tags) and all("ADJS" in tag for tag in form.tags)
    return short and not any(form.can_be(part) for part in _NOT_NAMES) and _ADVERBS_OF_STATE.isdisjoint(form.lemmas)
