"""Due moments are given out once, notices wait until they are told, a day has one digest."""

import asyncio
from datetime import date

from bot.domain.people import MessengerName, Person, StaffAccount
from bot.domain.roles import Role
from storage.database import Database
from tests.storage.helpers import NOW, add_ticket, time_after

DAY = date(2026, 11, 20)


async def schedule_ticket(database: Database) -> int:
    """A ticket with a reminder in half an hour and an overdue moment in an hour for each limit."""
    async with database.begin() as uow:
        ticket = await add_ticket(uow)
        await uow.deadlines.schedule(
            ticket.id,
            [
                ("accept", "overdue", 1.0, time_after(hours=1)),
                ("accept", "reminder", 0.5, time_after(minutes=30)),
                ("answer", "reminder", 0.5, time_after(minutes=30)),
                ("answer", "overdue", 1.0, time_after(hours=1)),
            ],
        )
    return ticket.id


async def test_moments_that_have_come_are_given_out_once_in_order(database: Database) -> None:
    await schedule_ticket(database)
    async with database.begin() as uow:
        assert not await uow.deadlines.has_due(time_after(minutes=29))
        assert await uow.deadlines.claim_due(time_after(minutes=29), 10) == []
        assert await uow.deadlines.has_due(time_after(minutes=30))
        fired = await uow.deadlines.claim_due(time_after(hours=1), 10)
        assert [(one.limit, one.kind) for one in fired] == [
            ("accept", "reminder"),
            ("answer", "reminder"),
            ("accept", "overdue"),
            ("answer", "overdue"),
        ]
        assert await uow.deadlines.claim_due(time_after(days=1), 10) == []


async def test_void_terms_do_not_fire(database: Database) -> None:
    ticket_id = await schedule_ticket(database)
    async with database.begin() as uow:
        await uow.deadlines.cancel(ticket_id, ["accept"])
        fired = await uow.deadlines.claim_due(time_after(days=1), 10)
    assert {one.limit for one in fired} == {"answer"}


async def test_two_processes_never_get_the_same_moment(database: Database, second: Database) -> None:
    for _ in range(10):
        await schedule_ticket(database)

    async def sweep(mine: Database) -> list[int]:
        async with mine.begin() as uow:
            return [one.id for one in await uow.deadlines.claim_due(time_after(days=1), 7)]

    given = await asyncio.gather(*(sweep(one) for one in (database, second) * 4))
    ids = [one for batch in given for one in batch]
    assert len(ids) == len(set(ids)) == 40


async def test_notices_wait_until_they_are_told(database: Database) -> None:
    ticket_id = await schedule_ticket(database)
    staff = [Person(0, name, frozenset({Role.HEAD}), accounts=(_account(name),)) for name in ("1", "2")]
    async with database.begin() as uow:
        first, second = [one.id for one in await uow.staff.add_all(staff)]
        for person_id, code in ((second, "answer_overdue"), (first, "accept_reminder"), (second, "watch_overdue")):
            await uow.deadlines.add_notice(person_id, ticket_id, code, NOW)
        waiting = await uow.deadlines.list_pending_notices()
        assert [(one.person_id, one.code) for one in waiting] == [
            (first, "accept_reminder"),
            (second, "answer_overdue"),
            (second, "watch_overdue"),
        ]
        await uow.deadlines.mark_notices_sent([waiting[0].id, waiting[2].id], time_after(minutes=1))
        assert [one.code for one in await uow.deadlines.list_pending_notices()] == ["answer_overdue"]


async def test_a_day_has_one_digest(database: Database, second: Database) -> None:
    async def take(mine: Database) -> bool:
        async with mine.begin() as uow:
            return await uow.deadlines.claim_digest(DAY, NOW, time_after(hours=1))

    assert sorted(await asyncio.gather(*(take(one) for one in (database, second) * 3))) == [False] * 5 + [True]
    async with database.read() as uow:
        assert await uow.deadlines.has_digest(DAY)
        assert not await uow.deadlines.has_digest(date(2026, 11, 19))
        assert await uow.deadlines.find_last_digest_end(time_after(hours=1)) == time_after(hours=1)
        assert await uow.deadlines.find_last_digest_end(time_after(minutes=59)) is None, (
            "a clock that ran ahead has been put right"
        )


def _account(number: str) -> StaffAccount:
    return StaffAccount(MessengerName.TELEGRAM, number)
