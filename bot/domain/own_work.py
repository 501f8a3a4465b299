"""The work that waits for an official (``/my``): the reasons, and their order."""

from enum import StrEnum


class WorkReason(StrEnum):
    """The official's task in a ticket. Stored: never change."""

    SORT = "sort"  # choose the block
    ACCEPT = "accept"
    CALL = "call"  # to the applicant, before the answer
    PROMISED = "promised"  # the day that was named to the citizen is today
    APPROVE = "approve"
    REWORK = "rework"  # a draft was returned with a remark
    REPLY = "reply"  # to a question of another unit, or one that the management decides
    FIX = "fix"  # a request for a correction
    DRAFT = "draft"  # asked to write the answer
    ANSWER = "answer"
    ENTER = "enter"  # into the system that the ticket came from
    PUBLISHING = "publishing"  # from here on others have to act
    AWAIT_APPROVAL = "await_approval"
    AWAIT_ENTRY = "await_entry"
    AWAIT_CITIZEN = "await_citizen"
    WATCH = "watch"  # a colleague has it

    @property
    def is_waiting(self) -> bool:
        """True if nothing is to be done now."""
        return self in _WAITING


_WAITING = frozenset(
    {
        WorkReason.PUBLISHING,
        WorkReason.AWAIT_APPROVAL,
        WorkReason.AWAIT_ENTRY,
        WorkReason.AWAIT_CITIZEN,
        WorkReason.WATCH,
    }
)


class WorkSection(StrEnum):
    """A part of the work of somebody with several roles. Stored; a system adds its code: «system:pos»."""

    APPROVAL = "approval"
    SORTING = "sorting"
    BLOCK = "block"
    ENTRY = "entry"
    SYSTEM = "system"
