"""``python -m bench.lemmas``: write the lemmas of the words of the package's own patterns.

Run it after changes of the word lists under ``bot/understanding/data``, and with another version of the dictionary. A
word that is not in the file costs a moment at every start, and nothing else.
"""

from importlib.resources import files
from unittest.mock import patch

from bot.understanding.analyzer import TextAnalyzer
from bot.understanding.text.morphology import Morphology

FILE = files("bot.understanding").joinpath("data", "lemmas.txt")


def words_of_patterns() -> dict[str, tuple[str, ...]]:
    """Return every word that the package's patterns are made of, with its lemmas by the dictionary."""
    asked: dict[str, tuple[str, ...]] = {}

    def note(reader: Morphology, word: str) -> tuple[str, ...]:
        asked[word] = reader.find_lemmas(word)
        return asked[word]

    with patch.object(Morphology, "lemmas_of", note):
        TextAnalyzer((), 0.5).load_further_parts()
    return asked


def main() -> None:
    lines = [
        " ".join((word, *(() if lemmas == (word,) else lemmas))) for word, lemmas in sorted(words_of_patterns().items())
    ]
    text = "\n".join((Morphology().version, *lines, ""))
    with open(str(FILE), "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    print(f"{FILE}: {len(lines)} words")


if __name__ == "__main__":
    main()
