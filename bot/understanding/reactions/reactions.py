"""Reactions: what citizens write under an answer, thanks, «ничего не сделали», irony, a further question."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cached_property

from bot.understanding.reactions.features import FeatureExtractor, find_emoji
from bot.understanding.reactions.model import ReactionModel, load_shipped_model
from bot.understanding.text.morphology import Morphology
from bot.understanding.text.tokens import PreparedText, prepare_text

MAX_WORDS = 80
"""Words: a longer letter is about more than the answer, and a person decides about it."""

THANKFUL_SIGNS, ANGRY_SIGNS = frozenset("❤👍🙏🥰😍🤝💐🌹👏😘♥"), frozenset("👎🤡😡🤬💩😠🤮🖕")
YES = frozenset({"да", "ага", "угу", "конечно", "полностью", "все", "хорошо", "отлично", "спасибо", "вполне", "супер"})
_NO = frozenset(
    {"нет", "неа", "не", "пока", "еще", "конечно", "увы", "нету", "ни", "капли", "капельки", "нее", "совсем"}
)
QUOTED = re.compile(r"[«\"“][^«»\"“”]{1,30}[»\"”]")
"""A word in quotation marks is often meant to be its opposite: «оперативность»."""


class Reaction(StrEnum):
    """The meaning of a text under an answer."""

    UNSOLVED = "unsolved"
    SOLVED = "solved"
    THANKS = "thanks"
    QUESTION = "question"  # about something else, or about more
    CHATTER = "chatter"
    UNCLEAR = "unclear"  # a person has to read it


MIN_PROBABILITIES: Mapping[Reaction, float] = {
    Reaction.UNSOLVED: 0.8,
    Reaction.SOLVED: 0.7,
    Reaction.THANKS: 0.6,
    Reaction.QUESTION: 0.4,
    Reaction.CHATTER: 0.9,  # it is shown to nobody, so a mistake would lose the citizen's words
}
"""The probability from which the model is believed; below it a person reads the text.

Chosen on texts of hands that the model was not trained on (the last table of ``python -m bench.reactions``), for a
precision of 0.9: «unsolved» returns a ticket, «solved» confirms what may not be done, «chatter» is shown to nobody.
"""


class ReactionReader:
    """Tells what a text means as a reaction to an answer. In doubt it is not «unsolved»: that returns a ticket."""

    def __init__(self, morphology: Morphology, model: ReactionModel | None = None) -> None:
        """*model*: another than that of the package, which is read when the first text needs it."""
        self._morphology = morphology
        self._own_model = model

    @cached_property
    def _extractor(self) -> FeatureExtractor:
        return FeatureExtractor(self._morphology)

    @cached_property
    def _model(self) -> ReactionModel:
        return self._own_model or load_shipped_model()

    def read(self, text: str, appeal_score: float = 0.0) -> Reaction:
        """Return the meaning of *text*: any string, of any length.

        *appeal_score* (0–1): the chance that the same text, alone, would need action. A complaint under an answer says
        that it was of no use.
        """
        prepared = prepare_text(text)
        if (plain := read_without_model(prepared)) is not None:
            return plain
        chances = self._model.probabilities(self._extractor.extract(prepared, appeal_score))
        likeliest = Reaction(max(chances, key=chances.__getitem__))
        if chances[likeliest] < MIN_PROBABILITIES[likeliest]:
            return Reaction.UNCLEAR
        if likeliest in (Reaction.THANKS, Reaction.SOLVED) and QUOTED.search(prepared.clean):
            return Reaction.UNCLEAR
        return likeliest


def read_without_model(text: PreparedText) -> Reaction | None:
    """Return the meaning of signs alone, of a bare «да» or «нет», of a long letter: the model is not asked."""
    if not text.words:
        return _read_signs(text.clean)
    if len(text.words) > MAX_WORDS:
        return Reaction.QUESTION
    return _read_short([word.norm for word in text.words])


def _read_short(norms: Sequence[str]) -> Reaction | None:
    """Return the meaning of «да», «нет» and the like, which are whole answers to «Вопрос решён?»."""
    if norms[0] in ("да", "решено", "конечно") and YES.issuperset(norms[1:]):
        return Reaction.SOLVED
    if _NO.issuperset(norms) and {"нет", "неа", "нету", "нее"}.intersection(norms):
        return Reaction.UNSOLVED
    return None


def _read_signs(text: str) -> Reaction:
    signs = find_emoji(text)
    if signs & ANGRY_SIGNS:
        return Reaction.UNSOLVED
    return Reaction.THANKS if signs & THANKFUL_SIGNS else Reaction.CHATTER
