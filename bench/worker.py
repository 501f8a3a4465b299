"""``python -m bench.worker JOB CONFIG COUNT``: one process of the product that does one job, and tells what it cost.

It is the product's own :class:`bot.app.App`, prepared and not started: the job's part of it runs alone. Says ``ready``
on standard output, waits for a line on standard input, works, and prints its figures as JSON.
"""

import asyncio
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import event, text

from bench import workload
from bench.machine_info import cpu_of
from bot import config
from bot.app import App
from bot.messengers.port import Messenger
from bot.runtime.garbage import resume_collection
from storage.database import Database


@dataclass
class StatementCounter:
    """Statements that were executed while this recorder was active."""

    texts: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    _started_at: float = 0.0

    def attach(self, database: Database) -> Callable[[], None]:
        """Begin; the result ends it."""
        engine = database.engine.sync_engine

        def before(_c: Any, _u: Any, _s: str, *_: Any) -> None:
            self._started_at = time.perf_counter()

        def after(_c: Any, _u: Any, statement: str, *_: Any) -> None:
            shape = " ".join(statement.split())[:110]
            self.texts[shape] += 1
            self.seconds[shape] += time.perf_counter() - self._started_at

        event.listen(engine, "before_cursor_execute", before)
        event.listen(engine, "after_cursor_execute", after)

        def stop() -> None:
            event.remove(engine, "before_cursor_execute", before)
            event.remove(engine, "after_cursor_execute", after)

        return stop


@dataclass
class Stopwatch:
    """Time on the clock, and of processors: ours, and (PostgreSQL on this machine) the server's for us."""

    started_at: float = field(default_factory=time.perf_counter)
    cpu: float = field(default_factory=lambda: _cpu())

    def elapsed(self) -> dict[str, float]:
        return {"seconds": time.perf_counter() - self.started_at, "cpu_s": _cpu() - self.cpu}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@asynccontextmanager
async def open_app(path: Path) -> AsyncIterator[App]:
    app = App(config.load_config(path))
    await app.prepare()
    resume_collection()  # as the bot does once it has started
    try:
        yield app
    finally:
        for messenger in app.messengers.values():
            await messenger.close()
        await app.database.close()


async def _server_cpu(database: Database) -> float:
    """Processor seconds of the server's processes that work for this database; 0 where they cannot be seen."""
    if not database.is_shared:
        return 0.0
    async with database.engine.connect() as connection:
        asked = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        pids = [row.pid for row in await connection.execute(text(asked))]
    total = 0.0
    for pid in pids:
        try:
            total += cpu_of(pid)
        except OSError:
            continue
    return total


async def _count(database: Database, query: str) -> int:
    async with database.engine.connect() as connection:
        return int((await connection.execute(text(query))).scalar_one())


async def _wait_for_go() -> None:
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)


async def intake(app: App, count: int) -> dict[str, Any]:
    """Poll until *count* updates are stored."""
    messenger = app.messengers["telegram"]
    database = app.database
    stored = "SELECT count(*) FROM inbox"
    await _wait_for_go()
    meter = Stopwatch()
    async with asyncio.TaskGroup() as group:
        polling = group.create_task(app.create_poller(messenger).run())
        while await _count(database, stored) < count:
            await asyncio.sleep(0.02)
        figures = meter.elapsed()
        polling.cancel()
    return {**figures, "updates": count, "cursor": await _cursor(database)}


async def _cursor(database: Database) -> str | None:
    async with database.read() as uow:
        return await uow.inbox.get_cursor("telegram")


async def fill(app: App, count: int) -> dict[str, Any]:
    """Store *count* raw updates through the poller, beforehand."""
    poller = app.create_poller(app.messengers["telegram"])
    for first in range(0, count, 1_000):
        numbers = range(first, min(first + 1_000, count))
        await poller.receiver.store_updates(
            [_received(poller.receiver.messenger, number) for number in numbers], str(numbers[-1])
        )
    return {"updates": count}


def _received(messenger: Messenger, number: int) -> Any:
    return messenger.receive(workload.raw_update(number))


async def tickets(app: App, count: int) -> dict[str, Any]:
    """Handle what is stored, the first *count* / 20 to warm up (with the statements counted), the rest on time."""
    worker = app.create_inbox_worker()
    database = app.database
    statements = StatementCounter()
    stop = statements.attach(database)
    warm = 0
    while warm < count // 20 and (handled := await worker.process_batch()):
        warm += handled
    stop()
    server = await _server_cpu(database)
    await _wait_for_go()
    meter = Stopwatch()
    done = 0
    waiting = "SELECT count(*) FROM inbox WHERE status = 'new'"
    while True:
        handled = await worker.process_batch()
        done += handled
        if not handled:
            if not await _count(database, waiting):
                break
            await asyncio.sleep(0.005)
    figures = meter.elapsed()
    return {
        **figures,
        "server_cpu_s": await _server_cpu(database) - server,
        "messages": done,
        "warm_up": warm,
        "statements": sum(statements.texts.values()) / warm if warm else 0.0,
        "shapes": [
            [shape, times / warm, statements.seconds[shape] / warm * 1_000]
            for shape, times in statements.texts.most_common(40)
        ],
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


async def count_results(app: App, _: int) -> dict[str, Any]:
    """Count the results."""
    return {
        "tickets": await _count(app.database, "SELECT count(*) FROM ticket"),
        "cards_queued": await _count(app.database, "SELECT count(*) FROM outbox WHERE kind = 'card'"),
        "dead": await _count(app.database, "SELECT count(*) FROM inbox WHERE status = 'dead'"),
    }


JOBS = {"intake": intake, "fill": fill, "tickets": tickets, "look": count_results}


async def main(job: str, path: Path, count: int) -> None:
    async with open_app(path) as app:
        figures = await JOBS[job](app, count)
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
