"""Seals of the audit: the chain so far, and the records as their digests are computed from them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, insert, or_, select, text, update

from bot.domain.audit_chain import (
    PERSONAL_FACTS,
    AuditSeal,
    PersonalPart,
    StoredRecord,
)
from storage.repositories.base import Repository, advisory_lock
from storage.tables import audit, audit_personal, audit_seal

_LOCK = "audit_chain"
"""The advisory lock of those who seal records, and of an erasure, which changes some."""

_WRITERS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND relation = 'audit'::regclass"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')"
    " AND pid IS DISTINCT FROM pg_backend_pid()"
)
"""Transactions that may have written to the audit. An INSERT takes its lock before it takes a number, and the lock
stays until its transaction ends."""

MAX_GAP = 1000
"""Numbers that are read and thrown away rather than asking a second time."""

_HOLD_SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

_SQLITE_RANGE = (
    "SELECT id, at, person_id, action, ticket_id, account, facts FROM audit WHERE id BETWEEN ? AND ? ORDER BY id"
)
_POSTGRES_RANGE = (
    "SELECT id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), person_id, action, ticket_id, account,"
    " facts::text FROM audit WHERE id BETWEEN $1 AND $2 ORDER BY id"
)
"""The columns of :class:`ChainRecord`, asked of the driver itself: SQLAlchemy's rows take three times as long."""

_SEAL_COLUMNS = tuple(audit_seal.c[name] for name in AuditSeal.__dataclass_fields__)


class AuditSeals(Repository):
    """The chain of seals, and what is not sealed yet."""

    async def lock(self) -> None:
        """Wait until nobody else seals or erases records, and let nobody until the transaction ends."""
        await advisory_lock(self._transaction, _LOCK)

    async def find_last(self) -> AuditSeal | None:
        """Return the newest seal."""
        return await self._find(audit_seal.c.position.desc())

    async def find_first(self) -> AuditSeal | None:
        """Return the first seal: its ``settled_id`` is the newest record from before the upgrade."""
        return await self._find(audit_seal.c.position)

    async def find_last_since(self) -> datetime | None:
        """Return the newest moment at which everything was known to be sealed."""
        query = select(audit_seal.c.since).where(audit_seal.c.since.is_not(None)).order_by(audit_seal.c.position.desc())
        found: datetime | None = (await self._transaction.execute(query.limit(1))).scalar()
        return found

    async def list_after(self, position: int, limit: int) -> list[AuditSeal]:
        """List up to *limit* seals that follow *position*, in their order."""
        query = select(*_SEAL_COLUMNS).where(audit_seal.c.position > position).order_by(audit_seal.c.position)
        return await self._list(query.limit(limit))

    async def list_reaching(self, record_id: int) -> list[AuditSeal]:
        """List the seals that hold a record with a greater number than *record_id*."""
        return await self._list(select(*_SEAL_COLUMNS).where(audit_seal.c.last_id > record_id))

    async def count(self) -> int:
        """Count the seals."""
        return int((await self._transaction.execute(select(func.count()).select_from(audit_seal))).scalar_one())

    async def count_records(self, after: int | None = None, until: int | None = None) -> int:
        """Count all records, or those greater than *after* and not greater than *until*."""
        query = select(func.count()).select_from(audit)
        if after is not None and until is not None:
            query = query.where(audit.c.id > after, audit.c.id <= until)
        return int((await self._transaction.execute(query)).scalar_one())

    async def hold_snapshot(self) -> None:
        """See one moment of the database in all that follows: the first statement of a transaction that only reads."""
        if self._transaction.is_shared:
            await self._transaction.execute_without_flush(_HOLD_SNAPSHOT)

    async def add(self, seal: AuditSeal) -> None:
        """Add *seal*, the next one."""
        values = {name: getattr(seal, name) for name in AuditSeal.__dataclass_fields__}
        await self._transaction.execute(insert(audit_seal).values(values))

    async def add_personal(self, parts: Mapping[int, PersonalPart]) -> None:
        """Add the digests of personal facts, by record."""
        if parts:
            rows = [{"audit_id": number, "salt": one.salt, "digest": one.digest} for number, one in parts.items()]
            await self._transaction.execute(insert(audit_personal), rows)

    async def list_writers(self) -> frozenset[str]:
        """List the running transactions that may have taken a number for a record; on SQLite there is none."""
        if not self._transaction.is_shared:
            return frozenset()
        return frozenset((await self._transaction.execute_without_flush(_WRITERS)).scalars())

    async def list_ids(self, after: int, until: int | None = None, limit: int | None = None) -> list[int]:
        """List the numbers of records greater than *after*, in their order."""
        query = select(audit.c.id).where(audit.c.id > after).order_by(audit.c.id).limit(limit)
        if until is not None:
            query = query.where(audit.c.id <= until)
        return list((await self._transaction.execute(query)).scalars())

    async def find_newest_id(self) -> int:
        """Return the greatest number of a record, or 0."""
        return int((await self._transaction.execute(select(func.max(audit.c.id)))).scalar() or 0)

    async def list_records(self, ids: Sequence[int]) -> list[StoredRecord]:
        """List the records with these ascending numbers."""
        wanted = set(ids)
        found: list[StoredRecord] = []
        for low, high in _ranges(ids):
            rows = await self._transaction.fetch_plain(_SQLITE_RANGE, _POSTGRES_RANGE, low, high)
            found += [one for one in rows if one[0] in wanted]
        return found

    async def list_personal(self, low: int, high: int) -> dict[int, PersonalPart]:
        """Return the digests of personal facts of the records from *low* to *high*."""
        query = select(audit_personal).where(audit_personal.c.audit_id.between(low, high))
        rows = await self._transaction.execute(query)
        return {row.audit_id: PersonalPart(row.salt, row.digest) for row in rows}

    async def erase_personal(self, condition: ColumnElement[bool]) -> list[int]:
        """Remove the personal facts of the records that fit, and the salt of their digests; return those records.

        The chain stays whole: it holds the digest that was computed with the salt, and without the salt nobody can try
        out accounts.
        """
        await self.lock()
        named = or_(*(audit.c.facts[name].as_string().is_not(None) for name in PERSONAL_FACTS))
        rows = (await self._transaction.execute(select(audit.c.id, audit.c.facts).where(condition, named))).all()
        for row in rows:
            facts = {name: value for name, value in row.facts.items() if name not in PERSONAL_FACTS}
            await self._transaction.execute(update(audit).where(audit.c.id == row.id).values(facts=facts))
        ids = [row.id for row in rows]
        if ids:
            chosen = audit_personal.c.audit_id.in_(_literal(ids))
            await self._transaction.execute(update(audit_personal).where(chosen).values(salt=None))
        return ids

    async def _find(self, order: ColumnElement[Any]) -> AuditSeal | None:
        return next(iter(await self._list(select(*_SEAL_COLUMNS).order_by(order).limit(1))), None)

    async def _list(self, query: Any) -> list[AuditSeal]:
        return [AuditSeal(**row._mapping) for row in await self._transaction.execute(query)]


def _literal(ids: Collection[int]) -> Any:
    """Return *ids* as a part of the statement itself: parameters are few."""
    return bindparam(None, list(ids), type_=audit.c.id.type, expanding=True, unique=True, literal_execute=True)


def _ranges(ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Split ascending numbers where a range would read more rows that nobody asked for than a query costs."""
    start = 0
    for index in range(1, len(ids) + 1):
        if index == len(ids) or ids[index] - ids[index - 1] > MAX_GAP:
            yield ids[start], ids[index - 1]
            start = index
