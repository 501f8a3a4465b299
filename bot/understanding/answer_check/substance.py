"""The substance of an answer: deeds, terms, and whether it is about what was asked."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.answer_marks import Mark, MarkKind
from bot.understanding.answer_check.phrases import PhraseList, Span, lower
from bot.understanding.answer_check.terms import Term
from bot.understanding.text.morphology import Morphology, WordForm
from bot.understanding.text.word_lists import parse_word_list

_WORD = re.compile(r"[а-я]+(?:-[а-я]+)*")
_DIGIT = re.compile(r"\d")
_SENTENCE = re.compile(r"[^.!?…\n]+[.!?…\n]*")
_INTERROGATIVES = re.compile(
    r"\W*(?:а |и |но )?(?:когда|почему|зачем|кто|кому|куда|где|сколько|как|какой|какая|какие|чей|что за|будет ли|"
    r"можно ли)\b"
)
_DENIALS = frozenset({"не", "ни"})
_PREPOSITIONS = frozenset({"с", "со", "перед", "над", "под", "между", "за"})
_NAMES = frozenset({"Name", "Patr", "Surn", "Geox"})
_FINITE = frozenset({"VERB", "PRTS"})
_MIN_STEM = 3
_SENT_REACH = 60
"""Characters after «направили» within which the thing that was sent is named."""


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    norm: str
    form: WordForm
    before: str
    """The word right before it, if nothing but a space is between them."""

    @property
    def lemma(self) -> str:
        return self.form.lemmas[0] if self.form.lemmas else self.norm

    @property
    def denied(self) -> bool:
        return self.before in _DENIALS

    @property
    def tag(self) -> frozenset[str]:
        """The likeliest analysis; a verb before a short adjective («подтянут», «убран»)."""
        first: frozenset[str] = next(iter(self.form.tags), frozenset())
        return next((tag for tag in self.form.tags if tag & _FINITE), first) if "ADJS" in first else first

    def is_finite(self) -> bool:
        """Return whether it is a verb in the indicative, or a short participle."""
        return bool(self.tag & _FINITE) and "impr" not in self.tag

    def is_active(self) -> bool:
        """Return whether somebody does, did or will do it: «заделали», «работает», not «заделана»."""
        return "VERB" in self.tag and bool(self.tag & {"perf", "pres"}) and not self.norm.endswith(("ся", "сь"))

    def is_explanation(self) -> bool:
        """Return whether it tells what happened, not what was done: «подорожал», «лопнула»."""
        return self.tag.issuperset(("VERB", "past", "intr"))

    def is_doer(self) -> bool:
        """Return whether it names who does it in a passive sentence: «силами службы», «подрядчиком»."""
        return self.norm == "силами" or (
            self.tag.issuperset(("NOUN", "ablt", "anim")) and self.before not in _PREPOSITIONS
        )


class SubstanceCheck:
    """Finds answers without a deed, without a term, and those that miss the question."""

    def __init__(self, morphology: Morphology, rules: dict[str, Any]) -> None:
        self._morphology = morphology
        self._empty = frozenset(lower(rules["empty_verbs"]).split())
        self._forward = frozenset(lower(rules["forward_verbs"]).split())
        self._timeless = frozenset(lower(rules["timeless_verbs"]).split())
        self._passive_verbs = frozenset(lower(rules["passive_verbs"]).split())
        self._polite = PhraseList(rules["empty_phrases"])
        self._sent = parse_word_list(lower(rules["sent"]))
        self._decisions, self._process = PhraseList(rules["decisions"]), PhraseList(rules["process"])
        self._ways, self._vague = PhraseList(rules["imperatives"].replace(" ", ";")), PhraseList(rules["vague"])
        self._common = frozenset(lower(rules["common_nouns"]).split())
        self._synonyms = [tuple(line.split()) for line in lower(rules["synonyms"]).splitlines() if line]

    def check(self, text: str, question: str, terms: Sequence[Term]) -> Iterator[Mark]:
        """Yield the marks of an answer with *terms* to *question*."""
        low = lower(text)
        tokens = self._tokens(low)
        finite = [word for word in tokens if word.is_finite() and not word.denied]
        forwarded = [word for word in finite if word.lemma in self._forward and not self._sends_somebody(low, word)]
        deeds = [word for word in finite if word not in forwarded and self._is_deed(word, terms)]
        answers_something = deeds or self._decisions.first(low) or self._ways.first(low)
        if forwarded and not answers_something:
            yield Mark(MarkKind.FORWARDED_ONLY, forwarded[0].start, forwarded[0].end)
        elif not (answers_something or terms or _DIGIT.search(low)) and self._is_empty(low, finite):
            yield Mark(MarkKind.NO_ACTION)
        if not terms and (place := self._promise(low, [*forwarded, *deeds])) is not None:
            yield Mark(MarkKind.NO_DATE, *place)
        yield from self._passive(tokens)
        yield from self._missed_questions(tokens, question)

    def _is_empty(self, low: str, finite: Sequence[_Token]) -> bool:
        """Return whether politeness, or a report of activity, takes the place of a deed."""
        said = self._process.first(low) or self._polite.first(low)
        return said is not None or any(word.lemma in self._empty for word in finite)

    def _passive(self, tokens: Sequence[_Token]) -> Iterator[Mark]:
        """Yield a mark if the answer tells its measures in the passive alone and names nobody who takes them."""
        active = (word for word in tokens if word.is_active() and not word.denied and word.lemma not in self._empty)
        passive = next((word for word in tokens if self._is_passive(word)), None)
        if passive is not None and next(active, None) is None and not any(word.is_doer() for word in tokens):
            yield Mark(MarkKind.PASSIVE, passive.start, passive.end)

    def _is_passive(self, word: _Token) -> bool:
        is_measure = "PRTS" in word.tag and word.lemma not in self._timeless
        return is_measure or ("VERB" in word.tag and word.lemma in self._passive_verbs)

    def _tokens(self, low: str) -> list[_Token]:
        found: list[_Token] = []
        for word in _WORD.finditer(low):
            joined = bool(found) and low[found[-1].end : word.start()] == " "
            before = found[-1].norm if joined else ""
            found.append(_Token(*word.span(), word[0], self._morphology.form(word[0]), before))
        return found

    def _is_deed(self, word: _Token, terms: Sequence[Term]) -> bool:
        """Return whether the verb changes something: it is complete, goes on now, or has a term."""
        if word.lemma in self._empty:
            return False
        return "perf" in word.tag or word.is_active() or bool(terms)

    def _sends_somebody(self, low: str, word: _Token) -> bool:
        around = low[max(0, word.start - _SENT_REACH) : word.end + _SENT_REACH]
        return any(self._sent.contains(near[0]) for near in _WORD.finditer(around))

    def _promise(self, low: str, words: Sequence[_Token]) -> Span | None:
        """Return the place where a term is missing: a vague one, else the deed."""
        words = [word for word in words if word.lemma not in self._timeless and not word.is_explanation()]
        complete = [word for word in words if word.lemma in self._forward or "perf" in word.tag]
        place = self._vague.first(low) or self._process.first(low)
        if place is None and complete:
            place = (complete[0].start, complete[0].end)
        return place

    def _missed_questions(self, answer: Sequence[_Token], question: str) -> Iterator[Mark]:
        """Yield a mark for the first question none of whose subjects the answer names."""
        said = {word.lemma for word in answer} | {word.norm for word in answer}
        for sentence in _SENTENCE.finditer(lower(question)):
            if not (sentence[0].rstrip().endswith("?") or _INTERROGATIVES.match(sentence[0])):
                continue
            nouns = [word for word in self._tokens(sentence[0]) if self._is_subject(word)]
            if nouns and not any(self._is_named(word.lemma, said) for word in nouns):
                yield Mark(MarkKind.QUESTION_MISSED, detail=nouns[0].lemma)
                return

    def _is_subject(self, word: _Token) -> bool:
        return "NOUN" in word.tag and word.form.known and word.lemma not in self._common and not word.tag & _NAMES

    def _is_named(self, noun: str, said: set[str]) -> bool:
        wanted = {noun, *(other for line in self._synonyms if noun in line for other in line)}
        return any(word.startswith(_stem(one)) for one in wanted for word in said)


def _stem(noun: str) -> str:
    """Return the beginning that related words share: «освещение», «осветить»; «вода», «водоснабжение»."""
    return noun[: max(_MIN_STEM, min(len(noun) - 2, 5))] if len(noun) > _MIN_STEM else noun[:_MIN_STEM]
