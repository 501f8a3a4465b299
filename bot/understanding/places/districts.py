"""Districts that a message names in words: «в Железнодорожном районе», «р-н Затон», «в Центральном»."""

from collections.abc import Iterable, Sequence

from bot.domain.districts import TYPE_WORDS, district_key
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word, prepare_text

_PREPOSITIONS = frozenset({"в", "во", "из", "по"})
_PLACE_PREPOSITIONS = _PREPOSITIONS | {"на", "с", "со", "у", "около", "возле", "под"}


class DistrictFinder:
    """Finds the one district of *names* that a message is about."""

    def __init__(self, names: Iterable[str], morphology: Morphology) -> None:
        self._morphology = morphology
        self._names = [(name, self._lemmas_of_name(name)) for name in names]

    def find(self, words: Sequence[Word], street: frozenset[int]) -> str | None:
        """Return the district; ``None`` if none or several are named. *street*: indexes of words that name a street."""
        found = {
            name
            for name, lemmas in self._names
            for start in range(len(words) - len(lemmas) + 1)
            if self._is_named_at(words, start, lemmas, street)
        }
        return found.pop() if len(found) == 1 else None

    def _lemmas_of_name(self, name: str) -> tuple[frozenset[str], ...]:
        return tuple(self._lemmas(word.norm) for word in prepare_text(district_key(name)).words)

    def _lemmas(self, norm: str) -> frozenset[str]:
        return frozenset({norm, *self._morphology.form(norm).lemmas[:1]})

    def _is_named_at(
        self, words: Sequence[Word], start: int, lemmas: tuple[frozenset[str], ...], street: frozenset[int]
    ) -> bool:
        end = start + len(lemmas)
        if not lemmas or not all(self._lemmas(words[start + at].norm) & one for at, one in enumerate(lemmas)):
            return False
        if self._is_type_word(words, end) or self._is_type_word(words, start - 1):
            return True
        if street.intersection(range(start, end)):
            return False
        before = words[start - 1].norm if start and not words[start].starts_sentence else ""
        if not self._is_adjective(words[end - 1]):
            return before in _PLACE_PREPOSITIONS or words[start].capitalised
        return before in _PREPOSITIONS and words[start].capitalised and not self._belongs_to_next(words, end)

    def _is_type_word(self, words: Sequence[Word], index: int) -> bool:
        return 0 <= index < len(words) and bool(self._lemmas(words[index].norm) & TYPE_WORDS)

    def _is_adjective(self, word: Word) -> bool:
        return self._morphology.form(word.norm).can_be("ADJF")

    def _belongs_to_next(self, words: Sequence[Word], end: int) -> bool:
        """Return whether the adjective before *end* has a noun of its own: «в Центральном парке»."""
        if end >= len(words) or words[end].gap.strip(" "):
            return False
        return self._morphology.is_adjective_of(words[end - 1].norm, words[end].norm)
