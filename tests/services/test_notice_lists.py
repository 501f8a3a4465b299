"""A list of a watcher holds what became due shortly before it; what is noticed much later waits for the next."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from bot.domain.people import Staff
from bot.services.context import UseCaseContext
from bot.services.deadlines import due_notices, reminders
from bot.services.intake import register
from bot.services.tickets import chain_steps
from bot.understanding.reading import Reading
from storage.database import Database
from storage.tables import metadata, outbox
from tests.services.municipality import CURATOR, STAFF, ZONE, municipality_of

T = TypeVar("T")

READING = Reading(None, True, 1.0, "roads", {"roads": 1.0}, True, None, None, None)


def at(hour: int, minute: int) -> datetime:
    return datetime(2026, 10, 21, hour, minute, tzinfo=ZONE).astimezone(UTC)


async def test_a_deadline_noticed_long_after_it_passed_waits_for_the_next_list(tmp_path: Path) -> None:
    """As when new terms have put it back: the list that would have held it has gone out."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'town.sqlite3'}")
    async with database.engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    async with database.begin() as uow:
        municipality = municipality_of(Staff(await uow.staff.add_all(STAFF)))

    async def run(now: datetime, act: Callable[[UseCaseContext], Awaitable[T]]) -> T:
        async with database.begin() as uow:
            return await act(UseCaseContext(municipality, uow, now))

    async def write(ctx: UseCaseContext) -> None:
        await register.register_ticket(ctx, register.Registration("Яма", READING, "telegram"))

    async def tick(ctx: UseCaseContext) -> list[set[int]]:
        await due_notices.create_due_notices(ctx)
        await chain_steps.run_due(ctx)
        await reminders.send_notices(ctx)
        query = select(outbox.c.facts).where(outbox.c.kind == "note", outbox.c.chat_id == CURATOR)
        notes = (await ctx.uow._connection.execute(query)).scalars().all()
        return [{one[1] for one in note.get("items", ())} or {note["number"]} for note in notes]

    await run(at(9, 0), write)  # to be accepted by 11:00
    await run(at(9, 50), write)
    assert await run(at(12, 10), tick) == [{2}]
    assert await run(at(16, 59), tick) == [{2}]
    assert await run(at(17, 0), tick) == [{2}, {1}]
    await database.close()
