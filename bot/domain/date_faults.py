"""The faults of a typed deadline, for those who only tell of them: the grammar of dates is a reader's."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DateFault(StrEnum):
    """The reason why a text cannot be a deadline. Stored in prompts."""

    UNREAD = "unread"
    PAST = "past"
    FAR = "far"  # taken for a typing error


@dataclass(frozen=True, slots=True)
class PassedDay:
    """A day that has passed, as it was said, and the next such day, which may have been meant."""

    said: datetime
    offered: datetime
