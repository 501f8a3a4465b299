"""Batching: the same work stores the same rows with and without it."""

from pathlib import Path
from random import Random

import pytest
from sqlalchemy import event, select

from bot.domain.messages import MessageRole
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import State
from storage.database import Database
from storage.tables import metadata
from storage.unit_of_work import UnitOfWork
from tests.databases import copy_migrated_sqlite
from tests.storage.helpers import NOW, add_message, add_ticket, outbox_draft, time_after
from tests.storage.test_candidate_cache import CANDIDATE_LIMIT, QUERIES, RandomWorkload


class ForcedRollback(Exception):
    pass


async def _work(database: Database, seed: int) -> list[object]:
    """Do a random piece of work in two transactions and return everything that was read."""
    random, read = Random(seed), []
    for number in range(2):
        async with database.begin() as uow:
            await uow.messages.prefetch([("telegram", "-100", f"{number}-{one}") for one in range(4)])
            await uow.author_tickets.prefetch(["telegram:7"], time_after(hours=-1))
            await uow.problems.prefetch(["telegram:0", "telegram:1"], QUERIES, CANDIDATE_LIMIT)
            workload = RandomWorkload(uow, random)
            for step in range(20):
                await workload.step()
                read += await _handle_message(uow, random, f"{number}-{step}")
            try:
                async with uow.savepoint():
                    await workload.step()
                    await add_ticket(uow, "undone")
                    raise ForcedRollback
            except ForcedRollback:
                pass
            read += [await uow.problems.list_candidates(query, CANDIDATE_LIMIT) for query in QUERIES]
    return read


async def _handle_message(uow: UnitOfWork, random: Random, key: str) -> list[object]:
    message_id = await add_message(uow, key)
    ticket = await add_ticket(uow, f"Яма {key}", text_key=key)
    await uow.messages.attach_to_ticket(message_id, ticket.id, MessageRole.ROOT)
    await uow.audit_log.record("registered", NOW, ticket_id=ticket.id)
    await uow.outbox.enqueue(outbox_draft(number=ticket.id, dedupe=f"note:{random.randrange(3)}"), NOW)
    if random.random() < 0.3:
        assert await uow.tickets.update(ticket, TicketChange(state=State.ACCEPTED, accepted_at=NOW)) is not None
    return [
        await uow.tickets.get(ticket.id, lock=True),
        await uow.messages.get(message_id),
        await uow.messages.find_by_external_id("telegram", "-100", "0-1"),
        await uow.messages.list_for_ticket(ticket.id),
        await uow.author_tickets.find_same_text("telegram:7", key, time_after(hours=-1)),
        await uow.author_tickets.list_open_in_thread("telegram", "-100", "", "7", time_after(hours=-1)),
        await uow.author_tickets.get_address(ticket.id),
    ]


async def _rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    async with database.engine.connect() as connection:
        return {
            table.name: [
                tuple(row)
                for row in await connection.execute(
                    # A row's own key is random on purpose.
                    select(*(column for column in table.c if column.name != "own_key")).order_by(*table.primary_key)
                )
            ]
            for table in metadata.sorted_tables
        }


@pytest.mark.parametrize("seed", range(4))
async def test_work_without_batching_stores_and_reads_the_same(tmp_path: Path, seed: int) -> None:
    results, statements = [], []
    for batching in (True, False):
        url = f"sqlite+aiosqlite:///{tmp_path / f'{batching}.sqlite3'}"
        await copy_migrated_sqlite(url, tmp_path.parent)
        database = Database(url, batching=batching)
        executed: list[str] = []
        event.listen(
            database.engine.sync_engine, "before_cursor_execute", lambda *args, log=executed: log.append(args[2])
        )
        read = await _work(database, seed)
        statements.append(len(executed))
        results.append((read, await _rows(database)))
        await database.close()
    assert results[0] == results[1]
    assert statements[1] > 1.5 * statements[0], "the switch has switched nothing off"
