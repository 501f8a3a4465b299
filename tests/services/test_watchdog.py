"""The watchdog finds each kind of missing activity, and no sooner than it should."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.people import Staff
from bot.services.context import UseCaseContext
from bot.services.monitoring.watchdog import (
    MAX_DIGEST_DELAY,
    MAX_MESSAGE_DELAY,
    MAX_MESSENGER_OUTAGE,
    MAX_NOTICE_DELAY,
    MAX_UPDATE_AGE,
    list_incidents,
)
from storage.database import Database
from storage.unit_of_work import UnitOfWork
from tests.databases import copy_migrated_sqlite
from tests.services.municipality import DIGEST_AT, STAFF, municipality_of
from tests.storage.helpers import add_ticket, outbox_draft

NOW = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
A_MOMENT = timedelta(seconds=1)


@pytest.fixture
async def uow(tmp_path: Path) -> AsyncIterator[UnitOfWork]:
    """A town in which nothing is wrong."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'town.sqlite3'}"
    await copy_migrated_sqlite(url, tmp_path.parent)
    database = Database(url)
    async with database.begin() as uow:
        yield uow
    await database.close()


async def incident_codes(uow: UnitOfWork, now: datetime, failing: dict[str, datetime] | None = None) -> list[str]:
    """Codes of what is wrong at *now*."""
    await uow.flush()
    municipality = municipality_of(Staff(await uow.staff.add_all(STAFF)))
    return [one.code for one in await list_incidents(UseCaseContext(municipality, uow, now), failing or {})]


async def test_an_update_that_nobody_handles(uow: UnitOfWork) -> None:
    await uow.inbox.store("telegram", [("1", "1:1", {"update_id": 1})], NOW)
    assert await incident_codes(uow, NOW + MAX_UPDATE_AGE) == []
    assert await incident_codes(uow, NOW + MAX_UPDATE_AGE + A_MOMENT) == ["inbox"]


async def test_a_message_that_does_not_leave(uow: UnitOfWork) -> None:
    await uow.outbox.enqueue(outbox_draft(), NOW)
    assert await incident_codes(uow, NOW + MAX_MESSAGE_DELAY) == []
    assert await incident_codes(uow, NOW + MAX_MESSAGE_DELAY + A_MOMENT) == ["outbox"]


async def test_a_term_without_its_notice(uow: UnitOfWork) -> None:
    ticket = await add_ticket(uow)
    await uow.deadlines.schedule(ticket.id, [("accept", "overdue", 1.0, NOW)])
    assert await incident_codes(uow, NOW + MAX_NOTICE_DELAY) == []
    assert await incident_codes(uow, NOW + MAX_NOTICE_DELAY + A_MOMENT) == ["terms"]


async def test_a_digest_that_was_not_sent(uow: UnitOfWork) -> None:
    zone: ZoneInfo = municipality_of(Staff(())).zone
    at = datetime.combine(NOW.astimezone(zone).date(), DIGEST_AT, zone)
    await uow.once_keys.claim("first_start", at - timedelta(days=2))
    assert await incident_codes(uow, at + MAX_DIGEST_DELAY) == []
    assert await incident_codes(uow, at + MAX_DIGEST_DELAY + A_MOMENT) == ["digest"]
    await uow.deadlines.claim_digest(at.date(), at - timedelta(days=1), at)
    assert await incident_codes(uow, at + MAX_DIGEST_DELAY + A_MOMENT) == []


async def test_a_messenger_that_does_not_answer(uow: UnitOfWork) -> None:
    assert await incident_codes(uow, NOW + MAX_MESSENGER_OUTAGE, {"telegram": NOW}) == []
    assert await incident_codes(uow, NOW + MAX_MESSENGER_OUTAGE + A_MOMENT, {"telegram": NOW}) == ["silent"]
