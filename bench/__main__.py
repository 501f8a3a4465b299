"""``python -m bench``: measure, print a table and the same as JSON."""

import argparse
import asyncio
import json
import operator
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import distance, machine_info, peer
from bench.measurement_table import measure

MEASUREMENTS_HELP = """
tickets_rules   message → ticket, card queued, one process, SQLite, keyword routing: a bot that nobody has trained, with
                `[problems] join = false`. It reads by rules: noise, appeal, topics and own keywords, place, urgency.
tickets_all     the same with all understanding: `bot train` has learned from 3,000 past messages, and what is about one
                event is joined to one problem (a ticket that joins has no card of its own: fewer cards than tickets).
postgres_one, postgres_two   keyword routing on PostgreSQL by one process and by two at once, server on this machine.
In these the updates are stored beforehand by the poller; the real inbox worker handles them. One message in twenty-one
is off the clock: it warms up, and its SQL statements are counted (those of `idle` are per second).
`cpu_ms_per_message` is processor time of the bot's processes and means something on a busy machine, too;
`server_cpu_ms_per_message` is that of PostgreSQL for us.
"""


@dataclass(frozen=True)
class Target:
    """The bound that a figure of a measurement must keep: ``met(value, bound)``."""

    measurement: str
    figure: str
    description: str
    unit: str
    bound: float
    comparison: Callable[[float, float], bool] = operator.le

    @property
    def bound_text(self) -> str:
        return f"{'at least' if self.comparison is operator.ge else 'at most'} {self.bound:g}"


