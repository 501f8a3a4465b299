"""Acts of citizens, counted by the minute, and the floods of those who went over a limit."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, Select, bindparam, func, insert, or_, select, update

from bot.domain.limits import WINDOW, Flood
from bot.domain.messages import Message
from storage.repositories.base import Repository, insert_into
from storage.repositories.messages import MESSAGE_COLUMNS, message_from_row
from storage.tables import act, flood, held_message, message
from storage.transaction import Transaction

_FLOOD_COLUMNS = tuple(flood.c[name] for name in Flood.__dataclass_fields__)
_INSERT_ACT = insert(act)


@cache
def _insert_held(dialect: str) -> Insert:
    statement: Insert = insert_into(held_message, dialect).on_conflict_do_nothing(index_elements=["message_id"])
    return statement


_SUBJECTS = bindparam("subjects", type_=act.c.subject.type, expanding=True)


@cache
def _acts_query() -> Select[Any]:
    return (
        select(act.c.subject, act.c.at, func.count())
        .where(act.c.subject.in_(_SUBJECTS), act.c.at >= bindparam("since", type_=act.c.at.type))
        .group_by(act.c.subject, act.c.at)
    )


@cache
def _floods_query() -> Select[Any]:
    goes_on = flood.c.last_at > bindparam("since", type_=flood.c.last_at.type)
    is_muted = flood.c.muted_until > bindparam("now", type_=flood.c.muted_until.type)
    return select(*_FLOOD_COLUMNS).where(flood.c.subject.in_(_SUBJECTS), or_(goes_on, is_muted)).order_by(flood.c.id)


class Floods(Repository):
    """Acts and floods by subject: an author, a chat, or one kind of acts of either.

    A subject that was read once is known until the transaction ends; the author's lock (a chat's figure may be a batch
    behind) makes that right for several processes.
    """

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self._acts: dict[str, tuple[datetime, Counter[datetime]]] = {}
        self._floods: dict[str, Flood | None] = {}

    def forget(self) -> None:
        """Forget what was read: a part of the transaction was rolled back."""
        self._acts.clear()
        self._floods.clear()

    async def prefetch(self, subjects: Collection[str], since: datetime, now: datetime) -> None:
        """Read the acts since *since*, and the current floods, of *subjects*."""
        await self._read_acts(subjects, since)
        await self._read_floods(subjects, now)

    async def _read_acts(self, subjects: Collection[str], since: datetime) -> None:
        since = _to_minute(since)
        result = await self._transaction.execute(_acts_query(), {"subjects": list(subjects), "since": since})
        self._acts |= {subject: (since, Counter()) for subject in subjects}
        for subject, at, count in result:
            self._acts[subject][1][at] = int(count)

    async def _read_floods(self, subjects: Collection[str], now: datetime) -> None:
        values = {"subjects": list(subjects), "since": now - WINDOW, "now": now}
        result = await self._transaction.execute(_floods_query(), values)
        self._floods |= dict.fromkeys(subjects)
        self._floods |= {one.subject: one for one in (Flood(**row._mapping) for row in result)}

    async def add_act(self, subject: str, at: datetime) -> None:
        """Count one act of *subject*."""
        at = _to_minute(at)
        self._transaction.defer_insert(_INSERT_ACT, {"subject": subject[:160], "at": at})
        if subject in self._acts:
            self._acts[subject][1][at] += 1

    async def count_acts(self, subject: str, since: datetime) -> int:
        """Count the acts of *subject* since the beginning of the minute *since*."""
        since = _to_minute(since)
        if subject not in self._acts or self._acts[subject][0] > since:
            await self._read_acts([subject[:160]], since)
        return sum(count for at, count in self._acts[subject][1].items() if at >= since)

    async def try_act(self, subject: str, limit: int, now: datetime) -> bool:
        """Count one act of *subject*, unless there have been *limit* within the hour; return whether it is counted."""
        if await self.count_acts(subject, now - WINDOW) >= limit:
            return False
        await self.add_act(subject, now)
        return True

    async def find_current(self, subject: str, now: datetime) -> Flood | None:
        """Return the flood of *subject* that goes on, or whose author is muted."""
        if subject not in self._floods:
            await self._read_floods([subject], now)
        found = self._floods[subject]
        return found if found is not None and found.is_current(now) else None

    async def get(self, flood_id: int) -> Flood | None:
        result = await self._transaction.execute(select(*_FLOOD_COLUMNS).where(flood.c.id == flood_id))
        row = result.first()
        return Flood(**row._mapping) if row else None

    async def begin(self, subject: str, now: datetime) -> Flood:
        """Start a new episode of *subject*."""
        values = {"subject": subject, "began_at": now, "last_at": now}
        result = await self._transaction.execute(insert(flood).values(**values).returning(*_FLOOD_COLUMNS))
        self._floods[subject] = begun = Flood(**result.one()._mapping)
        return begun

    async def update(self, known: Flood, **values: Any) -> None:
        """Change columns of a flood."""
        await self._transaction.execute(update(flood).where(flood.c.id == known.id).values(**values))
        self._floods[known.subject] = replace(known, **values)

    async def hold(self, known: Flood, message_id: int, now: datetime) -> None:
        """Add a message to those that were held back; an edit of it changes nothing."""
        row = {"message_id": message_id, "flood_id": known.id, "at": now}
        self._transaction.defer_insert(_insert_held(self._transaction.dialect.name), row)
        if now - known.last_at > WINDOW / 60:
            await self.update(known, last_at=now)

    async def count_held(self, known: Flood, since: datetime | None = None) -> int:
        """Count the messages held back in this flood, or those since *since*."""
        statement = select(func.count()).where(held_message.c.flood_id == known.id)
        if since is not None:
            statement = statement.where(held_message.c.at > since)
        return int((await self._transaction.execute(statement)).scalar_one())

    async def count_all_held(self) -> int:
        """Count all messages that were ever held back."""
        return int((await self._transaction.execute(select(func.count()).select_from(held_message))).scalar_one())

    async def list_held(self, known: Flood, start: int, limit: int) -> list[Message]:
        """List a page of the messages held back, the oldest first."""
        result = await self._transaction.execute(
            select(*MESSAGE_COLUMNS)
            .join(held_message, held_message.c.message_id == message.c.id)
            .where(held_message.c.flood_id == known.id)
            .order_by(message.c.id)
            .offset(start)
            .limit(limit)
        )
        return [message_from_row(row) for row in result]


def _to_minute(moment: datetime) -> datetime:
    """Round down: an act counts a little longer than an hour, never shorter."""
    return moment.replace(second=0, microsecond=0)
