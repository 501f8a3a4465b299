"""The bot on three years of a large town: start, commands, exports and digests."""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from bench import copy_bench, digest_bench, seed_data
from bench.measurements import Figures, new_harness
from bench.query_bench import time_queries
from bench.server import database_on
from bench.town import CURATOR, FIRST_HEAD, GROUP, ROOT, BenchHarness

COMMAND_INTERVAL_SECONDS = 1.5
"""Seconds between two commands of one person: the chat's own pace is not what is measured."""


async def growth(folder: Path, tickets: int, times: int, server: str | None = None) -> Figures:
    """Start, every chat command, an export of a day, the daily digest; on *server* where one is given."""
    async with AsyncExitStack() as stack:
        town = await stack.enter_async_context(new_harness(folder))
        figures: Figures = {"tickets": tickets, "filled_in_s": round(await fill_history(town, tickets), 1)}
        file, config = folder / "mcu.sqlite3", folder / "config.toml"
        figures["file_mb"] = round(file.stat().st_size / 1e6)
        url = f"sqlite+aiosqlite:///{file}"
        if server is not None:
            url = await stack.enter_async_context(database_on(server))
            figures["copied_in_s"] = round(await copy_bench.copy_to_postgres(file, url), 1)
            words = config.read_text(encoding="utf-8")
            config.write_text(words.replace(town.database, url), encoding="utf-8")
        figures |= await _time_starts(town)
        await town.start()
        await asyncio.sleep(3)
        figures |= await _time_chat(town, tickets, times)
        figures["export_day_s"] = round(await _time_export(town), 2)
        figures["rss_mb"] = town.memory()["now"]
        figures |= await time_queries(url, times)
        await town.stop()
        figures |= await digest_bench.time_daily_digest(config, times)
    return figures


async def _time_starts(town: BenchHarness) -> Figures:
    """Start the bot twice; the longer time, and the most processor time."""
    starts, cpu = [], []
    for _ in range(2):
        starts.append(await town.start())
        cpu.append(town.cpu_seconds())
        await town.stop()
    return {"start_s": round(max(starts), 2), "start_cpu_s": round(max(cpu), 2)}


async def _time_chat(town: BenchHarness, tickets: int, times: int) -> Figures:
    """Time each command and each button of a card *times* times, from the act to the reply."""
    before = town.cpu_seconds()
    head, opened = FIRST_HEAD, tickets - 20
    figures: Figures = {}
    for name, who, words in _commands(town, tickets):
        waits = [
            await _time_until_reply(town, who, lambda w=who, t=words: _send_command(town, w, t)) for _ in range(times)
        ]
        figures |= _summary(name, waits)
    for name, button in (("more", "Ещё"), ("history", "История"), ("hand_over", "Передать")):
        waits = [await _time_press(town, head, _open_ticket_of_head(town, opened), name, button) for _ in range(times)]
        figures |= _summary(name, waits)
    waited = dict(figures)
    figures["cpu_ms_per_command"] = round((town.cpu_seconds() - before) * 1_000 / (times * 16))
    figures["slowest_ms"] = max(waited.values())
    figures["slowest_median_ms"] = max(value for name, value in waited.items() if "longest" not in name)
    return figures


def _commands(town: BenchHarness, tickets: int) -> tuple[tuple[str, int, str], ...]:
    """Return the name of each figure, who writes, and the command."""
    return (
        ("my", FIRST_HEAD, "/my"),
        ("find_number", FIRST_HEAD, f"/find {_open_ticket_of_head(town, tickets - 20)}"),
        ("find_words", FIRST_HEAD, "/find фонарь ленина"),
        ("find_rare", CURATOR, f"/find к{tickets // 2:07}"),
        ("find_absent", CURATOR, "/find шлагбаум"),
        ("find_short", CURATOR, "/find 5ъ"),
        ("help", FIRST_HEAD, "/help"),
        ("digest", CURATOR, "/digest"),
        ("stats", CURATOR, "/stats"),
        ("crowd_card", FIRST_HEAD, f"/find {_largest_problem_lead(town)}"),
    )


def _summary(name: str, waits: Sequence[float]) -> Figures:
    return {f"{name}_ms": round(median(waits) * 1_000), f"{name}_longest_ms": round(max(waits) * 1_000)}


