"""The results of answers, on both databases: questions, returns, and the end of silent tickets."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from bot.domain.tickets import State
from storage.database import Database
from storage.tables import ticket
from storage.unit_of_work import UnitOfWork

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


async def add_answered(uow: UnitOfWork, count: int, answered_at: datetime) -> list[int]:
    row = {"likely": [], "source": "telegram", "text": "яма", "search": "яма", "urgent": False, "sector": "roads"}
    moments = dict.fromkeys(("registered_at", "touched_at", "accept_due", "answer_due", "answered_at"), answered_at)
    statement = insert(ticket).values(**row, **moments, state=State.ANSWERED.value).returning(ticket.c.id)
    return [(await uow._transaction.execute(statement)).scalar_one() for _ in range(count)]


async def test_a_question_is_due_once_and_a_return_takes_it_back(database: Database) -> None:
    async with database.begin() as uow:
        first, second = await add_answered(uow, 2, NOW)
        await uow.solutions.schedule_questions([first, second], NOW + DAY)
    async with database.begin() as uow:
        assert await uow.solutions.list_due_questions(NOW, 10) == []
        assert await uow.solutions.list_due_questions(NOW + DAY, 10) == [first, second]
        await uow.solutions.update(first, ask_at=None, asked_at=NOW + DAY)
        assert (await uow.solutions.add_return(second, NOW + DAY, 7)).returned == 1
        assert (await uow.solutions.add_return(second, NOW + DAY, 7)).returned == 2
        assert await uow.solutions.list_due_questions(NOW + DAY, 10) == []
        assert await uow.solutions.count_returned_from(7) == 1
        await uow.solutions.forget_returns_from(7)
        assert await uow.solutions.count_returned_from(7) == 0
    async with database.read() as uow:
        assert (await uow.solutions.get(first)).asked_at == NOW + DAY
        assert (await uow.reports.count_outcomes(NOW, NOW + 2 * DAY)) == (1, 0)


async def test_silent_tickets_end_a_few_at_a_time_and_controlled_ones_stay(database: Database) -> None:
    async with database.begin() as uow:
        old = await add_answered(uow, 5, NOW - 40 * DAY)
        fresh = await add_answered(uow, 1, NOW - DAY)
        await uow.solutions.update(old[0], control_at=NOW + DAY)
        assert await uow.solutions.has_silent(NOW - 14 * DAY)
        assert await uow.solutions.close_silent(NOW - 14 * DAY, 3) == old[1:4]
        assert await uow.solutions.close_silent(NOW - 14 * DAY, 3) == old[4:]
        assert not await uow.solutions.has_silent(NOW - 14 * DAY)
        found = await uow.tickets.get_many([*old, *fresh])
    assert [found[one].state for one in (old[0], old[1], fresh[0])] == [State.ANSWERED, State.CLOSED, State.ANSWERED]
    assert found[old[1]].ended_at == NOW - 40 * DAY
