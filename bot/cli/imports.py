"""``import``: a table of another system into the database, while the bot works or while it does not."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.bootstrap.analyzer import build_understanding
from bot.bootstrap.municipality import build_municipality
from bot.cli.bot_accounts import opened_accounts
from bot.cli.journal import server_user
from bot.cli.opened_database import opened_database
from bot.config import Config
from bot.domain.clock import SystemClock
from bot.domain.import_files import ImportCounts, ImportState, NewImportFile
from bot.domain.imports import RefusedRow
from bot.domain.topic_book import TopicBook
from bot.services.context import Municipality, UseCaseContext
from bot.services.imports import batches, files
from bot.services.imports.prepared import RowReader
from bot.services.staff import directory
from bot.services.topics import directory as topics
from storage.database import Database
from storage.unit_of_work import UnitOfWork


class UnknownSystem(Exception):
    """A system whose headings nobody has described; ``known`` are the codes of the others."""

    def __init__(self, known: tuple[str, ...]) -> None:
        super().__init__("unknown system")
        self.known = known


@dataclass(frozen=True, slots=True)
class Reports:
    """The places to which a run says what happens: the refused rows one by one, and the rows that are handled."""

    on_refused: Callable[[RefusedRow], None]
    on_progress: Callable[[str, int, int], None]
    """The stage («preview» or «enter»), the rows handled and all rows."""


async def import_file(config: Config, file: Path, system: str, reports: Reports, *, dry_run: bool) -> ImportCounts:
    """Enter the rows of *file*, a table of *system*; with *dry_run* only say what would happen.

    Raises :class:`UnknownSystem` and :class:`~bot.domain.imports.UnreadableFile`.
    """
    async with _open_town(config) as (database, municipality):
        clock, layout = SystemClock(), municipality.layouts.get(system)
        if layout is None:
            raise UnknownSystem(tuple(municipality.layouts))

        def context(uow: UnitOfWork) -> UseCaseContext:
            return UseCaseContext(municipality, uow, clock.now())

        table = await batches.open_table(file, layout, municipality, clock.now())
        reader = RowReader(municipality, table.columns)

        def on_batch(refused: Sequence[RefusedRow], done: int) -> None:
            for row in refused:
                reports.on_refused(row)
            reports.on_progress("preview", done, table.row_count)

        found = await batches.preview(database, context, table, system, reader, on_batch)
        counts = found.counts
        if dry_run or not (counts.new or counts.updated or counts.joined):
            return counts
        async with database.begin() as uow:
            new = NewImportFile(file.name, ImportState.COMMAND, system, total=table.row_count)
            file_row = await uow.imports.add_file(new, clock.now())
        entry = batches.FileEntry(database, context, system, file_row)
        async for batch in batches.read_batches(table, reader, batches.BATCH_ROWS):
            await entry.enter(batch)
            for row in entry.failed:
                reports.on_refused(row)
            reports.on_progress("enter", entry.file.position, table.row_count)
        async with database.begin() as uow:
            await files.on_entered(context(uow), entry.file, by=server_user())
        return entry.file.counts.plus(ImportCounts(rings=counts.rings))


@asynccontextmanager
async def _open_town(config: Config) -> AsyncIterator[tuple[Database, Municipality]]:
    """Open the database with its officials and its topics, as the bot knows them."""
    async with opened_accounts(config) as accounts, opened_database(config) as database:
        async with database.begin() as uow:
            staff = await directory.open_staff(uow, config.staff)
            wanted = TopicBook.of_file(config.sectors(), config.themes())
            book = await topics.open_book(uow, wanted, SystemClock().now())
        town = build_municipality(config, staff, build_understanding(config), accounts)
        yield database, town.with_topics(book)
