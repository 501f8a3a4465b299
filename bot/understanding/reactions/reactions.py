"""Reactions: what citizens write under an answer, thanks, «ничего не сделали», irony, a further question."""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from string import Template

from bot.understanding.text.morphology import Morphology
from bot.understanding.text.patterns import PatternSet
from bot.understanding.text.rules import load_rules
from bot.understanding.text.tokens import PreparedText, Word, prepare_text

MAX_WORDS = 80
"""Words: a longer letter is about more than the answer, and a person decides about it."""

MIN_COMPLAINT_SCORE = 0.4
"""The relevance from which a text that says nothing else complains once more."""

MAX_WAITING_WORDS = 6
"""Words: «ждём» in a longer text is not all that it says."""

_THANKS = ("спасиб", "благодар", "пасиб", "спс", "мерси", "рахмат", "сэнкью", "сенкью", "признател", "рахмет")
_BLESSINGS = frozenset({"здоровья", "успехов", "души", "лучшие", "приятно"})
_THANKFUL_SIGNS, _ANGRY_SIGNS = frozenset("❤👍🙏🥰😍🤝💐🌹👏😘♥"), frozenset("👎🤡😡🤬💩😠🤮🖕")
_YES = frozenset({"да", "ага", "угу", "конечно", "полностью", "все", "хорошо", "отлично", "спасибо", "вполне", "супер"})
_NO = frozenset(
    {"нет", "неа", "не", "пока", "еще", "конечно", "увы", "нету", "ни", "капли", "капельки", "нее", "совсем"}
)
_NO_STARTS = frozenset({"нет", "неа"})
_SOLVED = frozenset({"solved done", "solved gone", "solved state"})
_ABSENCES = frozenset({"нет", "нету"})
_CONTRASTS = frozenset({"но", "а", "только", "однако", "зато", "теперь", "через", "потом", "сразу", "называется"})
_NEW_MATTER = re.compile(
    r"^(?:\W*(?:спасибо|здравствуйте|добрый день)\W+)?(?:и|а|но)\s+(?:ещ[её]|вот)(?=\W+(?!не\b|ни\b|раз\b))"
)
_QUOTED = re.compile(r"[«\"“][^«»\"“”]{1,30}[»\"”]")
"""A word in quotation marks is often meant to be its opposite: «оперативность»."""
_CONDITION = frozenset({"если", "чтобы", "чтоб"})
_QUESTION_STARTS = frozenset({"а", "и", "спасибо", "здравствуйте", "подскажите", "скажите", "можно", "ну", "еще"})


class Reaction(StrEnum):
    """The meaning of a text under an answer."""

    UNSOLVED = "unsolved"
    SOLVED = "solved"
    THANKS = "thanks"
    QUESTION = "question"  # about something else, or about more
    CHATTER = "chatter"
    UNCLEAR = "unclear"  # a person has to read it


