"""Verification of the hash chain: every seal follows the one before, and every record is what was sealed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.audit import JournalAction
from bot.domain.audit_chain import (
    ENTRY_BYTES,
    GENESIS_HASH,
    MAX_DELAY,
    AuditSeal,
    ChainRecord,
    Misfit,
    MisfitKind,
    NumberSet,
    PersonalPart,
    erased_record_ids,
    is_unchanged,
    moment_text,
    seal_hash,
)
from storage.unit_of_work import UnitOfWork

SEALS_PER_READ = 10
"""Seals, of up to a thousand records each, that are in memory at a time."""

RECORDS_PER_READ = 10_000

MAX_MISFITS = 100
"""Faults that are named; the others are counted."""

_ERASURES = (JournalAction.PERSON_ERASED.value, JournalAction.ANONYMIZED.value)


@dataclass(slots=True)
class ChainReport:
    """The result of a verification."""

    seals: int = 0
    records: int = 0
    head: str | None = None
    sealed_at: datetime | None = None
    misfits: list[Misfit] = field(default_factory=list)
    misfit_count: int = 0
    erased: int = 0
    """Records whose account was erased, as an erasure in the chain says."""
    unsealed: int = 0
    """Records that wait to be sealed."""
    backlog: int = 0
    """Records from before the upgrade that wait to be sealed."""

    @property
    def is_whole(self) -> bool:
        return not self.misfit_count

    def add(self, misfit: Misfit) -> None:
        """Count a fault, and keep it if it is one of the first."""
        self.misfit_count += 1
        if len(self.misfits) < MAX_MISFITS:
            self.misfits.append(misfit)


async def verify(
    uow: UnitOfWork, head: str | None = None, on_seal: Callable[[int], None] = lambda _: None
) -> ChainReport:
    """Verify the whole chain within one snapshot. *head*: a hash, or its first digits, that must be in the chain."""
    await uow.audit_seals.hold_snapshot()
    run = _Verification(uow, head.strip().casefold() if head else None)
    while seals := await uow.audit_seals.list_after(run.position, SEALS_PER_READ):
        for seal in seals:
            run.check_seal(seal)
        await run.check_records(seals)
        on_seal(run.report.seals)
    await run.check_unsealed()
    run.check_end()
    return run.report


@dataclass(slots=True)
class _Verification:
    uow: UnitOfWork
    wanted_head: str | None
    report: ChainReport = field(default_factory=ChainReport)
    position: int = 0
    _last: AuditSeal | None = None
    _boundary: int = 0
    _since: datetime | None = None
    _has_head: bool = False
    _present: int = 0
    """Sealed records that are stored."""
    _checked_unsealed: int = 0
    _sealed: NumberSet = field(default_factory=NumberSet.empty)
    _erased: dict[int, ChainRecord] = field(default_factory=dict)
    _proved: set[int] = field(default_factory=set)

    def check_seal(self, seal: AuditSeal) -> None:
        """Compare a seal with the one before it."""
        previous = self._last.hash if self._last is not None else GENESIS_HASH
        if seal.position != self.position + 1:
            self.report.add(Misfit(MisfitKind.SEAL_MISSING, position=self.position + 1))
        elif seal.hash != seal_hash(previous, seal):
            self.report.add(Misfit(MisfitKind.SEAL_BROKEN, position=seal.position, sealed_at=seal.sealed_at))
        if self._last is None:
            self._boundary = seal.settled_id
        if self.wanted_head is not None and seal.hash.startswith(self.wanted_head):
            self._has_head = True
        self._last, self.position = seal, seal.position
        self._since = seal.since or self._since
        self.report.seals += 1
        self.report.head, self.report.sealed_at = seal.hash, seal.sealed_at

    async def check_records(self, seals: Sequence[AuditSeal]) -> None:
        """Compare the records of *seals* with what is stored."""
        ids = sorted({number for seal in seals for number, _ in seal.list_records()})
        stored = {one[0]: one for one in await self.uow.audit_seals.list_records(ids)}
        parts = await self.uow.audit_seals.list_personal(ids[0], ids[-1]) if ids else {}
        add = self._sealed.add
        for seal in seals:
            earliest = moment_text(seal.since - MAX_DELAY) if seal.since is not None else ""
            self.report.records += len(seal.records) // ENTRY_BYTES
            for number, digest in seal.list_records():
                record = stored.get(number)
                # Nearly every record is stored, unchanged, and no erasure: the shorter way for these.
                if (
                    record is not None
                    and number not in parts
                    and record[3] not in _ERASURES
                    and record[1] >= earliest
                    and is_unchanged(record, digest, None)
                    and add(number)
                ):
                    self._present += 1
                    continue
                named = ChainRecord._make(record) if record is not None else None
                self._check_record(seal, number, digest, named, parts.get(number), earliest)

    def _check_record(
        self,
        seal: AuditSeal,
        number: int,
        digest: bytes,
        record: ChainRecord | None,
        part: PersonalPart | None,
        earliest: str,
    ) -> None:
        if not self._sealed.add(number):
            self._misfit(MisfitKind.REPEATED, number, seal, record)
            return
        if record is None:
            self._misfit(MisfitKind.DELETED, number, seal, None)
            return
        self._present += 1
        if not is_unchanged(record, digest, part):
            self._misfit(MisfitKind.CHANGED, number, seal, record)
        elif record.at < earliest:
            self._misfit(MisfitKind.BACKDATED, number, seal, record)
        if part is not None and part.salt is None:
            self._erased[number] = record
        if record.action in _ERASURES:
            self._read_erasure(record)

    async def check_unsealed(self) -> None:
        """Look at the records that are in no seal: some must have been there when others were sealed."""
        seals, last = self.uow.audit_seals, self._last
        if last is None:
            self.report.backlog = await seals.count_records()
            return
        await self._check_range(last.settled_id)
        self.report.backlog = await seals.count_records(last.backlog_id, self._boundary)
        expected = self._present + self.report.backlog + self._checked_unsealed
        if await seals.count_records() != expected:  # reading all numbers takes long
            await self._check_range(-(2**62), last.settled_id)

    async def _check_range(self, low: int, high: int | None = None) -> None:
        while ids := await self.uow.audit_seals.list_ids(low, high, RECORDS_PER_READ):
            low = ids[-1]
            unsealed = [one for one in ids if one not in self._sealed]
            for record in await self.uow.audit_seals.list_records(unsealed):
                self._check_unsealed_record(ChainRecord._make(record))

    def _check_unsealed_record(self, record: ChainRecord) -> None:
        last = self._last
        if last is None or last.backlog_id < record.id <= self._boundary:
            return  # counted as the backlog
        self._checked_unsealed += 1
        if record.action in _ERASURES:
            self._read_erasure(record)
        if record.id <= last.settled_id:
            self.report.add(Misfit(MisfitKind.INSERTED, record.id, record=record))
        elif self._since is not None and record.at < moment_text(self._since - MAX_DELAY):
            self.report.add(Misfit(MisfitKind.BACKDATED, record.id, record=record))
        else:
            self.report.unsealed += 1

    def check_end(self) -> None:
        """Compare what is left: erasures with their proofs, the end of the chain with the hash that was asked for."""
        for number, record in self._erased.items():
            if number in self._proved:
                self.report.erased += 1
            else:
                self.report.add(Misfit(MisfitKind.ERASED_UNPROVED, number, record=record))
        if self.wanted_head is not None and not self._has_head:
            self.report.add(Misfit(MisfitKind.HEAD_MISSING))

    def _misfit(self, kind: MisfitKind, number: int, seal: AuditSeal, record: ChainRecord | None) -> None:
        self.report.add(Misfit(kind, number, seal.position, seal.sealed_at, record))

    def _read_erasure(self, record: ChainRecord) -> None:
        self._proved.update(erased_record_ids(record))
