"""The bot on three years of a large town: start, commands, and memory in an hour of load."""

import asyncio
import csv
import sys
import time
from asyncio.subprocess import DEVNULL
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from bench import copy_bench, digest_bench, seed_data
from bench.measurements import Figures, new_harness
from bench.query_bench import time_queries
from bench.server import database_on
from bench.town import CURATOR, FIRST_HEAD, GROUP, PROBLEM_TEXTS, ROOT, STATIONS, BenchHarness

COMMAND_INTERVAL_SECONDS = 1.5
"""Seconds between two commands of one person: the chat's own pace is not what is measured."""

HOUR_SECONDS = 3_600
MESSAGES_PER_SECOND = 1.0
"""Messages a second of the town's own time: 3,600 in an hour, more than a town of 100,000 ever wrote."""


async def growth(folder: Path, tickets: int, times: int, server: str | None = None) -> Figures:
    """Start, every chat command, an export of a day, the daily digest; on *server* where one is given."""
    async with AsyncExitStack() as stack:
        town = await stack.enter_async_context(new_harness(folder))
        figures: Figures = {"tickets": tickets, "filled_in_s": round(await _fill_history(town, tickets), 1)}
        file, config = folder / "mcu.sqlite3", folder / "config.toml"
        figures["file_mb"] = round(file.stat().st_size / 1e6)
        url = f"sqlite+aiosqlite:///{file}"
        if server is not None:
            url = await stack.enter_async_context(database_on(server))
            figures["copied_in_s"] = round(await copy_bench.copy_to_postgres(file, url), 1)
            words = config.read_text(encoding="utf-8")
            config.write_text(words.replace(town.database, url), encoding="utf-8")
        starts, cpu = [], []
        for _ in range(2):
            starts.append(await town.start())
            cpu.append(town.cpu_seconds())
            await town.stop()
        await town.start()
        figures["start_s"] = round(max(starts), 2)
        figures["start_cpu_s"] = round(max(cpu), 2)
        await asyncio.sleep(3)
        before = town.cpu_seconds()
        head, curator, opened = FIRST_HEAD, CURATOR, tickets - 20
        for name, who, words in (
            ("my", head, "/my"),
            ("find_number", head, f"/find {_open_ticket_of_head(town, opened)}"),
            ("find_words", head, "/find фонарь ленина"),
            ("find_rare", curator, f"/find к{tickets // 2:07}"),
            ("find_absent", curator, "/find шлагбаум"),
            ("find_short", curator, "/find 5ъ"),
            ("help", head, "/help"),
            ("digest", curator, "/digest"),
            ("stats", curator, "/stats"),
            ("crowd_card", head, f"/find {_largest_problem_lead(town)}"),
        ):
            waits = [
                await _time_until_reply(town, who, lambda w=who, t=words: _send_command(town, w, t))
                for _ in range(times)
            ]
            figures[f"{name}_ms"] = round(median(waits) * 1_000)
            figures[f"{name}_longest_ms"] = round(max(waits) * 1_000)
        for name, button in (("more", "Ещё"), ("history", "История"), ("hand_over", "Передать")):
            waits = [
                await _time_press(town, head, _open_ticket_of_head(town, opened), name, button) for _ in range(times)
            ]
            figures[f"{name}_ms"] = round(median(waits) * 1_000)
            figures[f"{name}_longest_ms"] = round(max(waits) * 1_000)
        figures["cpu_ms_per_command"] = round((town.cpu_seconds() - before) * 1_000 / (times * 16))
        waited = {name: value for name, value in figures.items() if name.endswith("_ms")}
        figures["slowest_ms"] = max(waited.values())
        figures["slowest_median_ms"] = max(value for name, value in waited.items() if "longest" not in name)
        figures["export_day_s"] = round(await _time_export(town), 2)
        figures["rss_mb"] = town.memory()["now"]
        figures |= await time_queries(url, times)
        await town.stop()
        figures |= await digest_bench.time_daily_digest(config, times)
    return figures


async def memory_long(folder: Path, tickets: int, speed: float, *, learned: bool) -> Figures:
    """Resident memory over one hour of load of the town's own time, which runs *speed* times as fast."""
    async with new_harness(folder) as town:
        await _fill_history(town, tickets)
        if learned:
            await _train_model(town)
        town.bot_command = ("bench.time_warp", str(speed))
        await town.start()
        await town.warm_up()
        began = time.perf_counter()
        samples: list[float] = []
        wanted = round(HOUR_SECONDS * MESSAGES_PER_SECOND)
        for number in range(wanted):
            await asyncio.sleep(max(0.0, began + number / MESSAGES_PER_SECOND / speed - time.perf_counter()))
            await town.send_next_message()
            if number % (wanted // 60) == 0:
                samples.append(town.memory()["now"])
        took = (time.perf_counter() - began) * speed
        handled = town.count("SELECT count(*) FROM ticket") - tickets
        samples.append(town.memory()["now"])
        first, last = samples[len(samples) // 4 : len(samples) // 2], samples[-len(samples) // 4 :]
        return {
            "tickets_before": tickets,
            "messages": wanted,
            "tickets_made": handled,
            "hours": round(took / HOUR_SECONDS, 2),
            "rss_begin_mb": samples[0],
            "rss_second_quarter_mb": round(median(first), 1),
            "rss_last_quarter_mb": round(median(last), 1),
            "rss_growth_mb": round(median(last) - median(first), 1),
            "rss_mb": max(samples),
            "peak_rss_mb": town.memory()["peak"],
        }


async def _fill_history(town: BenchHarness, tickets: int) -> float:
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
    await _run_command(town, "export", "--since", day)
    return time.perf_counter() - began


async def _train_model(town: BenchHarness) -> None:
    past = town.folder / "past.csv"
    with past.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(("text", "sector"))
        for number in range(3_000):
            n = number * 13 + 5
            problem = f"{PROBLEM_TEXTS[n % len(PROBLEM_TEXTS)]}, {seed_data.PROBLEM_WORDS[n % 35]}"
            table.writerow((f"Станция {STATIONS[n % 20]}, дом {n % 190}: {problem}", f"station{n % 20}"))
    await _run_command(town, "train", "--from", str(past))


async def _run_command(town: BenchHarness, command: str, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", command, "--config", str(town.folder / "config.toml"), *arguments),
        stdout=DEVNULL,
        cwd=ROOT,
    )
    if await process.wait():
        raise RuntimeError(f"bot {command} ended with {process.returncode}")
