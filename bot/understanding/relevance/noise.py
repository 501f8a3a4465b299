"""Texts that are surely nothing but a sign of life: greetings, thanks, a plus, a link. When in doubt it is no noise."""

import re
import unicodedata

from bot.understanding.reading import Noise
from bot.understanding.text.rules import load_rules
from bot.understanding.text.tokens import Text
from bot.understanding.text.word_lists import WordList, word_list

_COMMAND = re.compile(r"\s*/[A-Za-z]\w{0,40}(?:@\w{1,40})?(?:\s|$)")
_PLUSES = re.compile(r"\s{0,9}\+[+\s]{0,40}\d{0,3}[!.\s]{0,9}")
_LONGEST = 14
"""Words: a longer message says more than thanks or a greeting."""


def load_noise_words() -> dict[str, WordList]:
    """The package's own lists (``data/noise.toml``)."""
    return {name: word_list(source) for name, source in load_rules("noise").items()}


class NoiseFilter:
    """Tells what sort of noise a message is."""

    def __init__(self, words: dict[str, WordList]) -> None:
        self._words = words

    def of(self, raw: str, text: Text) -> Noise | None:
        """The sort of noise, or ``None`` if somebody should think about the message."""
        if _COMMAND.match(raw):
            return Noise.COMMAND
        if _PLUSES.fullmatch(text.clean):
            return Noise.PLUS
        if not text.words:
            return _wordless(text)
        if text.asks or len(text.words) > _LONGEST:
            return None
        norms = [word.norm for word in text.words]
        if len(norms) <= 2 and self._words["plus"].has(norms[0]):
            return Noise.PLUS
        if self._words["thanks"].any_of(norms):
            return Noise.THANKS if self._only_thanks(norms) else None
        return Noise.GREETING if self._only_greeting(norms) else None

    def _only_thanks(self, norms: list[str]) -> bool:
        """Thanks for an answer or for work done, and nothing that asks for more."""
        if self._words["doubts"].any_of(norms):
            return False
        polite = ("fillers", "greetings", "thanks", "thanked", "wishes")
        return self._words["done"].any_of(norms) or self._all_in(norms, polite)

    def _only_greeting(self, norms: list[str]) -> bool:
        greeted = self._words["greetings"].any_of(norms) or self._words["wishes"].any_of(norms)
        return greeted and self._all_in(norms, ("greetings", "wishes", "fillers"))

    def _all_in(self, norms: list[str], names: tuple[str, ...]) -> bool:
        return all(any(self._words[name].has(norm) for name in names) for norm in norms)


def _wordless(text: Text) -> Noise:
    if text.links:
        return Noise.LINK_ONLY
    symbols = any(unicodedata.category(letter) in ("So", "Sk", "Sm") for letter in text.clean)
    return Noise.EMOJI if symbols else Noise.EMPTY
