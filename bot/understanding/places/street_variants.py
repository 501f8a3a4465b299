"""Well-known names of streets as people bend them: misspelt, undeclined, shortened («на Первомайке»)."""

import re

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from bot.domain.text_normal import fold
from bot.understanding.places.vocabulary import Vocabulary
from bot.understanding.text.memory import remember
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word, single_word

_MIN_CORRECTED_LENGTH = 6
_MIN_SLIP_LENGTH = 5
"""Letters of «чхова», which lacks one."""
_MIN_COMMON_SIMILARITY = 81.0
"""Percent: one wrong letter of six, two of eleven."""
_MIN_KIND_LENGTH, _MAX_KIND_LENGTH = 7, 12
"""Letters: shorter type words, but for «улица», resemble too much else."""
_MIN_STEM_SIMILARITY = 65.0
"""Percent: «совец» and «советс»."""
_HEARD = str.maketrans("оеэяыгвдзбж", "аиииикфтспш", "ьъ")
_DOUBLED = re.compile(r"(.)\1")
_GENDERS = {"ой": "femn", "ий": "masc", "ый": "masc", "ое": "neut"}
_OF_PEOPLE = ("ова", "ева", "ина", "ына", "ого")
_MAX_ENDING, _MAX_EXTRA_LETTERS = 4, 2
_SHORT_NAMES = frozenset({"комсомолка", "пролетарка", "дзержинка", "красноармейка", "первомайка", "пионерка"})
"""Short names of streets that the dictionary has as everyday words as well."""
_SHORT_NAME_ENDING = re.compile("(?<=[кс])(?:и|е|у|ой|ы)$")


