"""The parts of the analyzer that reading a message does not need: personal data, answers, reactions to answers."""

from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import TYPE_CHECKING

from bot.understanding.text.morphology import Morphology

if TYPE_CHECKING:
    from bot.understanding.answer_check.checker import AnswerChecker
    from bot.understanding.privacy.applicants import ApplicantReader
    from bot.understanding.privacy.redaction import Redactor
    from bot.understanding.reactions.reactions import ReactionReader


class FurtherParts:
    """Each part is imported and made when it is first used; ``classify`` uses none of them."""

    def __init__(self, morphology: Morphology, own_names: AbstractSet[str]) -> None:
        self._morphology = morphology
        self._own_names = own_names

    def load(self) -> None:
        """Make all of them now, so that no message waits for it."""
        _ = self.checker, self.applicants, self.reactions

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
