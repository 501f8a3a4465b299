"""The importance of a ticket: a person sets it, the machine proposes it with its reasons."""

from enum import StrEnum


class Importance(StrEnum):
    """The importance of a ticket; only a person sets it."""

    NORMAL = "normal"
    HIGH = "high"


class ImportanceReason(StrEnum):
    """A reason why a ticket may be important."""

    CHILDREN = "children"
    DISABLED = "disabled"
    VETERANS = "veterans"  # old people, and families with privileges
    COLD = "cold"  # no heating in the cold season
    REPEATED = "repeated"
    SUPERVISOR = "supervisor"  # an authority above the town, or a court
    MEDIA = "media"
    MANY = "many"  # a whole house or settlement
    LASTING = "lasting"  # for weeks or years


COLD_MONTHS = frozenset({1, 2, 3, 4, 10, 11, 12})
"""Months in which a flat without heating is cold."""
