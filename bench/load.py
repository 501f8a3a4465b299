"""Throughput of one process, or two: intake, and messages that become tickets with queued cards."""

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import workload
from bench.server import database_on
from bench.town import ROOT

TOKEN = "700001:sandbox-token-for-the-bench"
WARM_UP_DIVISOR = 20
"""One message in so many more is handled beforehand, off the clock."""

Figures = dict[str, Any]

_CONFIG = """
[limits]
messages_per_author_hour = 100000
messages_per_chat_hour = 100000

[municipality]
name = "Двадцать отделов"
timezone = "Asia/Vladivostok"

[database]
url = "{database}"

[telegram]
token = "{token}"
api_base = "{api_base}"

[[telegram.chats]]
id = {group}
title = "Подслушано"
kind = "chat"
answers = "bot"
{blocks}
[[staff]]
name = "Координатор"
role = "coordinator"
telegram_id = 998

[[staff]]
name = "Администратор"
role = "administrator"
telegram_id = 999

[problems]
join = {join}
"""

_SECTOR_CONFIG = """
[[sectors]]
code = "{code}"
title = "Отдел {code}"

[[staff]]
name = "Начальник отдела {code}"
role = "head"
sectors = ["{code}"]
telegram_id = {head}
"""


async def intake(folder: Path, updates: int) -> Figures:
    """Updates a second from the messenger into the file: stored, cursor moved. The real poller over real HTTP."""
    messenger = await _spawn("bench.fake_bot_api", str(updates))
    try:
        port = await _read_line(messenger)
        config = _write_config(folder, _sqlite_url(folder), f"http://127.0.0.1:{port}")
        worker = await _spawn("bench.worker", "intake", str(config), str(updates))
        await _read_line(worker)
        [figures], _ = await _run_workers([worker])
    finally:
        messenger.kill()
        await messenger.wait()
    return {
        "updates": updates,
        "updates_per_s": round(updates / figures["seconds"]),
        "cpu_ms_per_update": round(figures["cpu_s"] / updates * 1_000, 3),
        "updates_per_cpu_s": round(updates / figures["cpu_s"]),
    }


async def tickets(folder: Path, messages: int, *, learned: bool = False) -> Figures:
    """Stored updates become tickets with cards queued, on a file. *learned*: all understanding, that is the rules and a
    trained model, and messages about one event joined to one problem."""
    config = _write_config(folder, _sqlite_url(folder), join=learned)
    if learned:
        await _train_model(folder, config)
    return await _measure_workers(config, messages, processes=1)


async def tickets_on_postgres(folder: Path, server: str, messages: int, processes: int) -> Figures:
    """The same on PostgreSQL, by one or several processes at once."""
    async with database_on(server) as url:
        return await _measure_workers(_write_config(folder, url), messages, processes)


async def _measure_workers(config: Path, messages: int, processes: int) -> Figures:
    count = messages + messages // WARM_UP_DIVISOR * processes
    await _read_last_line(await _spawn("bench.worker", "fill", str(config), str(count)))
    workers = [await _spawn("bench.worker", "tickets", str(config), str(messages)) for _ in range(processes)]
    for worker in workers:
        await _read_line(worker)
    results, took = await _run_workers(workers)
    done = sum(one["messages"] for one in results)
    cpu = sum(one["cpu_s"] for one in results)
    figures: Figures = {
        "messages": done,
        "per_s": round(done / took),
        "cpu_ms_per_message": round(cpu / done * 1_000, 2),
        "per_cpu_s": round(done / cpu),
        "statements_per_message": round(results[0]["statements"], 1),
        "rss_mb": round(max(one["rss_mb"] for one in results)),
    }
    if server := sum(one["server_cpu_s"] for one in results):
        figures["server_cpu_ms_per_message"] = round(server / processes / done * 1_000, 2)
    if processes > 1:
        figures["shares"] = [one["messages"] for one in results]
    return figures | {"shapes": results[0]["shapes"]} | await _count_results(config)


async def _count_results(config: Path) -> Figures:
    """Count tickets and queued cards at the end, which shows that no work was skipped."""
    return json.loads(await _read_last_line(await _spawn("bench.worker", "look", str(config), "0")))


async def _train_model(folder: Path, config: Path) -> None:
    past = folder / "past.csv"
    workload.write_training_table(past, 3_000)
    process = await _spawn("bot", "train", "--config", str(config), "--from", str(past))
    said = await _read_last_line(process)
    if "Новая модель действует" not in said:
        raise RuntimeError(f"no model was kept: {said}")


def _write_config(folder: Path, database: str, api_base: str = "http://127.0.0.1:9", *, join: bool = False) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    codes = dict.fromkeys(sector for sector, _ in workload.PROBLEM_TEXTS)
    blocks = "".join(_SECTOR_CONFIG.format(code=code, head=1_001 + index) for index, code in enumerate(codes))
    path = folder / "config.toml"
    values = {"database": database, "token": TOKEN, "api_base": api_base, "group": workload.GROUP, "blocks": blocks}
    path.write_text(_CONFIG.format(**values, join=str(join).lower()), encoding="utf-8")
    return path


def _sqlite_url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'mcu.sqlite3'}"


async def _spawn(module: str, *arguments: str) -> Process:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments), stdin=PIPE, stdout=PIPE, stderr=None, env=environment
    )


async def _read_line(process: Process) -> str:
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode().strip()
    if not line:
        raise RuntimeError(f"a process of the bench ended with {await process.wait()}")
    return line


async def _run_workers(workers: Sequence[Process]) -> tuple[list[Any], float]:
    """Let all go at once; what they say in the end, and how long it took until the last was done."""
    began = time.perf_counter()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(b"go\n")
    said = await asyncio.gather(*(_read_line(worker) for worker in workers))
    took = time.perf_counter() - began
    for worker in workers:
        await worker.wait()
    return [json.loads(line) for line in said], took


async def _read_last_line(process: Process) -> str:
    said, _ = await process.communicate(b"go\n")
    if process.returncode:
        raise RuntimeError(f"a process of the bench ended with {process.returncode}")
    return said.decode().strip()
