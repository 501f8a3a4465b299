"""Notes that wait until somebody of their audience can be reached."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select, update

from bot.domain.held_notes import HeldNote, Reader, sameness_of
from bot.domain.json_types import Json
from bot.domain.recipients import Audience
from storage.repositories.base import Repository
from storage.tables import held_note


@cache
def _readers_query() -> Select[Any]:
    return select(held_note.c.audience, held_note.c.person_id).where(held_note.c.given_at.is_(None)).distinct()


class HeldNotes(Repository):
    """Notes by reader: an audience, or one person."""

    async def add(self, reader: Reader, facts: Json, now: datetime, dedupe: str | None = None) -> None:
        """Hold a note; equal ones that wait become one. Of those with one *dedupe* key the first is kept."""
        values = {"audience": reader.audience, "person_id": reader.person_id, "facts": dict(facts)}
        statement = self._insert(held_note).values(
            **values, sameness=sameness_of(reader, facts, dedupe), since=now, until=now, times=1
        )
        newer = {"until": now, "times": held_note.c.times + 1} | ({} if dedupe else {"facts": dict(facts)})
        await self._transaction.execute(statement.on_conflict_do_update(index_elements=["sameness"], set_=newer))

    async def list_readers(self) -> list[Reader]:
        """List the audiences and people that notes wait for."""
        result = await self._transaction.execute(_readers_query())
        return [Reader(Audience(row[0]) if row[0] else None, row[1]) for row in result]

    async def list_waiting(self, reader: Reader) -> list[HeldNote]:
        """List the notes that wait for *reader*."""
        return await self._list(and_(_is_for(reader), held_note.c.given_at.is_(None)))

    async def list_by_ids(self, ids: Sequence[int]) -> list[HeldNote]:
        """List these notes, the oldest first."""
        return await self._list(held_note.c.id.in_(ids))

    async def give(self, ids: Sequence[int], now: datetime) -> None:
        """Record that the notes are in the outbox."""
        await self._transaction.execute(
            update(held_note).where(held_note.c.id.in_(ids)).values(given_at=now, sameness=None)
        )

    async def hold_again(self, ids: Sequence[int]) -> None:
        """Record that the notes have not arrived: they wait again."""
        await self._transaction.execute(update(held_note).where(held_note.c.id.in_(ids)).values(given_at=None))

    async def _list(self, condition: ColumnElement[bool]) -> list[HeldNote]:
        result = await self._transaction.execute(
            select(held_note).where(condition).order_by(held_note.c.until, held_note.c.id)
        )
        return [
            HeldNote(
                *(row.id, Reader(Audience(row.audience) if row.audience else None, row.person_id), row.facts),
                *(row.since, row.until, row.times),
            )
            for row in result
        ]


def _is_for(reader: Reader) -> ColumnElement[bool]:
    """Return the condition that a note waits for *reader*; ``==`` with ``None`` is IS NULL."""
    return and_(held_note.c.audience == reader.audience, held_note.c.person_id == reader.person_id)
