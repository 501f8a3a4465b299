"""Words of a message that only describe the location: «у школы», «напротив поликлиники», «на улице Школьной»."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word

_PREPOSITION_CASES = {
    "у": "gent", "возле": "gent", "около": "gent", "напротив": "gent", "мимо": "gent", "вдоль": "gent",
    "вблизи": "gent", "рядом": "ablt", "перед": "ablt", "за": "ablt", "между": "ablt", "недалеко": "gent", "до": "gent",
    "к": "datv", "ко": "datv", "позади": "gent", "после": "gent", "против": "gent", "сзади": "gent",
    "поблизости": "gent",
    "через": "accs", "районе": "gent", "сторону": "gent",
}  # fmt: skip
_INTO_PREPOSITIONS = frozenset({"в", "во", "на"})
_ROOM_WORDS = frozenset({
    "этаж", "этаже", "этажа", "этажи", "эт", "парадная", "парадной", "парадную", "парадн", "пар", "подъезд", "подъезде",
})  # fmt: skip
"""Words that mean a part of a building if a number belongs to them."""
_CUES = _INTO_PREPOSITIONS | _ROOM_WORDS | _PREPOSITION_CASES.keys()
_PHRASE_ENDS = frozenset(".,!?;:\n")
_ORDINALS = ("перв", "втор", "трет", "четверт", "пят", "шест", "седьм", "восьм", "девят", "десят", "последн", "верхн")


class LocationContext(NamedTuple):
    """Indexes of the words that only describe the way, that are the scene («в школе»), or that name the street."""

    passing: frozenset[int]
    scene: frozenset[int]
    street: frozenset[int]


def find_location_context(words: Sequence[Word], street: frozenset[int], morphology: Morphology) -> LocationContext:
    """Find the words that only describe the location. *street*: the indexes of the words that name the place."""
    passing: set[int] = set()
    inside: set[int] = set()
    for index, word in enumerate(words):
        norm = word.norm
        if norm not in _CUES:
            continue  # most words
        case = _PREPOSITION_CASES.get(norm)
        if case is not None:
            passing |= _noun_phrase_after(words, index, case, morphology)
        elif norm in _INTO_PREPOSITIONS:
            passing |= _destination_words(words, index, morphology)
            inside |= _noun_phrase_after(words, index, "loct", morphology)
        elif _is_numbered(words, index) and index not in passing:
            inside.add(index)
    return LocationContext(frozenset(passing), frozenset(inside), street)


def _is_numbered(words: Sequence[Word], index: int) -> bool:
    """Return whether a number belongs to the word and makes it the scene: «3 этаж», «первый подъезд»."""
    number = index > 0 and (words[index - 1].is_number or words[index - 1].norm.startswith(_ORDINALS))
    before = number and not words[index].gap.strip(" -")
    after = index + 1 < len(words) and words[index + 1].is_number and words[index + 1].gap.strip(" №") == ""
    return before or after


def _noun_phrase_after(words: Sequence[Word], index: int, case: str, morphology: Morphology) -> set[int]:
    """Return the noun in *case* (with its adjectives, numbers, «с») that the preposition at *index* governs."""
    found: set[int] = set()
    for other in range(index + 1, min(index + 5, len(words))):
        if other > index + 1 and not _PHRASE_ENDS.isdisjoint(words[other].gap):
            break
        form = morphology.form(words[other].norm)
        found.add(other)
        if form.can_be("NOUN", case):
            return found if not form.can_be("NOUN", "anim", case) else set()
        if form.can_be("VERB") or form.can_be("NOUN"):
            break
    return set()


def _destination_words(words: Sequence[Word], index: int, morphology: Morphology) -> set[int]:
    """Return the destination after a preposition, which is not the subject: «в школу», «на остановку»."""
    if index + 1 >= len(words):
        return set()
    form = morphology.form(words[index + 1].norm)
    going = form.can_be("NOUN", "inan", "accs") and not form.can_be("NOUN", "loct") and not form.can_be("NOUN", "nomn")
    return {index + 1} if going else set()
