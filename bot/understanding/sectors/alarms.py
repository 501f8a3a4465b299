"""Dangers as words of a sector: people in danger are for safety, whatever the place where they are."""

from collections.abc import Mapping

from bot.domain.urgency import Danger, Urgency
from bot.understanding.relevance.urgency import Alarm

_SECTOR = "safety"
_PEOPLE_IN_DANGER = frozenset({Danger.SUICIDE, Danger.VIOLENCE, Danger.FIRE})
_GRAVE_SHARE, _OTHER_SHARE = 0.6, 0.2
"""The share that a danger gives to safety: gas and wires have sectors of their own, and others are of many kinds."""


def with_alarm(standard: Mapping[str, float], alarm: Alarm) -> Mapping[str, float]:
    """Return the topics' probabilities of the standard sectors, and what a danger adds to them."""
    if alarm.danger in _PEOPLE_IN_DANGER:
        share = _GRAVE_SHARE
    elif alarm.danger is Danger.CHILD:  # a child in an open manhole is for those who close manholes
        share = _GRAVE_SHARE * (1.0 - max(standard.values(), default=0.0))
    elif alarm.danger is None and alarm.urgency is Urgency.DANGER:
        share = _OTHER_SHARE
    else:
        return standard
    return {code: value * (1.0 - share) + share * (code == _SECTOR) for code, value in standard.items()}
