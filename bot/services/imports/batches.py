"""The rows of a file in batches: read and understood in a thread, then judged or entered in short transactions."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from bot.domain.errors import OutdatedButton
from bot.domain.import_files import MAX_SHOWN_REFUSALS, ImportCounts, ImportFile
from bot.domain.imports import ImportedRow, RefusedRow
from bot.domain.layouts import Layout
from bot.domain.people import Person
from bot.services.context import Municipality, UseCaseContext
from bot.services.imports import entering, files
from bot.services.imports.fates import decide
from bot.services.imports.prepared import PreparedRow, RowReader, refuse_failed
from bot.services.imports.rests import Rests
from bot.spreadsheets.table import ReadTable, find_systems, read_rows
from storage.database import Database
from storage.errors import LeadershipLost, classify_error
from storage.unit_of_work import UnitOfWork

R = TypeVar("R")

BATCH_ROWS = 100
"""Rows of one transaction: a card that comes meanwhile waits for as long as one takes.

With 100 new rows it takes 25 ms of processor time (29.11.2026, ``python -m bench --only imports``). Smaller ones do not
help on a slow machine: there the statements, whose number is the same for 10 rows, take most of the time.
"""

PREVIEW_ROWS = 100
"""Rows that are judged in one read: the event loop computes for 10 ms then."""

PAUSE_SHARE = 0.5
"""Pause after a transaction, as a share of its own time: other writers, and the rest of the bot, get their turns."""

MIN_PAUSE_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Batch:
    """The next rows of a file in their order, taken or refused."""

    rows: Sequence[PreparedRow | RefusedRow]

    @property
    def prepared(self) -> list[PreparedRow]:
        return [one for one in self.rows if isinstance(one, PreparedRow)]

    @property
    def refused(self) -> list[RefusedRow]:
        return [one for one in self.rows if isinstance(one, RefusedRow)]


@dataclass(frozen=True, slots=True)
class Preview:
    """The fates of all rows of a file, before any of them is entered."""

    counts: ImportCounts
    refusals: Sequence[RefusedRow]


async def open_table(data: bytes | Path, layout: Layout, municipality: Municipality, now: datetime) -> ReadTable:
    """Open a file of the system of *layout*; it is read in threads that rest often. Raises :class:`UnreadableFile`."""
    blocks = [name for one in municipality.sectors.values() for name in (one.code, one.title)]
    town = municipality.zone, now, municipality.name, blocks
    return await asyncio.to_thread(read_rows, data, layout, *town, Rests(), tuple(municipality.layouts.values()))


async def detect_system(data: bytes, municipality: Municipality) -> str | None:
    """Return the system whose headings a file has; ``None`` if several fit, or none does.

    Raises :class:`UnreadableFile` if the file is no table at all.
    """
    found = await asyncio.to_thread(find_systems, data, municipality.layouts.values())
    return found[0] if len(found) == 1 else None


async def read_batches(table: ReadTable, reader: RowReader, size: int, skip: int = 0) -> AsyncIterator[Batch]:
    """Yield the rows of *table* after the first *skip*, *size* at a time."""
    rows: Iterator[ImportedRow | RefusedRow] = iter(table)
    await asyncio.to_thread(_skip, rows, skip)
    while True:
        batch = await asyncio.to_thread(_take, rows, reader, size)
        if not batch.rows:
            return
        yield batch


def _skip(rows: Iterator[ImportedRow | RefusedRow], count: int) -> None:
    for _ in islice(rows, count):
        pass


def _take(rows: Iterator[ImportedRow | RefusedRow], reader: RowReader, size: int) -> Batch:
    return Batch(reader.prepare(islice(rows, size)))


async def preview(
    database: Database,
    context: Callable[[UnitOfWork], UseCaseContext],
    table: ReadTable,
    system: str,
    reader: RowReader,
    on_batch: Callable[[Sequence[RefusedRow], int], None] = lambda _refused, _done: None,
) -> Preview:
    """Judge all rows of *table* without entering them; *on_batch* is told the refused rows, and how many are done."""
    found, done = _Judgement(database, context, system), 0
    async for batch in read_batches(table, reader, PREVIEW_ROWS):
        known = len(found.refused)
        found.refused += batch.refused
        await in_parts(batch.prepared, found.judge, found.refuse)
        done += len(batch.rows)
        on_batch(found.refused[known:], done)
    counts = found.counts.plus(ImportCounts(refused=len(found.refused), rings=len(found.rung)))
    return Preview(counts, found.refused[:MAX_SHOWN_REFUSALS])


@dataclass(slots=True)
class _Judgement:
    """The fates of the rows that a preview has come to."""

    database: Database
    context: Callable[[UnitOfWork], UseCaseContext]
    system: str
    counts: ImportCounts = field(default_factory=ImportCounts)
    refused: list[RefusedRow] = field(default_factory=list)
    rung: set[int] = field(default_factory=set)

    async def judge(self, rows: Sequence[PreparedRow]) -> None:
        async with self.database.read() as uow:
            ctx = self.context(uow)
            fates = await decide(ctx, self.system, rows)
            rung = await entering.list_rung(ctx, self.system, fates)
        self.rung |= rung
        for fate in fates:
            self.counts = self.counts.plus(entering.count_fate(fate))
        self.counts = self.counts.plus(ImportCounts(known=len(rows) - len(fates)))

    async def refuse(self, row: PreparedRow, error: Exception) -> None:
        self.refused.append(refuse_failed(row.row, error))


@dataclass(slots=True)
class FileEntry:
    """The entering of one file's rows: each batch is a transaction that also records how far *file* is.

    ``failed``: the rows of the last batch that were refused because the program or the database failed at them.
    """

    database: Database
    context: Callable[[UnitOfWork], UseCaseContext]
    system: str
    file: ImportFile
    failed: list[RefusedRow] = field(default_factory=list)

    async def enter(self, batch: Batch) -> None:
        """Enter a batch; if that fails for a reason in its rows, enter them in parts and refuse those that fail.

        A fault of the whole database is raised, and :class:`OutdatedButton` if another process has the file.
        """
        self.failed = []
        await in_parts(batch.rows, self._enter, self._refuse)

    async def _enter(self, rows: Sequence[PreparedRow | RefusedRow]) -> None:
        begun, batch = time.monotonic(), Batch(rows)
        async with self.database.begin() as uow:
            ctx = self.context(uow)
            person = ctx.municipality.staff.find_by_id(self.file.person_id or 0)
            counts = await enter_batch(ctx, self.system, batch, person)
            file = await files.on_batch(ctx, self.file, counts, batch.refused, len(rows))
        self.file = file
        await pause(time.monotonic() - begun)

    async def _refuse(self, row: PreparedRow | RefusedRow, error: Exception) -> None:
        if isinstance(row, RefusedRow):
            raise error  # nothing of the row was to be entered: the record of the file itself fails
        refused = refuse_failed(row.row, error)
        await self._enter([refused])
        self.failed.append(refused)


async def in_parts(
    rows: Sequence[R], work: Callable[[Sequence[R]], Awaitable[None]], refuse: Callable[[R, Exception], Awaitable[None]]
) -> None:
    """Do *work* with all *rows*, else with each half of them, and so on; a row with which it fails alone is refused.

    *work* happens as a whole or not at all. Each bad row costs about two transactions for every doubling of the batch.
    """
    if not rows:
        return
    try:
        await work(rows)
    except Exception as error:
        if not is_fault_of_rows(error):
            raise
        if len(rows) == 1:
            await refuse(rows[0], error)
            return
    else:
        return
    middle = len(rows) // 2
    await in_parts(rows[:middle], work, refuse)
    await in_parts(rows[middle:], work, refuse)


def is_fault_of_rows(error: Exception) -> bool:
    """Return whether *error* belongs to what was being done, and would come again if it were simply repeated."""
    return not isinstance(error, OutdatedButton | LeadershipLost) and classify_error(error) is None


async def enter_batch(ctx: UseCaseContext, system: str, batch: Batch, by: Person | None) -> ImportCounts:
    """Enter one batch within the caller's transaction."""
    prepared = batch.prepared
    counts = await entering.enter(ctx, system, prepared, by) if prepared else ImportCounts()
    return counts.plus(ImportCounts(refused=len(batch.rows) - len(prepared)))


async def pause(seconds_taken: float) -> None:
    """Wait after a transaction that has taken *seconds_taken*."""
    await asyncio.sleep(max(MIN_PAUSE_SECONDS, seconds_taken * PAUSE_SHARE))
