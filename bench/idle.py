"""A town in which nothing happens: the processor time of its bot and of the database server, and what they do."""

import asyncio
import json
import signal
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from bench.idle_bot import FIGURES_FILE
from bench.machine_info import cpu_of
from bench.measurements import running_harness
from bench.server import database_on
from bench.town import BenchHarness
from bench.workload_config import NO_JOIN_CONFIG, STATION_NAMES

BLOCKS, CITIZENS = 5, 100
SETTLE_SECONDS = 15.0


async def idle(folder: Path, seconds: float, server: str | None = None) -> dict[str, Any]:
    """Let a small town with four open tickets idle for *seconds* twice: the second time the statements are counted."""
    async with AsyncExitStack() as stack:
        town = BenchHarness(folder, stations=STATION_NAMES[:BLOCKS], citizens=CITIZENS, more=NO_JOIN_CONFIG)
        town.bot_command = ("bench.idle_bot",)
        if server is not None:
            town.database = await stack.enter_async_context(database_on(server))
            town.environment["MCU_DATABASE__CONNECTIONS"] = "6"
        await stack.enter_async_context(running_harness(town))
        await town.start()
        await town.warm_up()
        await asyncio.sleep(SETTLE_SECONDS)
        figures = await _processor_time(town, seconds)
        return figures | await _statements(town, seconds)


async def _processor_time(town: BenchHarness, seconds: float) -> dict[str, Any]:
    began, own, servers = time.perf_counter(), town.cpu_seconds(), await _server_cpu(town)
    await asyncio.sleep(seconds)
    minutes = (time.perf_counter() - began) / 60
    figures = {"cpu_s_a_minute": round((town.cpu_seconds() - own) / minutes, 3)}
    if servers:
        used = sum(spent - servers.get(pid, 0.0) for pid, spent in (await _server_cpu(town)).items())
        figures |= {"server_cpu_s_a_minute": round(used / minutes, 3)}
    return figures


async def _statements(town: BenchHarness, seconds: float) -> dict[str, Any]:
    assert town.process is not None
    town.process.send_signal(signal.SIGUSR1)
    await asyncio.sleep(seconds)
    town.process.send_signal(signal.SIGUSR2)
    path = town.folder / FIGURES_FILE
    while not path.exists():
        await asyncio.sleep(0.1)
    found = json.loads(path.read_text(encoding="utf-8"))
    counted = sorted(found["statements"].items(), key=lambda one: -one[1])
    return {
        "statements_a_second": round(sum(times for _, times in counted) / seconds, 2),
        "checkouts_a_second": round(found["checkouts"] / seconds, 2),
        "task_runs_a_second": round(sum(found["runs"].values()) / seconds, 2),
        "shapes": [[shape, times / seconds, found["seconds"][shape] / seconds * 1_000] for shape, times in counted],
    }


async def _server_cpu(town: BenchHarness) -> dict[int, float]:
    """Processor seconds of the server's processes that work for the town, by process; none on SQLite."""
    url = make_url(town.database)
    if url.get_backend_name() == "sqlite":
        return {}
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            asked = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            return {int(row[0]): cpu_of(int(row[0])) for row in await connection.execute(text(asked))}
    finally:
        await engine.dispose()
