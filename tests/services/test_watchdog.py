"""What should have happened and did not is found: each of the things that the auditor looks for, and no sooner."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.people import Staff
from bot.services.context import Work
from bot.services.monitoring.watchdog import DIGEST_LATE, SILENT, UNPROCESSED, UNSENT, UNTOLD, look
from storage.database import Database
from storage.migrate import migrate
from storage.unit_of_work import UnitOfWork
from tests.services.municipality import DIGEST_AT, STAFF, centre_of
from tests.storage.helpers import add_ticket, draft

NOW = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
A_MOMENT = timedelta(seconds=1)


@pytest.fixture
async def uow(tmp_path: Path) -> AsyncIterator[UnitOfWork]:
    """A town in which nothing is wrong."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'town.sqlite3'}")
    await migrate(database.engine)
    async with database.begin() as uow:
        yield uow
    await database.close()


async def missed(uow: UnitOfWork, now: datetime, failing: dict[str, datetime] | None = None) -> list[str]:
    """Codes of what is wrong at *now*."""
    await uow.flush()
    centre = centre_of(Staff(await uow.people.replace(STAFF)))
    return [one.code for one in await look(Work(centre, uow, now), failing or {})]


async def test_an_update_that_nobody_handles(uow: UnitOfWork) -> None:
    await uow.inbox.store("telegram", [("1", "1:1", {"update_id": 1})], NOW)
    assert await missed(uow, NOW + UNPROCESSED) == []
    assert await missed(uow, NOW + UNPROCESSED + A_MOMENT) == ["inbox"]


async def test_a_message_that_does_not_leave(uow: UnitOfWork) -> None:
    await uow.outbox.put(draft(), NOW)
    assert await missed(uow, NOW + UNSENT) == []
    assert await missed(uow, NOW + UNSENT + A_MOMENT) == ["outbox"]


async def test_a_term_without_its_notice(uow: UnitOfWork) -> None:
    ticket = await add_ticket(uow)
    await uow.times.plan(ticket.id, [("accept", "overdue", 1.0, NOW)])
    assert await missed(uow, NOW + UNTOLD) == []
    assert await missed(uow, NOW + UNTOLD + A_MOMENT) == ["terms"]


async def test_a_digest_that_was_not_sent(uow: UnitOfWork) -> None:
    zone: ZoneInfo = centre_of(Staff(())).zone
    at = datetime.combine(NOW.astimezone(zone).date(), DIGEST_AT, zone)
    await uow.chronicle.once("first_start", at - timedelta(days=2))
    assert await missed(uow, at + DIGEST_LATE) == []
    assert await missed(uow, at + DIGEST_LATE + A_MOMENT) == ["digest"]
    await uow.times.add_digest(at.date(), at - timedelta(days=1), at)
    assert await missed(uow, at + DIGEST_LATE + A_MOMENT) == []


async def test_a_messenger_that_does_not_answer(uow: UnitOfWork) -> None:
    assert await missed(uow, NOW + SILENT, {"telegram": NOW}) == []
    assert await missed(uow, NOW + SILENT + A_MOMENT, {"telegram": NOW}) == ["silent"]
