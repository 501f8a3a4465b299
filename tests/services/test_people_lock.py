"""Two administrators dismiss each other at the same moment, each through their own process: one remains."""

import asyncio
from pathlib import Path

import pytest

from bot.domain.errors import Refusal
from bot.domain.people import Person
from bot.services.context import Municipality, UseCaseContext
from bot.services.staff import directory, people
from storage.database import Database
from tests.databases import DATABASE_KINDS, DatabasePool, migrated_database
from tests.services.municipality import municipality_of
from tests.services.test_people_properties import ADMINISTRATORS, NOW


@pytest.mark.parametrize("kind", DATABASE_KINDS)
async def test_two_administrators_cannot_dismiss_each_other(kind: str, tmp_path: Path, shelf: DatabasePool) -> None:
    async with migrated_database(kind, tmp_path, shelf) as url:
        processes = Database(url), Database(url)
        async with processes[0].begin() as uow:
            staff = await directory.open_staff(uow, ADMINISTRATORS)
        first, second = staff.people
        known = municipality_of(staff)

        outcomes = await asyncio.gather(
            _dismiss(processes[0], known, first, second),
            _dismiss(processes[1], known, second, first),
        )

        async with processes[0].read() as uow:
            left = (await uow.staff.load()).people
        assert sorted(outcomes) == [False, True]
        assert len(left) == 1
        for one in processes:
            await one.close()


async def _dismiss(database: Database, known: Municipality, by: Person, other: Person) -> bool:
    try:
        async with database.begin() as uow:
            ctx = UseCaseContext(known, uow, NOW)
            await people.dismiss(ctx, by, other.id, people.tag_of(ctx))
    except Refusal:
        return False
    return True
