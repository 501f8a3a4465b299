"""The reader that the model replaced: the rules alone decide. It is kept for comparison alone."""

import re
from collections.abc import Sequence

from bot.understanding.reactions.features import find_emoji, repeats_itself
from bot.understanding.reactions.phrases import PhraseFinder, before_condition
from bot.understanding.reactions.reactions import ANGRY_SIGNS, QUOTED, THANKFUL_SIGNS, YES, Reaction, read_without_model
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import PreparedText, Word, prepare_text

MIN_COMPLAINT_SCORE = 0.4
"""The relevance from which a text that says nothing else complains once more."""

MAX_WAITING_WORDS = 6
"""Words: «ждём» in a longer text is not all that it says."""

_THANKS = ("спасиб", "благодар", "пасиб", "спс", "мерси", "рахмат", "сэнкью", "сенкью", "признател", "рахмет")
_BLESSINGS = frozenset({"здоровья", "успехов", "души", "лучшие", "приятно"})
_NO_STARTS = frozenset({"нет", "неа"})
_SOLVED = frozenset({"solved done", "solved gone", "solved state"})
_ABSENCES = frozenset({"нет", "нету"})
_CONTRASTS = frozenset({"но", "а", "только", "однако", "зато", "теперь", "через", "потом", "сразу", "называется"})
_NEW_MATTER = re.compile(
    r"^(?:\W*(?:спасибо|здравствуйте|добрый день)\W+)?(?:и|а|но)\s+(?:ещ[её]|вот)(?=\W+(?!не\b|ни\b|раз\b))"
)
_QUESTION_STARTS = frozenset({"а", "и", "спасибо", "здравствуйте", "подскажите", "скажите", "можно", "ну", "еще"})


class RuleReader:
    """Reads by the rules alone."""

    def __init__(self, morphology: Morphology) -> None:
        self._morphology = morphology
        self._phrases = PhraseFinder(morphology)

    def read(self, text: str, appeal_score: float = 0.0) -> Reaction:
        """Return the meaning of *text*, as :meth:`ReactionReader.read` does."""
        prepared = prepare_text(text)
        plain = read_without_model(prepared)
        return plain if plain is not None else self._read_words(prepared, appeal_score)

    def _read_words(self, text: PreparedText, appeal_score: float) -> Reaction:
        norms = [word.norm for word in text.words]
        found, everywhere = self._find(before_condition(text.words)), self._find(text.words)
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
        if QUOTED.search(text.clean):
            return Reaction.UNCLEAR
        if not waits and found & _SOLVED and "unsolved fact" not in found:
            return Reaction.SOLVED
        if norms[0] == "да" and YES.issuperset(norms[:2]):
            return Reaction.SOLVED
        if appeal_score >= MIN_COMPLAINT_SCORE and not grateful and not waits:
            return Reaction.UNSOLVED
        if grateful or find_emoji(text.clean) & THANKFUL_SIGNS:
            return Reaction.THANKS
        is_talk = self._phrases.talk.issuperset(norms) or (waits and len(norms) <= MAX_WAITING_WORDS)
        return Reaction.CHATTER if is_talk else Reaction.UNCLEAR

    def _is_unsolved(self, text: PreparedText, norms: Sequence[str], found: frozenset[str]) -> bool:
        if (
            found & {"unsolved strong", "unsolved again"}
            or find_emoji(text.clean) & ANGRY_SIGNS
            or norms[0] in _NO_STARTS
        ):
            return True
        if repeats_itself(text.words, self._morphology):
            return True
        if "solved gone" in found:
            return False
        if "solved done" in found and not _CONTRASTS.intersection(norms):
            return norms[-1] in _ABSENCES
        return "unsolved ironic" in found or ("unsolved fact" in found and not text.has_question)

    def _find(self, words: Sequence[Word]) -> frozenset[str]:
        return self._phrases.find(words)
