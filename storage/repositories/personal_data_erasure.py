"""Erasure of citizens' data, of one person or of what is old. The statements are built from :mod:`storage.data_map`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    Text,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    text,
    update,
)

from bot.domain.inbox import InboxStatus
from bot.domain.outbox import OutboxKind, OutboxStatus
from bot.domain.personal_data import DatabaseCopy, PersonalRows
from storage.data_map import DATA_MAP, Content
from storage.repositories.audit_seals import AuditSeals
from storage.repositories.base import Repository
from storage.repositories.outbox_queries import is_pending
from storage.repositories.personal_data import CITIZEN_KEY_PREFIXES
from storage.repositories.personal_data_conditions import (
    conditions,
    has_expired,
    is_in,
    is_loose,
    is_of,
    mapped_conditions,
    special_conditions,
)
from storage.repositories.quotations import without_quotations
from storage.tables import (
    act,
    answer,
    audit,
    dialog,
    erasure,
    flood,
    held_message,
    held_note,
    inbox,
    message,
    official_page_comment,
    once_key,
    outbox,
    problem,
    review_item,
    sent_message,
    ticket,
    upvote,
    wrong_code,
)
from storage.tables.base import JsonDocument

_RENDERED_FROM_ROWS = (OutboxKind.CARD.value, OutboxKind.REVIEW_LIST.value, OutboxKind.BOARD.value)
"""Kinds of waiting messages without words of their own: they show what is left."""

_EMPTY_LISTS = ("media", "external_ids", "progress")
"""JSON columns that hold a list; the others hold an object."""


class PersonalDataErasure(Repository):
    """Erasure of a citizen's data."""

    async def erase(self, found: PersonalRows, now: datetime) -> dict[str, int]:
        """Erase the data of a citizen; return the number of rows by table."""
        await self._overwrite_deleted()
        special, mapped = special_conditions(found), mapped_conditions(found)
        mapped[answer] = and_(mapped[answer], answer.c.problem_id.is_(None))  # for a problem: addressed to everybody
        counts = {table.name: await self._count(table, one) for table, one in (special | mapped).items()}
        await self._clear_problems(special[problem])
        await self._erase_outbox(found, special[outbox], now)
        await self._erase_held_notes(found)
        await self._erase_inbox(found, now)
        for table in (official_page_comment, sent_message, dialog, once_key, wrong_code, act):
            await self._transaction.execute(delete(table).where(special[table]))
        for table in (upvote, flood):
            await self._clear(table, special[table], Content.PERSONAL)
        for table in (review_item, held_message):
            await self._transaction.execute(delete(table).where(mapped[table]))
        for table, condition in mapped.items():
            await self._clear(table, condition, Content.PERSONAL, Content.PRECISE, Content.PRIVATE_CHAT)
        await self._mark_anonymized(found.ticket_ids, now)
        return {name: count for name, count in counts.items() if count and name != audit.name}

    async def erase_audit(self, found: PersonalRows) -> list[int]:
        """Remove the account of a citizen from the audit; return the records that named it."""
        return await AuditSeals(self._transaction).erase_personal(special_conditions(found)[audit])

    async def add_erasure(
        self, now: datetime, by: str, account_hash: str, counts: Mapping[str, int], copies: Sequence[DatabaseCopy]
    ) -> int:
        """Record an erasure and return its number."""
        listed = [{"at": one.at.isoformat(), "file": one.file} for one in copies]
        result = await self._transaction.execute(
            insert(erasure)
            .values(at=now, performed_by=by[:64], account_hash=account_hash, counts=dict(counts), copies=listed)
            .returning(erasure.c.id)
        )
        return int(result.scalar_one())

    async def merge_search_index(self) -> None:
        """Let SQLite's search index forget the pieces of erased words (https://sqlite.org/fts5.html, «optimize»)."""
        if not self._transaction.is_shared:
            await self._transaction.execute(text("INSERT INTO ticket_search (ticket_search) VALUES ('optimize')"))

    async def has_expired(self, before: datetime) -> bool:
        """Return whether some words are older than this moment: of an ended ticket, or of a message without one."""
        for table, condition in ((ticket, has_expired(before)), (message, is_loose(before))):
            if await self._rows(select(table.c.id).where(condition).limit(1)):
                return True
        return False

    async def count_expired(self, before: datetime) -> int:
        """Count the tickets that ended before this moment and still hold words, and messages without a ticket."""
        return await self._count(ticket, has_expired(before)) + await self._count(message, is_loose(before))

    async def anonymize_expired(self, before: datetime, limit: int, now: datetime) -> tuple[int, list[int]]:
        """Erase the words of up to *limit* tickets that ended before this moment.

        Return their number, and the audit records that named an account.
        """
        await self._overwrite_deleted()
        rows = await self._rows(select(ticket.c.id).where(has_expired(before)).limit(limit))
        ids = [row.id for row in rows]
        posts = [row.id for row in await self._rows(select(message.c.id).where(is_in(message.c.ticket_id, ids)))]
        own_chat = exists().where(
            ticket.c.id == sent_message.c.ticket_id,
            ticket.c.account == sent_message.c.account,
            ticket.c.author_id == sent_message.c.chat_id,
        )
        await self._transaction.execute(delete(sent_message).where(is_in(sent_message.c.ticket_id, ids), own_chat))
        await self._clear_problems(problem.c.lead_id.in_(ids))
        await self._clear(upvote, is_in(upvote.c.ticket_id, ids), Content.PERSONAL)
        for table, condition in conditions(ids, posts).items():
            await self._clear(table, condition, Content.PERSONAL, Content.PRIVATE_CHAT)
        cleared = await AuditSeals(self._transaction).erase_personal(is_in(audit.c.ticket_id, ids)) if ids else []
        await self._mark_anonymized(ids, now)
        return len(ids), cleared

    async def delete_loose(self, before: datetime, limit: int) -> int:
        """Delete messages without a ticket, and citizens' once-keys, of before this moment; return their number."""
        rows = await self._rows(select(message.c.id).where(is_loose(before)).limit(limit))
        ids = [row.id for row in rows]
        for table in (review_item, held_message):
            await self._transaction.execute(delete(table).where(is_in(table.c.message_id, ids)))
        await self._transaction.execute(delete(message).where(is_in(message.c.id, ids)))
        keys = or_(*(once_key.c.key.startswith(prefix) for prefix in CITIZEN_KEY_PREFIXES))
        await self._transaction.execute(delete(once_key).where(once_key.c.at < before, keys))
        return len(ids)

    async def _overwrite_deleted(self) -> None:
        """Let SQLite overwrite with zeros what this connection deletes (https://sqlite.org/pragma.html)."""
        if not self._transaction.is_shared:
            await self._transaction.execute(text("PRAGMA secure_delete=ON"))

    async def _clear(self, table: Table, condition: ColumnElement[bool], *contents: Content) -> None:
        values = {column.name: self._cleared(column) for column in DATA_MAP[table].columns(table, *contents)}
        if values:
            await self._transaction.execute(update(table).where(condition).values(values))

    def _cleared(self, column: Column[Any]) -> Any:
        """Return what replaces the value of *column*: nothing, or a random name where something must be."""
        if column is ticket.c.place:
            both = ticket.c.settlement + ", " + ticket.c.street
            return func.coalesce(both, ticket.c.street, ticket.c.settlement)
        empty: Any
        if column.nullable:
            empty = null()
        elif isinstance(column.type, JsonDocument):
            empty = [] if column.name in _EMPTY_LISTS else {}
        elif isinstance(column.type, Text):
            empty = ""
        elif self._transaction.is_shared:
            empty = literal("gone:").concat(func.gen_random_uuid())
        else:
            empty = literal("gone:").concat(func.hex(func.randomblob(16)))
        is_private = DATA_MAP[column.table].contents[column.name] is Content.PRIVATE_CHAT
        return case((column.table.c.chat_kind == "private", empty), else_=column) if is_private else empty

    async def _mark_anonymized(self, ticket_ids: Collection[int], now: datetime) -> None:
        await self._transaction.execute(
            update(ticket).where(is_in(ticket.c.id, ticket_ids)).values(anonymized_at=now, version=ticket.c.version + 1)
        )

    async def _clear_problems(self, condition: ColumnElement[bool]) -> None:
        for row in await self._rows(select(problem.c.id, problem.c.sketch).where(condition)):
            await self._transaction.execute(
                update(problem).where(problem.c.id == row.id).values(sketch={**row.sketch, "chats": {}, "words": []})
            )

    async def _erase_outbox(self, found: PersonalRows, own: ColumnElement[bool], now: datetime) -> None:
        """Withdraw what waits about the citizen, and empty the log of sent messages, which may quote their words."""
        not_rendered = outbox.c.kind.not_in(_RENDERED_FROM_ROWS)
        await self._transaction.execute(
            update(outbox)
            .where(is_pending(outbox), own, not_rendered)
            .values(status=OutboxStatus.DROPPED.value, error="erased", done_at=now, leased_until=None, holder=None)
        )
        for row in await self._rows(select(outbox.c.id, outbox.c.facts).where(is_pending(outbox))):
            await self._clear_quotations(outbox, row, found.words)
        finished = ~is_pending(outbox)
        await self._clear(outbox, finished, Content.PERSONAL)
        in_own_chat = is_of(outbox.c.account, outbox.c.chat_id, found.citizen)
        await self._clear(outbox, and_(finished, in_own_chat), Content.PRIVATE_CHAT)

    async def _erase_held_notes(self, found: PersonalRows) -> None:
        for row in await self._rows(select(held_note).where(is_in(held_note.c.id, found.held_note_ids))):
            await self._clear_quotations(held_note, row, found.words)

    async def _clear_quotations(self, table: Table, row: Any, words: Collection[str]) -> None:
        facts = without_quotations(row.facts, words)
        if facts != row.facts:
            await self._transaction.execute(update(table).where(table.c.id == row.id).values(facts=facts))

    async def _erase_inbox(self, found: PersonalRows, now: datetime) -> None:
        """Empty the citizen's updates, and all handled ones: presses and replies repeat the words of the cards."""
        await self._transaction.execute(
            update(inbox)
            .where(is_in(inbox.c.id, found.waiting_update_ids))
            .values(status=InboxStatus.DONE.value, done_at=now)
        )
        done = or_(inbox.c.status == InboxStatus.DONE.value, is_in(inbox.c.id, found.dead_update_ids))
        await self._clear(inbox, done, Content.PERSONAL)
