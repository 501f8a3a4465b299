"""The search for patterns finds what a plain one finds, in the same order, also where words have been left out."""

from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.understanding.text.morphology import Morphology
from bot.understanding.text.patterns import PatternSet
from bot.understanding.text.reality import real_words
from bot.understanding.text.tokens import Word, prepare_text

_WORDS = ("вода", "свет", "яма", "лифт", "двор", "снег")
_PATTERNS = st.lists(st.lists(st.sampled_from(_WORDS), min_size=1, max_size=3, unique=True), min_size=1, max_size=8)
_MAX_PLACES, _MAX_BETWEEN = 12, 4

Found = tuple[int, tuple[int, ...]]


@cache
def morphology() -> Morphology:
    return Morphology()


def _search_plainly(patterns: Sequence[Sequence[str]], words: Sequence[Word]) -> list[Found]:
    """Try each pattern, in the order in which the first of its words comes in the text."""
    said: dict[str, list[int]] = {}
    for index, word in enumerate(words):
        said.setdefault(word.norm, []).append(index)
    said = {norm: places[:_MAX_PLACES] for norm, places in said.items()}
    found: list[Found] = []
    for norm, places in said.items():
        for number, pattern in enumerate(patterns):
            if pattern[0] == norm and len(pattern) == 1:
                found += [(number, (index,)) for index in places]
            elif pattern[0] == norm and (at := _find_nearby(pattern, said, words)) is not None:
                found.append((number, at))
    return found


def _find_nearby(pattern: Sequence[str], said: dict[str, list[int]], words: Sequence[Word]) -> tuple[int, ...] | None:
    for first in said[pattern[0]]:
        at = [first]
        for norm in pattern[1:]:
            distances = [(abs(words[one].position - words[first].position), one) for one in said.get(norm, ())]
            near = [pair for pair in distances if pair[0] < len(pattern) + _MAX_BETWEEN]
            if not near:
                break
            at.append(min(near)[1])
        else:
            return tuple(at)
    return None


@given(_PATTERNS, st.lists(st.sampled_from([*_WORDS, "и", "и.", "у"]), max_size=60))
@example([["вода", "свет"], ["вода"], ["свет", "вода", "яма"]], ["вода"] * 14 + ["и."] * 3 + ["свет", "яма", "вода"])
def test_search_finds_what_a_plain_one_finds_in_the_same_order(patterns: list[list[str]], text: list[str]) -> None:
    words = prepare_text(" ".join(text)).words
    search = PatternSet(morphology())
    for number, pattern in enumerate(patterns):
        search.add(number, 1.0, " ".join(f"={word}" for word in pattern))  # exactly this form: no lemma, no slip
    assert [(match.pattern.owner, match.indexes) for match in search.find(words)] == _search_plainly(patterns, words)


@pytest.mark.parametrize("strict", [False, True])
def test_search_finds_the_same_with_elements_that_were_asked_before(strict: bool) -> None:
    search = PatternSet(morphology(), strict=strict)
    for number, pattern in enumerate(("=свет", "не =свет", "=яма двор", "не гореть свет", "гореть")):
        search.add(number, 1.0, pattern)
    texts = ("не горит свет", "не очень горит во дворе, свет", "яма во дворе, а свет не нужен", "не могу, горит яма")
    for text in texts:
        words = prepare_text(text).words
        elements = [search.elements_of(word.norm, word.negated) for word in words]
        assert search.find(words, None, elements) == search.find(words) != []


@pytest.mark.parametrize(
    ("text", "place", "kept", "positions"),
    [
        ("во дворе яма", set(), ["во", "дворе", "яма"], None),
        ("на Ленина 5 яма", {1, 2}, ["на", "яма"], [0, 1]),
        ("ждём 10 мин автобус", set(), ["ждем", "10", "автобус"], [0, 1, 2]),
        ("сказали «нет воды», а она есть", set(), ["сказали", "а", "она", "есть"], [0, 1, 2, 3]),
        ("снег. На Мира яма", {2}, ["снег", "на", "яма"], [0, 3, 4]),
    ],
)
def test_words_around_what_is_left_out_are_as_near_as_without_it(
    text: str, place: set[int], kept: list[str], positions: list[int] | None
) -> None:
    real = real_words(prepare_text(text).words, place)
    assert ([word.norm for word in real.words], real.positions) == (kept, positions)


def test_search_goes_by_the_positions_that_it_is_given() -> None:
    words = prepare_text("вода и ещё на улице Ленина рядом с домом свет").words
    search = PatternSet(morphology())
    search.add(0, 1.0, "=вода =свет")
    assert search.find(words) == []
    assert [match.indexes for match in search.find(words, [0, 1, 1, 1, 1, 1, 1, 1, 1, 2])] == [(0, len(words) - 1)]


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("бить@now @whom", "пьяные бьют проводницу", ["бьют", "проводницу"]),
        ("бить@now @whom", "бьют двоих", ["бьют", "двоих"]),
        ("бить@now @whom", "кто-то бьёт нас", ["бьет", "нас"]),
        ("бить@now @whom", "били проводницу", None),  # not now
        ("бить@now @whom", "кот бьёт мышь", None),  # no person
        ("бить@now @whom", "часы бьют полночь", None),
        ("бить@now @whom", "колокол бьёт у Петра и Павла", None),  # a church
        ("зажать@it @whom", "рабочего зажало", ["зажало", "рабочего"]),
        ("зажать@it @whom", "рабочий зажал трубу", None),
        ("упасть@done @one", "упал грузчик", ["упал", "грузчик"]),
        ("упасть@done @one", "упал слесарь", ["упал", "слесарь"]),
        ("упасть@done @one", "упали цены", None),
        ("не дышать@now @one", "сварщик не дышит", ["дышит", "сварщик"]),
        ("не дышать@now @one", "сварщик дышит", None),
        ("@one лежать@now", "лежат рабочие", None),  # several
        ("кровь @person", "у повара кровь", ["кровь", "повара"]),
    ],
)
def test_element_can_be_a_grammatical_class(pattern: str, text: str, found: list[str] | None) -> None:
    words = prepare_text(text).words
    search = PatternSet(morphology(), strict=True)
    search.add(0, 1.0, pattern)
    matches = [[words[at].norm for at in match.indexes] for match in search.find(words)]
    assert matches == ([found] if found else [])


def test_class_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="no class"):
        PatternSet(morphology()).add(0, 1.0, "бить@soon")
