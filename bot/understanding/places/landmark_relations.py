"""The words that tell where something is from a landmark: «у школы», «рядом с аптекой», «дойти до вокзала»."""

from collections.abc import Sequence

from bot.understanding.places.landmark_heads import LandmarkHead
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word

_CASES_AFTER = {
    "у": ("gent",), "возле": ("gent",), "около": ("gent",), "напротив": ("gent",), "вблизи": ("gent",),
    "позади": ("gent",), "сзади": ("gent",), "вокруг": ("gent",), "вдоль": ("gent",),
    "против": ("gent",), "мимо": ("gent",),
    "за": ("ablt",), "перед": ("ablt",), "над": ("ablt",), "под": ("ablt",), "между": ("ablt", "gent"),
}  # fmt: skip
"""The cases after a preposition that places something near a landmark: «за школой», but not «платить за школу»."""
_LONG_PREPOSITIONS = {
    ("недалеко", "от"), ("неподалеку", "от"), ("на", "месте"), ("на", "территории"), ("в", "районе"), ("дорогу", "от"),
    ("слева", "от"), ("справа", "от"), ("вход", "в"), ("входом", "в"), ("входа", "в"),
    ("входе", "в"), ("крыльцо", "в"), ("дорога", "к"), ("дороге", "к"), ("дорожке", "к"), ("подход", "к"),
    ("тротуар", "к"), ("пути", "к"), ("спуск", "к"), ("дорога", "до"), ("дорогу", "до"), ("дороги", "до"),
    ("тротуар", "до"), ("дойти", "до"), ("доехать", "до"), ("пройти", "до"), ("добраться", "до"),
    ("подъезд", "к"), ("подъезда", "к"), ("подъезды", "к"), ("проезд", "к"), ("проход", "к"), ("прохода", "к"),
    ("в", "сторону"), ("со", "стороны"), ("в", "направлении"),
}  # fmt: skip
"""Two words that tell where something is, with the landmark in the genitive, dative or accusative."""
_REACHING = frozenset(
    {"пройти", "подойти", "проехать", "подъехать", "попасть", "добраться", "подобраться", "дойти", "доехать", "заехать"}
)
"""Verbs that tell of the way to a landmark: «к школе не пройти»."""
_PARTS = frozenset(
    {"здание", "крыльцо", "вход", "ворота", "забор", "ограда", "окно", "стена", "двор", "крыша", "фасад", "угол",
     "территория", "корпус", "калитка", "витрина", "парковка", "стоянка", "торец", "подвал", "холл", "фойе", "пандус",
     "ступенька", "ступень", "порог", "вывеска"}
)  # fmt: skip
"""Parts of a building, of which a landmark in the genitive is the whole: «на крыльце военкомата»."""
_AT_PARTS = frozenset({"в", "во", "на", "под", "из", "с", "со", "от", "к", "по"})
_UNDECLINED = frozenset({"у", "возле", "около", "напротив"})
"""Prepositions before which those who do not decline put the nominative: «около гараж»."""


class LandmarkRelations:
    """Finds the preposition before a landmark, if its case fits."""

    def __init__(self, morphology: Morphology) -> None:
        self._morphology = morphology

    def cases_before(self, words: Sequence[Word], index: int) -> tuple[str, ...]:
        """Return the cases of a landmark that the preposition before *index* asks for; none after another word."""
        return _CASES_AFTER.get(words[index - 1].norm) or (("ablt",) if self.is_with(words, index) else ())

    @staticmethod
    def is_placing(word: Word) -> bool:
        """Return whether the word is a preposition that places something near a landmark."""
        return word.norm in _CASES_AFTER

    @staticmethod
    def is_way(words: Sequence[Word]) -> bool:
        """Return whether a message tells of a way: «к школе не пройти»."""
        return any(word.norm in _REACHING for word in words)

    def find(self, words: Sequence[Word], head: LandmarkHead, first: int) -> str | None:
        """Return the preposition that tells where something is from the landmark, if its case fits."""
        if first == 0 or words[first].gap.strip(' «"'):
            return None
        before = words[first - 1].norm
        cases = _CASES_AFTER.get(before)
        if cases is None and self.is_with(words, first):
            before, cases = "рядом с", ("ablt",)
        if cases is None and first > 1 and (words[first - 2].norm, before) in _LONG_PREPOSITIONS:
            before, cases = f"{words[first - 2].norm} {before}", ("gent", "datv", "accs")
        if cases is None and before in ("к", "ко") and self.is_way(words):
            before, cases = "подход к", ("datv",)
        if cases is None and (part := self.part_before(words, first)) is not None:
            before, cases = part, ("gent",)
        if cases is None:
            return None
        form = self._morphology.form(words[head.noun].norm)
        fits = any(form.can_be("NOUN", case) for case in cases) or form.can_be("Fixd") or not form.can_be("NOUN")
        fits = fits or (before in _UNDECLINED and form.can_be("NOUN", "nomn", "masc", "inan"))
        return before if fits else None

    def part_before(self, words: Sequence[Word], index: int) -> str | None:
        """Return the part of a building before *index* with its preposition: «на крыльце», «за главным корпусом»."""
        part = index - 1
        if part < 1 or words[part].gap != " " or _PARTS.isdisjoint(self._morphology.form(words[part].norm).lemmas):
            return None
        start = part - 1
        if start > 0 and words[start].gap == " " and self._morphology.form(words[start].norm).can_be("ADJF"):
            start -= 1
        if words[start].norm not in _AT_PARTS and not self.is_placing(words[start]):
            return None
        return " ".join(word.norm if word.raw.isupper() else word.raw for word in words[start:index]).lower()

    def is_with(self, words: Sequence[Word], index: int) -> bool:
        """Return whether «рядом с», «недалеко от» precedes."""
        return index > 1 and words[index - 1].norm in ("с", "со") and words[index - 2].norm == "рядом"