TARGETS = (
    Target("start", "slowest_start_s", "start to the first getUpdates, slowest", "s", 5.0),
    Target("commands", "most_s", "processor time of a command without messengers, most", "s", 0.36),
    Target("commands", "most_percent_of_start_there", "  of a start of the release that --against names", "%", 25),
    Target("latency", "p95_s", "message → card at 5/s, p95", "s", 1.0),
    Target("crowd", "p50_s", "message → card at 20/s to 20 heads, p50", "s", 0.15),
    Target("crowd", "p99_s", "message → card at 20/s to 20 heads, p99", "s", 0.6),
    Target("approval", "p99_s", "approval → question to the next approver at 20/s, p99", "s", 0.6),
    Target("max", "p95_s", "message in MAX → card, by polling, p95", "s", 1.0),
    Target("max_webhook", "p95_s", "message in MAX → card, by webhook, p95", "s", 1.0),
    Target("intake", "updates_per_s", "durable intake", "1/s", 3_000, operator.ge),
    Target("tickets_rules", "per_s", "message → ticket, keyword routing, SQLite", "1/s", 500, operator.ge),
    Target("tickets_all", "per_s", "message → ticket, all understanding, SQLite", "1/s", 250, operator.ge),
    Target("postgres_one", "per_s", "message → ticket, PostgreSQL, one process", "1/s", 400, operator.ge),
    Target("postgres_two", "times_one", "message → ticket, two processes : one", "", 1.5, operator.ge),
    Target("drain", "percent_of_limit", "queue drains at this share of the limit", "%", 95.0, operator.ge),
    Target("drain", "violations", "times that the messenger's limits were overstepped", "", 0),
    Target("distance", "least_percent_of_limit", "the same at 0, 50, 150 and 300 ms, least", "%", 95.0, operator.ge),
    Target("distance", "violations", "  times that the messenger's limits were overstepped", "", 0),
    *(
        Target("distance", f"{trip}_ms_{figure}", f"  {words} at {trip} ms", "s", bound + trip / 1_000)
        for trip in distance.ROUND_TRIPS_MS
        for figure, words, bound in (
            ("urgent_after_s", "an urgent one", 0.5),
            ("press_to_answer_p95_s", "press → answer, p95,", distance.PRESS_ALLOWANCE_SECONDS),
            ("press_to_change_p95_s", "press → changed card, p95,", distance.PRESS_ALLOWANCE_SECONDS),
        )
    ),
    Target("takeover", "slowest_s", "the other process polls after the leader's death", "s", 10.0),
    Target("growth", "start_s", "start on a million tickets", "s", 6.0),
    Target("growth", "slowest_median_ms", "slowest chat command on a million tickets", "ms", 300),
    Target("growth", "daily_digest_longest_ms", "daily digest on a million tickets, longest", "ms", 2_000),
    Target("growth_postgres", "start_s", "the same on PostgreSQL: start", "s", 6.0),
    Target("growth_postgres", "slowest_median_ms", "  slowest chat command", "ms", 300),
    Target("growth_postgres", "daily_digest_longest_ms", "  daily digest, longest", "ms", 2_000),
    Target("memory-long", "rss_mb", "an hour on a million tickets, keyword routing", "MB", 400.0),
    Target("memory-long", "rss_growth_mb", "  of these grown from the second quarter on", "MB", 20.0),
    Target("memory-long-all", "rss_mb", "the same with all understanding", "MB", 500.0),
    Target("memory-long-all", "rss_growth_mb", "  of these grown from the second quarter on", "MB", 20.0),
    Target("storm", "notices_to_head", "a storm of 1,000: notices to its head", "", 5),
    Target("storm", "others_p95_s", "a storm of 1,000: other messages → card, p95", "s", 2.0),
    Target("storm", "answer_in_every_chat_s", "a storm of 1,000: the answer is posted in every chat", "s", 60.0),
    Target("storm", "answers_per_chat_most", "a storm of 1,000: answers in one chat, most", "", 1),
    Target("storm", "not_reached", "a storm of 1,000: people whom no answer reached", "", 0),
    Target("storm", "doubled", "a storm of 1,000: people who got it twice", "", 0),
    Target("chains", "most_per_person_and_minute", "5,000 tickets due at once: notices per person and minute", "", 1),
    Target("chains", "limit_violations", "  times that the messenger's limits were overstepped", "", 0),
    Target("chains", "steps_missing", "  steps of their chains that did not happen", "", 0),
    Target("chains", "steps_twice", "  steps that happened twice", "", 0),
    Target("recompute", "took_s", "changed rules: 20,000 open of a million tickets follow", "s", 60.0),
    Target("recompute", "card_longest_s", "  a message meanwhile → card, longest", "s", 2.0),
    Target("imports", "took_s", "50,000 rows of ПОС, sent to the bot: preview and entering", "s", 300.0),
    Target("imports", "peak_rss_mb", "  memory of the bot meanwhile, most", "MB", 400.0),
    Target("imports", "card_entered_p99_s", "  a message meanwhile → card, p99", "s", 0.6),
    Target("imports", "second_s", "  the same table once more", "s", 60.0),
    Target("imports", "second_new", "  rows that are new then", "", 0),
    Target("audit", "verify_s", "audit verify of a million tickets' records", "s", 60.0),
    Target("control", "slowest_ms", "/control: slowest page on a million tickets", "ms", 300),
    Target("control_postgres", "slowest_ms", "the same on PostgreSQL", "ms", 300),
    Target("idle", "cpu_s_a_minute", "a town without work: processor time a minute", "s", 0.5),
    Target("idle_postgres", "cpu_s_a_minute", "the same on PostgreSQL", "s", 0.5),
    Target("idle_postgres", "server_cpu_s_a_minute", "  of the server for it", "s", 0.2),
    Target("region", "card_p99_s", "a region on one server: message to card, p99", "s", 5.0),
    Target("memory", "rss_mb", "resident memory after all messages", "MB", 300.0),
    Target("notices", "longest_s", "overdue notice after its moment, longest", "s", 1.0),
)

POSTGRES_MEASUREMENTS = (
    *("postgres_one", "postgres_two", "takeover", "growth_postgres", "control_postgres", "region", "idle_postgres"),
)

MEASUREMENT_NAMES = tuple(dict.fromkeys(target.measurement for target in TARGETS))


