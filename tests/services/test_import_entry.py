"""The entering of a file's rows: a bad row is found by halves, and a death or a lost database repeats nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.import_files import ImportCounts, ImportFile, ImportState, NewImportFile
from bot.domain.imports import ImportedRow, RefusalReason, RefusedRow, RowPlace
from bot.domain.people import Staff
from bot.services.context import Municipality, UseCaseContext
from bot.services.imports import batches, entering
from bot.services.imports.fates import Fate
from bot.services.imports.prepared import RowReader
from storage.database import Database
from storage.errors import DatabaseUnreachable
from storage.tables import metadata
from storage.unit_of_work import UnitOfWork
from tests.services.municipality import STAFF, municipality_of
from tests.storage.helpers import NOW

ROWS = [ImportedRow(RowPlace(2 + at), str(100 + at), text=f"Яма на дороге {at}", is_finished=True) for at in range(10)]


class Desk:
    """A database with a file of ten rows, and the entering of them."""

    def __init__(self, database: Database, municipality: Municipality) -> None:
        self.database, self.municipality = database, municipality

    def context(self, uow: UnitOfWork) -> UseCaseContext:
        return UseCaseContext(self.municipality, uow, NOW)

    async def add_file(self) -> batches.FileEntry:
        async with self.database.begin() as uow:
            file = await uow.imports.add_file(NewImportFile("ПОС.csv", ImportState.ENTERING, "pos"), NOW)
        return self.entry(file)

    def entry(self, file: ImportFile) -> batches.FileEntry:
        return batches.FileEntry(self.database, self.context, "pos", file)

    def batch(self, rows: list[ImportedRow]) -> batches.Batch:
        return batches.Batch(RowReader(self.municipality).prepare(rows))

    async def stored(self) -> tuple[ImportFile, list[str]]:
        """Return the file, and the numbers that were entered."""
        async with self.database.read() as uow:
            file = await uow.imports.get_file(1)
            numbers = [row.number for row in ROWS if await uow.imports.find_ticket_id("pos", row.number)]
        assert file is not None
        return file, numbers


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'town.sqlite3'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    async with database.begin() as uow:
        municipality = municipality_of(Staff(await uow.staff.add_all(STAFF)))
    yield Desk(database, municipality)
    await database.close()


async def test_bad_rows_are_refused_and_the_others_entered_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    register = entering._register

    async def register_or_fail(ctx: UseCaseContext, system: str, fate: Fate, by: None) -> None:
        await register(ctx, system, fate, by)
        if fate.prepared.row.number in ("103", "109"):
            raise ZeroDivisionError

    monkeypatch.setattr(entering, "_register", register_or_fail)
    entry = await desk.add_file()
    await entry.enter(desk.batch(ROWS))
    file, numbers = await desk.stored()
    assert entry.failed == [
        RefusedRow(ROWS[3].place, RefusalReason.FAILED, "103"),
        RefusedRow(ROWS[9].place, RefusalReason.FAILED, "109"),
    ]
    assert (file.position, file.counts) == (10, ImportCounts(new=8, refused=2, finished=8))
    assert [one["line"] for one in file.refusals] == [5, 11]
    assert numbers == [row.number for row in ROWS if row.number not in ("103", "109")]


async def test_database_that_fails_between_the_halves_repeats_and_refuses_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole batch fails for a reason in its rows, the first half goes in, then the connection is lost."""
    enter, errors = batches.enter_batch, [ZeroDivisionError, None, DatabaseUnreachable]

    async def enter_or_fail(*arguments: object) -> ImportCounts:
        counts = await enter(*arguments)  # type: ignore[arg-type]
        error = errors.pop(0) if errors else None
        if error is not None:
            raise error
        return counts

    monkeypatch.setattr(batches, "enter_batch", enter_or_fail)
    entry = await desk.add_file()
    with pytest.raises(DatabaseUnreachable):
        await entry.enter(desk.batch(ROWS))
    file, numbers = await desk.stored()
    assert (file.position, len(numbers), file.counts.refused) == (5, 5, 0)
    await desk.entry(file).enter(desk.batch(ROWS[file.position :]))
    file, numbers = await desk.stored()
    assert (file.position, file.counts) == (10, ImportCounts(new=10, finished=10))
    assert len(numbers) == 10
