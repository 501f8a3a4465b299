"""Changed rules on a large town: how long the open tickets take to follow, and how long messages wait meanwhile."""

import asyncio
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.measurements import Figures, new_harness, percentile
from bench.town import BenchHarness
from bench.workload_config import ADMINISTRATOR

OPEN_TICKETS = 20_000
MESSAGES_PER_SECOND = 2.0
TIMEOUT_SECONDS = 900.0
RULES = '\n[[rules]]\nanswer = "{days}d"\n'

_FILL = (
    """INSERT INTO ticket (id, state, sector, likely, source, text, search, urgent, registered_at, touched_at,
    accept_due, answer_due, version)
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)
    SELECT n, CASE WHEN n <= :closed THEN 'closed' WHEN n % 3 = 0 THEN 'assigned' ELSE 'accepted' END,
    'station' || (n % :sectors), '[]', 'telegram', 'Яма на дороге у дома ' || n, 'яма', 0,
    :began, :began, :due, :due, 1 FROM numbers""",
    """INSERT INTO card (person_id, ticket_id, account, chat_id, external_id, hash, menu, media_shown, updated_at)
    SELECT account.person_id, ticket.id, 'telegram', account.user_id, 7000000 + ticket.id, 'h', '', 0, :began
    FROM ticket JOIN assignment ON assignment.sector = ticket.sector
    JOIN account ON account.person_id = assignment.person_id WHERE ticket.id > :closed""",
    """INSERT INTO due (ticket_id, "limit", kind, share, at, state)
    SELECT id, 'answer', 'overdue', 1.0, :due, 'waiting' FROM ticket WHERE id > :closed""",
)


async def recompute(folder: Path, tickets: int) -> Figures:
    """Change a rule of a town with *tickets*, while citizens write."""
    is_open = min(tickets, OPEN_TICKETS)
    async with new_harness(folder) as town:
        await _start_with_rule(town, days=3)
        await town.stop()
        await asyncio.to_thread(_fill, town, tickets, is_open)
        _write_rule(town, days=5)
        await town.start()
        began, cpu, watch = time.perf_counter(), town.cpu_seconds(), town.watch_heads()
        telegram, known = town.sandbox.telegram, len(town.sent_at)
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(_write(town))
            # A card is dated by the look that finds it, so the heads' chats are looked at with every change.
            await town.sandbox.change_log.wait_until(lambda: watch.cards() is None or _is_told(town), TIMEOUT_SECONDS)
            took, cpu = time.perf_counter() - began, town.cpu_seconds() - cpu
            writing.cancel()
        written = list(town.sent_at)[known:]
        await telegram.change_log.wait_until(lambda: set(written) <= watch.cards().keys(), 120)
        waits = sorted(watch.cards()[mark] - town.sent_at[mark] for mark in written)
        moved = town.count("SELECT count(*) FROM audit WHERE action = 'terms_moved'")
        await town.stop()
    if moved != is_open:
        raise RuntimeError(f"{moved} of {is_open} tickets have moved")
    return {
        "tickets": tickets,
        "open": is_open,
        "took_s": round(took, 1),
        "cpu_s": round(cpu, 1),
        "messages": len(waits),
        "card_p50_s": round(percentile(waits, 0.5), 3),
        "card_longest_s": round(waits[-1], 3),
    }


async def _start_with_rule(town: BenchHarness, days: int) -> None:
    config = town.folder / "config.toml"
    config.write_text(config.read_text(encoding="utf-8") + RULES.format(days=days), encoding="utf-8")
    await town.start()
    await town.warm_up()
    while not town.count("SELECT count(*) FROM once WHERE key LIKE 'terms:%'"):
        await asyncio.sleep(0.1)


def _write_rule(town: BenchHarness, days: int) -> None:
    config = town.folder / "config.toml"
    text, _, _ = config.read_text(encoding="utf-8").rpartition("\n[[rules]]")
    config.write_text(text + RULES.format(days=days), encoding="utf-8")


def _fill(town: BenchHarness, tickets: int, is_open: int) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - the bot keeps wall-clock moments
    values = {
        "count": tickets,
        "closed": tickets - is_open,
        "sectors": len(town.head_ids()),
        "began": f"{now - timedelta(hours=1):%Y-%m-%d %H:%M:%S}.000000",
        "due": f"{now + timedelta(days=3):%Y-%m-%d %H:%M:%S}.000000",
    }
    with closing(sqlite3.connect(town.folder / "mcu.sqlite3")) as books, books:
        for table in ("due", "card", "letter", "audit", "outbox", "publication", "message", "ticket"):
            books.execute(f"DELETE FROM {table}")
        for statement in _FILL:
            books.execute(statement, {name: value for name, value in values.items() if f":{name}" in statement})


async def _write(town: BenchHarness) -> None:
    while True:
        await town.send_next_message()
        await asyncio.sleep(1 / MESSAGES_PER_SECOND)


def _is_told(town: BenchHarness) -> bool:
    """Return whether the administrator has read how many tickets have moved."""
    letters = town.sandbox.telegram.world.chats[ADMINISTRATOR].messages.values()
    return any("Правила, сроки или календарь изменились" in str(one.get("text", "")) for one in letters)
