"""Toasts: short texts that a messenger shows after a button was pressed."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.notifications.base import Toast, stored
from bot.domain.notifications.refusals import RefusalDetails


class ToastCode(StrEnum):
    """Toasts without data. Append-only: the codes are stored in outbox rows."""

    NOTHING = ""
    NUDGED = "nudged"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    REOPENED = "reopened"
    SENDING = "sending"
    BY_HAND = "by_hand"
    KEPT = "kept"
    NOTED = "noted"
    CLOSED = "closed"
    CORRECTING = "correcting"
    CANCELLED = "cancelled"
    SETTINGS_ON = "settings_on"
    SETTINGS_OFF = "settings_off"
    SPLIT = "split"
    THANKS = "thanks"
    IS_TALK = "is_talk"
    ALREADY_REVIEWED = "doubt_gone"
    HISTORY = "history"
    ACCOUNT_REMOVED = "account_removed"
    CODE_REVOKED = "code_revoked"
    MUTED = "muted"
    UNMUTED = "unmuted"
    PASSED_AROUND = "passed_around"
    TEMPLATE_MADE = "template_made"
    TEMPLATE_DELETED = "template_deleted"
    ANSWER_LIMITED = "answer_limited"
    NOTED_DECISION = "answer_limit_decided"
    PERSONAL_DATA = "personal_data"
    MARKED_INCOMPLETE = "marked_incomplete"
    UNMARKED_INCOMPLETE = "unmarked_incomplete"
    SOLVED = "solved"
    APPROVAL_ASKED = "approval_asked"
    APPROVED = "approved"
    APPROVAL_CONFLICT = "approval_conflict"
    DELEGATED = "delegated"
    TAKEN_BACK = "delegate_withdrawn"
    PART_SENT = "delegate_part"
    CORRECTED = "corrected"
    NOTED_PROMISE = "noted_promise"
    TAKEN_UP = "taken_up"
    TAKEN_UP_SILENTLY = "taken_up_silently"
    CORRECTION_ACCEPTED = "correction_accepted"
    IN_WORK = "in_work"
    BUDGET_SET = "budget_set"
    LATE_PROMISE = "late_promise"
    UNDIVIDED = "undivided"


class HandedOverToast(Toast, code="handed"):
    """The ticket was handed to a sector."""

    sector: str


class MergedToast(Toast, code="merged"):
    """The ticket was merged with another, which leads them now."""

    lead_id: int = stored("lead")


class DividedToast(Toast, code="divided"):
    """Further matters of a message have tickets of their own now."""

    numbers: str


class RegisteredToast(Toast, code="is_problem"):
    """A message of the review queue became a ticket."""

    ticket_id: int = stored("number")


@dataclass(frozen=True, slots=True)
class RefusalToast:
    """The button's action was refused; ``code`` is one of :mod:`bot.domain.errors`."""

    code: str
    details: RefusalDetails


AnyToast = ToastCode | Toast | RefusalToast
