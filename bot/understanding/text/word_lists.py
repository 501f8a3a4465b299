"""Lists of words and of their beginnings, as the data files write them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WordList:
    """Whole words and beginnings (written with a star)."""

    whole_words: frozenset[str]
    prefixes: tuple[str, ...]

    def contains(self, word: str) -> bool:
        return word in self.whole_words or (bool(self.prefixes) and word.startswith(self.prefixes))

    def contains_any(self, words: list[str]) -> bool:
        return any(self.contains(word) for word in words)


def parse_word_list(source: str) -> WordList:
    """Read «слово начал*»."""
    words = source.split()
    return WordList(
        frozenset(word for word in words if not word.endswith("*")),
        tuple(word[:-1] for word in words if word.endswith("*")),
    )
