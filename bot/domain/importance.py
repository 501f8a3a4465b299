"""The importance of a ticket."""

from enum import StrEnum


class Importance(StrEnum):
    """The importance of a ticket; only a person sets it."""

    NORMAL = "normal"
    HIGH = "high"
