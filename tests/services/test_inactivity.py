"""A place is missed when nothing comes in hours in which much came in each of the four weeks before."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.people import Staff
from bot.domain.sources import AnswerPolicy, Source, SourceKind
from bot.services.context import Municipality, UseCaseContext
from bot.services.monitoring import inactivity
from storage.database import Database
from storage.tables import message
from tests.databases import copy_migrated_sqlite
from tests.services.municipality import STAFF, municipality_of

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
STREET, YARD = "-1", "-2"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'town.sqlite3'}"
    await copy_migrated_sqlite(url, tmp_path.parent)
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture
async def municipality(database: Database) -> Municipality:
    async with database.begin() as uow:
        staff = Staff(await uow.staff.add_all(STAFF))
    sources = {
        ("telegram", root): Source("telegram", root, title, SourceKind.CHAT, AnswerPolicy.BOT)
        for root, title in ((STREET, "Улица"), (YARD, "Двор"))
    }
    return replace(municipality_of(staff), sources=sources)


async def add_messages(database: Database, root: str, moments: list[datetime]) -> None:
    base = {"account": "telegram", "chat_kind": "group", "thread": "", "author_id": "7", "text": "", "media": []}
    rows = [
        base | {"chat_id": root, "root": root, "external_id": f"{root}:{at:%m%d%H%M}", "sent_at": at, "stored_at": at}
        for at in moments
    ]
    async with database.engine.begin() as connection:
        await connection.execute(message.insert(), rows)


def message_times(first: int, last: int, *, every: int = 15, hours: tuple[int, int] = (8, 20)) -> list[datetime]:
    """A message every so many minutes in the day's hours, from the *first* to before the *last* day around Monday."""
    found = []
    for day in range(first, last):
        at = MONDAY + timedelta(days=day, hours=hours[0])
        while at < MONDAY + timedelta(days=day, hours=hours[1]):
            found.append(at)
            at += timedelta(minutes=every)
    return found


async def silent_sources(database: Database, municipality: Municipality, at: datetime) -> list[str]:
    async with database.read() as uow:
        return [hush.title for hush in await inactivity.list_inactive(UseCaseContext(municipality, uow, at), ())]


async def test_a_chat_that_falls_silent_by_day_is_missed_and_only_then(
    database: Database, municipality: Municipality
) -> None:
    await add_messages(database, STREET, message_times(-35, 0) + message_times(0, 1, hours=(8, 10)))
    await add_messages(database, YARD, message_times(-35, 1, every=20))
    assert await silent_sources(database, municipality, MONDAY + timedelta(hours=10, minutes=30)) == []
    assert await silent_sources(database, municipality, MONDAY + timedelta(hours=11, minutes=30)) == [], (
        "six would be usual"
    )
    assert await silent_sources(database, municipality, MONDAY + timedelta(hours=12, minutes=30)) == ["Улица"]


async def test_when_nothing_comes_from_anywhere_the_account_is_missed_once(
    database: Database, municipality: Municipality
) -> None:
    for root in (STREET, YARD):
        await add_messages(database, root, message_times(-35, 0))
    async with database.read() as uow:
        at_noon = await inactivity.list_inactive(UseCaseContext(municipality, uow, MONDAY + timedelta(hours=12)), ())
        later = await inactivity.list_inactive(UseCaseContext(municipality, uow, MONDAY + timedelta(days=9)), at_noon)
    assert [hush.title for hush in at_noon] == ["Telegram"]
    assert later == at_noon, "it is still silent, though a week of silence is nothing unusual any more"
    await add_messages(database, YARD, [MONDAY + timedelta(days=9)])
    async with database.read() as uow:
        over = await inactivity.list_inactive(
            UseCaseContext(municipality, uow, MONDAY + timedelta(days=9, minutes=1)), later
        )
    assert "Telegram" not in [hush.title for hush in over]


async def test_a_night_and_a_quiet_place_and_a_new_one_are_not_missed(
    database: Database, municipality: Municipality
) -> None:
    await add_messages(database, STREET, message_times(-35, 1))
    await add_messages(database, YARD, message_times(-20, 0, every=5))  # known for less than four weeks
    assert await silent_sources(database, municipality, MONDAY + timedelta(days=1, hours=7, minutes=30)) == []
    assert await silent_sources(database, municipality, MONDAY + timedelta(hours=19)) == []


async def test_a_day_off_of_every_week_is_as_usual(database: Database, municipality: Municipality) -> None:
    workdays = [at for at in message_times(-35, 5) if at.weekday() < 5]
    await add_messages(database, STREET, workdays)
    assert await silent_sources(database, municipality, MONDAY + timedelta(days=6, hours=12)) == []  # Sunday
    assert await silent_sources(database, municipality, MONDAY + timedelta(days=7, hours=12)) == ["Telegram"]
