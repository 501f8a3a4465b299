"""Measurement of how fast the outbox drains to a messenger that enforces its limits."""

import asyncio
import json
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.measurements import Figures, new_harness, percentile
from bench.town import FIRST_CITIZEN, BenchHarness
from sandbox.distance import Distance

CHAT_COUNT = 60
"""Chats that something waits for: enough for the account's own limit to be the one that counts."""

BUSY_CHAT_COUNT = 2
"""Chats besides with a thousand messages each, queued first: they must delay nobody."""

MESSAGES_PER_SECOND_LIMIT = 30.0  # messages a second, all chats together
PRESS_COUNT = 40
"""Cards that are accepted one after another while the queue is full."""

CITIZEN_COUNT = 60
"""Citizens who write beforehand, so that there are enough cards."""

_ACCEPT = "✅ Принять"

_TIMEOUT_SECONDS = 900.0


async def drain(folder: Path, messages: int, distance: Distance | None = None) -> Figures:
    """*messages* to many chats, behind two storms: how many a second arrive, how often the messenger complains, how
    long an urgent one waits, and how long a press takes to its answer and to the change of what was pressed."""
    async with new_harness(folder) as town:
        telegram = town.sandbox.telegram
        town.sandbox.distance = distance or Distance()
        await town.start()
        await town.warm_up()
        for _ in range(CITIZEN_COUNT):
            await town.send_next_message()
        await town.sandbox.change_log.wait_until(lambda: len(_list_cards(town)) >= PRESS_COUNT, 120)
        await asyncio.sleep(2)  # what was queued with the cards has left
        telegram.rate_limits = True
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
        counted_until = await until(messages * 3 // 4)
        per_s = (arrived(chats) - before) / (counted_until - quarter)
        presses: list[PressTimes] = []
        for head, message_id in _list_cards(town)[:PRESS_COUNT]:
            if arrived(others) < messages:
                presses.append(await _press(town, head, message_id))
        ended = await until(messages)
        return {
            "round_trip_ms": round(town.sandbox.distance.round_trip * 1_000),
            "queued": messages + BUSY_CHAT_COUNT * 1_000,
            "chats": len(chats),
            "took_s": round(ended - began, 1),
            "per_s": round(per_s, 2),
            "percent_of_limit": round(100 * per_s / MESSAGES_PER_SECOND_LIMIT, 1),
            "violations": len(telegram.violations),
            "urgent_after_s": round(urgent_after, 2),
            "presses": len(presses),
            **_summarize("press_to_answer", [press.answered_after for press in presses]),
            **_summarize("press_to_change", [press.changed_after for press in presses]),
            "cpu_ms_per_message": round((town.cpu_seconds() - cpu) * 1000 / arrived(chats), 1),
        }


@dataclass(frozen=True, slots=True)
class PressTimes:
    """Seconds from a press until the messenger has the answer, and until it has changed the card."""

    answered_after: float
    changed_after: float


def _summarize(name: str, seconds: list[float]) -> Figures:
    found = sorted(seconds)
    return {f"{name}_p{share}_s": round(percentile(found, share / 100), 3) for share in (50, 95, 99)}


def _list_cards(town: BenchHarness) -> list[tuple[int, int]]:
    """Return head and message of every card that can be accepted."""
    return [
        (head, one["message_id"])
        for head in town.head_ids()
        for one in town.sandbox.telegram.from_bot(head)
        if _ACCEPT in str(one.get("reply_markup"))
    ]


async def _press(town: BenchHarness, head: int, message_id: int) -> PressTimes:
    """Let *head* accept a ticket."""
    telegram, log = town.sandbox.telegram, town.sandbox.change_log
    before, began = str(telegram.message(head, message_id)["text"]), time.perf_counter()
    press = await telegram.press_button(head, head, message_id, _ACCEPT)
    await log.wait_until(lambda: press in telegram.callback_answers, _TIMEOUT_SECONDS)
    answered = time.perf_counter()
    await log.wait_until(lambda: telegram.message(head, message_id)["text"] != before, _TIMEOUT_SECONDS)
    return PressTimes(answered - began, time.perf_counter() - began)


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
