"""Understanding by words: the built-in topics, the municipality's own keywords, rules for everything else, and a model
trained on the municipality's own examples, if there is one."""

import copy
from collections.abc import Iterable, Mapping, Sequence

from bot.domain.sectors import Sector
from bot.domain.streets import StreetRow
from bot.domain.urgency import Urgency
from bot.understanding.events.matcher import Judge
from bot.understanding.events.signatures import SignatureReader
from bot.understanding.model.features import Seen
from bot.understanding.model.model import Model, Predictor, honest
from bot.understanding.places.finder import Places
from bot.understanding.reading import APPEAL, Noise, Parsed, Reading
from bot.understanding.relevance.noise import NoiseFilter, load_noise_words
from bot.understanding.relevance.relevance import Relevance
from bot.understanding.relevance.urgency import UrgencyReader
from bot.understanding.sectors.custom_keywords import OwnHits, OwnWords
from bot.understanding.sectors.location_context import see_context
from bot.understanding.sectors.scoring import Evidence, TopicScorer
from bot.understanding.sectors.taxonomy import Taxonomy
from bot.understanding.sectors.topics import load_topics
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.rules import Groups, load_groups
from bot.understanding.text.tokens import Text, prepare

_USUAL = {"housing": 0.25, "improvement": 0.3, "roads": 0.15, "waste": 0.08, "transport": 0.04, "social": 0.03}
_RARE = 0.01
"""How often towns are written to about a sector, roughly: decides where the words say nothing."""
_SLOPE, _LIFT = 1.3, 0.4
"""How the rules' scores become chances of being right: about the same on messages to portals and in chats."""
_OWN_SURE, _OWN_TIED = 0.95, 0.5
_TIE = 0.02
"""Two sectors whose scores are nearer than this are tied, unless one topic names both and so puts them in order."""
_PRIVATE = 5
"""Digits: a longer number may be a telephone or a document, and no model shall remember it."""
_SPOKEN = 3
"""Words of a model's choice that are named to people."""
_TOPIC_NAMED = 2.0
"""Evidence below which a topic is too weak to be named to people."""


