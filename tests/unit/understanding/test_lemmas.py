"""The package's own table of lemmas says what the dictionary says, so that a start need not ask it for each."""

import pymorphy3
import pytest

from bench.lemmas import words_of_patterns
from bot.understanding.text.morphology import Morphology, read_known_lemmas

MIN_SHARE = 0.9
"""The share of the patterns' words that the table must have: a few new ones cost nothing that can be noticed."""


@pytest.fixture(scope="module")
def by_dictionary() -> dict[str, tuple[str, ...]]:
    """The lemmas of every word that the package's patterns are made of."""
    return words_of_patterns()


def test_the_table_says_what_the_dictionary_says() -> None:
    reader = Morphology()
    known = read_known_lemmas(reader.version)
    assert known, "another dictionary: run python -m bench.lemmas"

    assert {word: lemmas or (word,) for word, lemmas in known.items()} == {
        word: reader.find_lemmas(word) for word in known
    }


def test_the_table_has_the_words_of_the_patterns(by_dictionary: dict[str, tuple[str, ...]]) -> None:
    known = read_known_lemmas(Morphology().version)

    missing = sorted(by_dictionary.keys() - known.keys())
    assert len(missing) < (1.0 - MIN_SHARE) * len(by_dictionary), f"run python -m bench.lemmas: {missing[:20]}"


def test_another_dictionary_is_asked_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pymorphy3, "__version__", "9.9")
    reader = Morphology()

    assert not read_known_lemmas(reader.version)
    assert reader.lemmas_of("воды") == ("вода",)
