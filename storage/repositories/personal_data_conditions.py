"""Conditions that select the rows of a citizen, or those whose time is over, in every table of the data map."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    and_,
    bindparam,
    exists,
    false,
    or_,
    select,
)

from bot.domain.personal_data import Citizen, PersonalRows
from bot.domain.tickets import OPEN_TICKET_STATES
from storage.data_map import DATA_MAP, Rows
from storage.tables import (
    act,
    audit,
    dialog,
    flood,
    held_note,
    inbox,
    message,
    official_page_comment,
    once_key,
    outbox,
    problem,
    publication,
    sent_message,
    ticket,
    upvote,
    wrong_code,
)

_OPEN_STATES = tuple(state.value for state in OPEN_TICKET_STATES)
_KEY_COLUMNS = {Rows.TICKET: "id", Rows.OF_TICKET: "ticket_id", Rows.MESSAGE: "id", Rows.OF_MESSAGE: "message_id"}


def is_in(column: Column[Any], ids: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that *column* is one of *ids*, which stand in the statement itself: parameters are few."""
    return column.in_(bindparam(None, list(ids), type_=column.type, expanding=True, unique=True, literal_execute=True))


def is_of(account: Column[Any], user: Column[Any], citizen: Citizen) -> ColumnElement[bool]:
    """Return the condition that *user* is the citizen; their private chat has the same id in every messenger."""
    if citizen.messenger is None:
        return false()
    in_messenger = or_(account == citizen.messenger, account.startswith(f"{citizen.messenger}:"))
    return and_(user == citizen.user_id, in_messenger)


def has_expired(before: datetime) -> ColumnElement[bool]:
    return and_(
        ticket.c.anonymized_at.is_(None),
        or_(ticket.c.ended_at < before, and_(ticket.c.ended_at.is_(None), ticket.c.answered_at < before)),
        ticket.c.state.not_in(_OPEN_STATES),
    )


def is_loose(before: datetime) -> ColumnElement[bool]:
    return and_(
        message.c.stored_at < before,
        message.c.ticket_id.is_(None),
        ~exists().where(publication.c.message_id == message.c.id),
    )


def conditions(ticket_ids: Collection[int], message_ids: Collection[int]) -> dict[Table, ColumnElement[bool]]:
    """Return the conditions of the tables whose rows belong to tickets or messages."""
    return {
        table: is_in(
            table.c[_KEY_COLUMNS[data.rows]],
            ticket_ids if data.rows in (Rows.TICKET, Rows.OF_TICKET) else message_ids,
        )
        for table, data in DATA_MAP.items()
        if data.rows in _KEY_COLUMNS
    }


def mapped_conditions(found: PersonalRows) -> dict[Table, ColumnElement[bool]]:
    return conditions(found.ticket_ids, found.message_ids)


def special_conditions(found: PersonalRows) -> dict[Table, ColumnElement[bool]]:
    """Return the conditions of the other tables with a citizen's data."""
    citizen = found.citizen
    comment = official_page_comment.c
    member = select(ticket.c.problem_id).where(is_in(ticket.c.id, found.ticket_ids))
    return {
        upvote: upvote.c.author_key == citizen.key,
        problem: problem.c.id.in_(member),
        sent_message: is_of(sent_message.c.account, sent_message.c.chat_id, citizen),
        official_page_comment: exists().where(
            message.c.account == comment.account,
            message.c.chat_id == comment.chat_id,
            message.c.external_id == comment.external_id,
            is_in(message.c.id, found.message_ids),
        ),
        inbox: is_in(inbox.c.id, [*found.waiting_update_ids, *found.dead_update_ids]),
        outbox: or_(is_in(outbox.c.ticket_id, found.ticket_ids), is_of(outbox.c.account, outbox.c.chat_id, citizen)),
        held_note: is_in(held_note.c.id, found.held_note_ids),
        dialog: or_(is_in(dialog.c.ticket_id, found.ticket_ids), is_of(dialog.c.account, dialog.c.user_id, citizen)),
        audit: or_(is_in(audit.c.ticket_id, found.ticket_ids), is_in(audit.c.id, found.audit_ids)),
        once_key: once_key.c.key.in_(found.once_keys),
        act: or_(act.c.subject == citizen.key, act.c.subject.endswith(f":{citizen.key}", autoescape=True)),
        flood: flood.c.subject == citizen.key,
        wrong_code: is_of(wrong_code.c.messenger, wrong_code.c.user_id, citizen),
    }