class StreetVariants:
    """Finds the well-known street that a word means, by the package's own list."""

    def __init__(self, morphology: Morphology, vocabulary: Vocabulary) -> None:
        self._morphology = morphology
        self._vocabulary = vocabulary
        self._honoured = vocabulary.words["names"] | vocabulary.words["honoured"]
        self._plurals = self._nominative_plurals()
        self._nominatives = self._list_nominatives()
        self._surnames = {
            lemma: title
            for key, title in vocabulary.common.items()
            if (form := morphology.form(key)).can_be("Surn", "gent", "masc")
            for lemma in form.lemmas[:1]
        }
        self._full_names = {fold(one): one for one in vocabulary.aliases.values() if one.replace(" ", "").isalpha()}
        self._heard = {_sound(key): title for key, title in vocabulary.common.items()}
        self._short_names = self._list_short_names()
        self.genitive = remember(self._find_genitive)
        self._long_kinds = [one for one in vocabulary.kinds if _is_long_kind(one)]
        self.kind_meant = remember(self._find_kind)
        self.misspelt = remember(self._find_misspelt)
        self.correct = remember(self._correct)
        self.split_crossing = remember(self._split_crossing)
        self._known_names = vocabulary.common.keys() | vocabulary.words["names"]

    def _find_kind(self, norm: str) -> str | None:
        """Return the type word that a word which no dictionary has misspells by one letter: «проспкт», «улиуа»."""
        if not _MIN_SLIP_LENGTH <= len(norm) <= _MAX_KIND_LENGTH or norm in self._vocabulary.kinds:
            return None
        found = process.extractOne(norm, self._long_kinds, scorer=OSA.distance, score_cutoff=1)
        return found[0] if found is not None and not self._morphology.is_known(norm) else None

    def from_nominative(self, norm: str) -> str | None:
        """Return «Победы» for «победа», as people write after «улица» who do not decline."""
        return self._nominatives.get(norm)

    def _list_nominatives(self) -> dict[str, str]:
        singular = [
            one for one in self._vocabulary.words["names"] if not self._morphology.form(one).can_be("plur", "gent")
        ]
        found = {fold(self._morphology.nominative(one)): one.capitalize() for one in singular}
        return {nominative: title for nominative, title in found.items() if fold(title) != nominative}

    def is_plural(self, norm: str) -> bool:
        """Return whether the word is «строители», «резервы»."""
        return norm in self._plurals

    def _nominative_plurals(self) -> dict[str, str]:
        """Map «строители», «резервы» to the genitives that streets are called by."""
        plurals = [one for one in self._honoured if self._morphology.form(one).can_be("NOUN", "plur", "gent")]
        found = {fold(self._morphology.nominative(one)): one for one in plurals}
        return {nominative: one for nominative, one in found.items() if nominative != one}

    def _list_short_names(self) -> dict[str, str]:
        """Map «первомайка», «маяковка» to the streets that people call so."""
        found: dict[str, str] = {}
        for key, title in self._vocabulary.common.items():
            stem = key.removesuffix("ская") if key.endswith("ская") else key.removesuffix("ского")
            if stem != key:
                found[f"{stem.removesuffix('ь')}ка"] = title
        known = self._morphology.is_known
        found |= self._vocabulary.short_names
        return {
            short: title
            for short, title in found.items()
            if short in _SHORT_NAMES or short in self._vocabulary.short_names or not known(short)
        }

    def from_short_name(self, norm: str) -> str | None:
        """Return «Первомайская» for «первомайке», «первомайку», «первомайка»."""
        return self._short_names.get(_SHORT_NAME_ENDING.sub("а", norm))

    def _correct(self, title: str) -> str:
        """Return *title* without its slip of the pen: a well-known name, or one letter less; else *title*."""
        if " " in title:
            near = process.extractOne(fold(title), self._full_names.keys(), scorer=OSA.distance, score_cutoff=1)
            return self._full_names[near[0]] if near is not None and near[1] else title
        return self.misspelt(title) or self._without_repeated(title)

    def _without_repeated(self, title: str) -> str:
        """Return the name of «Бехтереваа», «Нагоррная»: a known word in which a letter was typed twice."""
        is_known = self._morphology.is_known
        if is_known(fold(title)):
            return title
        if title.endswith("скя"):  # «Семёновскя»
            return f"{title[:-1]}ая"
        pairs = _DOUBLED.finditer(title)
        singles = (title[: pair.start()] + title[pair.start() + 1 :] for pair in pairs)
        return next((single for single in singles if is_known(fold(single))), title)

    def _find_misspelt(self, title: str) -> str | None:
        """Return the well-known name of a street that *title* misspells: «Митталистов», «Школной»."""
        written = fold(title)
        if len(title) < _MIN_SLIP_LENGTH or " " in title or self._morphology.is_known(written):
            return None
        if (heard := self._heard.get(_sound(written))) is not None and len(title) >= _MIN_CORRECTED_LENGTH:
            return heard
        return self._find_slip(written) or self._find_similar(written) or self._find_in_other_form(title)

    def _find_slip(self, written: str) -> str | None:
        """Return the only well-known name that has one letter more, less, exchanged or in another place."""
        names = self._vocabulary.common
        near = process.extract(written, names.keys(), scorer=OSA.distance, score_cutoff=1, limit=2)
        near = [one for one in near if max(len(one[0]), len(written)) >= _MIN_CORRECTED_LENGTH]
        return names[near[0][0]] if len(near) == 1 else None

    def _find_similar(self, written: str) -> str | None:
        if len(written) < _MIN_CORRECTED_LENGTH:
            return None
        found = process.extractOne(
            written, self._vocabulary.commonest.keys(), scorer=fuzz.ratio, score_cutoff=_MIN_COMMON_SIMILARITY
        )
        if found is None or not _is_slip(written, found[0]) or OSA.distance(written, found[0]) > len(written) // 4:
            return None  # «Приборостроителей» are no «Машиностроителей»
        return self._vocabulary.common[found[0]]

    def _find_in_other_form(self, title: str) -> str | None:
        """Return the name whose case or gender no guess tells, as the word is unknown: «Школной», «Комсомолский»."""
        gender = next((gender for ending, gender in _GENDERS.items() if title.endswith(ending)), None)
        if gender is None:
            return None
        feminine = f"{title[:-2]}ая"
        mended = self._vocabulary.common.get(fold(feminine)) or self.misspelt(feminine)
        if mended is None or gender == "femn":
            return mended
        inflected = self._morphology.in_gender(fold(mended), gender)
        return None if inflected is None else _capitalize(inflected)

    def _find_genitive(self, norm: str) -> str | None:
        """Return «Гагарина» for «Гагарин», «Гагарине», «Строителей» for «строители», if streets are called so.

        People who do not decline, or decline too much, write so before a house.
        """
        if (title := self._plurals.get(norm)) is not None:
            return self._vocabulary.common.get(title)
        if (title := self.from_short_name(norm)) is not None:
            return title
        form = self._morphology.form(norm)
        if not form.can_be("Surn", "masc", "sing"):
            return None
        title = next((self._surnames[lemma] for lemma in form.lemmas if lemma in self._surnames), None)
        return title if title is not None and fold(title) != norm else None

    def undeclined_pair(self, first: Word, second: Word) -> str | None:
        """Return «Трудовых Резервов» for «трудовые резервы»."""
        if second.gap.strip(" ") or not first.norm.endswith(("ые", "ие")):
            return None
        genitive = self._plurals.get(second.norm)
        if genitive is None:
            return None
        return f"{_capitalize(first.raw[:-1] + 'х')} {_capitalize(genitive)}"

    def _split_crossing(self, raw: str) -> Word | None:
        """Return the first of two well-known streets that a hyphen joins: «Пролетарская-Мира»."""
        first, hyphen, second = raw.partition("-")
        usual = all(fold(one) in self._vocabulary.common and fold(one) not in self._honoured for one in (first, second))
        joined = second[:1].isupper() or first.endswith("ая") or usual
        if not (hyphen and joined) or not all(map(self._is_usual_name, (first, second))):
            return None
        return single_word(first)

    def _is_usual_name(self, name: str) -> bool:
        """Return whether streets are called like the word, or the nominative if it is an adjective: «Вокзальной»."""
        nominative = self._morphology.in_gender(fold(name), "femn")
        return not self._known_names.isdisjoint((fold(name), fold(nominative or name)))


def _is_long_kind(word: str) -> bool:
    return word.startswith("улиц") or (len(word) >= _MIN_KIND_LENGTH and not word.startswith("проезд"))


def _sound(norm: str) -> str:
    """Return the letters that remain if unstressed vowels and paired consonants are not told apart: «ватутена»."""
    return _DOUBLED.sub(r"\1", norm.replace("тс", "ц").replace("дс", "ц").translate(_HEARD))


def _is_slip(written: str, known: str) -> bool:
    """Return whether *written* may be *known* with wrong letters: «Камсамольская», not «Нововокзальная», «Волховская».

    The ending that they share says nothing: half of all streets end in «-ская».
    """
    if written.endswith("ая") != known.endswith("ая") and written.endswith((*_OF_PEOPLE, "ая")):
        return False  # «Рябикова» is a person, «Рябиновая» none
    ending = next((size for size in range(_MAX_ENDING, 0, -1) if written[-size:] == known[-size:]), 0)
    stems = written[: len(written) - ending], known[: len(known) - ending]
    return abs(len(stems[0]) - len(stems[1])) <= _MAX_EXTRA_LETTERS and fuzz.ratio(*stems) >= _MIN_STEM_SIMILARITY


def _capitalize(name: str) -> str:
    return name[:1].upper() + name[1:]
