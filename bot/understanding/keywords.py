"""Understanding by words: the built-in topics, the municipality's own keywords, and rules for everything else."""

from collections.abc import Mapping, Sequence

from bot.domain.sectors import Sector
from bot.understanding.base import Reading
from bot.understanding.context import see_context
from bot.understanding.morph import Morphology
from bot.understanding.noise import NoiseFilter, load_noise_words
from bot.understanding.own_words import OwnHits, OwnWords
from bot.understanding.places import Places
from bot.understanding.relevance import Relevance
from bot.understanding.rules import Groups, load_groups
from bot.understanding.scoring import Evidence, TopicScorer
from bot.understanding.text import prepare
from bot.understanding.topics import load_topics
from bot.understanding.urgency import Urgency

_USUAL = {"housing": 0.25, "improvement": 0.3, "roads": 0.15, "waste": 0.08, "transport": 0.04, "social": 0.03}
_RARE = 0.01
"""How often towns are written to about a sector, roughly: decides where the words say nothing."""
_OWN_SURE, _OWN_TIED = 0.95, 0.5
_TIE = 0.02
"""Two sectors whose scores are nearer than this are tied, unless one topic names both and so puts them in order."""
_APPEAL = 0.5
_TOPIC_NAMED = 2.0
"""Evidence below which a topic is too weak to be named to people."""


class KeywordUnderstanding:
    """The first, honest way to understand a message: words and rules, no learning.

    Only *sectors* are candidates; *threshold* (0–1) is the score from which a choice is sure. Where nothing in a text
    speaks for any sector, ``Reading.sector`` is the usual one and ``sure`` is false: a guess for a list to begin with,
    not a decision. Loading takes about a third of a second; one object serves any number of texts.
    """

    def __init__(self, sectors: Sequence[Sector], threshold: float) -> None:
        morphology = Morphology()
        self._codes = tuple(sector.code for sector in sectors)
        self._priors = {code: _USUAL.get(code, _RARE) for code in self._codes}
        self._threshold = threshold
        self._topics = TopicScorer(load_topics(), morphology)
        self._own = OwnWords(sectors, morphology)
        self._places = Places(morphology)
        noise_words = load_noise_words()
        self._noise = NoiseFilter(noise_words)
        self._relevance = Relevance(Groups(load_groups("relevance"), morphology), noise_words)
        self._urgency = Urgency(morphology)
        self._morphology = morphology

    def read(self, text: str) -> Reading:
        """Understand *text*: any string, of any length; only its first screens are looked at."""
        prepared = prepare(text)
        noise = self._noise.of(text, prepared)
        found = self._places.find(prepared.words)
        place = found.place if found is not None else None
        context = see_context(prepared.words, found.words if found else frozenset(), self._morphology)
        evidence = self._topics.weigh(prepared.words, context)
        own = self._own.find(prepared.words)
        scores = self._scores(evidence, own)
        strength = evidence.strongest + 5.0 * sum(own.counts.values())
        appeal_score = self._relevance.score(prepared, strength, place, noise)
        appeal = appeal_score >= _APPEAL
        sector = max(self._codes, key=lambda code: scores[code], default=None)
        topic = self._topic(evidence, sector)
        return Reading(
            noise=noise,
            appeal=appeal,
            appeal_score=round(appeal_score, 4),
            sector=sector,
            sector_scores={code: round(score, 4) for code, score in scores.items()},
            sure=sector is not None and noise is None and self._sure(scores, sector, own, evidence),
            topic=topic,
            urgent=noise is None and self._urgency.is_urgent(prepared.words, appeal_score),
            place=place if noise is None else None,
            evidence=_evidence(evidence, own, sector, self._topics),
        )

    def _scores(self, evidence: Evidence, own: OwnHits) -> dict[str, float]:
        """Built-in chances; where own keywords speak, their sectors come before all others."""
        scores = self._topics.chances(evidence, self._priors)
        if not own.counts:
            return scores
        leaders = own.leaders
        top = _OWN_SURE if len(leaders) == 1 else _OWN_TIED
        total = sum(own.counts.values())
        return {
            code: top if code in leaders else min(score, top - 0.1) * (1.0 - own.counts[leaders[0]] / (total + 1.0))
            for code, score in scores.items()
        }

    def _sure(self, scores: Mapping[str, float], best: str, own: OwnHits, evidence: Evidence) -> bool:
        if scores[best] < self._threshold:
            return False
        rivals = [code for code in self._codes if code != best and scores[best] - scores[code] < _TIE]
        if own.counts:
            return not any(code in own.leaders for code in rivals)
        return all(self._topics.ranked(evidence, best, rival) for rival in rivals)

    def _topic(self, evidence: Evidence, sector: str | None) -> str | None:
        """The name of the strongest topic that the chosen sector deals with."""
        fitting = [
            (weight, index)
            for index, weight in evidence.weights.items()
            if weight >= _TOPIC_NAMED and sector in self._topics.topics[index].sectors
        ]
        return self._topics.topics[max(fitting)[1]].name if fitting else None


def _evidence(evidence: Evidence, own: OwnHits, sector: str | None, scorer: TopicScorer) -> tuple[str, ...]:
    """The words that decided: own keywords first, else those of the chosen sector's strongest topic."""
    if sector is None:
        return ()
    if own.words.get(sector):
        return own.words[sector]
    fitting = [(weight, i) for i, weight in evidence.weights.items() if sector in scorer.topics[i].sectors]
    return evidence.words[max(fitting)[1]] if fitting else ()
