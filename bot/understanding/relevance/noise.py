"""Noise: greetings, thanks, a plus, a link. Texts in doubt are no noise."""

import re
import unicodedata

from bot.understanding.reading import Noise
from bot.understanding.text.rules import load_rules
from bot.understanding.text.tokens import PreparedText
from bot.understanding.text.word_lists import WordList, parse_word_list

_COMMAND = re.compile(r"\s*/[A-Za-z]\w{0,40}(?:@\w{1,40})?(?:\s|$)")
_PLUSES = re.compile(r"\s{0,9}\+[+\s]{0,40}\d{0,3}[!.\s]{0,9}")
_MAX_WORDS = 14
"""Words: a longer message says more than thanks or a greeting."""


def load_noise_words() -> dict[str, WordList]:
    """Return the package's word lists (``data/noise.toml``)."""
    return {name: parse_word_list(source) for name, source in load_rules("noise").items()}


class NoiseFilter:
    """Recognises noise and its kind."""

    def __init__(self, words: dict[str, WordList]) -> None:
        self._words = words

    def classify(self, raw: str, text: PreparedText) -> Noise | None:
        """Return the kind of noise, or ``None`` if the message needs analysis."""
        if _COMMAND.match(raw):
            return Noise.COMMAND
        if _PLUSES.fullmatch(text.clean):
            return Noise.PLUS
        if not text.words:
            return _classify_wordless(text)
        if text.has_question or len(text.words) > _MAX_WORDS:
            return None
        norms = [word.norm for word in text.words]
        if len(norms) <= 2 and self._words["plus"].contains(norms[0]):
            return Noise.PLUS
        if self._words["thanks"].contains_any(norms):
            return Noise.THANKS if self._is_only_thanks(norms) else None
        return Noise.GREETING if self._is_only_greeting(norms) else None

    def _is_only_thanks(self, norms: list[str]) -> bool:
        """Return whether the text only thanks for an answer or for work done, and asks for nothing."""
        if self._words["doubts"].contains_any(norms):
            return False
        polite = ("fillers", "greetings", "thanks", "thanked", "wishes")
        return self._words["done"].contains_any(norms) or self._all_in(norms, polite)

    def _is_only_greeting(self, norms: list[str]) -> bool:
        greeted = self._words["greetings"].contains_any(norms) or self._words["wishes"].contains_any(norms)
        return greeted and self._all_in(norms, ("greetings", "wishes", "fillers"))

    def _all_in(self, norms: list[str], names: tuple[str, ...]) -> bool:
        return all(any(self._words[name].contains(norm) for name in names) for norm in norms)


def _classify_wordless(text: PreparedText) -> Noise:
    if text.links:
        return Noise.LINK_ONLY
    symbols = any(unicodedata.category(letter) in ("So", "Sk", "Sm") for letter in text.clean)
    return Noise.EMOJI if symbols else Noise.EMPTY
