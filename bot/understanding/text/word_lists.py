"""Lists of words and of their beginnings, as the data files write them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WordList:
    """Whole words and beginnings (written with a star)."""

    whole: frozenset[str]
    beginnings: tuple[str, ...]

    def has(self, word: str) -> bool:
        return word in self.whole or (bool(self.beginnings) and word.startswith(self.beginnings))

    def any_of(self, words: list[str]) -> bool:
        return any(self.has(word) for word in words)


def word_list(source: str) -> WordList:
    """Read «слово начал*»."""
    words = source.split()
    return WordList(
        frozenset(word for word in words if not word.endswith("*")),
        tuple(word[:-1] for word in words if word.endswith("*")),
    )
