"""The check of a text for citizens: pure, without memory, and in a few milliseconds."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.answer_marks import Mark, MarkKind
from bot.understanding.answer_check.personal import PersonalDataCheck
from bot.understanding.answer_check.phrases import lower
from bot.understanding.answer_check.spelling import SpellingChecker
from bot.understanding.answer_check.style import StyleCheck
from bot.understanding.answer_check.substance import SubstanceCheck
from bot.understanding.answer_check.terms import Term, find_terms
from bot.understanding.privacy.redaction import Redactor
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.rules import load_rules
from bot.understanding.text.word_lists import parse_word_list

MAX_CHECKED_LENGTH = 6_000
"""Characters; a longer text is too long for every messenger."""


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """A text that was published about the same place and topic."""

    ticket_id: int
    text: str
    published_on: date


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """The facts that the check needs besides the text and the question.

    ``allowed``: personal data in it may be repeated, as an answer in a private chat does with the person's own words.
    """

    today: date
    to_many: bool = False
    max_length: int | None = None
    recommended_length: int | None = None
    earlier: Sequence[EarlierAnswer] = ()
    allowed: str = ""


class AnswerChecker:
    """Marks what an answer lacks. Lists are in ``data/answers.toml``.

    *own_names* are names of the town: their words are right although no dictionary knows them.
    """

    def __init__(self, morphology: Morphology, redactor: Redactor, own_names: Iterable[str] = ()) -> None:
        rules = load_rules("answers")
        self._substance = SubstanceCheck(morphology, rules)
        self._style = StyleCheck(morphology, rules)
        own_words = " ".join([rules["town_words"], *own_names])
        self._spelling = SpellingChecker(morphology, parse_word_list(lower(own_words)), rules["mistakes"])
        self._personal = PersonalDataCheck(redactor, rules["offices"], rules["posts"])

    def check(self, answer: str, question: str, facts: AnswerFacts) -> tuple[Mark, ...]:
        """Return the marks of *answer* to *question*, the worst first; most kinds occur once at most."""
        text = answer[:MAX_CHECKED_LENGTH]
        terms = list(find_terms(text, facts.today))
        found = [
            *self._length(answer, facts),
            *self._personal_marks(text, facts),
            *self._substance.check(text, question, terms),
            *_other_dates(terms, facts),
            *(Mark(MarkKind.SPELLING, *span, right) for span, right in self._spelling.find(text)),
            *self._style.check(text, question, to_many=facts.to_many),
        ]
        return tuple(sorted(found, key=lambda mark: mark.order))

    def _length(self, answer: str, facts: AnswerFacts) -> Iterator[Mark]:
        if facts.max_length is not None and len(answer) > facts.max_length:
            yield Mark(MarkKind.TOO_LONG, facts.max_length, len(answer), str(facts.max_length))
        elif facts.recommended_length is not None and len(answer) > facts.recommended_length:
            yield Mark(MarkKind.LONG, facts.recommended_length, len(answer), str(facts.recommended_length))

    def _personal_marks(self, text: str, facts: AnswerFacts) -> Iterator[Mark]:
        greeting_end = self._style.greeting_end(text)
        return (Mark(MarkKind.PERSONAL_DATA, *span) for span in self._personal.find(text, greeting_end, facts.allowed))


def _other_dates(terms: Sequence[Term], facts: AnswerFacts) -> Iterator[Mark]:
    """Yield a mark if a day to come contradicts every day that was promised before."""
    promised = [term for term in terms if term.last is not None and term.last > facts.today]
    for earlier in facts.earlier:
        before = [
            term
            for term in find_terms(earlier.text, earlier.published_on)
            if term.last is not None and term.last > earlier.published_on
        ]
        other = [term for term in promised if not any(term.overlaps(one) for one in before)]
        if before and other and len(other) == len(promised):
            detail = f"{earlier.ticket_id}|{earlier.text[before[0].start : before[0].end]}"
            yield Mark(MarkKind.OTHER_DATE, other[0].start, other[0].end, detail)
            return