PEER_MEASUREMENT = "peer"
"""Measured on request only: it is another project and has no targets."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parse_arguments(arguments)
    result: dict[str, Any] = {"machine": machine_info.describe(), "measures": {}, "failed": []}
    with tempfile.TemporaryDirectory(prefix="mcu-bench-") as folder:
        for name in options.only:
            if name in POSTGRES_MEASUREMENTS and options.postgres is None:
                print(f"… {name}: left out, no server (--postgres URL or MCU_TEST_POSTGRES)", file=sys.stderr)
                continue
            print(f"… {name}", file=sys.stderr, flush=True)
            before = machine_info.load()
            try:
                figures = asyncio.run(measure(name, Path(folder) / name, options))
            except peer.PeerUnavailable as reason:
                print(f"… {name}: left out: {reason}", file=sys.stderr)
                continue
            except (TimeoutError, RuntimeError, ExceptionGroup) as error:  # the others are worth having
                print(f"… {name}: FAILED: {type(error).__name__} {error}", file=sys.stderr)
                result["failed"].append(name)
                continue
            result["measures"][name] = figures | {"load_before": before, "load_after": machine_info.load()}
    _add_ratios(result["measures"])
    result["targets"] = _check_targets(result["measures"])
    _print_table(result)
    text = json.dumps(result, ensure_ascii=False, indent=2)
    if options.json is not None:
        options.json.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)
    return 0 if all(one["met"] for one in result["targets"]) and not result["failed"] else 1


def _add_ratios(found: dict[str, Any]) -> None:
    if "postgres_one" in found and "postgres_two" in found:
        found["postgres_two"]["times_one"] = round(found["postgres_two"]["per_s"] / found["postgres_one"]["per_s"], 2)


def _check_targets(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "what": target.description,
            "value": found[target.measurement][target.figure],
            "unit": target.unit,
            "target": target.bound_text,
            "met": target.comparison(found[target.measurement][target.figure], target.bound),
        }
        for target in TARGETS
        if target.figure in found.get(target.measurement, {})
    ]


def _print_table(result: dict[str, Any]) -> None:
    print("Machine: " + ", ".join(f"{name} {value}" for name, value in result["machine"].items()))
    print(MEASUREMENTS_HELP)
    for name, figures in result["measures"].items():
        print(name)
        for figure, value in figures.items():
            if figure == "shapes":
                for shape, times, took in value[:12]:
                    print(f"    {times:6.2f} × {took:7.3f} ms  {shape[:70]}")
            else:
                print(f"  {figure:<28}{value!s:>14}")
        print()
    print("Targets")
    for one in result["targets"]:
        sign = "met " if one["met"] else "MISS"
        print(f"  {sign}  {one['what']:<46}{one['value']:>9} {one['unit']:<3} ({one['target']})")
    print()


def _parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only",
        nargs="+",
        choices=(*MEASUREMENT_NAMES, PEER_MEASUREMENT),
        default=list(MEASUREMENT_NAMES),
        help="which measurements",
    )
    parser.add_argument("--starts", type=int, default=3, help="how many starts (default 3)")
    parser.add_argument(
        "--against", type=Path, help="the unpacked tree of a release, whose start is measured (commands)"
    )
    parser.add_argument("--rate", type=float, default=5.0, help="messages a second (default 5)")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long they stream in (default 60)")
    parser.add_argument("--messages", type=int, default=20_000, help="messages for the figures of load (default 20000)")
    parser.add_argument("--tickets", type=int, default=1_000_000, help="tickets there are already (default 1000000)")
    parser.add_argument("--speed", type=float, default=12.0, help="the hour runs so many times as fast (default 12)")
    parser.add_argument("--queue", type=int, default=3_000, help="messages that wait to be sent (default 3000)")
    parser.add_argument("--delay", type=int, default=0, metavar="MS", help="round trip to the messenger (drain)")
    parser.add_argument("--voices", type=int, default=1_000, help="people who write about one accident (default 1000)")
    parser.add_argument("--towns", type=int, default=60, help="municipalities on one server (default 60)")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long their citizens write (default 10)")
    parser.add_argument("--connections", type=int, default=6, help="of each to the database, at most (default 6)")
    parser.add_argument("--per-minute", type=float, default=3.0, help="messages a minute in each (default 3)")
    parser.add_argument("--notices", type=int, default=20, help="overdue notices to time (default 20)")
    parser.add_argument("--postgres", default=os.environ.get("MCU_TEST_POSTGRES"), help="postgresql+asyncpg://…")
    parser.add_argument(
        "--peer",
        action="store_true",
        help="django-helpdesk on the same messages, too (installed into var/bench-peer)",
    )
    parser.add_argument("--quick", action="store_true", help="a short run: one start, 10 seconds, 1000 messages")
    parser.add_argument("--json", type=Path, help="write the JSON into this file instead of printing it")
    options = parser.parse_args(arguments)
    if options.peer and PEER_MEASUREMENT not in options.only:
        options.only.append(PEER_MEASUREMENT)
    if options.quick:
        options.voices = 150
        options.starts, options.seconds, options.messages, options.queue = 1, 10.0, 1_000, 300
        options.tickets, options.speed = 20_000, 60.0
    return options


if __name__ == "__main__":
    sys.exit(main())
