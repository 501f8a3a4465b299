"""The text analyzer: built-in topics, the municipality's keywords, rules, and a trained model if there is one."""

import copy
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import compress
from operator import not_
from typing import TYPE_CHECKING

from bot.domain.sectors import Sector, Theme
from bot.domain.streets import StreetRow
from bot.understanding.further_parts import FurtherParts
from bot.understanding.model.features import TextFeatures
from bot.understanding.model.model import Model, Predictor, Votes
from bot.understanding.places.districts import DistrictFinder
from bot.understanding.places.finder import FoundPlace, PlaceFinder
from bot.understanding.reading import (
    APPEAL_THRESHOLD,
    MAX_ME_TOO_WORDS,
    REVIEW_THRESHOLD,
    Noise,
    ParsedText,
    PlaceName,
    Reading,
)
from bot.understanding.relevance.noise import NoiseFilter, load_noise_words
from bot.understanding.relevance.relevance import NOISE_SCORE, RelevanceScorer, combine
from bot.understanding.relevance.urgency import NO_ALARM, Alarm, UrgencyDetector, confirm_alarm
from bot.understanding.sectors.alarms import with_alarm
from bot.understanding.sectors.custom_keywords import CustomKeywords, KeywordHits
from bot.understanding.sectors.location_context import find_location_context
from bot.understanding.sectors.scoring import Evidence, TopicScorer
from bot.understanding.sectors.taxonomy import Taxonomy
from bot.understanding.sectors.themes import ThemeFinder, with_keywords_of_themes
from bot.understanding.sectors.topics import load_topics
from bot.understanding.shipped.findings import MessageFindings
from bot.understanding.shipped.message_model import Judgement, MessageJudge, MessageModel, load_shipped_model
from bot.understanding.shipped.signs import RuleFindings, SignFinder
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.rules import PatternGroups, load_groups
from bot.understanding.text.tokens import PreparedText, Word, prepare_text
from bot.understanding.word_facts import FactFinder, TextFacts

if TYPE_CHECKING:
    from bot.domain.answer_marks import Mark
    from bot.domain.applicants import Applicant
    from bot.understanding.answer_check.checker import AnswerFacts
    from bot.understanding.events.matcher import EventMatcher
    from bot.understanding.reactions.reactions import Reaction

_UNKNOWN_SECTOR_SHARE = 0.01
"""The chance of a sector that the package does not know, and for which no keyword speaks."""
_KEYWORD_SCORE, _TIED_KEYWORD_SCORE = 0.95, 0.5
_TIE_MARGIN = 0.02
"""Two sectors whose scores are nearer than this are tied, unless one topic names both and so puts them in order."""
_MAX_MODEL_WORDS = 3
"""The number of words that explain a model's choice to people."""
_MIN_KEYWORD_CHARS = 3
_COMMON_WORD_LISTS = ("plus", "fillers", "greetings", "thanks", "doubts")
_FUNCTION_WORDS = frozenset({"PREP", "CONJ", "PRCL", "NPRO", "INTJ"})
_MIN_TOPIC_EVIDENCE = 2.0
"""Evidence below which a topic is too weak to be shown to people."""


