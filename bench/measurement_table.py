"""The measurements by their names, with what each takes from the options."""

from argparse import Namespace
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bench import (
    approval_bench,
    audit_bench,
    chains_bench,
    commands,
    control_bench,
    distance,
    drain,
    growth,
    idle,
    import_bench,
    load,
    measurements,
    memory_long,
    peer,
    recompute_bench,
    region,
    storm,
    takeover,
)
from bench.max_town import MaxBenchHarness
from bench.town import BenchHarness
from sandbox.distance import Distance

Measure = Callable[[Path, Namespace], Awaitable[dict[str, Any]]]


def _max_latency(folder: Path, given: Namespace, *, webhook: bool) -> Awaitable[dict[str, Any]]:
    return measurements.latency(MaxBenchHarness(folder, webhook=webhook), given.rate, given.seconds)


def _region(folder: Path, given: Namespace) -> Awaitable[dict[str, Any]]:
    size = region.RegionSize(given.towns, given.minutes, given.per_minute, given.connections)
    return region.region(folder, given.postgres, size)


RUNNING_BOT: dict[str, Measure] = {
    "start": lambda folder, given: measurements.start_times(folder, given.starts),
    "commands": lambda folder, given: commands.command_times(folder, given.starts, given.against),
    "latency": lambda folder, given: measurements.latency(BenchHarness(folder), given.rate, given.seconds),
    "crowd": lambda folder, given: measurements.latency(BenchHarness(folder), 20.0, given.seconds),
    "approval": lambda folder, given: approval_bench.approval(folder, 20.0, given.seconds),
    "max": lambda folder, given: _max_latency(folder, given, webhook=False),
    "max_webhook": lambda folder, given: _max_latency(folder, given, webhook=True),
    "notices": lambda folder, given: measurements.notice_lateness(folder, given.notices),
    "storm": lambda folder, given: storm.storm(folder, given.voices, max(1, given.voices // 10), given.seconds),
    "memory": lambda folder, given: measurements.memory(folder, min(given.messages, 10_000)),
    "region": _region,
    "idle": lambda folder, given: idle.idle(folder, given.seconds),
    "idle_postgres": lambda folder, given: idle.idle(folder, given.seconds, given.postgres),
    "takeover": lambda folder, given: takeover.takeover(folder, given.postgres, 3),
}
"""The times for which people wait, and the costs of the bot meanwhile."""

SENDING: dict[str, Measure] = {
    "drain": lambda folder, given: drain.drain(folder, given.queue, Distance(given.delay / 1_000)),
    "distance": lambda folder, given: distance.distance(folder, given.queue),
    "chains": lambda folder, given: chains_bench.chains(folder, min(given.tickets, chains_bench.MAX_TICKETS)),
}

MANY_TICKETS: dict[str, Measure] = {
    "recompute": lambda folder, given: recompute_bench.recompute(folder, given.tickets),
    "imports": lambda folder, given: import_bench.imports(folder, min(given.tickets, import_bench.MAX_ROWS)),
    "audit": lambda folder, given: audit_bench.audit_chain(folder, given.tickets),
    "control": lambda folder, given: control_bench.control(folder, given.tickets, 5),
    "control_postgres": lambda folder, given: control_bench.control(folder, given.tickets, 5, given.postgres),
    "growth": lambda folder, given: growth.growth(folder, given.tickets, 5),
    "growth_postgres": lambda folder, given: growth.growth(folder, given.tickets, 5, given.postgres),
    "memory-long": lambda folder, given: memory_long.memory_long(folder, given.tickets, given.speed, learned=False),
    "memory-long-all": lambda folder, given: memory_long.memory_long(folder, given.tickets, given.speed, learned=True),
}


def _peer(folder: Path, given: Namespace) -> Awaitable[dict[str, Any]]:
    return peer.intake(Path("var/bench-peer").absolute(), folder, min(given.messages, 2_000))


def _on_postgres(folder: Path, given: Namespace, processes: int) -> Awaitable[dict[str, Any]]:
    return load.tickets_on_postgres(folder, given.postgres, given.messages, processes=processes)


THROUGHPUT: dict[str, Measure] = {
    "intake": lambda folder, given: load.intake(folder, given.messages),
    "tickets_rules": lambda folder, given: load.tickets(folder, given.messages),
    "tickets_all": lambda folder, given: load.tickets(folder, given.messages, learned=True),
    "postgres_one": lambda folder, given: _on_postgres(folder, given, 1),
    "postgres_two": lambda folder, given: _on_postgres(folder, given, 2),
    "peer": _peer,
}


async def measure(name: str, folder: Path, options: Namespace) -> dict[str, Any]:
    """Take the measurement *name* in *folder*."""
    return await (RUNNING_BOT | SENDING | MANY_TICKETS | THROUGHPUT)[name](folder, options)
