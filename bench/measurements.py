"""The measurements. Each works in a folder of its own and returns plain figures: seconds, MB, messages a second."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.town import BenchHarness

Figures = dict[str, float | int]


@asynccontextmanager
async def running_harness(town: BenchHarness) -> AsyncIterator[BenchHarness]:
    """The workload while it is measured."""
    await town.open()
    try:
        yield town
    finally:
        await town.close()


def new_harness(folder: Path, accept: str = "1h") -> AbstractAsyncContextManager[BenchHarness]:
    """Return a fresh harness whose files are in *folder*."""
    return running_harness(BenchHarness(folder, accept))


async def start_times(folder: Path, times: int) -> Figures:
    """Start to the first ``getUpdates``: with an empty folder (the database is made), and on what is there."""
    async with new_harness(folder) as town:
        took, cpu, stops = [], [], []
        for _ in range(times + 1):
            took.append(await town.start())
            cpu.append(town.cpu_seconds())
            stops.append(await town.stop())
    return {
        "first_start_s": round(took[0], 2),
        "start_s": round(median(took[1:]), 2),
        "slowest_start_s": round(max(took), 2),
        "start_cpu_s": round(median(cpu), 2),
        "slowest_stop_s": round(max(stops), 2),
    }


async def latency(made: BenchHarness, rate: float, seconds: float) -> Figures:
    """From a citizen's message to the card in the head's chat, while *rate* messages a second come in."""
    async with running_harness(made) as town:
        await town.start()
        await town.warm_up()
        town.sent_at.clear()
        watch = town.watch_heads()
        wanted = round(rate * seconds)
        cpu = town.cpu_seconds()

        async def stream() -> None:
            began = time.perf_counter()
            for number in range(wanted):
                await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
                await town.send_next_message()

        async with asyncio.TaskGroup() as group:
            group.create_task(stream())
            await town.sandbox.change_log.wait_until(lambda: len(watch.cards()) == wanted, seconds + 60)
        waits = sorted(at - town.sent_at[mark] for mark, at in watch.cards().items())
        memory = town.memory()
        cpu = town.cpu_seconds() - cpu
    return {
        "messages": wanted,
        "rate_per_s": rate,
        "cpu_ms_per_message": round(cpu / wanted * 1_000, 1),
        "p50_s": round(percentile(waits, 0.5), 3),
        "p95_s": round(percentile(waits, 0.95), 3),
        "p99_s": round(percentile(waits, 0.99), 3),
        "longest_s": round(waits[-1], 3),
        "rss_mb": memory["now"],
    }


async def memory(folder: Path, messages: int) -> Figures:
    """Resident memory after *messages* that came as fast as the bot took them, and how fast that was.

    Cards go on at the pace that the messengers allow; what has not left yet is counted.
    """
    async with new_harness(folder) as town:
        await town.start()
        await town.warm_up()
        before = town.memory()["now"]
        handled = town.count(HANDLED_COUNT_SQL)
        began, cpu = time.perf_counter(), town.cpu_seconds()
        for _ in range(messages):
            await town.send_next_message()
        written = time.perf_counter()
        while town.count(HANDLED_COUNT_SQL) < handled + messages:
            await asyncio.sleep(0.1)
        done = time.perf_counter()
        at_the_end = town.memory()
        figures: Figures = {
            "messages": messages,
            "intake_per_s": round(messages / (done - began)),
            "cpu_ms_per_message": round((town.cpu_seconds() - cpu) * 1000 / messages, 1),
            "written_in_s": round(written - began, 1),
            "taken_in_s": round(done - began, 1),
            "rss_before_mb": before,
            "rss_mb": at_the_end["now"],
            "peak_rss_mb": at_the_end["peak"],
            "tickets": town.count("SELECT count(*) FROM ticket"),
            "cards_still_waiting": town.count("SELECT count(*) FROM outbox WHERE status IN ('queued', 'sending')"),
        }
        figures["stop_s"] = round(await town.stop(), 2)
    return figures


HANDLED_COUNT_SQL = "SELECT count(*) FROM inbox WHERE status <> 'new'"


async def notice_lateness(folder: Path, count: int) -> Figures:
    """Measure the delay between the due moment and the overdue notice."""
    async with new_harness(folder, accept="5s") as town:
        await town.start()
        await town.warm_up()
        watch, before = town.watch_heads(), town.count("SELECT count(*) FROM ticket")
        for _ in range(count):
            await town.send_next_message()
        while town.count("SELECT count(*) FROM ticket") < before + count:
            await asyncio.sleep(0.1)
        # What is urgent has terms of its own.
        usual = {int(number or 0) for (number,) in town.query("SELECT id FROM ticket WHERE NOT urgent")}
        new = {number for number in usual if number > before}
        await town.sandbox.change_log.wait_until(lambda: new <= watch.overdue().keys(), 60)
        offset = datetime.now(UTC).timestamp() - time.perf_counter()  # noqa: TID251 - the bot keeps wall-clock moments
        came = watch.overdue()
        late = sorted(
            came[int(number)] + offset - datetime.fromisoformat(str(due)).replace(tzinfo=UTC).timestamp()
            for number, due in town.query("SELECT id, accept_due FROM ticket")
            if number is not None and int(number) in came
        )
    return {"notices": len(late), "p50_s": round(percentile(late, 0.5), 3), "longest_s": round(late[-1], 3)}


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which *share* of the sorted *values* lie."""
    return values[min(len(values) - 1, int(share * len(values)))]
