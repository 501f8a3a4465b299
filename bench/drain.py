"""Measurement of how fast the outbox drains to a messenger that enforces its limits."""

import asyncio
import json
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bench.measurements import Figures, new_harness
from bench.town import FIRST_CITIZEN, BenchHarness

CHAT_COUNT = 60
"""Chats that something waits for: enough for the account's own limit to be the one that counts."""

BUSY_CHAT_COUNT = 2
"""Chats besides with a thousand messages each, queued first: they must delay nobody."""

MESSAGES_PER_SECOND_LIMIT = 30.0  # messages a second, all chats together
_TIMEOUT_SECONDS = 900.0


async def drain(folder: Path, messages: int, delay_ms: int = 0) -> Figures:
    """*messages* to many chats, behind two storms: how many a second arrive, how often the messenger complains, how
    long an urgent one waits. The messenger answers *delay_ms* milliseconds later than it could."""
    async with new_harness(folder) as town:
        telegram = town.sandbox.telegram
        await town.start()
        await town.warm_up()
        await asyncio.sleep(2)  # what the warm-up has queued has left
        telegram.rate_limits = True
        town.sandbox.delay = delay_ms / 1_000
        telegram.violations.clear()
        chats = range(FIRST_CITIZEN, FIRST_CITIZEN + CHAT_COUNT + BUSY_CHAT_COUNT)
        for chat in chats:
            await telegram.start_bot(chat)
        known = {chat: len(telegram.from_bot(chat)) for chat in chats}
        storms, others = chats[:BUSY_CHAT_COUNT], chats[BUSY_CHAT_COUNT:]
        cpu, began = town.cpu_seconds(), time.perf_counter()
        _queue_notes(town, [(chat, 40) for chat in storms for _ in range(1_000)])
        _queue_notes(town, [(others[n % CHAT_COUNT], 40) for n in range(messages)])

        def arrived(of: range) -> int:
            return sum(len(telegram.from_bot(chat)) - known[chat] for chat in of)

        async def until(wanted: int) -> float:
            await town.sandbox.change_log.wait_until(lambda: arrived(others) >= wanted, _TIMEOUT_SECONDS)
            return time.perf_counter()

        quarter = await until(messages // 4)
        before = arrived(chats)
        urgent = chats[-1]
        _queue_notes(town, [(urgent, 10)])
        await town.sandbox.change_log.wait_until(
            lambda: any("№срочно" in str(one.get("text")) for one in telegram.from_bot(urgent)[-20:]), _TIMEOUT_SECONDS
        )
        urgent_after = time.perf_counter() - quarter
        ended = await until(messages)
        per_s = (arrived(chats) - before) / (ended - quarter)
        return {
            "delay_ms": delay_ms,
            "queued": messages + BUSY_CHAT_COUNT * 1_000,
            "chats": len(chats),
            "took_s": round(ended - began, 1),
            "per_s": round(per_s, 2),
            "percent_of_limit": round(100 * per_s / MESSAGES_PER_SECOND_LIMIT, 1),
            "violations": len(telegram.violations),
            "urgent_after_s": round(urgent_after, 2),
            "cpu_ms_per_message": round((town.cpu_seconds() - cpu) * 1000 / arrived(chats), 1),
        }


def _queue_notes(town: BenchHarness, messages: list[tuple[int, int]]) -> None:
    """Put notes (chat, priority) into the queue, as the bot's own repository does."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")  # noqa: TID251 - the bot's clock is the machine's
    rows = [
        (
            str(chat),
            json.dumps({"code": "credentials", "title": "№срочно" if priority < 40 else f"№{number}"}),
            priority,
            f"telegram|{chat}|{priority}-{number}",  # each about a ticket of its own
            now,
            now,
        )
        for number, (chat, priority) in enumerate(messages)
    ]
    with closing(sqlite3.connect(town.folder / "mcu.sqlite3", timeout=30)) as books, books:
        books.executemany(
            "INSERT INTO outbox (kind, account, chat_id, chat_kind, thread, root, facts, priority, silent, order_key,"
            " status, attempts, due_at, progress, created_at)"
            " VALUES ('note', 'telegram', ?, 'private', '', '', ?, ?, 0, ?, 'queued', 0, ?, '[]', ?)",
            rows,
        )
