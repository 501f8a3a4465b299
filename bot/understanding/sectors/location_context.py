"""Words that stand in a message only to tell where: «у школы», «напротив поликлиники», «на улице Школьной»."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word

_NEAR = {
    "у": "gent", "возле": "gent", "около": "gent", "напротив": "gent", "мимо": "gent", "вдоль": "gent",
    "вблизи": "gent", "рядом": "ablt", "перед": "ablt", "за": "ablt", "между": "ablt", "недалеко": "gent", "до": "gent",
    "к": "datv", "ко": "datv", "позади": "gent", "после": "gent", "против": "gent", "сзади": "gent",
    "поблизости": "gent",
    "через": "accs", "районе": "gent", "сторону": "gent",
}  # fmt: skip
_INTO = frozenset({"в", "во", "на"})
_FROM = frozenset({"из", "с", "со"})
_ROOMS = frozenset({
    "этаж", "этаже", "этажа", "этажи", "эт", "парадная", "парадной", "парадную", "парадн", "пар", "подъезд", "подъезде",
})  # fmt: skip
"""What a number makes a part of a house."""
_ORDINALS = ("перв", "втор", "трет", "четверт", "пят", "шест", "седьм", "восьм", "девят", "десят", "последн", "верхн")


@dataclass(frozen=True, slots=True)
class Context:
    """Indexes of the words that only tell the way, that are the scene («в школе»), that name the street."""

    passing: frozenset[int]
    inside: frozenset[int]
    street: frozenset[int]


def see_context(words: Sequence[Word], street: frozenset[int], morphology: Morphology) -> Context:
    """Find the words *in passing*. *street*: the indexes of the words that name the place."""
    passing: set[int] = set()
    inside: set[int] = set()
    for index, word in enumerate(words):
        case = _NEAR.get(word.norm)
        if case is not None:
            passing |= _noun_after(words, index, case, morphology)
        elif word.norm in _INTO:
            passing |= _destination(words, index, morphology)
            inside |= _noun_after(words, index, "loct", morphology)
        elif word.norm in _ROOMS and _numbered(words, index) and index not in passing:
            inside.add(index)
    return Context(frozenset(passing), frozenset(inside), street)


def _numbered(words: Sequence[Word], index: int) -> bool:
    """«3 этаж», «парадная 2», «первый подъезд»: told as the scene."""
    number = index > 0 and (words[index - 1].is_number or words[index - 1].norm.startswith(_ORDINALS))
    before = number and not words[index].gap.strip(" -")
    after = index + 1 < len(words) and words[index + 1].is_number and words[index + 1].gap.strip(" №") == ""
    return before or after


def _noun_after(words: Sequence[Word], index: int, case: str, morphology: Morphology) -> set[int]:
    """The noun in *case* (with its adjectives, numbers, «с») that the preposition at *index* governs."""
    found: set[int] = set()
    for other in range(index + 1, min(index + 5, len(words))):
        if other > index + 1 and any(mark in words[other].gap for mark in ".,!?;:\n"):
            break
        form = morphology.form(words[other].norm)
        found.add(other)
        if form.can_be("NOUN", case):
            return found if not form.can_be("NOUN", "anim", case) else set()
        if form.can_be("VERB") or form.can_be("NOUN"):
            break
    return set()


def _destination(words: Sequence[Word], index: int, morphology: Morphology) -> set[int]:
    """«в школу», «на остановку»: where somebody goes, not what is wrong."""
    if index + 1 >= len(words):
        return set()
    form = morphology.form(words[index + 1].norm)
    going = form.can_be("NOUN", "inan", "accs") and not form.can_be("NOUN", "loct") and not form.can_be("NOUN", "nomn")
    return {index + 1} if going else set()
