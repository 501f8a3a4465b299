"""Tickets; every change is guarded by the version, so that one of two concurrent changes wins."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    Select,
    and_,
    bindparam,
    column,
    func,
    insert,
    literal_column,
    or_,
    select,
    table,
    update,
)

from bot.domain.problems import Candidate
from bot.domain.ticket_changes import NewTicket, TicketChange
from bot.domain.tickets import State, Ticket
from storage.batching.candidate_cache import CachedCandidate
from storage.batching.id_allocator import IdAllocator
from storage.repositories.base import Repository
from storage.repositories.ticket_rows import TICKET_COLUMNS, added_ticket, columns_of, ticket_columns, ticket_from_row
from storage.tables import ticket
from storage.tables.tickets import OPEN_STATES_SQL
from storage.transaction import Transaction

_INSERT = insert(ticket)
_NEW_FIELDS = tuple(field.name for field in fields(NewTicket))
_read_fields = attrgetter(*_NEW_FIELDS)

_EXCERPT_LENGTH = 600

SHORT_WORD_SEARCH_DEPTH = 20_000
"""The number of latest tickets searched for words shorter than a trigram, such as «5а»."""

_TRIGRAM_LENGTH = 3
_SEARCH_INDEX = table("ticket_search", column("rowid"))


@cache
def _get_query(*, lock: bool) -> Select[Any]:
    query = select(*TICKET_COLUMNS).where(ticket.c.id == bindparam("number", type_=ticket.c.id.type))
    return query.with_for_update(key_share=True) if lock else query


class Tickets(Repository):
    """The tickets: the central aggregate."""

    def __init__(self, transaction: Transaction, ids: IdAllocator) -> None:
        super().__init__(transaction)
        self._ids = ids
        self._cache = transaction.cache

    async def add(self, new: NewTicket) -> Ticket:
        """Insert a ticket."""
        ticket_id = await self._ids.allocate(ticket)
        values = dict(zip(_NEW_FIELDS, _read_fields(new), strict=True))
        self._transaction.defer_insert(_INSERT, columns_of(values) | {"id": ticket_id})
        added = added_ticket(ticket_id, values)
        self._cache.add_new_ticket(added, new.author_key)
        if new.divided_from is not None:
            self._cache.on_message_attached(added.id)  # it shares those of its first ticket
        if new.subject_family is not None and new.fingerprint is not None and new.problem_id is None:
            alone = Candidate(None, ticket_id, new.fingerprint, answered=False, urgency=new.urgency)
            self._cache.candidates.upsert(
                CachedCandidate(alone, new.registered_at, new.subject_family, new.sector, new.author_key)
            )
        return added

    async def get(self, ticket_id: int, *, lock: bool = False) -> Ticket | None:
        """Return the ticket; with *lock* no other transaction changes it until this one ends.

        Locks with FOR NO KEY UPDATE, so that rows with a foreign key to the ticket can still be inserted (avoids a
        deadlock with reminders).
        """
        if (known := self._cache.locked_tickets.get(ticket_id)) is not None:
            return known
        sees = (ticket,) if ticket_id in self._cache.tickets_with_pending_writes else ()
        result = await self._transaction.execute(_get_query(lock=lock), {"number": ticket_id}, reads=sees)
        row = result.first()
        return self._cache_if_locked(ticket_from_row(row), locked=lock) if row else None

    def _cache_if_locked(self, found: Ticket, *, locked: bool) -> Ticket:
        """Cache *found* if no other transaction can change it before this one ends."""
        if locked:
            self._cache.locked_tickets[found.id] = found
        return found

    async def list_divided_from(self, ticket_id: int) -> list[Ticket]:
        """List the tickets that share the message of this one, oldest first."""
        result = await self._transaction.execute(
            select(*TICKET_COLUMNS).where(ticket.c.divided_from == ticket_id).order_by(ticket.c.id)
        )
        return [ticket_from_row(row) for row in result]

    async def list_with_number(self, external_number: str) -> list[Ticket]:
        """List the tickets that have this number in another system, oldest first."""
        result = await self._transaction.execute(
            select(*TICKET_COLUMNS).where(ticket.c.external_number == external_number).order_by(ticket.c.id).limit(20)
        )
        return [ticket_from_row(row) for row in result]

    async def get_many(self, ids: Collection[int]) -> dict[int, Ticket]:
        """Return the existing tickets of *ids*, by id."""
        if not ids:
            return {}
        result = await self._transaction.execute(select(*TICKET_COLUMNS).where(ticket.c.id.in_(ids)))
        return {row.id: ticket_from_row(row) for row in result}

    async def update(self, known: Ticket, change: TicketChange) -> Ticket | None:
        """Apply *change*; return ``None`` if another transaction has changed the ticket since *known* was read."""
        values = ticket_columns(change)
        self._cache.evict_ticket(known.id)
        if "problem_id" in values:
            self._cache.load_author_problems({})
        result = await self._transaction.execute_keeping_cache(
            update(ticket)
            .where(ticket.c.id == known.id, ticket.c.version == known.version)
            .values(version=known.version + 1, **values)
            .returning(*TICKET_COLUMNS)
        )
        row = result.first()
        changed = self._cache_if_locked(ticket_from_row(row), locked=True) if row else None
        self._cache.candidates.update_ticket(changed, values)
        return changed

    async def move_dues(self, changes: Mapping[int, TicketChange]) -> None:
        """Store the deadlines of many locked tickets in one statement."""
        if not changes:
            return
        rows = [ticket_columns(change) for change in changes.values()]
        dues = {name: bindparam(f"new_{name}", type_=ticket.c[name].type) for name in rows[0]}
        statement = update(ticket).where(ticket.c.id == bindparam("number"))
        for ticket_id in changes:
            self._cache.evict_ticket(ticket_id)
        await self._transaction.execute(
            statement.values(version=ticket.c.version + 1, **dues),
            [
                {"number": ticket_id} | {f"new_{name}": value for name, value in row.items()}
                for ticket_id, row in zip(changes, rows, strict=True)
            ],
        )

    async def touch(self, ticket_id: int, now: datetime) -> None:
        """Record that the citizen has added something, which extends the time for further additions."""
        self._cache.evict_ticket(ticket_id)
        await self._transaction.execute_keeping_cache(
            update(ticket).where(ticket.c.id == ticket_id).values(touched_at=now)
        )

    async def list_deciding_words(self, ticket_id: int) -> tuple[str, ...]:
        """List the words that decided for the likeliest sector when the ticket's text was classified."""
        result = await self._transaction.execute(select(ticket.c.why).where(ticket.c.id == ticket_id))
        return tuple(result.scalar_one_or_none() or ())

    async def list_earlier(self, known: Ticket, max_distance: int, limit: int) -> list[tuple[int, str]]:
        """List ids and beginnings of up to *limit* tickets of the same sector before *known*, latest first.

        Only the *max_distance* ids before it are searched, however many tickets exist.
        """
        result = await self._transaction.execute(
            select(ticket.c.id, func.substr(ticket.c.text, 1, _EXCERPT_LENGTH))
            .where(
                ticket.c.id >= known.id - max_distance,
                ticket.c.id < known.id,
                ticket.c.sector == known.sector,
                ticket.c.text != "",
            )
            .order_by(ticket.c.id.desc())
            .limit(limit)
        )
        return [(row[0], row[1]) for row in result]

    async def list_open(
        self,
        sectors: Collection[str],
        assignee_id: int,
        *,
        triage: bool,
        limit: int,
        unplaced: Collection[str] = (),
        sources: Collection[str] = (),
    ) -> list[Ticket]:
        """List the open tickets of *sectors*, *sources*, *assignee_id*, and (*triage*) without a sector; soonest first.

        *unplaced*: sectors of which those without a district are listed.
        A problem is represented by the ticket that leads it.
        """
        wanted = [ticket.c.assignee_id == assignee_id]
        if sectors:
            wanted.append(ticket.c.sector.in_(sectors))
        if sources:
            wanted.append(ticket.c.source.in_(sources))
        if unplaced:
            wanted.append(and_(ticket.c.sector.in_(unplaced), ticket.c.district.is_(None)))
        if triage:
            wanted.append(or_(ticket.c.state == State.TRIAGE.value, ticket.c.sector.is_(None)))
        result = await self._transaction.execute(
            select(*TICKET_COLUMNS)
            # planner: written out as in the partial index (test_a_hot_question_uses_an_index["/my of a head"]).
            .where(literal_column(OPEN_STATES_SQL), ticket.c.lead_id.is_(None), or_(*wanted))
            .order_by(ticket.c.answer_due, ticket.c.id)
            .limit(limit)
        )
        return [ticket_from_row(row) for row in result]

    async def list_open_after(self, ticket_id: int, limit: int) -> list[Ticket]:
        """List up to *limit* open tickets with a greater number, in order."""
        result = await self._transaction.execute(
            select(*TICKET_COLUMNS)
            .where(literal_column(OPEN_STATES_SQL), ticket.c.id > ticket_id)
            .order_by(ticket.c.id)
            .limit(limit)
        )
        return [ticket_from_row(row) for row in result]

    async def search(
        self, words: Collection[str], sectors: Collection[str] | None, limit: int, *, triage: bool = False
    ) -> list[Ticket]:
        """List tickets whose text or place contains all of *words* (case-folded), newest first.

        Restricted to *sectors* (``None``: all) and, with *triage*, tickets without one. The index holds trigrams; if
        all words are shorter, only the latest :data:`SHORT_WORD_SEARCH_DEPTH` tickets are searched.
        """
        query = select(*TICKET_COLUMNS).order_by(ticket.c.id.desc()).limit(limit)
        for word in words:
            query = query.where(ticket.c.search.contains(word, autoescape=True))
        if not any(len(word) >= _TRIGRAM_LENGTH for word in words):
            query = query.where(ticket.c.id > select(func.max(ticket.c.id) - SHORT_WORD_SEARCH_DEPTH).scalar_subquery())
        elif self._transaction.dialect.name == "sqlite":
            query = _with_trigram_index(query, words)
        if sectors is not None:
            mine = ticket.c.sector.in_(sectors)
            query = query.where(or_(mine, ticket.c.sector.is_(None)) if triage else mine)
        return [ticket_from_row(row) for row in await self._transaction.execute(query)]


def _with_trigram_index(query: Select[Any], words: Collection[str]) -> Select[Any]:
    """Drive the query by SQLite's trigram index, which yields the newest first and stops when there are enough.

    PostgreSQL's planner finds its index on its own.
    """
    pieces = {
        word[start : start + _TRIGRAM_LENGTH] for word in words for start in range(len(word) - _TRIGRAM_LENGTH + 1)
    }
    wanted = " AND ".join('"{}"'.format(piece.replace('"', '""')) for piece in sorted(pieces))
    return (
        query.select_from(_SEARCH_INDEX.join(ticket, ticket.c.id == _SEARCH_INDEX.c.rowid))
        .where(literal_column("ticket_search").op("MATCH")(wanted))
        .order_by(None)
        .order_by(_SEARCH_INDEX.c.rowid.desc())
    )
