"""What was once needed goes, bit by bit; what is still needed, and the municipality's records, stay."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, make_url, select, text

from bot.domain.clock import ManualClock
from bot.domain.tickets import State
from bot.scheduler import retention
from bot.scheduler.retention import KEEP, Cleaner
from storage.database import Database
from storage.repositories.retention import Kind
from storage.tables import audit, card, due, inbox, letter, metadata, notice, once, outbox, person
from tests.storage.helpers import ACCOUNTS, NOW, add_message, add_ticket, draft, later, take

DAY = timedelta(days=1)


async def fill(database: Database) -> None:
    """An open and an ended ticket, each with all that hangs on one; handled, dead and waiting mail."""
    async with database.begin() as uow:
        await uow._connection.execute(insert(person).values(id=1, name="П", active=True))
        for number, state, ended in ((1, State.ASSIGNED, None), (2, State.CLOSED, NOW)):
            await add_ticket(uow, state=state.value, ended_at=ended)
            await add_message(uow, f"m{number}", number)
            await uow.cards.save(1, number, "telegram", "1", NOW, external_id="5", hash="h")
            await uow.letters.remember("telegram", "1", [f"l{number}"], number, "card", NOW)
            await uow.times.plan(number, [("accept", "overdue", 1.0, NOW), ("answer", "overdue", 1.0, later(hours=1))])
            await uow.chronicle.record("created", NOW, ticket_id=number)
            await uow.times.add_notice(1, number, "accept_overdue", NOW)
        await uow.times.fire(NOW, 10)
        await uow.times.sent_notices([1], NOW)
        await uow.chronicle.record("refused", NOW)
        await uow.chronicle.once("first_start", NOW)
        await uow.chronicle.once("credentials:telegram:2026-11-20", NOW)
        updates = [(key, key, {"text": "x" * 1000}) for key in ("done", "dead", "new")]
        await uow.inbox.store("telegram", updates, NOW)
        rows = await uow.inbox.claim(NOW, DAY, 2)
        await uow.inbox.finish([rows[0].id], NOW)
        await uow.inbox.bury(rows[1].id, NOW, "Trouble")
        await uow.outbox.put_all([draft("1"), draft("2"), draft("3")], NOW)
        sent, failed = await take(uow, NOW, 2, accounts=ACCOUNTS)
        await uow.outbox.finish(sent, NOW)
        await uow.outbox.finish(failed, NOW, "failed", "Rejected")


async def counts(database: Database) -> dict[str, int]:
    async with database.engine.connect() as connection:
        return {
            table.name: int(await connection.scalar(select(func.count()).select_from(table)) or 0)
            for table in metadata.sorted_tables
        }


@pytest.mark.parametrize("kind", Kind)
async def test_each_kind_goes_when_its_time_has_passed_and_not_before(database: Database, kind: Kind) -> None:
    await fill(database)
    gone = {
        Kind.UPDATES: (inbox, 1),
        Kind.DEAD_UPDATES: (inbox, 1),
        Kind.OUTGOING: (outbox, 2),
        Kind.NOTICES: (notice, 1),
        Kind.MOMENTS: (due, 1),  # of the ended ticket, and fired; the later one still waits
        Kind.DAYS: (once, 1),
        Kind.LETTERS: (letter, 1),
        Kind.CARDS: (card, 1),
        Kind.HISTORY: (audit, 2),  # of the ended ticket, and of none
    }
    table, how_many = gone[kind]
    before = await counts(database)
    async with database.begin() as uow:
        assert await uow.retention.forget(kind, NOW, 100) == 0
    async with database.begin() as uow:
        assert await uow.retention.forget(kind, NOW + timedelta(seconds=1), 100) == how_many
    assert await counts(database) == before | {table.name: before[table.name] - how_many}


async def test_a_round_cleans_in_small_transactions_and_leaves_the_records(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    monkeypatch.setattr(retention, "BREATH", 0.0)
    await fill(database)
    clock = ManualClock(NOW)
    await Cleaner(database, clock).sweep()
    before = await counts(database)
    assert before["inbox"] == 3

    clock.set(NOW + max(KEEP.values()) + DAY)
    await Cleaner(database, clock).sweep()
    after = await counts(database)
    assert (after["inbox"], after["outbox"], after["card"], after["letter"]) == (1, 1, 1, 1)
    assert (after["ticket"], after["message"], after["once"]) == (2, 2, 1)
    async with database.read() as uow:
        assert [row.action for row in await uow.chronicle.of_ticket(1)] == ["created"]


async def test_a_round_stops_somewhere(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    monkeypatch.setattr(retention, "BREATH", 0.0)
    monkeypatch.setattr(retention, "MOST", 20)
    async with database.begin() as uow:
        for number in range(30):
            await uow.chronicle.once(f"undelivered:{number}:2026-01-01", NOW)
    clock = ManualClock(NOW + KEEP[Kind.DAYS] + DAY)
    for left in (15, 0):  # five kinds come first
        await Cleaner(database, clock).sweep()
        assert (await counts(database))["once"] == left


async def test_a_connection_is_opened_while_somebody_writes(database: Database, second: Database) -> None:
    async with database.begin() as uow:
        await uow.chronicle.once("written", NOW)
        async with asyncio.timeout(2), second.read() as other:
            assert await other.chronicle.when("written") is None


async def test_the_file_gives_back_what_is_free(database: Database, url: str) -> None:
    if database.is_shared:
        pytest.skip("a server sees to its own files")
    file = Path(make_url(url).database or "")
    async with database.begin() as uow:
        await uow.inbox.store("telegram", [(str(n), "a", {"text": "x" * 4000}) for n in range(500)], NOW)
        rows = await uow.inbox.claim(NOW, DAY, 500)
        await uow.inbox.finish([row.id for row in rows], NOW)
    await database.settle()
    full = file.stat().st_size
    await Cleaner(database, ManualClock(NOW + KEEP[Kind.UPDATES] + DAY)).sweep()
    assert file.stat().st_size < full / 2
    async with database.engine.connect() as connection:
        assert await connection.scalar(text("PRAGMA auto_vacuum")) == 2
