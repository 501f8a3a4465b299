"""Old rows are deleted in small steps; rows in use and the municipality's records stay."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, make_url, select, text

from bot.domain.held_notes import Reader
from bot.domain.messages import UnreadKind
from bot.domain.outbox import OutboxStatus
from bot.domain.recipients import Audience
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import State
from bot.scheduler import retention
from bot.scheduler.retention import RETENTION, Cleaner
from storage.database import Database
from storage.repositories.retention import _RULES, RetentionKind
from storage.tables import (
    act,
    audit,
    audit_personal,
    audit_seal,
    button,
    card,
    due_moment,
    erasure,
    held_note,
    inbox,
    metadata,
    notice,
    once_key,
    outbox,
    person,
    sent_message,
    unread,
)
from tests.manual_clock import ManualClock
from tests.storage.helpers import ACCOUNTS, NOW, add_message, add_ticket, claim_rows, outbox_draft, time_after

DAY = timedelta(days=1)


async def fill_database(database: Database) -> None:
    """An open and an ended ticket, each with all that hangs on one; handled, dead and waiting mail."""
    async with database.begin() as uow:
        await uow._connection.execute(insert(person).values(id=1, name="П", active=True))
        for number, state, ended in ((1, State.ASSIGNED, None), (2, State.CLOSED, NOW)):
            ticket = await add_ticket(uow, state=state)
            await uow.tickets.update(ticket, TicketChange(ended_at=ended))
            await add_message(uow, f"m{number}", number)
            await uow.cards.upsert(1, number, "telegram", "1", NOW, external_id="5", hash="h")
            await uow.sent_messages.add("telegram", "1", [f"l{number}"], number, "card", NOW)
            await uow.deadlines.schedule(
                number, [("accept", "overdue", 1.0, NOW), ("answer", "overdue", 1.0, time_after(hours=1))]
            )
            await uow.audit_log.record("created", NOW, ticket_id=number)
            await uow.deadlines.add_notice(1, number, "accept_overdue", NOW)
        await uow.deadlines.claim_due(NOW, 10)
        await uow.deadlines.mark_notices_sent([1], NOW)
        await uow._connection.execute(
            insert(button).values(account="telegram", chat_id="1", external_id="5", ticket_id=1, sent_at=NOW)
        )
        await uow.personal_data_erasure.add_erasure(NOW, "root", "0" * 64, {}, [])
        await uow.unread_content.add("telegram", UnreadKind.AUDIO, NOW)
        await uow.floods.add_act("telegram:1", NOW)
        await uow.held_notes.add(Reader(Audience.OPERATION), {"code": "credentials", "title": "VK"}, NOW)
        await uow.once_keys.claim("first_start", NOW)
        await uow.once_keys.claim("credentials:telegram:2026-11-20", NOW)
        updates = [(key, key, {"text": "x" * 1000}) for key in ("done", "dead", "new")]
        await uow.inbox.store("telegram", updates, NOW)
        rows = await uow.inbox.claim(NOW, DAY, 2)
        await uow.inbox.finish([rows[0].id], NOW)
        await uow.inbox.move_to_dead_letter(rows[1].id, NOW, "Trouble")
        await uow.outbox.enqueue_all([outbox_draft("1"), outbox_draft("2"), outbox_draft("3")], NOW)
        sent, failed = await claim_rows(uow, NOW, 2, accounts=ACCOUNTS)
        await uow.outbox.finish(sent, NOW)
        await uow.outbox.finish(failed, NOW, OutboxStatus.FAILED, "Rejected")


async def row_counts(database: Database) -> dict[str, int]:
    async with database.engine.connect() as connection:
        return {
            table.name: int(await connection.scalar(select(func.count()).select_from(table)) or 0)
            for table in metadata.sorted_tables
        }


@pytest.mark.parametrize("kind", RetentionKind)
async def test_each_kind_goes_when_its_time_has_passed_and_not_before(database: Database, kind: RetentionKind) -> None:
    await fill_database(database)
    gone = {
        RetentionKind.UPDATES: (inbox, 1),
        RetentionKind.DEAD_UPDATES: (inbox, 1),
        RetentionKind.OUTBOX: (outbox, 2),
        RetentionKind.NOTICES: (notice, 1),
        RetentionKind.DUE_MOMENTS: (due_moment, 1),  # of the ended ticket, and fired; the later one still waits
        RetentionKind.DAILY_KEYS: (once_key, 1),
        RetentionKind.SENT_MESSAGES: (sent_message, 1),
        RetentionKind.CARDS: (card, 1),
        RetentionKind.ACTS: (act, 1),
        RetentionKind.UNREAD: (unread, 1),
        RetentionKind.ERASURES: (erasure, 1),
        RetentionKind.BUTTONS: (button, 1),
        RetentionKind.HELD_NOTES: (held_note, 1),
    }
    table, how_many = gone[kind]
    before = await row_counts(database)
    async with database.begin() as uow:
        assert await uow.retention.delete_expired(kind, NOW, 100) == 0
    async with database.begin() as uow:
        assert await uow.retention.delete_expired(kind, NOW + timedelta(seconds=1), 100) == how_many
    assert await row_counts(database) == before | {table.name: before[table.name] - how_many}


async def test_a_round_cleans_in_small_transactions_and_leaves_the_records(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "ROWS_PER_TRANSACTION", 1)
    monkeypatch.setattr(retention, "PAUSE_SECONDS", 0.0)
    await fill_database(database)
    clock = ManualClock(NOW)
    await Cleaner(database, clock).run()
    before = await row_counts(database)
    assert before["inbox"] == 3

    clock.set(NOW + max(RETENTION.values()) + DAY)
    await Cleaner(database, clock).run()
    after = await row_counts(database)
    assert (after["inbox"], after["outbox"], after["card"], after["letter"]) == (1, 1, 1, 1)
    assert (after["ticket"], after["message"], after["once"]) == (2, 2, 1)
    async with database.read() as uow:
        assert [row.action for row in await uow.audit_log.list_for_ticket(1)] == ["created"]


async def test_a_round_stops_somewhere(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "ROWS_PER_TRANSACTION", 1)
    monkeypatch.setattr(retention, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(retention, "MAX_TRANSACTIONS_PER_RUN", 20)
    async with database.begin() as uow:
        for number in range(30):
            await uow.once_keys.claim(f"undelivered:{number}:2026-01-01", NOW)
    clock = ManualClock(NOW + RETENTION[RetentionKind.DAILY_KEYS] + DAY)
    for left in (15, 0):  # five kinds come first
        await Cleaner(database, clock).run()
        assert (await row_counts(database))["once"] == left


async def test_a_connection_is_opened_while_somebody_writes(database: Database, second: Database) -> None:
    async with database.begin() as uow:
        await uow.once_keys.claim("written", NOW)
        async with asyncio.timeout(2), second.read() as other:
            assert await other.once_keys.get("written") is None


async def test_the_file_gives_back_what_is_free(database: Database, url: str) -> None:
    if database.is_shared:
        pytest.skip("a server sees to its own files")
    file = Path(make_url(url).database or "")
    async with database.begin() as uow:
        await uow.inbox.store("telegram", [(str(n), "a", {"text": "x" * 4000}) for n in range(500)], NOW)
        rows = await uow.inbox.claim(NOW, DAY, 500)
        await uow.inbox.finish([row.id for row in rows], NOW)
    await database.checkpoint()
    full = file.stat().st_size
    async with database.begin() as uow:
        await uow.retention.delete_expired(RetentionKind.UPDATES, NOW + 2 * RETENTION[RetentionKind.UPDATES], 400)
    free = await count_free_pages(database)
    assert free > 300
    assert await database.vacuum(100), "more are free"
    assert await count_free_pages(database) == free - 100
    await Cleaner(database, ManualClock(NOW + RETENTION[RetentionKind.UPDATES] + DAY)).run()
    assert file.stat().st_size < full / 2
    assert await count_free_pages(database) == 0
    async with database.engine.connect() as connection:
        assert await connection.scalar(text("PRAGMA auto_vacuum")) == 2


async def count_free_pages(database: Database) -> int:
    async with database.engine.connect() as connection:
        return int(await connection.scalar(text("PRAGMA freelist_count")))


def test_nothing_deletes_the_history() -> None:
    """It is kept as long as its tickets: no rule of deletion names it or its chain."""
    assert not {rule.table for rule in _RULES.values()} & {audit, audit_personal, audit_seal}
