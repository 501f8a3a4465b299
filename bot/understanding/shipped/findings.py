"""The findings of the rules in a message, which the models read and are trained on."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.understanding.model.features import TextFeatures
from bot.understanding.relevance.urgency import Alarm
from bot.understanding.sectors.scoring import Evidence


class MessageFindings(NamedTuple):
    """The findings in one message. ``standard``: the rules' probabilities of the standard sectors; ``sharing``: the
    sectors that share the strongest topic; ``log_odds``: the rules' opinion about its relevance; ``pieces``: of the
    features' words."""

    evidence: Evidence
    features: TextFeatures
    signs: Mapping[str, float]
    standard: Mapping[str, float]
    sharing: tuple[str, ...]
    log_odds: float
    alarm: Alarm
    pieces: Sequence[tuple[bytes, float]]
