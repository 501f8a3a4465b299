"""The parts of the analyzer that reading most messages does not need: events, personal data, answers, reactions."""

from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import TYPE_CHECKING

from bot.understanding.places.finder import PlaceFinder
from bot.understanding.sectors.taxonomy import Taxonomy
from bot.understanding.text.morphology import Morphology

if TYPE_CHECKING:
    from bot.understanding.answer_check.checker import AnswerChecker
    from bot.understanding.events.matcher import EventMatcher
    from bot.understanding.privacy.applicants import ApplicantReader
    from bot.understanding.privacy.redaction import Redactor
    from bot.understanding.reactions.reactions import ReactionReader


class FurtherParts:
    """Each part is imported and made when it is first used; ``classify`` uses at most the first of them."""

    def __init__(
        self, morphology: Morphology, places: PlaceFinder, taxonomy: Taxonomy, own_names: AbstractSet[str]
    ) -> None:
        self._morphology = morphology
        self._places = places
        self._taxonomy = taxonomy
        self._own_names = own_names

    def load(self) -> None:
        """Make all of them now, so that no message waits for it."""
        _ = self.matcher, self.checker, self.applicants, self.reactions

    @cached_property
    def matcher(self) -> "EventMatcher":
        from bot.understanding.events.matcher import EventMatcher
        from bot.understanding.events.signatures import SignatureExtractor

        return EventMatcher(SignatureExtractor(self._morphology, self._places, self._taxonomy))

    @cached_property
    def redactor(self) -> "Redactor":
        from bot.understanding.privacy.redaction import Redactor

        return Redactor(self._morphology)

    @cached_property
    def checker(self) -> "AnswerChecker":
        from bot.understanding.answer_check.checker import AnswerChecker

        return AnswerChecker(self._morphology, self.redactor, self._own_names)

    @cached_property
    def applicants(self) -> "ApplicantReader":
        from bot.understanding.privacy.applicants import ApplicantReader

        return ApplicantReader(self.redactor, self.redactor.names)

    @cached_property
    def reactions(self) -> "ReactionReader":
        from bot.understanding.reactions.reactions import ReactionReader

        return ReactionReader(self._morphology)
