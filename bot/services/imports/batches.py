"""The rows of a file in batches: read and understood in a thread, then judged or entered in short transactions."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from bot.domain.import_files import MAX_SHOWN_REFUSALS, ImportCounts
from bot.domain.imports import ImportedRow, RefusedRow
from bot.domain.layouts import Layout
from bot.domain.people import Person
from bot.services.context import Municipality, UseCaseContext
from bot.services.imports import entering
from bot.services.imports.fates import decide
from bot.services.imports.prepared import PreparedRow, RowReader
from bot.spreadsheets.table import ReadTable, find_systems, read_rows
from storage.database import Database
from storage.unit_of_work import UnitOfWork

BATCH_ROWS = 100
"""Rows of one transaction: a card that comes meanwhile waits for as long as one takes.

With 100 new rows it takes 25 ms of the event loop's processor time (29.11.2026, ``python -m bench --only imports``).
"""

PREVIEW_ROWS = 500
"""Rows that are judged in one read."""

PAUSE_SHARE = 0.5
"""Pause after a transaction, as a share of its own time: other writers, and the rest of the bot, get their turns."""

MIN_PAUSE_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Batch:
    """The next rows of a file; ``rows`` counts all of them, taken or refused."""

    prepared: Sequence[PreparedRow]
    refused: Sequence[RefusedRow]

    @property
    def rows(self) -> int:
        return len(self.prepared) + len(self.refused)


@dataclass(frozen=True, slots=True)
class Preview:
    """The fates of all rows of a file, before any of them is entered."""

    counts: ImportCounts
    refusals: Sequence[RefusedRow]


async def open_table(data: bytes | Path, layout: Layout, municipality: Municipality, now: datetime) -> ReadTable:
    """Open a file of the system of *layout*. Raises :class:`UnreadableFile`."""
    blocks = [name for one in municipality.sectors.values() for name in (one.code, one.title)]
    return await asyncio.to_thread(read_rows, data, layout, municipality.zone, now, municipality.name, blocks)


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
    prepared = reader.prepare(islice(rows, size))
    return Batch(
        [one for one in prepared if isinstance(one, PreparedRow)],
        [one for one in prepared if isinstance(one, RefusedRow)],
    )


async def preview(
    database: Database,
    context: Callable[[UnitOfWork], UseCaseContext],
    table: ReadTable,
    system: str,
    reader: RowReader,
    on_batch: Callable[[Batch, int], None] = lambda _batch, _done: None,
) -> Preview:
    """Judge all rows of *table* without entering them."""
    counts, refusals, rung, done = ImportCounts(), list[RefusedRow](), set[int](), 0
    async for batch in read_batches(table, reader, PREVIEW_ROWS):
        async with database.read() as uow:
            ctx = context(uow)
            fates = await decide(ctx, system, batch.prepared)
            rung |= await entering.list_rung(ctx, system, fates)
        for fate in fates:
            counts = counts.plus(entering.count_fate(fate))
        counts = counts.plus(ImportCounts(known=len(batch.prepared) - len(fates), refused=len(batch.refused)))
        refusals += batch.refused[: MAX_SHOWN_REFUSALS - len(refusals)]
        done += batch.rows
        on_batch(batch, done)
    return Preview(counts.plus(ImportCounts(rings=len(rung))), refusals)


async def enter_batch(ctx: UseCaseContext, system: str, batch: Batch, by: Person | None) -> ImportCounts:
    """Enter one batch within the caller's transaction."""
    counts = await entering.enter(ctx, system, batch.prepared, by) if batch.prepared else ImportCounts()
    return counts.plus(ImportCounts(refused=len(batch.refused)))


async def pause(seconds_taken: float) -> None:
    """Wait after a transaction that has taken *seconds_taken*."""
    await asyncio.sleep(max(MIN_PAUSE_SECONDS, seconds_taken * PAUSE_SHARE))
