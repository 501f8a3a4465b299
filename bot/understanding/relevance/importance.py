"""Reasons why a message may be important, found by phrases; a person decides."""

from functools import cache

from bot.domain.importance import COLD_MONTHS, ImportanceReason
from bot.understanding.answer_check.phrases import PhraseList, lower
from bot.understanding.text.rules import load_rules

MAX_TEXT_CHARS = 4000
"""Characters that are read: a card is drawn often, and what matters is said before."""


@cache
def _groups() -> tuple[tuple[ImportanceReason, PhraseList], ...]:
    rules = load_rules("importance")
    return tuple((reason, PhraseList(rules[reason.value])) for reason in ImportanceReason)


def find_reasons(text: str, month: int) -> tuple[ImportanceReason, ...]:
    """Return the reasons in *text*; *month* (1–12) is that in which it was written."""
    low = lower(text[:MAX_TEXT_CHARS])
    return tuple(
        reason
        for reason, phrases in _groups()
        if (reason is not ImportanceReason.COLD or month in COLD_MONTHS) and phrases.first(low) is not None
    )
