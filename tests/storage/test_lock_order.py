"""Deadlocks: PostgreSQL rolls one of the transactions back.

They must be rare, and they are no sign of a lost database.
"""

import asyncio

import pytest

from bot.domain.people import Person
from bot.domain.roles import Role
from storage.database import Database
from storage.errors import DatabaseFault, classify_error
from storage.unit_of_work import UnitOfWork
from tests.storage.helpers import LEASE, NOW, add_ticket, outbox_draft, time_after


@pytest.fixture(autouse=True)
def several(database: Database) -> None:
    if not database.is_shared:
        pytest.skip("a file has one writer at a time")


async def test_claim_skips_rows_locked_by_update(database: Database, second: Database) -> None:
    async with database.begin() as uow:
        await uow.outbox.enqueue_all([outbox_draft("7", dedupe="card:1"), outbox_draft("8")], NOW)
    async with database.begin() as uow:
        await uow.outbox.enqueue(outbox_draft("7", dedupe="card:1"), NOW)
        await uow.flush()
        async with asyncio.timeout(5), second.begin() as other:
            claimed = await other.outbox.claim([1, 2], NOW, LEASE)
        assert [row.chat_id for row in claimed] == ["8"]
    async with second.begin() as other:
        assert [row.chat_id for row in await other.outbox.claim([1, 2], NOW, LEASE)] == ["7"]


async def test_a_notice_does_not_wait_for_who_works_on_its_ticket(database: Database, second: Database) -> None:
    async with database.begin() as uow:
        ticket = await add_ticket(uow)
        await uow.deadlines.schedule(ticket.id, [("accept", "overdue", 1.0, time_after(hours=1))])
        [head] = await uow.staff.add_all([Person(0, "Иванов", frozenset({Role.HEAD}))])
    async with database.begin() as uow:
        assert await uow.tickets.get(ticket.id, lock=True)
        async with asyncio.timeout(5), second.begin() as other:
            await other.deadlines.claim_due(time_after(hours=1), 10)
            await other.deadlines.add_notice(head.id, ticket.id, "accept_overdue", NOW)


async def test_a_press_does_not_wait_for_the_sweep_of_its_ticket(database: Database, second: Database) -> None:
    """The sweep leaves a ticket alone that somebody has locked, and takes the others; so the press can cancel."""
    async with database.begin() as uow:
        pressed, other = await add_ticket(uow, "Яма 1"), await add_ticket(uow, "Яма 2")
        for one in (pressed, other):
            await uow.deadlines.schedule(one.id, [("accept", "overdue", 1.0, time_after(hours=1))])
    async with asyncio.timeout(5), database.begin() as uow:
        assert await uow.tickets.get(pressed.id, lock=True)
        async with second.begin() as sweep:
            taken = await sweep.deadlines.claim_due(time_after(hours=1), 10)
            assert [one.ticket_id for one in taken] == [other.id]
            await uow.deadlines.cancel(pressed.id, ["accept"])
            assert await sweep.tickets.get(other.id, lock=True)
    async with second.begin() as sweep:
        assert await sweep.deadlines.claim_due(time_after(hours=1), 10) == []


async def test_deadlock_victim_is_not_a_lost_database(
    database: Database, second: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with database.begin() as uow:
        tickets = [await add_ticket(uow, f"Яма {number}") for number in range(2)]
    met = asyncio.Barrier(2)

    async def change(mine: Database, order: list[int]) -> Exception | None:
        async def lock(uow: UnitOfWork, number: int) -> None:
            await uow.tickets.get(tickets[number].id, lock=True)

        try:
            async with mine.begin() as uow:
                await lock(uow, order[0])
                await met.wait()
                await lock(uow, order[1])
        except Exception as error:  # noqa: BLE001 - looked at below
            return error
        return None

    outcomes = await asyncio.gather(change(database, [0, 1]), change(second, [1, 0]))
    [undone] = [error for error in outcomes if error is not None]
    assert classify_error(undone) is DatabaseFault.DEADLOCK
    assert database.current_fault is None
    assert second.current_fault is None
    assert "База" not in caplog.text