class ReactionReader:
    """Tells what a text means as a reaction to an answer. In doubt it is not «unsolved»: that returns a ticket."""

    def __init__(self, morphology: Morphology) -> None:
        self._morphology = morphology
        self._patterns = PatternSet(morphology, strict=True)
        self._names: list[str] = []
        rules = load_rules("reactions")
        self._chatter = frozenset(rules["chatter"].pop("words").replace("\n", "").split("|"))
        words = {name: source.replace("|\n", "|").strip() for name, source in rules.pop("words").items()}
        for kind, groups in rules.items():
            for name, source in groups.items():
                self._patterns.add(len(self._names), 1.0, Template(source).substitute(words))
                self._names.append(f"{kind} {name}")

    def read(self, text: str, appeal_score: float = 0.0) -> Reaction:
        """Return the meaning of *text*: any string, of any length.

        *appeal_score* (0–1): the chance that the same text, alone, would need action. A complaint under an answer says
        that it was of no use.
        """
        prepared = prepare_text(text)
        if not prepared.words:
            return _read_signs(prepared.clean)
        if len(prepared.words) > MAX_WORDS:
            return Reaction.QUESTION
        norms = [word.norm for word in prepared.words]
        if (short := _read_short(norms)) is not None:
            return short
        return self._read_words(prepared, norms, appeal_score)

    def _read_words(self, text: PreparedText, norms: Sequence[str], appeal_score: float) -> Reaction:
        found, everywhere = self._find(_before_condition(text.words)), self._find(text.words)
        opening = self._find(text.words[:1])
        starts = "question words" in opening or norms[0] in _QUESTION_STARTS
        asks = text.has_question or bool({"question asks"} & everywhere | {"question opening"} & opening)
        asks = asks or ("question words" in everywhere and starts)
        new_matter = _NEW_MATTER.match(text.clean.lower()) is not None or "question other" in found
        grateful = any(norm.startswith(_THANKS) for norm in norms) or bool(_BLESSINGS.intersection(norms))
        if not new_matter and self._is_unsolved(text, norms, found):
            return Reaction.UNSOLVED
        if asks or new_matter:
            return Reaction.QUESTION
        waits = "chatter waits" in found
        if _QUOTED.search(text.clean):
            return Reaction.UNCLEAR
        if not waits and found & _SOLVED and "unsolved fact" not in found:
            return Reaction.SOLVED
        if norms[0] == "да" and _YES.issuperset(norms[:2]):
            return Reaction.SOLVED
        if appeal_score >= MIN_COMPLAINT_SCORE and not grateful and not waits:
            return Reaction.UNSOLVED
        if grateful or _signs(text.clean) & _THANKFUL_SIGNS:
            return Reaction.THANKS
        is_talk = self._chatter.issuperset(norms) or (waits and len(norms) <= MAX_WAITING_WORDS)
        return Reaction.CHATTER if is_talk else Reaction.UNCLEAR

    def _is_unsolved(self, text: PreparedText, norms: Sequence[str], found: frozenset[str]) -> bool:
        if found & {"unsolved strong", "unsolved again"} or _signs(text.clean) & _ANGRY_SIGNS or norms[0] in _NO_STARTS:
            return True
        if self._repeats_itself(text.words):
            return True
        if "solved gone" in found:
            return False
        if "solved done" in found and not _CONTRASTS.intersection(norms):
            return norms[-1] in _ABSENCES
        return "unsolved ironic" in found or ("unsolved fact" in found and not text.has_question)

    def _repeats_itself(self, words: Sequence[Word]) -> bool:
        """Return whether a thing goes on: «течёт как текло»."""
        return any(
            word.norm == "как" and bool(set(self._lemmas(words[at - 1])) & set(self._lemmas(words[at + 1])))
            for at, word in enumerate(words[1:-1], start=1)
        )

    def _lemmas(self, word: Word) -> Sequence[str]:
        return self._morphology.form(word.norm).lemmas

    def _find(self, words: Sequence[Word]) -> frozenset[str]:
        return frozenset(self._names[match.pattern.owner] for match in self._patterns.find(words))


def _read_short(norms: Sequence[str]) -> Reaction | None:
    """Return the meaning of «да», «нет» and the like, which are whole answers to «Вопрос решён?»."""
    if norms[0] in ("да", "решено", "конечно") and _YES.issuperset(norms[1:]):
        return Reaction.SOLVED
    if _NO.issuperset(norms) and {"нет", "неа", "нету", "нее"}.intersection(norms):
        return Reaction.UNSOLVED
    return None


def _read_signs(text: str) -> Reaction:
    signs = _signs(text)
    if signs & _ANGRY_SIGNS:
        return Reaction.UNSOLVED
    return Reaction.THANKS if signs & _THANKFUL_SIGNS else Reaction.CHATTER


def _signs(text: str) -> frozenset[str]:
    return frozenset(letter for letter in text if unicodedata.category(letter) in ("So", "Sk"))


def _before_condition(words: Sequence[Word]) -> Sequence[Word]:
    """Return the words before «если»: what follows has not happened."""
    at = next((index for index, word in enumerate(words) if word.norm in _CONDITION), len(words))
    return words[:at]
