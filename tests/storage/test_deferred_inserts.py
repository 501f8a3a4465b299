"""Inserts are deferred; queries see them all the same."""

from contextlib import suppress

import pytest
from sqlalchemy import event

from bot.domain.messages import MessageRole
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import State
from storage.database import Database
from tests.storage.helpers import NOW, add_message, add_ticket, outbox_draft, time_after


class SimulatedFailure(Exception):
    """An expected failure in these tests."""


async def test_deferred_insert_is_visible_to_queries(database: Database) -> None:
    async with database.begin() as uow:
        ticket = await add_ticket(uow)
        await add_message(uow, "1", ticket.id)
        await uow.audit_log.record("registered", NOW, ticket_id=ticket.id)
        await uow.outbox.enqueue(outbox_draft(number=ticket.id), NOW)
        await uow.deadlines.schedule(ticket.id, [("accept", "overdue", 1.0, NOW)])

        assert await uow.tickets.get(ticket.id) == ticket
        assert [one.external_id for one in await uow.messages.list_for_ticket(ticket.id)] == ["1"]
        assert [one.action for one in await uow.audit_log.list_for_ticket(ticket.id)] == ["registered"]
        assert await uow.outbox.count_by_status() == {"queued": 1}
        assert await uow.deadlines.has_due(NOW)


async def test_a_question_writes_only_what_it_could_see(database: Database) -> None:
    written: list[str] = []

    def note(_1: object, _2: object, statement: str, *_3: object) -> None:
        written.extend(statement.split()[2:3] if statement.startswith("INSERT") else [])

    async with database.begin() as uow:
        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        try:
            ticket = await add_ticket(uow)
            await add_message(uow, "1", ticket.id)
            await uow.audit_log.record("registered", NOW, ticket_id=ticket.id)
            await uow.outbox.enqueue(outbox_draft(), NOW)
            await uow.staff.list_reachability()
            assert written == []
            await uow.tickets.search(["яма"], None, 10)
            assert written == ["ticket"]
            await uow.messages.list_album("telegram", "-100", "1")
            assert written == ["ticket", "message"]
        finally:
            event.remove(database.engine.sync_engine, "before_cursor_execute", note)

    async with database.read() as uow:
        assert len(await uow.audit_log.list_for_ticket(ticket.id)) == 1
        assert await uow.outbox.count_by_status() == {"queued": 1}


async def test_changes_of_rows_that_nobody_asks_for_are_written_together(database: Database) -> None:
    written: list[str] = []

    def note(_1: object, _2: object, statement: str, *_3: object) -> None:
        written.extend([" ".join(statement.split()[:3])] if statement.startswith(("INSERT", "UPDATE")) else [])

    async with database.begin() as uow:
        leads = [await add_ticket(uow), await add_ticket(uow)]
        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        try:
            numbers = [await uow.problems.create(lead, "roads", {"number": 1}, NOW) for lead in leads]
            for number in (*numbers, *numbers):
                uow.problems.add_members(
                    number, members=1, people=0, fingerprint={"number": 2}, heard_at=time_after(minutes=1)
                )
            found = await uow.tickets.get(leads[0].id, lock=True)
            assert found is not None
            assert (found.problem_id, written) == (numbers[0], [])
            problem = await uow.problems.get(numbers[0])
        finally:
            event.remove(database.engine.sync_engine, "before_cursor_execute", note)
        assert problem is not None
        assert (problem.members, problem.people, problem.sketch) == (3, 1, {"number": 2})
        assert written == ["INSERT INTO ticket", "UPDATE ticket SET", "INSERT INTO problem", "UPDATE problem SET"]

    async with database.read() as uow:
        assert [one.problem_id for one in (await uow.tickets.get_many([lead.id for lead in leads])).values()] == numbers


async def test_referenced_rows_are_written_first(database: Database) -> None:
    async with database.begin() as uow:
        ticket = await add_ticket(uow)
        await add_message(uow, "1", ticket.id)
        [found] = await uow.messages.list_album("telegram", "-100", "none") or [None]
        assert found is None  # the question was about messages, whose ticket had to be there

    async with database.read() as uow:
        assert (await uow.messages.list_for_ticket(ticket.id))[0].ticket_id == ticket.id


async def test_numbers_go_on_without_a_gap_after_a_part_was_undone(database: Database) -> None:
    async with database.begin() as uow:
        first = await add_ticket(uow)
        with suppress(SimulatedFailure):
            async with uow.savepoint():
                await add_ticket(uow)
                raise SimulatedFailure
        second = await add_ticket(uow)
    async with database.begin() as uow:
        third = await add_ticket(uow)

    numbers = [first.id, second.id, third.id]
    if database.is_shared:  # a sequence gives no number twice
        assert numbers == sorted(set(numbers))
    else:
        assert numbers == [1, 2, 3]


@pytest.mark.parametrize("changed", ["touched", "answered", "attached", "registered"])
async def test_prefetched_row_is_dropped_when_it_changes(database: Database, changed: str) -> None:
    async with database.begin() as uow:
        ticket = await add_ticket(uow, text_key="key")
        await add_message(uow, "1", ticket.id)
    async with database.begin() as uow:
        await uow.author_tickets.prefetch(["telegram:7"], NOW)
        here = ("telegram", "-100", "", "7")
        assert [one.id for one in await uow.author_tickets.list_open_in_thread(*here, NOW)] == [ticket.id]
        assert await uow.author_tickets.find_answered_in_thread(*here, NOW) is None
        assert await uow.author_tickets.find_same_text("telegram:7", "key", NOW) == ticket
        match changed:
            case "touched":
                await uow.tickets.touch(ticket.id, time_after(minutes=5))
                assert await uow.author_tickets.list_open_in_thread(*here, time_after(minutes=5))
            case "answered":
                await uow.tickets.update(ticket, TicketChange(state=State.ANSWERED, answered_at=time_after(minutes=1)))
                assert await uow.author_tickets.list_open_in_thread(*here, NOW) == []
                assert (await uow.author_tickets.find_answered_in_thread(*here, NOW)) is not None
            case "attached":
                await add_message(uow, "2", ticket.id, thread="9")
                assert await uow.author_tickets.list_open_in_thread("telegram", "-100", "9", "7", NOW)
            case "registered":
                other = await add_ticket(uow, text_key="other")
                assert await uow.author_tickets.find_same_text("telegram:7", "other", NOW) == other


async def test_a_place_that_was_foreseen_empty_is_known_when_it_is_taken(database: Database) -> None:
    place = ("telegram", "-100", "1")
    async with database.begin() as uow:
        await uow.messages.prefetch([place])
        assert await uow.messages.find_by_external_id(*place) is None
        number = await add_message(uow, "1")
        ticket = await add_ticket(uow)
        known = await uow.messages.find_by_external_id(*place)
        assert known is not None
        assert (known.id, known.ticket_id) == (number, None)
        await uow.messages.attach_to_ticket(number, ticket.id, MessageRole.ROOT)
        known = await uow.messages.get(number)
        assert known is not None
        assert known.ticket_id == ticket.id

    async with database.read() as uow:
        assert await uow.messages.find_by_external_id(*place) == known
