"""Recognition of street names, and their dictionary forms."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import Word

_CACHE_SIZE = 20_000


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that addresses are made of (``data/places.toml``)."""

    kinds: Mapping[str, tuple[str, str]]
    words: Mapping[str, frozenset[str]]
    aliases: Mapping[str, str]
    numbers: Mapping[str, int]
    years: frozenset[str]
    days: Mapping[str, frozenset[str]]
    day_words: Mapping[str, str]
    numbered: Mapping[str, str]
    shops: Mapping[str, str]


def load_vocabulary() -> Vocabulary:
    """Read the package's own data."""
    text = files("bot.understanding").joinpath("data", "places.toml").read_text(encoding="utf-8")
    data: dict[str, Any] = tomllib.loads(text)
    return Vocabulary(
        kinds={word: (short, gender) for word, (short, gender) in data["kinds"].items()},
        words={name: frozenset(words) for name, words in data["words"].items()},
        aliases=data["aliases"],
        numbers=data["numbers"],
        years=frozenset(data["years"]["of"]),
        days={number: frozenset(months.split()) for number, months in data["days"]["of"].items()},
        day_words=data["days"]["words"],
        numbered=data["landmarks"]["numbered"],
        shops={word: name for word, name in data["landmarks"]["shops"].items() if name},
    )


class StreetNames:
    """Judges words by grammar: genitive surnames, adjectives, plurals of trades, unknown capitalised words."""

    def __init__(self, morphology: Morphology, vocabulary: Vocabulary) -> None:
        self._morphology = morphology
        self._vocabulary = vocabulary
        self.can_be_street_with_house = _cached_by_spelling(self._can_be_street_with_house)
        self.is_street_adjective = _cached_by_spelling(self._is_street_adjective)
        self.can_be_street_alone = _cached_by_spelling(self._can_be_street_alone)

    def _can_be_street_with_house(self, word: Word) -> bool:
        """Return whether *word* alone, with a house number after it, may be a street."""
        words = self._vocabulary.words
        if word.norm in words["names"] or word.norm in words["quays"] or word.norm in self._vocabulary.aliases:
            return True
        if word.norm in words["never"] or word.is_number or len(word.norm) < 3:
            return False
        if word.norm in self._vocabulary.kinds or word.norm in words["house"] or word.norm in words["before"]:
            return False
        form = self._morphology.form(word.norm)
        if word.capitalised and not word.raw.isupper() and (not form.known or form.can_be("Geox")):
            return True
        return (
            self._is_surname(word)
            or self.is_street_adjective(word)
            or form.can_be("NOUN", "anim", "plur", "gent", "masc")
        )

    def _is_surname(self, word: Word) -> bool:
        form = self._morphology.form(word.norm)
        return form.can_be("Surn", "gent") or (word.capitalised and form.can_be("Name", "gent"))

    def _is_street_adjective(self, word: Word) -> bool:
        """Return whether *word* is a full adjective that may name a street («Садовой»), no pronoun or numeral."""
        if word.norm in self._vocabulary.words["never"]:
            return False
        form = self._morphology.form(word.norm)
        return any("ADJF" in tag and "sing" in tag and not tag & {"Apro", "Anum", "Supr", "Poss"} for tag in form.tags)

    def _can_be_street_alone(self, word: Word) -> bool:
        """Return whether *word* may be a street even where no number follows."""
        if word.norm in self._vocabulary.words["names"] or word.norm in self._vocabulary.words["quays"]:
            return True
        if word.norm in self._vocabulary.words["never"] or len(word.norm) < 3:
            return False
        form = self._morphology.form(word.norm)
        if word.capitalised and not form.known and not word.raw.isupper():
            return True
        top = form.tags[0] if form.tags else frozenset[str]()
        if word.capitalised:
            return form.can_be("Surn", "gent") and bool(top & {"Surn", "Geox"})
        return {"Surn", "gent"} <= top

    def is_given_name(self, word: Word) -> bool:
        """Return whether *word* is a given name in the genitive: it is a street only at a corner («угол Абая»)."""
        return word.capitalised and self._morphology.form(word.norm).can_be("Name", "gent")

    def is_first_part(self, first: Word, second: Word) -> bool:
        """Return whether *first* belongs to the name that *second* ends: «Карла Маркса», «Большая Морская»."""
        key = f"{first.norm} {second.norm}"
        if key in self._vocabulary.aliases or first.norm in self._vocabulary.words["ranks"]:
            return True
        if second.norm in self._vocabulary.words["tails"]:
            return not self._morphology.form(first.norm).can_be("PREP")
        following = self._morphology.form(second.norm)
        if len(second.norm) < 3 or any(following.can_be(part) for part in ("PREP", "CONJ", "VERB", "ADVB", "PRCL")):
            return False
        form = self._morphology.form(first.norm)
        if form.can_be("Name", "gent") and form.tags and "Name" in form.tags[0]:
            surname = following.can_be("Surn", "gent") or (second.capitalised and not following.known)
            return second.gap.strip(" ") == "" and surname
        if not (first.capitalised and second.capitalised) or second.gap.strip(" ") or first.raw.isupper():
            return False
        return not form.known or form.can_be("Name") or form.can_be("Surn", "gent")

    def dictionary_form(self, parts: Sequence[Word], gender: str | None) -> str:
        """Return the dictionary form of the name of *parts*; *gender* is that of its type word, if there is one."""
        alias = self._vocabulary.aliases.get(" ".join(part.norm for part in parts))
        if alias is not None:
            return alias
        return " ".join(self._inflect_part(part, index, len(parts), gender) for index, part in enumerate(parts))

    def _inflect_part(self, word: Word, index: int, count: int, gender: str | None) -> str:
        last = index == count - 1
        raw = word.raw
        if word.norm in self._vocabulary.words["tails"]:
            return raw.lower() if not word.capitalised else raw
        form = self._morphology.form(word.norm)
        if "набережная" in form.lemmas:
            return "Набережная"
        if (
            last
            and raw.endswith(("овой", "евой", "ёвой", "иной"))
            and not (form.known and _is_plain_adjective(form.tags))
        ):
            return _capitalize(raw)
        surname = form.can_be("Surn", "gent", "masc") and not word.norm.endswith(("ая", "ий", "ый", "ой", "ую"))
        if word.norm not in self._vocabulary.words["names"] and not surname and self.is_street_adjective(word) and last:
            name = self._morphology.in_gender(word.norm, gender or _gender(form.tags))
            raw = name if name is not None else raw
        elif gender == "masc" and last and form.can_be("NOUN", "loct") and not form.can_be("NOUN", "gent"):
            raw = self._morphology.nominative(word.norm)
        return _capitalize(raw)


def _cached_by_spelling(judge: Callable[[Word], bool]) -> Callable[[Word], bool]:
    """Cache the answers of *judge*, which depend only on the spelling of a word."""
    known = lru_cache(maxsize=_CACHE_SIZE)(lambda raw, norm: judge(Word(raw, norm, "", 0)))
    return lambda word: known(word.raw, word.norm)


def _is_plain_adjective(tags: Sequence[frozenset[str]]) -> bool:
    return any("ADJF" in tag for tag in tags) and not any("Surn" in tag for tag in tags)


def _gender(tags: Sequence[frozenset[str]]) -> str:
    """Return feminine if the form allows it («Садовой», as «улица» is omitted), else masculine («на Невском»)."""
    return "femn" if any("ADJF" in tag and "femn" in tag for tag in tags) else "masc"


def _capitalize(name: str) -> str:
    if name.isupper() and len(name) > 3:
        name = name.lower()
    return name[:1].upper() + name[1:]