class TextAnalyzer:
    """Analyses messages by words and rules; a trained *model*, if given, takes part in the choice of the sector.

    Only *sectors* are candidates; *threshold* (0–1) is the score from which a choice is confident. If nothing in a text
    indicates a sector, ``Reading.sector`` is the most frequent one and ``is_confident`` is false: the first item of a
    list, not a decision. Loading takes about a third of a second; one object serves any number of texts.
    """

    def __init__(
        self,
        sectors: Sequence[Sector],
        threshold: float,
        model: Model | None = None,
        streets: Iterable[StreetRow] = (),
        districts: Iterable[str] = (),
        themes: Sequence[Theme] = (),
        shipped: MessageModel | None = None,
    ) -> None:
        """*shipped*: another model of messages than that of the package, to measure it."""
        morphology, streets = Morphology(), tuple(streets)
        self._codes = tuple(sector.code for sector in sectors)
        self.threshold = threshold
        self._morphology = morphology
        self._judge = MessageJudge(shipped if shipped is not None else load_shipped_model())
        self._topics = TopicScorer(load_topics(), morphology, {})
        self._set_topics(sectors, themes, {}, frozenset())
        self._predictor = Predictor(model) if model is not None else None
        self._signs = SignFinder(morphology)
        self.districts = tuple(districts)
        self._places = PlaceFinder(morphology, streets, self.districts)
        self._district_finder = DistrictFinder(self.districts, morphology)
        self.taxonomy = Taxonomy(morphology)
        self._noise_words = noise_words = load_noise_words()
        self._noise = NoiseFilter(noise_words)
        self._relevance = RelevanceScorer(PatternGroups(load_groups("relevance"), morphology), noise_words)
        self._urgency = UrgencyDetector(morphology)
        rules = (self._topics.elements_of, self._relevance.elements_of, self._urgency.elements_of)
        self._facts = FactFinder(morphology.lemma, self._signs.tags_of, self._judge.score_of_pieces, rules)
        self._further = FurtherParts(morphology, self._places, self.taxonomy, _own_names(sectors, streets))

    def with_model(self, model: Model | None) -> "TextAnalyzer":
        """Return the same analyzer with another model, or with none.

        The dictionaries are shared, so it is cheap, and the current analyzer stays usable.
        """
        other = copy.copy(self)
        other._predictor = Predictor(model) if model is not None else None
        return other

    def with_topics(
        self,
        sectors: Sequence[Sector],
        themes: Sequence[Theme],
        topic_words: Mapping[str, Sequence[str]],
        topics_off: Collection[str],
    ) -> "TextAnalyzer":
        """Return the same analyzer with other words of the same *sectors*, other themes, and other words of topics.

        It is as cheap as :meth:`with_model`. *topic_words*: the town's words by the name of a built-in topic;
        *topics_off*: names of topics that it does not use.
        """
        other = copy.copy(self)
        other._set_topics(sectors, themes, topic_words, topics_off)
        return other

    def _set_topics(
        self,
        sectors: Sequence[Sector],
        themes: Sequence[Theme],
        topic_words: Mapping[str, Sequence[str]],
        topics_off: Collection[str],
    ) -> None:
        words_of = {code: {code, *(one.code for one in themes if one.sector == code)} for code in self._codes}
        self._answers_for = self._judge.assign(words_of)
        self._topics = self._topics.with_words(words_of, topic_words, topics_off)
        built_in = {code for topic in self._topics.topics for code in topic.sectors}
        self._built_in = frozenset(code for code, own in words_of.items() if built_in & own)
        self._themes = ThemeFinder(themes, self._topics.topics, self._morphology)
        owners = [*with_keywords_of_themes(sectors, themes), *self._topics.words_of_sectors()]
        self._custom_keywords = CustomKeywords(owners, self._morphology)

    def settlement_name(self, cell: str) -> str:
        """Return the name of a settlement that a table writes with its type word: «с. Малиновка», «Малиновка с»."""
        return self._places.settlement_name(cell)

    def read(self, text: str, district: str | None = None) -> Reading:
        """Analyse *text*: any string, of any length; only its beginning is used.

        *district* is the district of the message, if known (else the list of streets may determine it); only a model
        that was trained with districts uses it.
        """
        prepared = prepare_text(text)
        noise = self._noise.classify(text, prepared)
        found = self._places.find(prepared.words)
        place = found.place if found is not None else None
        street = found.words if found is not None else frozenset()
        context = find_location_context(prepared.words, street, self._morphology)
        facts = self._facts.find(prepared.words)
        evidence = self._topics.find_evidence(prepared.words, context, facts.topics)
        own = self._custom_keywords.find(prepared.words)
        elsewhere = street - found.settlement_words if found is not None else street
        named = (place.district if place is not None else None) or self._district_finder.find(prepared.words, elsewhere)
        district = district or named
        message = self._describe(prepared, facts, evidence, found, 5.0 * sum(own.counts.values()), noise)
        judgement = self._judge_message(message)
        exact = self._sector_scores(message, judgement, district, own)
        scores = {code: round(exact[code], 4) for code in self._codes}  # a tie is one for everybody who reads them
        appeal_score = combine(message.log_odds, judgement.appeal) if noise is None else NOISE_SCORE
        alarm = confirm_alarm(message.alarm, appeal_score)
        appeal = appeal_score >= APPEAL_THRESHOLD or alarm.danger is not None
        is_talk = appeal_score < REVIEW_THRESHOLD and not appeal
        sector = max(self._codes, key=scores.__getitem__, default=None)
        topic = self._topic(prepared, evidence, sector)
        theme = self._themes.find(prepared.words, evidence, sector)
        is_confident = sector is not None and not is_talk and self._is_confident(scores, sector, own, evidence)
        return Reading(
            noise=noise,
            appeal=appeal,
            appeal_score=round(appeal_score, 4),
            sector=sector,
            sector_scores=scores,
            is_confident=is_confident and (theme is None or theme.sector is not None),
            topic=topic,
            theme=theme.code if theme is not None and noise is None else None,
            urgency=alarm.urgency,
            danger=alarm.danger,
            place=place if noise is None else None,
            district=named if noise is None else None,
            evidence=self._evidence_words(prepared, evidence, own, sector),
            is_me_too=noise is Noise.PLUS or (noise is None and self._is_me_too(prepared, place)),
            parsed=ParsedText(text, prepared.words, place),
        )

    def names_place(self, text: str) -> bool:
        """Return whether :meth:`read` may find a place in *text*; it costs a third of that."""
        return self._places.find(prepare_text(text).words) is not None

    def may_have_topic(self, words: Sequence[Word]) -> bool:
        """Return whether :meth:`read` may find a topic in a text of *words*; it costs a tenth of that."""
        return self._topics.may_reach(_MIN_TOPIC_EVIDENCE, words)

    def read_reaction(self, text: str, reading: Reading | None = None) -> "Reaction":
        """Return the meaning of *text* as a reaction to an answer; *reading*: its analysis, if there is one."""
        return self._further.reactions.read(text, (reading or self.read(text)).appeal_score)

    def redact(self, text: str) -> str:
        """Return *text* with a mask for everything that tells who its author or another person is."""
        return self._further.redactor.redact(text)

    def check_answer(self, answer: str, question: str, facts: "AnswerFacts") -> "tuple[Mark, ...]":
        """Return the marks of *answer* to *question*, the worst first."""
        return self._further.checker.check(answer, question, facts)

    def read_applicant(self, text: str) -> "Applicant":
        """Return what *text* says of its author."""
        return self._further.applicants.read(text)

    def read_typed_applicant(self, text: str) -> "Applicant":
        """Return the name and the telephone that an official typed."""
        return self._further.applicants.read_typed(text)

    @property
    def event_matcher(self) -> "EventMatcher":
        """The part that compares messages and events; with another model or other topics it stays the same."""
        return self._further.matcher

    def load_further_parts(self) -> None:
        """Make what reading a message does not need but the next steps do; else the first of them waits for it."""
        self._further.load()

    def topic_names(self, sector: str | None, *, with_unused: bool = False) -> list[str]:
        """Return the names of the topics of *sector* (``None``, or one without built-in topics: of all).

        *with_unused*: also those that the town has switched off.
        """
        own = sector is None or sector not in self._built_in
        return [
            topic.name
            for index, topic in enumerate(self._topics.topics)
            if (own or topic.sectors.get(sector or "", 0.0) >= 1.0) and (with_unused or self._topics.is_used(index))
        ]

    def word_key(self, text: str) -> tuple[str, ...]:
        """Return the parts of a keyword as they are compared: case, «ё» and look-alike letters do not count."""
        return tuple(word.norm for word in prepare_text(text).words)

    def is_stop_word(self, key: tuple[str, ...]) -> bool:
        """Return whether every part of a keyword is so common that it names nothing."""
        return all(self._is_common(part) for part in key)

    def _is_common(self, part: str) -> bool:
        if len(part) < _MIN_KEYWORD_CHARS or any(self._noise_words[name].contains(part) for name in _COMMON_WORD_LISTS):
            return True
        tags = self._morphology.form(part).tags
        return bool(tags) and bool(tags[0] & _FUNCTION_WORDS)

    def district_at(self, latitude: float, longitude: float) -> str | None:
        """Return the district of the nearest place on the municipality's list."""
        return self._places.gazetteer.district_at(latitude, longitude)

    def extract_features(self, text: str) -> tuple[TextFeatures, Votes]:
        """Return the input of a town's model: the features of the text, and the votes of what the package brings."""
        message = self.describe(text)
        judgement = self._judge_message(message)
        shipped = self._town_probabilities(judgement, message.evidence)
        return message.features, Votes(self._topic_probabilities(message), shipped)

    def describe(self, text: str) -> MessageFindings:
        """Return what the shipped model reads in *text*, and is trained on."""
        prepared = prepare_text(text)
        found = self._places.find(prepared.words)
        street = found.words if found is not None else frozenset()
        context = find_location_context(prepared.words, street, self._morphology)
        facts = self._facts.find(prepared.words)
        evidence = self._topics.find_evidence(prepared.words, context, facts.topics)
        return self._describe(prepared, facts, evidence, found, 0.0, self._noise.classify(text, prepared))

    def _is_me_too(self, text: PreparedText, place: PlaceName | None) -> bool:
        """Return whether the text only agrees with an earlier message; a longer one does not need the matcher."""
        short = place is None and len(text.words) <= MAX_ME_TOO_WORDS
        return short and self.event_matcher.is_me_too(text.words, place)

    def _judge_message(self, message: MessageFindings) -> Judgement:
        return self._judge.judge(message.features, message.signs, message.standard, message.sharing, message.pieces)

    def _describe(
        self,
        text: PreparedText,
        facts: TextFacts,
        evidence: Evidence,
        found: FoundPlace | None,
        own: float,
        noise: Noise | None,
    ) -> MessageFindings:
        """*own*: the evidence of the town's keywords."""
        place, street = (found.place, found.words) if found is not None else (None, frozenset[int]())
        alarm = self._urgency.find_alarm(text.words, street, facts.alarms) if noise is None else NO_ALARM
        topic = evidence.strongest + own
        log_odds, groups = self._relevance.weigh(text, topic, place, facts.relevance)
        rules = RuleFindings(log_odds, groups, topic, place, alarm)
        return MessageFindings(
            evidence,
            self._features(text, facts, evidence, alarm),
            self._signs.find(text, rules, facts.tags),
            with_alarm(self._topics.standard_probabilities(evidence), alarm),
            self._topics.sharing_sectors(evidence),
            log_odds,
            alarm,
            facts.pieces if not any(facts.private) else tuple(compress(facts.pieces, map(not_, facts.private))),
        )

    def _features(self, text: PreparedText, facts: TextFacts, evidence: Evidence, alarm: Alarm) -> TextFeatures:
        lemmas, norms = list(facts.lemmas), [word.norm for word in text.words]
        if any(facts.private):
            lemmas, norms = (list(compress(words, map(not_, facts.private))) for words in (lemmas, norms))
        topics = {self._topics.topics[at].name: weight for at, weight in evidence.weights.items()}
        return TextFeatures(lemmas, norms, topics, alarm.danger or alarm.urgency)

    def _topic_probabilities(self, message: MessageFindings) -> dict[str, float]:
        """Return the probabilities of the town's sectors by the words of the topics alone."""
        standard = message.standard
        known = self._sum_of_answered(self._judge.in_order(standard))
        heir = self._topics.find_heir(message.evidence, self._answers_for)
        if heir is not None:
            known[heir.code] += heir.readiness * standard.get(heir.main, 0.0)
        return {code: known.get(code, 0.0) for code in self._codes}

    def _town_probabilities(self, judgement: Judgement, evidence: Evidence) -> dict[str, float]:
        """Return the probabilities of the town's sectors: each answers for the standard sectors whose words it has.

        A standard sector that the town lacks keeps its share, so nothing else is sure of its messages, but for a topic
        that others may handle, too.
        """
        shares = self._sum_of_answered(judgement.shares)
        heir = self._topics.find_heir(evidence, self._answers_for)
        if heir is not None:
            shares[heir.code] += heir.readiness * self._judge.share_of(heir.main, judgement)
        calibrate, certainty = self._judge.calibrate, judgement.certainty
        known = {code: calibrate(share, certainty) for code, share in shares.items()}
        unknown = (1.0 - max(known.values(), default=0.0)) * _UNKNOWN_SECTOR_SHARE
        return {code: known.get(code, unknown) for code in self._codes}

    def _sum_of_answered(self, shares: Sequence[float]) -> dict[str, float]:
        """Return the town's sectors, each with the sum of the standard sectors' *shares* that it answers for."""
        return {code: sum([shares[at] for at in columns]) for code, columns in self._answers_for.items()}

    def _sector_scores(
        self,
        message: MessageFindings,
        judgement: Judgement,
        district: str | None,
        keyword_hits: KeywordHits,
    ) -> dict[str, float]:
        """Return the probabilities by the rules and the models; sectors of matching keywords come before all others."""
        scores = self._town_probabilities(judgement, message.evidence)
        if self._predictor is not None and scores:
            votes = Votes(self._topic_probabilities(message), scores)
            scores = self._predictor.probabilities(message.features, district, votes)
        if not keyword_hits.counts:
            return scores
        leaders = keyword_hits.leaders
        top = _KEYWORD_SCORE if len(leaders) == 1 else _TIED_KEYWORD_SCORE
        total = sum(keyword_hits.counts.values())
        return {
            code: top
            if code in leaders
            else min(score, top - 0.1) * (1.0 - keyword_hits.counts[leaders[0]] / (total + 1.0))
            for code, score in scores.items()
        }

    def _is_confident(
        self, scores: Mapping[str, float], best: str, keyword_hits: KeywordHits, evidence: Evidence
    ) -> bool:
        if scores[best] < self.threshold:
            return False
        rivals = [code for code in self._codes if code != best and scores[best] - scores[code] < _TIE_MARGIN]
        if keyword_hits.counts:
            return not any(code in keyword_hits.leaders for code in rivals)
        return all(self._topics.prefers_sector(evidence, best, rival) for rival in rivals)

    def _topic(self, text: PreparedText, evidence: Evidence, sector: str | None) -> str | None:
        """Return the finest name of the strongest topic of the chosen sector."""
        index = self._strongest_topic(evidence, sector, _MIN_TOPIC_EVIDENCE)
        return self.taxonomy.subtopic_of(self._topics.topics[index].name, text.words) if index is not None else None

    def _strongest_topic(self, evidence: Evidence, sector: str | None, min_evidence: float) -> int | None:
        """Return the strongest topic of the sector; of all topics, if the rules do not know the sector."""
        own = sector not in self._built_in
        fitting = [
            (weight, index)
            for index, weight in evidence.weights.items()
            if weight >= min_evidence and (own or sector is None or self._topics.belongs_to(index, sector))
        ]
        return max(fitting)[1] if fitting else None

    def _evidence_words(
        self, text: PreparedText, evidence: Evidence, keyword_hits: KeywordHits, sector: str | None
    ) -> tuple[str, ...]:
        """Return the words that decided: keywords, else those of the sector's strongest topic, else the model's."""
        if sector is None:
            return ()
        if keyword_hits.words.get(sector):
            return keyword_hits.words[sector]
        index = self._strongest_topic(evidence, sector, 0.0)
        if index is None and self._predictor is not None:
            features = self._features(text, self._facts.find(text.words), evidence, NO_ALARM)
            return tuple(self._predictor.top_words_for(features, sector, _MAX_MODEL_WORDS))
        return evidence.words_of(index, text.words) if index is not None else ()


def _own_names(sectors: Sequence[Sector], streets: Iterable[StreetRow]) -> set[str]:
    """Return the names of streets, settlements, districts and sectors, and the sectors' keywords."""
    places = {name for row in streets for name in (row.street, row.settlement, row.district) if name}
    return places | {word for sector in sectors for word in (sector.title, *(f"{one}*" for one in sector.keywords))}
