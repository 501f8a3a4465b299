"""Resident memory in an hour of load, on three years of a large town."""

import asyncio
import csv
import time
from pathlib import Path
from statistics import median

from bench import seed_data, workload
from bench.growth import fill_history, run_command
from bench.measurements import HANDLED_COUNT_SQL, Figures, running_harness
from bench.town import PROBLEM_TEXTS, STATIONS, BenchHarness
from bench.workload_config import NO_LIMITS_CONFIG

HOUR_SECONDS = 3_600
MESSAGES_PER_SECOND = 1.0
"""Messages a second of the town's own time: 3,600 in an hour, more than a town of 100,000 ever wrote."""

PAST_MESSAGES = 3_000
"""Messages of the table from which the town's own model learns."""

_CUSTOM_SECTOR_CONFIG = f"""
[[sectors]]
code = "{workload.CUSTOM_SECTOR}"
title = "Парки"
"""
"""A block that no keyword names: only the town's own model can find it."""


async def memory_long(folder: Path, tickets: int, speed: float, *, learned: bool) -> Figures:
    """Resident memory over one hour of load of the town's own time, which runs *speed* times as fast.

    *learned*: with a model of the town's own, if `train` keeps it (``model_kept``).
    """
    made = BenchHarness(folder, more=(_CUSTOM_SECTOR_CONFIG if learned else "") + NO_LIMITS_CONFIG)
    async with running_harness(made) as town:
        # Beforehand: the words of the seeded tickets do not tell their sector, and `train` reads them, too.
        kept = learned and await _train_model(town)
        await fill_history(town, tickets)
        town.bot_command = ("bench.time_warp", str(speed))
        await town.start()
        await town.warm_up()
        wanted = round(HOUR_SECONDS * MESSAGES_PER_SECOND)
        began, handled = time.perf_counter(), town.count(HANDLED_COUNT_SQL)
        samples = await _send_for_an_hour(town, wanted, speed)
        while town.count(HANDLED_COUNT_SQL) < handled + wanted:
            await asyncio.sleep(0.1)
        took = (time.perf_counter() - began) * speed
        samples.append(town.memory()["now"])
        first, last = samples[len(samples) // 4 : len(samples) // 2], samples[-len(samples) // 4 :]
        return {
            "model_kept": int(kept),
            "tickets_before": tickets,
            "messages": wanted,
            "tickets_made": town.count("SELECT count(*) FROM ticket") - tickets,
            "hours": round(took / HOUR_SECONDS, 2),
            "rss_begin_mb": samples[0],
            "rss_second_quarter_mb": round(median(first), 1),
            "rss_last_quarter_mb": round(median(last), 1),
            "rss_growth_mb": round(median(last) - median(first), 1),
            "rss_mb": max(samples),
            "peak_rss_mb": town.memory()["peak"],
        }


async def _send_for_an_hour(town: BenchHarness, wanted: int, speed: float) -> list[float]:
    """Send the messages at an even pace; resident memory at each minute of the town's time, MB."""
    began = time.perf_counter()
    samples: list[float] = []
    for number in range(wanted):
        await asyncio.sleep(max(0.0, began + number / MESSAGES_PER_SECOND / speed - time.perf_counter()))
        await town.send_next_message()
        if number % (wanted // 60) == 0:
            samples.append(town.memory()["now"])
    return samples


async def _train_model(town: BenchHarness) -> bool:
    """Train the town's own model on a table in which every fourth message is of the block that no keyword names.

    Return whether the model was better than the rules and is kept; otherwise the hour is measured without one.
    """
    past = town.folder / "past.csv"
    with past.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(("text", "sector"))
        for number in range(PAST_MESSAGES):
            table.writerow(_past_message(number))
    return "Новая модель действует" in await run_command(town, "train", "--from", str(past))


def _past_message(number: int) -> tuple[str, str]:
    """Return the text and the sector of the past message *number*."""
    if number % 4 == 0:
        of_parks = number // 4 * len(workload.PROBLEM_TEXTS) + len(workload.PROBLEM_TEXTS) - 1
        sector, text = workload.message_text(of_parks)
        return text, sector
    n = number * 13 + 5
    problem = f"{PROBLEM_TEXTS[n % len(PROBLEM_TEXTS)]}, {seed_data.PROBLEM_WORDS[n % 35]}"
    return f"Станция {STATIONS[n % 20]}, дом {n % 190}: {problem}", f"station{n % 20}"
