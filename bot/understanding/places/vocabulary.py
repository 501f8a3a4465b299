"""The words that places are made of, from the package's own data (``data/places.toml``)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, NamedTuple

from bot.domain.text_normal import fold


class LandmarkPhrase(NamedTuple):
    """A landmark of two words; ``noun`` is the one that is declined, 0 or 1."""

    name: str
    noun: int


@dataclass(frozen=True, slots=True)
class LandmarkWords:
    """The words of landmarks, by their lemmas (``[landmarks]`` of the same file)."""

    numbered: Mapping[str, str]
    named: frozenset[str]
    unquoted: frozenset[str]
    located: frozenset[str]
    near: frozenset[str]
    compound: Mapping[str, frozenset[str]]
    phrases: Mapping[tuple[str, str], "LandmarkPhrase"]
    """Two lemmas that together name a landmark."""
    spellings: Mapping[str, str]
    plural: frozenset[str]
    shops: Mapping[str, str]
    names: frozenset[str]
    media: frozenset[str]
    """Words in quotation marks after «в» that are no place: «в «Одноклассниках»»."""
    described: frozenset[str]
    """Nouns that tell the place only with an adjective: «в музыкальной школе»."""
    vague: frozenset[str]
    """Adjectives that do not tell one landmark from another."""
    heads: frozenset[str]
    """Nouns of all landmarks."""
    known: frozenset[str]
    """The same, and the words of phrases and the usual names."""


@dataclass(frozen=True, slots=True)
class SettlementWords:
    """The words of settlements, by their lemmas (``[settlements]`` of the same file)."""

    kinds: Mapping[str, tuple[str, str]]
    nouns: frozenset[str]
    sure_forms: frozenset[str]
    adjectives: frozenset[str]
    signatures: frozenset[str]
    endings: tuple[str, ...]
    masculine: frozenset[str]
    pair_adjectives: frozenset[str]
    """First words of villages of two words: «Старая Рудня»."""
    pair_nouns: frozenset[str]
    """Nouns that are a landmark elsewhere: «Красный Яр»."""
    no_pairs: frozenset[str]
    """Nouns that are no village with such an adjective: «Красный Крест»."""
    elsewhere: frozenset[str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that addresses are made of (``data/places.toml``)."""

    kinds: Mapping[str, tuple[str, str]]
    words: Mapping[str, frozenset[str]]
    aliases: Mapping[str, str]
    numbers: Mapping[str, int]
    ordinals: Mapping[str, int]
    """Ordinal numbers in the cases that follow a preposition: «третьего», «третьем», «третьим»."""
    short_names: Mapping[str, str]
    """«ленинка» → «Ленина»: short names that cannot be derived."""
    short_ranks: Mapping[str, str]
    """«ген» → «Генерала»."""
    years: frozenset[str]
    months: frozenset[str]
    days: Mapping[str, frozenset[str]]
    day_words: Mapping[str, str]
    landmarks: LandmarkWords
    settlements: SettlementWords
    doubles: Mapping[tuple[str, str], str]
    """Streets of two people, by their two names: «Сакко и Ванцетти»."""
    common: Mapping[str, str]
    """Well-known names of streets, by their folded form."""
    commonest: Mapping[str, str]
    """Those of them that a misspelt word is taken for."""


def load_vocabulary() -> Vocabulary:
    """Read the package's own data."""
    text = files("bot.understanding").joinpath("data", "places.toml").read_text(encoding="utf-8")
    data: dict[str, Any] = tomllib.loads(text)
    return Vocabulary(
        kinds={word: (short, gender) for word, (short, gender) in data["kinds"].items()},
        words={name: frozenset(words) for name, words in data["words"].items()},
        aliases={fold(name): name for name in data["aliases"].values()} | data["aliases"],
        numbers=data["numbers"],
        ordinals={
            stem + ending: value for stem, value in data["ordinals"].items() for ending in _ordinal_endings(stem)
        },
        short_names=data["short_names"],
        short_ranks=data["short_ranks"],
        years=frozenset(data["years"]["of"]),
        months=frozenset(data["days"]["months"]),
        days={number: frozenset(months.split()) for number, months in data["days"]["of"].items()},
        day_words=data["days"]["words"],
        landmarks=_landmark_words(data["landmarks"]),
        settlements=_settlement_words(data["settlements"]),
        doubles={(name.split()[0].lower(), name.split()[-1].lower()): name for name in data["doubles"]["names"]},
        common={fold(name): name for part in ("names", "more") for name in data["common"][part].split()},
        commonest={fold(name): name for name in data["common"]["names"].split()},
    )


def _landmark_words(data: dict[str, Any]) -> LandmarkWords:
    lists = {
        name: frozenset(data[name])
        for name in ("named", "unquoted", "located", "near", "plural", "names", "vague", "media", "described")
    }
    compound = {noun: frozenset(adjectives) for noun, adjectives in data["compound"].items()}
    nouns = {noun for noun in lists["named"] | lists["located"] | lists["near"] if " " not in noun}
    phrases = {
        (first, second): LandmarkPhrase(name, noun)
        for (first, _, second), (name, noun) in ((key.partition(" "), value) for key, value in data["phrases"].items())
    }
    heads = frozenset(nouns | compound.keys() | data["numbered"].keys() | data["spellings"].keys())
    return LandmarkWords(
        numbered=data["numbered"],
        compound=compound,
        phrases=phrases,
        spellings=data["spellings"],
        shops=data["shops"],
        heads=heads,
        known=heads.union(lists["names"], *phrases),
        **lists,
    )


def _settlement_words(data: dict[str, Any]) -> SettlementWords:
    words = data["words"]
    return SettlementWords(
        kinds={word: (short, gender) for word, (short, gender) in data["kinds"].items()},
        endings=tuple(words["endings"]),
        **{
            name: frozenset(words[name])
            for name in (
                "nouns",
                "sure_forms",
                "adjectives",
                "signatures",
                "masculine",
                "pair_adjectives",
                "pair_nouns",
                "no_pairs",
                "elsewhere",
            )
        },
    )


def _ordinal_endings(stem: str) -> tuple[str, ...]:
    return ("ий", "ьего", "ьему", "ьем", "ьим") if stem == "трет" else ("ый", "ой", "ого", "ому", "ом", "ым")
