"""The queues of a new PostgreSQL database, or of one that was empty when the server looked: it knows nothing of them.

Its plan must be a good one all the same: it may read what it returns, and not all that waits.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event

from storage.database import Database
from storage.unit_of_work import UnitOfWork
from tests.storage.helpers import LEASE, NOW

WAITING = 3_000

MAX_ROWS_READ = 2_000
"""Rows that a statement may read to claim fifty of 3,000: less than all, once."""

_FILL_INBOX = f"""
INSERT INTO inbox (account, key, conversation, payload, due_at, received_at)
SELECT 'telegram', gen_random_uuid(), 'telegram|' || n % 2500, '{{"text": "Яма на дороге"}}',
'{NOW.isoformat()}', '{NOW.isoformat()}' FROM generate_series(1, {WAITING}) AS n
"""

KNOWLEDGE = {
    "nothing": (),
    "empty": ("ANALYZE {table}",),
    "full": (..., "ANALYZE {table}"),
    "empty after a rush": (..., "{end}", "VACUUM ANALYZE {table}"),
}
"""The statements that leave the server with this knowledge of a table, before it is filled."""


@pytest.fixture(autouse=True)
def server(database: Database) -> None:
    if not database.is_shared:
        pytest.skip("SQLite plans by the indexes alone")


async def _fill(database: Database, table: str, fill: str, end: str, knowledge: str) -> None:
    """Fill *table* so that the server has this *knowledge* of it, and does not look at it again."""
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.exec_driver_sql(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
        await connection.exec_driver_sql(f"TRUNCATE {table} CASCADE")  # with what a test before has left to know
        for statement in KNOWLEDGE[knowledge]:
            asked = fill if statement is ... else str(statement).format(table=table, end=end)
            await connection.exec_driver_sql(asked)
        if knowledge != "full":
            await connection.exec_driver_sql(fill)


async def _count_rows_read(database: Database, ask: Callable[[UnitOfWork], Awaitable[object]]) -> int:
    """Return the most rows that one of the statements of *ask* reads, each explained in place of its execution."""
    most = 0
    async with database.begin() as uow:
        asked: list[tuple[str, object]] = []

        def remember(_1: object, _2: object, statement: str, parameters: object, *_3: object) -> None:
            asked.append((statement, parameters))

        event.listen(database.engine.sync_engine, "before_cursor_execute", remember)
        await ask(uow)
        event.remove(database.engine.sync_engine, "before_cursor_execute", remember)
    async with database.engine.begin() as connection:
        for statement, parameters in asked:
            if "pg_advisory" in statement:
                await connection.exec_driver_sql(statement, parameters)  # with the settings that it makes
                continue
            found = await connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
            plan = found.scalar_one()
            [explained] = json.loads(plan) if isinstance(plan, str) else plan
            most = max(most, sum(_rows_read(node) for node in _nodes(explained["Plan"])))
    return most


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def _rows_read(node: dict[str, Any]) -> int:
    if "Scan" not in node["Node Type"]:
        return 0
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return int((node["Actual Rows"] + removed) * node["Actual Loops"])


@pytest.mark.parametrize("knowledge", KNOWLEDGE)
async def test_a_claim_does_not_read_all_updates_that_wait(database: Database, knowledge: str) -> None:
    end = f"UPDATE inbox SET status = 'done', done_at = '{NOW.isoformat()}'"
    await _fill(database, "inbox", _FILL_INBOX, end, knowledge)

    async def claim(uow: UnitOfWork) -> None:
        assert len(await uow.inbox.claim(NOW, LEASE, 50)) == 50

    assert await _count_rows_read(database, claim) < MAX_ROWS_READ


_FILL_OUTBOX = f"""
INSERT INTO outbox (kind, account, chat_id, chat_kind, thread, root, facts, priority, silent, order_key, due_at,
progress, created_at)
SELECT 'card', 'telegram', n % 20, 'private', '', '', '{{}}', 2, FALSE, 'ticket:' || n % 20 || ':' || n / 40,
'{NOW.isoformat()}', '[]', '{NOW.isoformat()}' FROM generate_series(1, {WAITING}) AS n
"""


@pytest.mark.parametrize("knowledge", KNOWLEDGE)
async def test_a_look_into_the_outbox_does_not_read_all_that_waits(database: Database, knowledge: str) -> None:
    end = f"UPDATE outbox SET status = 'sent', done_at = '{NOW.isoformat()}'"
    await _fill(database, "outbox", _FILL_OUTBOX, end, knowledge)

    async def claim(uow: UnitOfWork) -> None:
        waiting = await uow.outbox.next_waiting(NOW, ("telegram", "vk:5"), 10, 10, presses=True, chats=True)
        assert len(waiting.chats) == 20
        assert len(await uow.outbox.claim([row.id for row in waiting.chats], NOW, LEASE)) == 20

    assert await _count_rows_read(database, claim) < MAX_ROWS_READ
