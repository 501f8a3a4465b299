"""Sealing of the audit into the hash chain, in the order in which its records were committed.

On PostgreSQL a record becomes visible when its transaction ends, perhaps after records with greater numbers. So a
number counts as *settled* only when every transaction that ran when it was first seen is over; until then the numbers
above are compared one by one, and a record that comes late is sealed late, never skipped. Writers notice nothing.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.audit_chain import (
    GENESIS_HASH,
    SALT_BYTES,
    AuditSeal,
    PersonalPart,
    SealedRecord,
    StoredRecord,
    make_personal_part,
    pack_records,
    record_digest,
    seal_hash,
    split_facts,
)
from bot.services.context import UseCaseContext
from storage.unit_of_work import UnitOfWork

RECORDS_PER_SEAL = 1000
"""Records of one transaction: other writers of an SQLite file wait for some ten milliseconds."""


@dataclass(slots=True)
class _Position:
    """The end of the chain, and which records are in it."""

    last: AuditSeal
    boundary: int  # the newest record from before the upgrade; up to it the backlog is sealed, in an order of its own
    settled_id: int
    since: datetime
    sealed_ids: set[int]  # of those above settled_id


@dataclass(frozen=True, slots=True)
class _Observation:
    """The newest record that was seen, and the transactions that may have held a smaller number then."""

    newest_id: int
    writers: frozenset[str]


@dataclass(slots=True)
class AuditSealer:
    """Seals records while this process leads; whatever it remembers can be read from the chain again."""

    _position: _Position | None = None
    _observation: _Observation | None = None
    _settles_at: int | None = None  # no record with this number or a smaller one can come any more
    _unsealed: Sequence[int] = ()
    _looked_at: datetime | None = None
    _records_per_seal: int = field(default=RECORDS_PER_SEAL)

    def has_new(self) -> bool:
        """True if :meth:`look` has found records to seal, or the chain can be begun."""
        return bool(self._unsealed) or (self._position is None and self._settles_at is not None)

    def has_backlog(self) -> bool:
        """True if records from before the upgrade are left."""
        return self._position is not None and self._position.last.backlog_id < self._position.boundary

    def is_complete(self, newest_id: int, at: datetime) -> bool:
        """Return whether all records are sealed, and none can come but with a greater number than *newest_id*."""
        position = self._position
        if position is None or self._unsealed or self.has_backlog() or position.settled_id != newest_id:
            return False
        position.since = at
        return True

    def forget(self) -> None:
        """Read everything from the chain again: a transaction failed, or somebody else has sealed."""
        self._position = self._observation = self._settles_at = self._looked_at = None
        self._unsealed = ()

    async def observe(self, ctx: UseCaseContext) -> None:
        """Find the records that are not sealed yet. Reads only."""
        seals, seen = ctx.uow.audit_seals, self._observation
        if self._position is None:
            self._position = await _load_position(ctx.uow)
        # The order matters: what the transactions have written that are not listed here is visible to what follows.
        writers = await seals.list_writers()
        is_over = seen is not None and not seen.writers & writers
        self._settles_at = seen.newest_id if seen is not None and is_over else None
        self._looked_at = ctx.now
        if self._position is None:
            newest = await seals.find_newest_id()
        else:
            ids = await seals.list_ids(self._position.settled_id)
            newest = max(ids, default=self._position.settled_id)
            self._unsealed = [one for one in ids if one not in self._position.sealed_ids]
            if not self._unsealed:
                self._on_all_sealed(self._position)
        if seen is None or is_over:
            self._observation = _Observation(newest, await seals.list_writers())

    async def seal(self, ctx: UseCaseContext) -> None:
        """Seal the next of the records that :meth:`look` has found, or begin the chain."""
        if not await self._is_at_end(ctx.uow):
            return
        if self._position is None:
            if self._settles_at is not None:
                await self._begin(ctx, self._settles_at)
            return
        position, count = self._position, self._records_per_seal
        chosen, self._unsealed = self._unsealed[:count], self._unsealed[count:]
        settled = position.settled_id
        if not self._unsealed and self._settles_at is not None:
            settled = max(settled, self._settles_at)
        seal = replace(position.last, settled_id=settled, since=min(position.since, ctx.now))
        await self._add(ctx, position, seal, await ctx.uow.audit_seals.list_records(chosen))
        position.sealed_ids.update(chosen)
        if not self._unsealed:
            self._on_all_sealed(position)

    async def seal_backlog(self, ctx: UseCaseContext) -> None:
        """Seal the next records from before the upgrade."""
        if not await self._is_at_end(ctx.uow) or self._position is None:
            return
        position, seals = self._position, ctx.uow.audit_seals
        ids = await seals.list_ids(position.last.backlog_id, position.boundary, self._records_per_seal)
        done = ids[-1] if len(ids) == self._records_per_seal else position.boundary
        seal = replace(position.last, since=None, backlog_id=done)
        await self._add(ctx, position, seal, await seals.list_records(ids))

    async def _is_at_end(self, uow: UnitOfWork) -> bool:
        """Return whether the chain ends where this process believes; wait for others that seal."""
        await uow.audit_seals.lock()
        last = await uow.audit_seals.find_last()
        if last == (self._position.last if self._position is not None else None):
            return True
        self.forget()
        return False

    async def _begin(self, ctx: UseCaseContext, boundary: int) -> None:
        """Add the first seal: it holds no record, and says which were there before."""
        first = AuditSeal(0, ctx.now, ctx.now, boundary, 0, 0, b"", GENESIS_HASH)
        position = _Position(first, boundary, boundary, ctx.now, set())
        await self._add(ctx, position, first, ())
        self._position = position

    async def _add(
        self, ctx: UseCaseContext, position: _Position, shape: AuditSeal, records: Sequence[StoredRecord]
    ) -> None:
        """Add the seal over *records*; *shape* has what it says besides."""
        sealed: list[SealedRecord] = []
        parts: dict[int, PersonalPart] = {}
        for record in records:
            number = record[0]
            facts, personal = split_facts(record[6])
            if personal:
                parts[number] = make_personal_part(secrets.token_bytes(SALT_BYTES), personal)
            digest = record_digest(record, facts, parts[number].digest if personal else "")
            sealed.append((number, digest))
        last_id = max((number for number, _ in sealed), default=0)
        seal = replace(
            shape,
            position=position.last.position + 1,
            sealed_at=ctx.now,
            last_id=last_id,
            records=pack_records(sealed),
            hash="",
        )
        seal = replace(seal, hash=seal_hash(position.last.hash, seal))
        await ctx.uow.audit_seals.add(seal)
        await ctx.uow.audit_seals.add_personal(parts)
        position.last = seal

    def _on_all_sealed(self, position: _Position) -> None:
        if self._looked_at is not None:
            position.since = self._looked_at
        if self._settles_at is not None and self._settles_at > position.settled_id:
            position.settled_id = self._settles_at
            position.sealed_ids = {one for one in position.sealed_ids if one > position.settled_id}


async def _load_position(uow: UnitOfWork) -> _Position | None:
    """Read the end of the chain; ``None`` if it has not begun."""
    seals = uow.audit_seals
    first, last = await seals.find_first(), await seals.find_last()
    if first is None or last is None:
        return None
    sealed = {
        number
        for seal in await seals.list_reaching(last.settled_id)
        for number, _ in seal.list_records()
        if number > last.settled_id
    }
    since = await seals.find_last_since()
    return _Position(last, first.settled_id, last.settled_id, since or first.sealed_at, sealed)
