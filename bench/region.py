"""One region on one server: many municipalities, each a process and a database of its own on one PostgreSQL."""

import asyncio
import itertools
import random
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bench.machine_info import cpu_of, proportional_memory_of
from bench.measurements import Figures
from bench.server import database_on
from bench.town import BenchHarness, NotificationWatcher
from bench.workload_config import NO_JOIN_CONFIG, STATION_NAMES

BLOCKS, CITIZENS = 5, 100
"""A small town: five blocks with a head each."""

IDLE_SECONDS = 60.0
SAMPLE_SECONDS = 5.0
SETTLE_SECONDS = 20.0
START_SECONDS, RESTART_SECONDS = 1200.0, 5.0


@dataclass
class _Server:
    """The database server as it is seen from outside: its connections, and the time that they have used."""

    engine: AsyncEngine
    most_connections: int = 0
    _cpu: dict[int, float] = field(default_factory=dict)

    async def sample(self) -> None:
        """Count the connections of the bots; remember the processor time of each, for some end meanwhile."""
        async with self.engine.connect() as connection:
            rows = await connection.execute(
                text("SELECT pid FROM pg_stat_activity WHERE datname LIKE 'mcu_region%' AND pid <> pg_backend_pid()")
            )
            pids = [int(row[0]) for row in rows]
        self.most_connections = max(self.most_connections, len(pids))
        for pid in pids:
            try:
                self._cpu[pid] = cpu_of(pid)
            except FileNotFoundError:  # it has ended since
                continue

    def cpu_seconds(self) -> float:
        return sum(self._cpu.values())


@dataclass(frozen=True, slots=True)
class RegionSize:
    """The number of towns, how long their citizens write, how much, and the connections that a town may open."""

    towns: int = 60
    minutes: float = 10.0
    per_minute: float = 3.0
    connections: int = 6


async def region(folder: Path, server: str, size: RegionSize) -> Figures:
    """Start all bots at once; let them idle; then let people write to each of them.

    Memory is proportional (``Pss``); processor time is given per town as a share of one core, in per cent.
    """
    async with AsyncExitStack() as stack:
        made = [await _make_town(stack, folder / str(number), server, size.connections) for number in range(size.towns)]
        engine = create_async_engine(make_url(server), isolation_level="AUTOCOMMIT")
        stack.push_async_callback(engine.dispose)
        watched = _Server(engine)
        began = time.perf_counter()
        repeated = await asyncio.gather(*(_start(town) for town in made))
        figures: Figures = {
            "towns": size.towns,
            "connections_each": size.connections,
            "starts_repeated": sum(repeated),
            "all_listen_after_s": round(time.perf_counter() - began, 1),
        }
        figures["start_cpu_s_of_a_town"] = round(sum(town.cpu_seconds() for town in made) / size.towns, 2)
        await asyncio.sleep(SETTLE_SECONDS)
        figures |= {f"idle_{name}": value for name, value in (await _watch(made, watched, IDLE_SECONDS)).items()}
        figures |= await _load(made, watched, size.minutes * 60, size.per_minute)
        figures["most_connections"] = watched.most_connections
        figures["memory_mb_of_a_town"] = round(sum(_memory(town) for town in made) / size.towns)
        figures["memory_mb_of_all"] = round(sum(_memory(town) for town in made))
        return figures


async def _make_town(stack: AsyncExitStack, folder: Path, server: str, connections: int) -> BenchHarness:
    url = await stack.enter_async_context(database_on(server, "mcu_region"))
    town = BenchHarness(folder, database=url, stations=STATION_NAMES[:BLOCKS], citizens=CITIZENS, more=NO_JOIN_CONFIG)
    town.environment["MCU_DATABASE__CONNECTIONS"] = str(connections)
    stack.push_async_callback(town.close)
    await town.open()
    return town


async def _start(town: BenchHarness) -> int:
    """Start a bot, and again if it ends, as a service manager does; return how many times it has ended."""
    async with asyncio.TaskGroup() as group:
        polled = group.create_task(town.sandbox.change_log.wait_until(lambda: town.poll_count() > 0, START_SECONDS))
        for repeated in itertools.count():
            town.process = await town.spawn()
            ended = group.create_task(town.process.wait())
            await asyncio.wait({polled, ended}, return_when=asyncio.FIRST_COMPLETED)
            if polled.done():
                ended.cancel()
                return repeated
            await asyncio.sleep(RESTART_SECONDS)
    raise AssertionError("the loop above has no other end")


def _memory(town: BenchHarness) -> float:
    assert town.process is not None
    return proportional_memory_of(town.process.pid)


async def _watch(made: list[BenchHarness], server: _Server, seconds: float) -> Figures:
    """Processor time of the bots and of the server during *seconds*."""
    await server.sample()
    began, own, theirs = time.perf_counter(), sum(town.cpu_seconds() for town in made), server.cpu_seconds()
    while (left := began + seconds - time.perf_counter()) > 0:
        await asyncio.sleep(min(SAMPLE_SECONDS, left))
        await server.sample()
    took = time.perf_counter() - began
    return {
        "core_percent_of_a_town": round(100 * (sum(town.cpu_seconds() for town in made) - own) / took / len(made), 2),
        "server_core_percent_of_a_town": round(100 * (server.cpu_seconds() - theirs) / took / len(made), 2),
    }


async def _load(made: list[BenchHarness], server: _Server, seconds: float, per_minute: float) -> Figures:
    """Let people write at random moments; the time from each message to its card."""
    watches = [town.watch_heads() for town in made]
    stop = time.perf_counter() + seconds
    async with asyncio.TaskGroup() as group:
        for number, (town, watch) in enumerate(zip(made, watches, strict=True)):
            group.create_task(_write(town, per_minute, stop, random.Random(number)))
            group.create_task(_follow(town, watch, stop + SETTLE_SECONDS))
        watching = group.create_task(_watch(made, server, seconds))
    took = [
        shown - town.sent_at[mark]
        for town, watch in zip(made, watches, strict=True)
        for mark, shown in watch.cards().items()
        if mark in town.sent_at
    ]
    written = sum(len(town.sent_at) for town in made)
    figures: Figures = {"messages": written, "without_card": written - len(took)}
    if len(took) > 1:
        figures |= {"card_p50_s": round(median(took), 3), "card_p99_s": round(quantiles(took, n=100)[98], 3)}
        figures["card_longest_s"] = round(max(took), 3)
    return figures | {f"load_{name}": value for name, value in watching.result().items()}


async def _write(town: BenchHarness, per_minute: float, stop: float, chance: random.Random) -> None:
    while True:
        await asyncio.sleep(chance.expovariate(per_minute / 60))
        if time.perf_counter() >= stop:
            return
        await town.send_next_message()


async def _follow(town: BenchHarness, watch: NotificationWatcher, stop: float) -> None:
    """Look at the heads' chats after every change: the watch dates a card when it is asked."""
    changes = town.sandbox.change_log
    while time.perf_counter() < stop:
        watch.cards()
        await changes.wait_for_change(changes.revision, SAMPLE_SECONDS)
