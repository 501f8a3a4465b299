"""Conditions without which a periodic task has nothing to do: they are read from the agenda, one statement for all.

A condition may be true although there is nothing to do; it is never false although there is something.
"""

from collections.abc import Callable
from datetime import datetime

from bot.domain.agenda import Agenda, is_over

Condition = Callable[[Agenda, datetime], bool]


def has_reminders(agenda: Agenda, now: datetime) -> bool:
    return agenda.notices_wait or agenda.outage_unreported or is_over(agenda.deadline_at, now)


def has_rerouting(agenda: Agenda, now: datetime) -> bool:
    return agenda.messenger_fails or agenda.account_diverted


def has_failing_messenger(agenda: Agenda, now: datetime) -> bool:
    return agenda.messenger_fails


def has_held_notes(agenda: Agenda, now: datetime) -> bool:
    return agenda.notes_held


def has_absences(agenda: Agenda, now: datetime) -> bool:
    return agenda.absence_planned


def has_inquiries(agenda: Agenda, now: datetime) -> bool:
    return is_over(agenda.inquiry_at, now)


def has_promises(agenda: Agenda, now: datetime) -> bool:
    return is_over(agenda.promise_at, now)


def has_checks(agenda: Agenda, now: datetime) -> bool:
    return is_over(agenda.check_at, now)


def has_imports(agenda: Agenda, now: datetime) -> bool:
    return agenda.import_open


def has_expired_dialogs(agenda: Agenda, now: datetime) -> bool:
    return is_over(agenda.dialog_ends_at, now)


def has_unlisted_posts(agenda: Agenda, now: datetime) -> bool:
    return agenda.review_waits


def has_questions(agenda: Agenda, now: datetime) -> bool:
    return is_over(agenda.question_at, now)


def has_controls(agenda: Agenda, now: datetime) -> bool:
    return is_over(agenda.control_at, now)


def has_boards(agenda: Agenda, now: datetime) -> bool:
    return agenda.board_shown