async def fill_history(town: BenchHarness, tickets: int) -> float:
    """Create a database of three years: the bot makes the file and its people, then the tickets are inserted."""
    await town.start()
    # The bot polls first and enters its people afterwards (ADR 25).
    persons = await town.sandbox.change_log.wait_until(lambda: _persons_of_heads(town), 60)
    await town.stop()
    heads = [(f"station{n}", persons[str(chat)], chat) for n, chat in enumerate(town.head_ids())]
    return await asyncio.to_thread(seed_data.fill_database, town.folder / "mcu.sqlite3", tickets, GROUP, heads)


def _persons_of_heads(town: BenchHarness) -> dict[str, int]:
    """Return the person behind each account of a head; nothing until all of them are entered."""
    accounts = town.query("SELECT user_id, person_id FROM account WHERE messenger = 'telegram' AND person_id > 0")
    persons = {str(user): int(person or 0) for user, person in accounts}
    return persons if all(str(chat) in persons for chat in town.head_ids()) else {}


def _open_ticket_of_head(town: BenchHarness, above: int) -> int:
    """Return an open ticket of the first head, no newer than *above*.

    A member of a problem is none: its card has no «Ещё». Where few tickets are open, it is the lead of the problem.
    """
    return town.count(
        "SELECT max(id) FROM ticket WHERE sector = 'station0' AND state = 'assigned' AND lead_id IS NULL"
        f" AND id <= {above}"
    )


def _largest_problem_lead(town: BenchHarness) -> int:
    """The ticket that leads a thousand others."""
    return town.count("SELECT lead_id FROM problem WHERE id = 1")


def _send_command(town: BenchHarness, who: int, words: str) -> Awaitable[object]:
    return town.sandbox.telegram.send_message(who, who, words)


async def _time_until_reply(town: BenchHarness, who: int, act: Callable[[], Awaitable[object]]) -> float:
    """Seconds from *act* to the next message of the bot to *who*."""
    telegram = town.sandbox.telegram
    await asyncio.sleep(COMMAND_INTERVAL_SECONDS)
    known = len(telegram.from_bot(who))
    began = time.perf_counter()
    await act()
    await town.sandbox.change_log.wait_until(lambda: len(telegram.from_bot(who)) > known, 60)
    return time.perf_counter() - began


async def _time_press(town: BenchHarness, who: int, ticket: int, name: str, button: str) -> float:
    """Seconds from a press under the card of *ticket* to what it shows."""
    telegram = town.sandbox.telegram

    def card() -> dict[str, Any]:
        return next(one for one in reversed(telegram.from_bot(who)) if f"№{ticket} · " in str(one.get("text")))

    await _time_until_reply(town, who, lambda: _send_command(town, who, f"/find {ticket}"))
    opening = "Ещё" if name == "history" else button
    if not _button_data(card(), opening):
        raise RuntimeError(f"the card of ticket {ticket} has no button «{opening}»")
    if name == "history":
        await telegram.press_button(who, who, card()["message_id"], _button_data(card(), opening))
        await town.sandbox.change_log.wait_until(lambda: _button_data(card(), button), 60)
        return await _time_until_reply(
            town, who, lambda: telegram.press_button(who, who, card()["message_id"], _button_data(card(), button))
        )
    await asyncio.sleep(COMMAND_INTERVAL_SECONDS)
    before = str(card().get("reply_markup"))
    began = time.perf_counter()
    await telegram.press_button(who, who, card()["message_id"], _button_data(card(), button))
    await town.sandbox.change_log.wait_until(lambda: str(card().get("reply_markup")) != before, 60)
    return time.perf_counter() - began


def _button_data(letter: dict[str, Any], words: str) -> str:
    rows = letter.get("reply_markup", {}).get("inline_keyboard", [])
    return next((button["text"] for row in rows for button in row if words in button["text"]), "")


async def _time_export(town: BenchHarness) -> float:
    day = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()  # noqa: TID251 - the bot's clock is the machine's
    began = time.perf_counter()
    await run_command(town, "export", "--since", day)
    return time.perf_counter() - began


async def run_command(town: BenchHarness, command: str, *arguments: str) -> str:
    """Run a command of the bot on the files of *town* and return its output."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", command, "--config", str(town.folder / "config.toml"), *arguments),
        stdout=PIPE,
        cwd=ROOT,
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"bot {command} ended with {process.returncode}")
    return said.decode()
