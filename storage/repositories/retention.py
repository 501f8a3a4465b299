"""Deletion of expired rows, in pieces small enough that nothing waits for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Table, and_, delete, exists, literal_column, select, tuple_
from sqlalchemy.sql.expression import FromClause

from bot.domain.inbox import InboxStatus
from bot.domain.outbox import OutboxStatus
from storage.repositories.base import Repository
from storage.tables import (
    act,
    button,
    card,
    due_moment,
    erasure,
    held_note,
    inbox,
    notice,
    once_key,
    outbox,
    sent_message,
    ticket,
    unread,
)


class RetentionKind(StrEnum):
    """Kinds of rows that are deleted after a while."""

    UPDATES = "updates"  # handled raw updates
    DEAD_UPDATES = "dead_updates"  # dead letters
    OUTBOX = "outgoing"  # sent, failed or dropped
    NOTICES = "notices"  # notices that were sent
    DUE_MOMENTS = "moments"  # due moments of tickets that have ended
    DAILY_KEYS = "days"  # once-keys of a day
    SENT_MESSAGES = "letters"  # sent messages about tickets
    ACTS = "acts"  # what citizens did, for the limits of an hour
    UNREAD = "unread"  # counts of content that was not read
    BUTTONS = "buttons"  # what the buttons under sent messages are about
    HELD_NOTES = "held_notes"  # notes that nobody could be reached for
    CARDS = "cards"  # where the cards of ended tickets were shown
    ERASURES = "erasures"  # records that a person's data were erased


@dataclass(frozen=True, slots=True)
class _RetentionRule:
    table: Table
    is_old: Callable[[datetime], ColumnElement[bool]]


_FINISHED = (OutboxStatus.SENT, OutboxStatus.FAILED, OutboxStatus.DROPPED)
_DAILY_KEY_PATTERN = "%:____-__-__"

_RULES: Mapping[RetentionKind, _RetentionRule] = {
    RetentionKind.UPDATES: _RetentionRule(
        inbox, lambda before: and_(inbox.c.status == InboxStatus.DONE, inbox.c.done_at < before)
    ),
    RetentionKind.DEAD_UPDATES: _RetentionRule(
        inbox, lambda before: and_(inbox.c.status == InboxStatus.DEAD, inbox.c.done_at < before)
    ),
    RetentionKind.OUTBOX: _RetentionRule(
        outbox, lambda before: and_(outbox.c.status.in_(_FINISHED), outbox.c.done_at < before)
    ),
    RetentionKind.NOTICES: _RetentionRule(notice, lambda before: notice.c.sent_at < before),
    RetentionKind.DUE_MOMENTS: _RetentionRule(
        due_moment,
        # planner: written out as in the partial index (test_a_hot_question_uses_an_index, "terms: …").
        lambda before: and_(
            due_moment.c.at < before, due_moment.c.state != literal_column("'waiting'"), _ticket_has_ended(due_moment)
        ),
    ),
    RetentionKind.DAILY_KEYS: _RetentionRule(
        once_key, lambda before: and_(once_key.c.at < before, once_key.c.key.like(_DAILY_KEY_PATTERN))
    ),
    RetentionKind.SENT_MESSAGES: _RetentionRule(
        sent_message, lambda before: and_(sent_message.c.sent_at < before, _ticket_has_ended(sent_message))
    ),
    RetentionKind.ACTS: _RetentionRule(act, lambda before: act.c.at < before),
    RetentionKind.UNREAD: _RetentionRule(unread, lambda before: unread.c.at < before),
    RetentionKind.BUTTONS: _RetentionRule(button, lambda before: button.c.sent_at < before),
    RetentionKind.HELD_NOTES: _RetentionRule(held_note, lambda before: held_note.c.until < before),
    RetentionKind.CARDS: _RetentionRule(card, lambda before: and_(card.c.updated_at < before, _ticket_has_ended(card))),
    RetentionKind.ERASURES: _RetentionRule(erasure, lambda before: erasure.c.at < before),
}


class Retention(Repository):
    """Deletion of expired rows."""

    async def delete_expired(self, kind: RetentionKind, before: datetime, limit: int) -> int:
        """Delete up to *limit* rows of *kind* that are older than *before*; return the number of deleted rows."""
        rule = _RULES[kind]
        key = tuple_(*rule.table.primary_key) if len(rule.table.primary_key) > 1 else next(iter(rule.table.primary_key))
        old = select(*rule.table.primary_key).where(rule.is_old(before)).limit(limit)
        result = await self._transaction.execute(delete(rule.table).where(key.in_(old)))
        return int(result.rowcount)


def _ticket_has_ended(table: FromClause) -> ColumnElement[bool]:
    return exists().where(ticket.c.id == table.c.ticket_id, ticket.c.ended_at.is_not(None))