class KeywordUnderstanding:
    """Words and rules; a trained *model*, where given, has its say about the sector.

    Only *sectors* are candidates; *threshold* (0–1) is the score from which a choice is sure. Where nothing in a text
    speaks for any sector, ``Reading.sector`` is the usual one and ``sure`` is false: a guess for a list to begin with,
    not a decision. Loading takes about a third of a second; one object serves any number of texts.
    """

    def __init__(
        self,
        sectors: Sequence[Sector],
        threshold: float,
        model: Model | None = None,
        streets: Iterable[StreetRow] = (),
    ) -> None:
        morphology = Morphology()
        self._codes = tuple(sector.code for sector in sectors)
        self._priors = {code: _USUAL.get(code, _RARE) for code in self._codes}
        self._threshold = threshold
        self._topics = TopicScorer(load_topics(), morphology)
        self._built_in = frozenset(code for topic in self._topics.topics for code in topic.sectors)
        self._predictor = Predictor(model) if model is not None else None
        self._own = OwnWords(sectors, morphology)
        self._places = Places(morphology, streets)
        self.taxonomy = Taxonomy(morphology)
        self.judge = Judge(SignatureReader(morphology, self._places, self.taxonomy))
        noise_words = load_noise_words()
        self._noise = NoiseFilter(noise_words)
        self._relevance = Relevance(Groups(load_groups("relevance"), morphology), noise_words)
        self._urgency = UrgencyReader(morphology)
        self._morphology = morphology

    def with_model(self, model: Model | None) -> "KeywordUnderstanding":
        """The same reader with another model, or with none; the dictionaries are shared, so it costs next to nothing
        and the present one may go on reading meanwhile."""
        other = copy.copy(self)
        other._predictor = Predictor(model) if model is not None else None
        return other

    def read(self, text: str, district: str | None = None) -> Reading:
        """Understand *text*: any string, of any length; only its first screens are looked at.

        *district* is where the message comes from, if somebody knows (else the list of streets may tell); only a model
        that was trained with districts makes use of it.
        """
        prepared = prepare(text)
        noise = self._noise.of(text, prepared)
        found = self._places.find(prepared.words)
        place = found.place if found is not None else None
        context = see_context(prepared.words, found.words if found else frozenset(), self._morphology)
        evidence = self._topics.weigh(prepared.words, context)
        own = self._own.find(prepared.words)
        if district is None and place is not None:
            district = place.district
        scores = self._scores(prepared, district, evidence, own)
        strength = evidence.strongest + 5.0 * sum(own.counts.values())
        appeal_score = self._relevance.score(prepared, strength, place, noise)
        urgency = self._urgency.read(prepared.words, appeal_score) if noise is None else None
        appeal = appeal_score >= APPEAL or urgency is Urgency.SUICIDE
        sector = max(self._codes, key=lambda code: scores[code], default=None)
        topic = self._topic(prepared, evidence, sector)
        return Reading(
            noise=noise,
            appeal=appeal,
            appeal_score=round(appeal_score, 4),
            sector=sector,
            sector_scores={code: round(score, 4) for code, score in scores.items()},
            sure=sector is not None and noise is None and self._sure(scores, sector, own, evidence),
            topic=topic,
            urgency=urgency,
            place=place if noise is None else None,
            evidence=self._evidence(prepared, evidence, own, sector),
            echo=noise is Noise.PLUS or (noise is None and self.judge.only_echoes(prepared.words, place)),
            parsed=Parsed(text, prepared.words, place),
        )

    def district_at(self, latitude: float, longitude: float) -> str | None:
        """The district of the nearest place on the municipality's list."""
        return self._places.gazetteer.district_at(latitude, longitude)

    def observe(self, text: str) -> tuple[Seen, dict[str, float]]:
        """What a model learns from: the text as the rules see it, and their own chances for the configured sectors."""
        prepared = prepare(text)
        found = self._places.find(prepared.words)
        context = see_context(prepared.words, found.words if found else frozenset(), self._morphology)
        evidence = self._topics.weigh(prepared.words, context)
        return self._seen(prepared, evidence), self._topics.chances(evidence, self._priors)

    def _seen(self, text: Text, evidence: Evidence) -> Seen:
        norms = [word.norm for word in text.words if sum(map(str.isdecimal, word.norm)) < _PRIVATE]
        lemmas = [next(iter(self._morphology.form(norm).lemmas), norm) for norm in norms]
        return Seen(lemmas, norms, {self._topics.topics[at].name: weight for at, weight in evidence.weights.items()})

    def _scores(self, text: Text, district: str | None, evidence: Evidence, own: OwnHits) -> dict[str, float]:
        """Chances by the rules and the model; where own keywords speak, their sectors come before all others."""
        scores = self._topics.chances(evidence, self._priors)
        if self._predictor is None:
            scores = {code: honest(score, _SLOPE, _LIFT) for code, score in scores.items()}
        elif scores:
            scores = self._predictor.chances(self._seen(text, evidence), district, scores)
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

    def _topic(self, text: Text, evidence: Evidence, sector: str | None) -> str | None:
        """The finest name of the strongest topic that the chosen sector deals with."""
        index = self._strongest(evidence, sector, _TOPIC_NAMED)
        return self.taxonomy.finest(self._topics.topics[index].name, text.words) if index is not None else None

    def _strongest(self, evidence: Evidence, sector: str | None, least: float) -> int | None:
        """The strongest topic of the sector; of all topics, if the rules know nothing of the sector."""
        own = sector not in self._built_in
        fitting = [
            (weight, index)
            for index, weight in evidence.weights.items()
            if weight >= least and (own or sector in self._topics.topics[index].sectors)
        ]
        return max(fitting)[1] if fitting else None

    def _evidence(self, text: Text, evidence: Evidence, own: OwnHits, sector: str | None) -> tuple[str, ...]:
        """The words that decided: own keywords first, else those of the chosen sector's strongest topic, else those
        that the model goes by."""
        if sector is None:
            return ()
        if own.words.get(sector):
            return own.words[sector]
        index = self._strongest(evidence, sector, 0.0)
        if index is None and self._predictor is not None:
            return tuple(self._predictor.speaks_for(self._seen(text, evidence), sector, _SPOKEN))
        return evidence.words[index] if index is not None else ()
