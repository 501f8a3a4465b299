"""The agenda: what waits is known from one statement, read again as soon as it may have changed."""

import asyncio
from contextlib import suppress

import pytest
from sqlalchemy import event

from bot.domain.channels import Direction
from storage.database import Database
from tests.storage.helpers import NOW, add_ticket, outbox_draft, time_after


def count_statements(database: Database) -> list[str]:
    """Return the list to which the statements of *database* are added from now on."""
    asked: list[str] = []
    event.listen(
        database.engine.sync_engine, "before_cursor_execute", lambda *arguments: asked.append(str(arguments[2]))
    )
    return asked


async def test_an_empty_database_has_nothing_to_do(database: Database) -> None:
    agenda = await database.agenda.load()
    assert {agenda.inbox_waits, agenda.outbox_waits, agenda.notices_wait, agenda.messenger_fails} == {False}
    assert agenda.deadline_at is None
    assert (agenda.newest_audit_id, agenda.staff_version, agenda.topics_version) == (0, "", "")


async def test_the_agenda_names_what_waits(database: Database) -> None:
    async with database.begin() as uow:
        ticket = await add_ticket(uow)
        await uow.deadlines.schedule(ticket.id, [("accept", "overdue", 1.0, time_after(hours=1))])
        await uow.deadlines.schedule(ticket.id, [("answer", "overdue", 1.0, time_after(hours=8))])
        await uow.outbox.enqueue(outbox_draft(), NOW)
        await uow.inbox.store("telegram", [("1", "chat", {})], NOW)
        await uow.outages.start("telegram", Direction.IN, NOW)
        await uow.audit_log.record("accept", NOW, ticket_id=ticket.id)
        await uow.once_keys.claim("outage:2026-11-20", NOW)
    agenda = await database.agenda.load()
    assert (agenda.inbox_waits, agenda.outbox_waits, agenda.messenger_fails) == (True, True, True)
    assert (agenda.outage_unreported, agenda.newest_audit_id) == (True, 1)
    assert agenda.deadline_at == time_after(hours=1)


async def test_who_asks_again_reads_nothing(database: Database) -> None:
    asked = count_statements(database)
    first = await database.agenda.load()
    assert await database.agenda.load() is first
    assert len(asked) == 1


async def test_those_who_ask_together_share_one_reading(database: Database) -> None:
    asked = count_statements(database)
    found = await asyncio.gather(*(database.agenda.load() for _ in range(10)))
    assert len(asked) == 1
    assert all(one is found[0] for one in found)


async def test_a_commit_is_known_at_once(database: Database) -> None:
    assert not (await database.agenda.load()).outbox_waits
    async with database.begin() as uow:
        await uow.outbox.enqueue(outbox_draft(), NOW)
    assert (await database.agenda.load()).outbox_waits


async def test_a_commit_of_another_process_is_known_once_it_is_told(database: Database, second: Database) -> None:
    assert not (await database.agenda.load()).outbox_waits
    async with second.begin() as uow:
        await uow.outbox.enqueue(outbox_draft(), NOW)
    database.agenda.forget()
    assert (await database.agenda.load()).outbox_waits


async def test_an_old_agenda_is_read_again(database: Database, second: Database) -> None:
    database.agenda.max_age_seconds = 0.0
    assert not (await database.agenda.load()).outbox_waits
    async with second.begin() as uow:
        await uow.outbox.enqueue(outbox_draft(), NOW)
    assert (await database.agenda.load()).outbox_waits


async def test_a_change_during_a_reading_is_not_lost(database: Database) -> None:
    """Those who ask after the change must not get an agenda from before it."""
    reading, may_go_on, read = asyncio.Event(), asyncio.Event(), database.agenda.read

    async def read_slowly() -> object:
        known = await read()
        reading.set()
        await may_go_on.wait()
        return known

    database.agenda.read = read_slowly  # type: ignore[assignment]
    async with asyncio.TaskGroup() as group:
        early = group.create_task(database.agenda.load())
        await reading.wait()
        async with database.begin() as uow:
            await uow.outbox.enqueue(outbox_draft(), NOW)
        late = group.create_task(database.agenda.load())
        await asyncio.sleep(0)
        may_go_on.set()
    assert not early.result().outbox_waits
    assert late.result().outbox_waits


@pytest.mark.parametrize("fails", [False, True])
async def test_the_sender_is_woken_by_what_is_committed(database: Database, fails: bool) -> None:
    woken: list[bool] = []
    database.when_messages_are_queued(lambda: woken.append(True))
    async with database.begin() as uow:
        await add_ticket(uow)
    assert not woken, "nothing is to be sent"
    with suppress(ValueError):
        async with database.begin() as uow:
            await uow.outbox.enqueue(outbox_draft(), NOW)
            if fails:
                raise ValueError
    assert woken == ([] if fails else [True])
