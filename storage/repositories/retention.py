"""What may be forgotten, in pieces so small that nobody waits for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Table, and_, delete, exists, literal_column, or_, select, text, tuple_
from sqlalchemy.sql.expression import FromClause

from storage.repositories.base import Repository
from storage.tables import audit, card, due, inbox, letter, notice, once, outbox, ticket


class Kind(StrEnum):
    """Something that is kept for a while and not for ever."""

    UPDATES = "updates"  # raw ones that were handled
    DEAD_UPDATES = "dead_updates"  # such as could not be
    OUTGOING = "outgoing"  # sent, failed or dropped
    NOTICES = "notices"  # that somebody was told of
    MOMENTS = "moments"  # due moments of tickets that have ended
    DAYS = "days"  # what was told once a day
    LETTERS = "letters"  # which message of ours is about which ticket
    CARDS = "cards"  # where the cards of ended tickets were shown
    HISTORY = "history"  # the audit of tickets that have ended, and of what was no ticket's


@dataclass(frozen=True, slots=True)
class _Rule:
    table: Table
    is_old: Callable[[datetime], ColumnElement[bool]]


_IS_PAST = due.c.state != literal_column("'waiting'")  # as the partial index has it
_ENDS_IN_A_DAY = "%:____-__-__"

_RULES: Mapping[Kind, _Rule] = {
    Kind.UPDATES: _Rule(inbox, lambda before: and_(inbox.c.status == "done", inbox.c.done_at < before)),
    Kind.DEAD_UPDATES: _Rule(inbox, lambda before: and_(inbox.c.status == "dead", inbox.c.done_at < before)),
    Kind.OUTGOING: _Rule(
        outbox, lambda before: and_(outbox.c.status.in_(("sent", "failed", "dropped")), outbox.c.done_at < before)
    ),
    Kind.NOTICES: _Rule(notice, lambda before: notice.c.sent_at < before),
    Kind.MOMENTS: _Rule(
        due, lambda before: and_(due.c.at < before, due.c.state != literal_column("'waiting'"), _has_ended(due))
    ),
    Kind.DAYS: _Rule(once, lambda before: and_(once.c.at < before, once.c.key.like(_ENDS_IN_A_DAY))),
    Kind.LETTERS: _Rule(letter, lambda before: and_(letter.c.sent_at < before, _has_ended(letter))),
    Kind.CARDS: _Rule(card, lambda before: and_(card.c.updated_at < before, _has_ended(card))),
    Kind.HISTORY: _Rule(
        audit, lambda before: and_(audit.c.at < before, or_(audit.c.ticket_id.is_(None), _has_ended(audit)))
    ),
}


class Retention(Repository):
    """Forgets what is old."""

    async def forget(self, kind: Kind, before: datetime, most: int) -> int:
        """Delete up to *most* rows of *kind* that are older than *before*; how many there were."""
        rule = _RULES[kind]
        key = tuple_(*rule.table.primary_key) if len(rule.table.primary_key) > 1 else next(iter(rule.table.primary_key))
        old = select(*rule.table.primary_key).where(rule.is_old(before)).limit(most)
        result = await self._connection.execute(delete(rule.table).where(key.in_(old)))
        return int(result.rowcount)

    async def shrink(self, pages: int) -> bool:
        """Give up to *pages* back to the system; whether more are free. SQLite's file only."""
        before = await self._free_pages()
        if before:
            await self._connection.execute(text(f"PRAGMA incremental_vacuum({int(pages)})"))
        after = await self._free_pages()
        return 0 < after < before

    async def _free_pages(self) -> int:
        return int((await self._connection.execute(text("PRAGMA freelist_count"))).scalar_one())


def _has_ended(table: FromClause) -> ColumnElement[bool]:
    return exists().where(ticket.c.id == table.c.ticket_id, ticket.c.ended_at.is_not(None))
