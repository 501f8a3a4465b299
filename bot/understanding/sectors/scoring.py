"""Evidence for topics, and the probability of each sector."""

import copy
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.domain.sectors import STANDARD_SECTORS, Sector
from bot.understanding.sectors.custom_keywords import CustomKeywords
from bot.understanding.sectors.location_context import LocationContext
from bot.understanding.sectors.topics import STRONG_WEIGHT, Topic
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.patterns import Elements, Match, PatternSet
from bot.understanding.text.tokens import Word

_PASSING_WORD_FACTOR = 0.3
"""Factor for a word that only describes the location («яма у школы» is not about the school)."""
_PASSING_PHRASE_FACTOR = 0.7
_EXPLAINED_FACTOR = 0.5
"""Factor for a word of one topic that a phrase of another explains («люк мусоропровода» is no street hatch)."""
_SCENE_FACTOR = 2.2
"""Factor for an institution or a stairwell that is the scene («в школе», «в подъезде»)."""
_FLATS_AT_INSTITUTION_FACTOR = 0.6
"""Factor for the topics of blocks of flats if an institution is the scene."""
_STREET_IN_FLATS_FACTOR = 0.5
"""Factor for the topics of streets if the stairwell of a block of flats is the scene."""
_PEOPLE_FACTOR = 0.5
"""Factor for the words that name the author or the addressee if the message names a subject."""
_MIN_SUBJECT_EVIDENCE = 2.5
"""Least evidence with which a message names a subject."""
_MAX_EVIDENCE_WORDS = 4
_OWN_WORD_WEIGHT = STRONG_WEIGHT
"""Weight of a word that the town has added to a topic."""
_UNCERTAINTY_MASS = 3.5
"""Evidence (squared) that counts against every topic: a single weak word must not give a confident answer."""
_EVIDENCE_EXPONENT = 2.0
_SECTOR_PRIORS = {"housing": 0.25, "improvement": 0.3, "roads": 0.15, "waste": 0.08, "transport": 0.04, "social": 0.03}
_MIN_SHARED_READINESS = 0.3
"""Least readiness with which a sector shares a topic with that topic's own."""
_DEFAULT_PRIOR = 0.01
"""The rough frequency of messages about a sector: decides if the words say nothing."""
_PRIOR_MASSES = [(code, _UNCERTAINTY_MASS * _SECTOR_PRIORS.get(code, _DEFAULT_PRIOR)) for code in STANDARD_SECTORS]


WordsOf = Mapping[str, Collection[str]]
"""The codes whose built-in words speak for each sector: its own, and those of its themes."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence for every topic of a text, by the index of the topic.

    ``found``: lemma → the weight and the index of each of its words; ``own_words``: the town's words that were said.
    """

    weights: Mapping[int, float]
    found: Mapping[int, Mapping[str, tuple[float, int]]]
    own_words: Mapping[int, tuple[str, ...]]

    @property
    def strongest(self) -> float:
        return max(self.weights.values(), default=0.0)

    @property
    def strongest_topic(self) -> int | None:
        """The index of the topic with most evidence, the first of equals."""
        return max(self.weights, key=self.weights.__getitem__, default=None)

    def words_of(self, topic: int, words: Sequence[Word]) -> tuple[str, ...]:
        """Return the strongest of the text's *words* that speak for *topic*."""
        strongest = _strongest_words(self.found[topic], words) if topic in self.found else ()
        return (*self.own_words.get(topic, ()), *strongest)


class Heir(NamedTuple):
    """A sector that handles messages of the standard sector *main*, which the town lacks, and its readiness (0–1)."""

    main: str
    code: str
    readiness: float


