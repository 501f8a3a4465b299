"""Every notification, citizen's note and toast by its stored code, and the way from and to stored facts."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from bot.domain.json_types import Json
from bot.domain.notifications import (
    absences,
    administrator,
    answer_limits,
    answers,
    approvals,
    board,
    citizens,
    clarifications,
    correction_requests,
    deadlines,
    delegations,
    dialogs,
    entries,
    extensions,
    forwards,
    held_notes,
    imports,
    inquiries,
    limits,
    manual_posting,
    monitoring,
    passing,
    people,
    people_pages,
    problems,
    promises,
    refusals,
    regional,
    reports,
    review_queue,
    solutions,
    staff,
    templates,
    ticket_data,
    tickets,
    toasts,
    topics,
    words,
)
from bot.domain.notifications.base import CitizenNote, Coded, Notification, Toast
from bot.domain.notifications.codec import decode
from bot.domain.notifications.refusals import RefusalDetails
from bot.domain.notifications.toasts import AnyToast, RefusalToast, ToastCode

C = TypeVar("C", bound=Coded)

MODULES = (
    *(absences, administrator, answer_limits, answers, approvals, board, citizens, clarifications),
    *(correction_requests, deadlines, delegations, dialogs, entries, extensions, forwards, held_notes, imports),
    *(inquiries, limits, manual_posting, monitoring, passing, people, people_pages, problems, promises, refusals),
    *(regional, reports, review_queue, solutions, staff, templates, ticket_data, tickets, toasts, topics, words),
)


def _with_code(base: type[C]) -> Iterator[type[C]]:
    for kind in base.__subclasses__():
        yield from _with_code(kind)
        if "code" in vars(kind):
            yield kind


NOTIFICATIONS: Mapping[str, type[Notification]] = {kind.code: kind for kind in _with_code(Notification)}
CITIZEN_NOTES: Mapping[str, type[CitizenNote]] = {kind.code: kind for kind in _with_code(CitizenNote)}
TOASTS: Mapping[str, type[Toast]] = {kind.code: kind for kind in _with_code(Toast)}


def notification_of(facts: Json) -> Notification:
    """Return the notification that *facts* hold; raises ``KeyError`` for a code that no release had."""
    return decode(NOTIFICATIONS[facts["code"]], facts)


def citizen_note_of(facts: Json) -> CitizenNote:
    """Return the citizen's note that *facts* hold; raises ``KeyError`` for a code that no release had."""
    return decode(CITIZEN_NOTES[facts["code"]], facts)


def toast_of(facts: Json) -> AnyToast:
    """Return the toast that *facts* hold; an unknown code is a refusal without words of its own."""
    code = facts["code"]
    if code in TOASTS:
        return decode(TOASTS[code], facts)
    if code in set(ToastCode):
        return ToastCode(code)
    return RefusalToast(code, decode(RefusalDetails, facts))
