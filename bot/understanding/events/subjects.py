"""The subjects of events: how they are related, and the words that belong to each."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from bot.domain.text_normal import fold

_ENDING = re.compile(
    r"(?:ыми|ими|ого|его|ому|ему|ами|ями|ая|яя|ый|ий|ой|ей|ое|ее|ую|юю|ых|их|ым|им|ом|ем|ах|ях|а|я|ы|и|у|ю|е|о|ь)$"
)
_MAX_SUBJECTS_OF_WORD = 3
"""A word of more subjects tells nothing."""
_CACHE_SIZE = 20_000
_MAX_SPREADS = 1_000


@dataclass(frozen=True, slots=True)
class SubjectRelations:
    """Relations of subjects: those that describe one event, and how each is spread over a town and over time.

    A ``wide`` one strikes many streets at once, an ``outage`` spreads within minutes, a ``slow`` one lasts for days,
    one that is ``indoors`` is each house's own, a ``moving`` one is met at any street. ``told_together``: one brings
    the other, so in one talk both are of one event.
    """

    related_pairs: frozenset[frozenset[str]]
    wide: frozenset[str]
    outages: frozenset[str]
    slow: frozenset[str]
    indoors: frozenset[str]
    moving: frozenset[str]
    families: Mapping[str, str]
    told_together: frozenset[frozenset[str]] = frozenset()
    _spreads: dict[frozenset[str], "Spread"] = field(default_factory=dict, compare=False, repr=False)
    _reaches: dict[frozenset[str], "Reach"] = field(default_factory=dict, compare=False, repr=False)

    def are_related(self, first: frozenset[str], second: frozenset[str]) -> bool:
        """Return whether some subject of *first* equals, or is related to, some subject of *second*."""
        return not self.reach(first).related.isdisjoint(second)

    def are_told_together(self, first: frozenset[str], second: frozenset[str]) -> bool:
        """Return whether some subject of *first* is told of in the same talk as some subject of *second*."""
        return not self.reach(first).told.isdisjoint(second)

    def reach(self, subjects: frozenset[str]) -> "Reach":
        """Return the subjects of which an event may be that a message of *subjects* is about."""
        known = self._reaches.get(subjects)
        if known is None:
            related, told = (
                frozenset().union(*(pair for pair in pairs if not pair.isdisjoint(subjects)))
                for pairs in (self.related_pairs, self.told_together)
            )
            known = Reach(subjects | related, told, subjects | related | told)
            if len(self._reaches) < _MAX_SPREADS:
                self._reaches[subjects] = known
        return known

    def spread(self, subjects: frozenset[str]) -> "Spread":
        """Return how an event of *subjects* is spread."""
        known = self._spreads.get(subjects)
        if known is None:
            kinds = (self.outages, self.wide, self.slow, self.indoors, self.moving)
            known = Spread(*(not kind.isdisjoint(subjects) for kind in kinds))
            if len(self._spreads) < _MAX_SPREADS:
                self._spreads[subjects] = known
        return known

    def family(self, subject: str) -> str:
        """Return the name shared by all subjects related to *subject*, also indirectly: the first of them."""
        return self.families.get(subject, subject)

    def families_of(self, subject: str) -> frozenset[str]:
        """Return the families of *subject* and of those that are told together with it."""
        return frozenset(map(self.family, {subject} | self.reach(frozenset((subject,))).told))

    @staticmethod
    def build_families(related_pairs: Iterable[frozenset[str]]) -> dict[str, str]:
        """Map every subject that has related ones to the first of them, also of the indirectly related."""
        families: dict[str, frozenset[str]] = {}
        for pair in related_pairs:
            joined = pair.union(*(families.get(name, frozenset()) for name in pair))
            families |= dict.fromkeys(joined, joined)
        return {name: min(family) for name, family in families.items()}


@dataclass(frozen=True, slots=True)
class Reach:
    """The subjects that are ``related`` to those of a message (and these), those that are ``told`` with it, and all."""

    related: frozenset[str]
    told: frozenset[str]
    all: frozenset[str]


@dataclass(frozen=True, slots=True)
class Spread:
    """The way in which the matter of an event is spread over a town, see :class:`SubjectRelations`."""

    outage: bool
    wide: bool
    slow: bool
    indoors: bool
    moving: bool

    @property
    def is_at_one_spot(self) -> bool:
        """True for pits, rubbish and the like: a town has many of them at a time."""
        return not (self.outage or self.wide or self.moving)


@lru_cache(maxsize=_CACHE_SIZE)
def stem(word: str) -> str:
    """Return the word without its ending, roughly: «Садовой» and «садовую» have the same stem."""
    word = word.removesuffix("-то")
    return _ENDING.sub("", word) if len(word) > 3 else word


def read_vocabulary(rows: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """Map the stem of each word that few subjects are told with to these subjects."""
    owners: dict[str, set[str]] = {}
    for row in rows:
        for word in re.findall(r"[а-яё]{4,}", fold(row["patterns"])):
            owners.setdefault(stem(word), set()).add(row["name"])
    return {word: frozenset(names) for word, names in owners.items() if len(names) <= _MAX_SUBJECTS_OF_WORD}