class TopicScorer:
    """Finds the topics of a text. It knows all built-in topics, also those of sectors that are not configured: a
    message that clearly belongs to one of these must not be forced into another."""

    def __init__(self, topics: Sequence[Topic], morphology: Morphology, words_of: WordsOf) -> None:
        self.topics = tuple(topics)
        self._sectors_of = tuple(_suitable_sectors(topic, words_of) for topic in self.topics)
        self._people_topics = frozenset(index for index, topic in enumerate(self.topics) if topic.is_about_people)
        self._own_words: Mapping[int, tuple[str, ...]] = {}
        self._own_keywords = CustomKeywords((), morphology)
        self._unused: frozenset[int] = frozenset()
        self._morphology = morphology
        self._patterns = PatternSet(morphology)
        for index, topic in enumerate(self.topics):
            for weight, source in topic.patterns:
                self._patterns.add(index, weight, source)

    def with_words(
        self, words_of: WordsOf, own_words: Mapping[str, Sequence[str]], unused: Collection[str]
    ) -> "TopicScorer":
        """Return the same scorer for other sectors, with the town's *own_words* by topic, without *unused* topics."""
        other = copy.copy(self)
        other._sectors_of = tuple(_suitable_sectors(topic, words_of) for topic in self.topics)
        other._unused = frozenset(index for index, topic in enumerate(self.topics) if topic.name in unused)
        own = {index: tuple(own_words.get(topic.name, ())) for index, topic in enumerate(self.topics)}
        other._own_words = {index: found for index, found in own.items() if found and index not in other._unused}
        as_sectors = [Sector(str(index), "", found) for index, found in other._own_words.items()]
        other._own_keywords = CustomKeywords(as_sectors, self._morphology)
        return other

    def is_used(self, index: int) -> bool:
        """Return whether the town uses the topic."""
        return index not in self._unused

    def words_of_sectors(self) -> list[Sector]:
        """Return the sectors that the town's words of topics speak for: those that each topic suits best."""
        found = []
        for index, words in self._own_words.items():
            suitable = self._sectors_of[index]
            best = max(suitable.values(), default=0.0)
            found += [Sector(code, "", words) for code, share in suitable.items() if share == best]
        return found

    @property
    def elements_of(self) -> Callable[[str, bool], Elements]:
        """:meth:`PatternSet.elements_of` of the patterns of all topics."""
        return self._patterns.elements_of

    def find_evidence(
        self, words: Sequence[Word], context: LocationContext, elements: Sequence[Elements] | None = None
    ) -> Evidence:
        """Find the evidence for every topic; a word counts once for a topic, by its best pattern.

        *elements*: of each word, if that was asked before.
        """
        matches = self._patterns.find(words, None, elements)
        if self._unused:
            matches = [one for one in matches if one.pattern.owner not in self._unused]
        explained: defaultdict[int, set[int]] = defaultdict(set)
        for (_, owner, _), indexes in matches:
            if len(indexes) > 1:
                for index in indexes:
                    explained[index].add(owner)
        best: dict[int, dict[str, tuple[float, int]]] = {}
        scenes: set[str] = set()
        lemma_of = self._morphology.lemma
        for match in matches:
            (_, owner, _), indexes = match
            share = _weight_per_word(match, explained, context)
            mine = best.get(owner)
            if mine is None:
                mine = best[owner] = {}
            if len(indexes) == 1 and indexes[0] in context.scene and self.topics[owner].is_institution:
                share *= _SCENE_FACTOR
                sectors = self.topics[owner].sectors
                scenes.update(code for code, readiness in sectors.items() if readiness == 1.0)
            if share > 0.0:
                for index in indexes:
                    key = lemma_of(words[index].norm)
                    if key not in mine or share > mine[key][0]:
                        mine[key] = (share, index)
        weights = {topic: sum([share for share, _ in found.values()], 0.0) for topic, found in best.items()}
        if scenes:
            for topic in weights:
                weights[topic] *= self._scene_factor(topic, scenes)
        self._discount_people_topics(weights)
        own_words: dict[int, tuple[str, ...]] = {}
        if self._own_words:
            hits = self._own_keywords.find(words)
            for name, count in hits.counts.items():
                index = int(name)
                weights[index] = weights.get(index, 0.0) + _OWN_WORD_WEIGHT * count
                own_words[index] = hits.words[name]
        return Evidence(weights, best, own_words)

    def may_reach(self, least: float, words: Sequence[Word]) -> bool:
        """Return whether the evidence for some topic may be *least* or more; nothing else about the words is asked."""
        most: defaultdict[int, float] = defaultdict(float)
        for match in self._patterns.find(words):
            most[match.pattern.owner] += match.pattern.weight * _SCENE_FACTOR
        if self._own_words:
            for name, count in self._own_keywords.find(words).counts.items():
                most[int(name)] += _OWN_WORD_WEIGHT * count
        return any(weight >= least for weight in most.values())

    def _discount_people_topics(self, weights: dict[int, float]) -> None:
        people = self._people_topics.intersection(weights)
        if people and any(weight >= _MIN_SUBJECT_EVIDENCE for index, weight in weights.items() if index not in people):
            for index in people:
                weights[index] *= _PEOPLE_FACTOR

    def _scene_factor(self, index: int, scenes: set[str]) -> float:
        """Return the share of its weight that the topic keeps if the message is set in the institutions of *scenes*."""
        topic = self.topics[index]
        if topic.is_institution or scenes & {code for code, share in topic.sectors.items() if share == 1.0}:
            return 1.0
        if "housing" in scenes:
            return _STREET_IN_FLATS_FACTOR
        return _FLATS_AT_INSTITUTION_FACTOR if "housing" in topic.sectors else 1.0

    def standard_probabilities(self, evidence: Evidence) -> dict[str, float]:
        """Return, for every standard sector, the probability (0–1) that sending the message there is right.

        Sectors that share a topic do not compete for it; topics do compete with one another.
        """
        total = _UNCERTAINTY_MASS
        support: dict[str, float] = {}
        for index, weight in evidence.weights.items():
            power = weight**_EVIDENCE_EXPONENT
            total += power
            for code, readiness in self.topics[index].sectors.items():
                support[code] = support.get(code, 0.0) + power * readiness
        said = support.get
        return {code: (said(code, 0.0) + prior) / total for code, prior in _PRIOR_MASSES}

    def sharing_sectors(self, evidence: Evidence) -> tuple[str, ...]:
        """Return the standard sectors that share the strongest topic: each may be right, and the topic orders them."""
        strongest = evidence.strongest_topic
        if strongest is None:
            return ()
        sectors = self.topics[strongest].sectors
        return tuple(code for code, readiness in sectors.items() if readiness >= _MIN_SHARED_READINESS)

    def find_heir(self, evidence: Evidence, codes: Collection[str]) -> Heir | None:
        """Return who handles the strongest topic where the town has no sector of its own for it, one of *codes*."""
        strongest = evidence.strongest_topic
        if strongest is None:
            return None
        suitable = self._sectors_of[strongest]
        best = max((code for code in suitable if code in codes), key=lambda code: suitable[code], default=None)
        if best is None or suitable[best] >= 1.0:
            return None
        main = next(code for code, readiness in self.topics[strongest].sectors.items() if readiness == 1.0)
        return Heir(main, best, suitable[best])

    def belongs_to(self, index: int, code: str) -> bool:
        """Return whether the sector *code* may handle the topic."""
        return code in self._sectors_of[index]

    def prefers_sector(self, evidence: Evidence, first: str, second: str) -> bool:
        """Return whether the strongest topic itself puts *first* before *second*, so that near scores are not a tie."""
        strongest = evidence.strongest_topic
        if strongest is None:
            return False
        sectors = self._sectors_of[strongest]
        return second in sectors and sectors.get(first, 0.0) > sectors[second]


