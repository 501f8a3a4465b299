"""The dictionary forms of the names of streets: «Садовая» for «Садовой», «Гагарина» for «улица Гагарин»."""

from collections.abc import Callable, Sequence

from bot.understanding.places.street_variants import StreetVariants
from bot.understanding.places.vocabulary import Vocabulary
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word, single_word

_RANK_ADJECTIVES = frozenset(
    {"большой", "малой", "новой", "старой", "нижней", "верхней", "средней", "большая", "малая"}
)
_ADJECTIVAL_SURNAMES = ("ской", "цкой", "скую", "цкую")
SURNAME_GENITIVES = ("ского", "цкого")
"""No feminine street ends so: «Черняховского» is a surname, also if the dictionary has it as an adjective."""
SHORT_SIZES = {"б": "Большая", "м": "Малая", "бол": "Большая", "мал": "Малая"}


class StreetForms:
    """Inflects the words of a name."""

    def __init__(
        self,
        morphology: Morphology,
        vocabulary: Vocabulary,
        variants: StreetVariants,
        is_street_adjective: Callable[[Word], bool],
    ) -> None:
        self._morphology = morphology
        self._vocabulary = vocabulary
        self._variants = variants
        self._is_street_adjective = is_street_adjective

    def inflect(self, word: Word, index: int, count: int, gender: str | None) -> str:
        """Return the word at *index* of a name of *count* words as a list of streets has it.

        *gender*: that of the type word, if there is one.
        """
        if count == 1 and (alone := self._inflect_alone(word, gender)) is not None:
            return alone
        if word.norm in self._vocabulary.words["tails"]:
            return word.raw.lower() if not word.capitalised else word.raw
        return self._inflect_last(word, gender) if index == count - 1 else self._inflect_first(word)

    def _inflect_alone(self, word: Word, gender: str | None) -> str | None:
        """Return the name of one word that grammar alone would spoil: «Гагарина», «Победы», «Громовой», «Каменская»."""
        if gender == "femn" and (genitive := self._genitive_of_surname(word)) is not None:
            return genitive
        if gender == "femn" and (named := self._variants.from_nominative(word.norm)) is not None:
            return named
        known = self._vocabulary.common.get(word.norm)
        if known is not None and gender in (None, "femn") and word.norm.endswith("ой"):
            return known  # «Громовой» is a person, «Садовой» is none
        form = self._morphology.form(word.norm)
        if word.norm.endswith(_ADJECTIVAL_SURNAMES) and form.can_be("Surn") and not form.can_be("ADJF"):
            return capitalize(f"{word.norm[:-2]}ая")
        return None

    def _inflect_first(self, word: Word) -> str:
        """Return a word that is not the last of its name: «Большая» for «Б.», «Генерала» for «ген.»."""
        full = SHORT_SIZES.get(word.norm) or self._vocabulary.short_ranks.get(word.norm)
        if full is not None:
            return full
        form = self._morphology.form(word.norm)
        if word.norm in _RANK_ADJECTIVES and form.can_be("ADJF", "femn"):
            return capitalize(self._morphology.in_gender(word.norm, "femn") or word.raw)
        return "Набережная" if "набережная" in form.lemmas else capitalize(word.raw)

    def _inflect_last(self, word: Word, gender: str | None) -> str:
        raw, form = word.raw, self._morphology.form(word.norm)
        if gender in (None, "femn") and (
            word.norm.endswith(SURNAME_GENITIVES) or (word.norm.endswith("ого") and not form.known)
        ):
            return capitalize(raw)
        if "-" in word.norm:
            return self._inflect_compound(word, gender)
        if "набережная" in form.lemmas:
            return "Набережная"
        surname_of_woman = raw.endswith(("овой", "евой", "ёвой", "иной"))
        if surname_of_woman and not (form.known and _is_plain_adjective(form.tags)):
            return capitalize(raw)
        surname = form.can_be("Surn", "gent", "masc") and not word.norm.endswith(("ая", "ий", "ый", "ой", "ую"))
        named = word.norm in self._vocabulary.words["names"]
        if not named and not surname and self._is_street_adjective(word):
            wanted = gender or _gender(form.tags)
            # «пер. Прудской»: of a masculine name no other case ends so, whatever the dictionary has
            ready = wanted == "masc" and word.norm.endswith("ой") and (gender or form.can_be("ADJF", "masc", "nomn"))
            name = word.norm if ready else self._morphology.in_gender(word.norm, wanted)
            raw = name if name is not None else raw
        elif gender == "masc" and form.can_be("NOUN", "loct") and not form.can_be("NOUN", "gent"):
            raw = self._morphology.nominative(word.norm)
        return capitalize(raw)

    def _inflect_compound(self, word: Word, gender: str | None) -> str:
        """Return «Ново-Садовая» for «Ново-Садовой»; other names with a hyphen stay as they are."""
        first, _, base = word.raw.rpartition("-")
        part, beginning = single_word(base), single_word(first)
        if self._is_street_adjective(part) and self._is_street_adjective(beginning):  # «Садовую-Спасскую»
            wanted = gender or _gender(self._morphology.form(part.norm).tags)
            first = self._morphology.in_gender(beginning.norm, wanted) or first
        if self._is_street_adjective(part) and not self._morphology.form(part.norm).can_be("Surn", "gent"):
            base = (
                self._morphology.in_gender(part.norm, gender or _gender(self._morphology.form(part.norm).tags)) or base
            )
        return f"{capitalize(first)}-{capitalize(base) if word.capitalised else base}"

    def _genitive_of_surname(self, word: Word) -> str | None:
        """Return «Гагарина» for «улица Гагарин», as people write who do not decline."""
        if word.norm in self._vocabulary.words["names"]:
            return None  # «улица Медиков»
        form = self._morphology.form(word.norm)
        plain = word.norm.endswith(("ин", "ов", "ев")) and form.can_be("Surn", "nomn", "masc") and form.known
        return capitalize(word.raw.lower() + "а") if plain and not form.can_be("Surn", "gent") else None


def _is_plain_adjective(tags: Sequence[frozenset[str]]) -> bool:
    return any("ADJF" in tag and "femn" in tag for tag in tags)


def _gender(tags: Sequence[frozenset[str]]) -> str:
    """Return feminine if the form allows it («Садовой», as «улица» is omitted), else masculine («на Невском»)."""
    return "femn" if any("ADJF" in tag and "femn" in tag for tag in tags) else "masc"


def capitalize(name: str) -> str:
    """Return the name with a capital; one in capitals alone becomes small, but for «ВЛКСМ» and the like."""
    if name.isupper() and len(name) > 3:
        name = name.lower()
    return name[:1].upper() + name[1:]