def _weight_per_word(match: Match, explained: Mapping[int, set[int]], context: LocationContext) -> float:
    """Return the weight that the match gives to each of its words."""
    (weight, owner, _), indexes = match
    if not context.street.isdisjoint(indexes):
        return 0.0
    is_passing = not context.passing.isdisjoint(indexes)
    if len(indexes) > 1:
        return weight / len(indexes) * (_PASSING_PHRASE_FACTOR if is_passing else 1.0)
    if is_passing:
        weight *= _PASSING_WORD_FACTOR
    owners = explained.get(indexes[0])
    if owners is not None and (len(owners) > 1 or owner not in owners):
        weight *= _EXPLAINED_FACTOR
    return weight


def _suitable_sectors(topic: Topic, words_of: WordsOf) -> dict[str, float]:
    """Return the configured sectors that may handle *topic*, each with its suitability."""
    suitable = {code: max((topic.sectors.get(one, 0.0) for one in own), default=0.0) for code, own in words_of.items()}
    return {code: suitability for code, suitability in suitable.items() if suitability > 0.0}


def _strongest_words(found: Mapping[str, tuple[float, int]], words: Sequence[Word]) -> tuple[str, ...]:
    indexes = [index for _, index in found.values()]
    if len(found) > _MAX_EVIDENCE_WORDS:
        best = sorted(found.values(), key=lambda pair: -pair[0])[:_MAX_EVIDENCE_WORDS]
        indexes = [index for _, index in best]
    indexes.sort()
    return tuple([words[index].raw for index in indexes])
