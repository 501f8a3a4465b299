"""One crash run: kills, then the check.

Either one process runs at a time and is replaced after its kill; or two work on one PostgreSQL, one of them is killed,
the other has to take over, and only then a third one is started.
"""

import asyncio
import itertools
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from crashtest.bot_database import (
    START_TIMEOUT_SECONDS,
    export_tickets,
    open_database,
    wait_for_cursors,
    wait_until_idle,
    wait_until_nothing_is_due,
)
from crashtest.bot_process import BotProcesses
from crashtest.call_log import call_log_path
from crashtest.chain_audit import audit_chains
from crashtest.checker import Report, build_report
from crashtest.evidence import write_rows
from crashtest.failpoints import CrashPoint, Effect, Failpoint
from crashtest.history import History
from crashtest.killer import FAILPOINT_TIMEOUT_SECONDS, Killer, Victim
from crashtest.officials import Head
from crashtest.repeats import repeat_allowance
from crashtest.server_faults import no_connection_free, order_server_fault
from crashtest.workload import COMMUNITY, Workload

SETTLE_TIMEOUT_SECONDS = 900.0
"""Seconds that everything may take to settle when nobody is killed any more."""

MAX_WAITING_COMPLAINTS = 30
"""Complaints without a card at which citizens pause: a process that is killed after a few messages sends few, and what
is least urgent would wait for the end of the run behind ever more cards."""

TAKEOVER_TIMEOUT_SECONDS: Mapping[Effect, float] = {Effect.KILL: 10.0, Effect.FREEZE: 15.0, Effect.HANG: 40.0}
"""Seconds after which some process must poll Telegram: at once after a death, when a lease of three seconds is over
after a freeze, and when a hung loop is noticed."""

SHORTAGE_PROBABILITY, SHORTAGE_SECONDS = 0.2, 3.0
"""The probability with which others take all connections to the server, and the seconds for which they keep them."""

PAIR_POINTS = (CrashPoint.SELECTING, CrashPoint.TICKING)
"""The failpoints where a freeze is worth more than a death: another process has to notice it."""

LOOP_POINTS = (CrashPoint.FETCHED, *PAIR_POINTS)
"""The failpoints in the leader's loops, where a task can hang."""


@dataclass(slots=True)
class CrashRun:
    """A workload during which bot processes are killed.

    *pause*: seconds between two messages of citizens. *quick*: processes that are killed at random have their libraries
    imported already, so that the kill meets a working bot instead of a starting one. *server*: an empty PostgreSQL
    database. *pair*: two processes work on it at once. *failpoint_seconds*: how long a process may take to its
    failpoint, before it is killed anywhere.
    """

    folder: Path
    kills: int
    seed: int
    pause: float = 1.2
    quick: bool = False
    server: str | None = None
    pair: bool = False
    failpoint_seconds: float = FAILPOINT_TIMEOUT_SECONDS
    report_progress: Callable[[str], None] = lambda words: None
    workload: Workload = field(init=False)
    history: History = field(init=False)
    processes: list[BotProcesses] = field(init=False)
    heads: list[Head] = field(default_factory=list)
    killer: Killer = field(init=False)
    is_closing: bool = False
    longest_takeover_seconds: float = 0.0
    _actor_tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def database(self) -> str:
        return self.server or f"sqlite+aiosqlite:///{self.folder / 'mcu.sqlite3'}"

    async def run(self) -> Report:
        """Run to the end and report; only faults of the harness are raised."""
        random, began = Random(self.seed), time.monotonic()
        self.workload = Workload(self.folder, Random(random.random()))
        self.history = History(self.workload.sandbox)
        config = await self.workload.open(self.database)
        self.killer = Killer(random, self.quick or self.pair, self.failpoint_seconds)
        self.processes = [BotProcesses(config, self.folder / "bot.log") for _ in range(2 if self.pair else 1)]
        try:
            async with asyncio.TaskGroup() as group:
                watching = group.create_task(self.history.run())
                await self._run_to_completion(await self._kill_and_restart(group, random))
                watching.cancel()
            self.history.record_new_messages()
            rows = await export_tickets(config)
            async with open_database(self.database) as books, books.read() as uow:
                counts = {"inbox": await uow.inbox.count_by_status(), "outbox": await uow.outbox.count_by_status()}
            chains = await audit_chains(self.database)
            await write_rows(self.database, self.folder)
        finally:
            for lives in self.processes:
                await lives.close()
            await self.workload.sandbox.stop()
        log = self.processes[0].log.read_text(encoding="utf-8")
        calls = call_log_path(self.processes[0].log)
        report = build_report(
            self.workload, self.history, self.heads, rows, counts, log, repeat_allowance(self.history, calls)
        )
        report.seed, report.deaths, report.seconds = self.seed, self.killer.kills_by_point, time.monotonic() - began
        report.refused_starts = self.killer.refused_starts
        report.takeover = self.longest_takeover_seconds
        report.violations += self.killer.unexpected_exits
        report.chain_steps, report.steps_passed_over = chains.taken, chains.passed_over
        report.violations += chains.faults
        return report

    async def _kill_and_restart(self, group: asyncio.TaskGroup, random: Random) -> list[Victim]:
        """Kill and replace processes; return those that are still running."""
        await self._establish_cursors()
        self._actor_tasks = self._start_actors(group, random)
        plan = self._plan_failpoints(random, self.kills + len(self.processes) - 1)
        seats = [await self._start_beside(lives, plan.pop()) for lives in self.processes]
        for number in range(self.kills):
            fault = order_server_fault(self.workload.sandbox, random, may_ask_for_a_day=not self.pair)
            if self.server and not self.pair and random.random() < SHORTAGE_PROBABILITY:
                group.create_task(self._take_connections(self.server))
                fault += ", and no connection to the database is free"
            victim = random.choice(seats)
            await self.killer.stop_at_failpoint(victim)
            await self.history.on_process_killed()
            seats.remove(victim)
            self.report_progress(
                f"{number + 1}/{self.kills}: {victim.failpoint.effect} {victim.failpoint.point},"
                f" {len(self.workload.complaints)} complaints, {fault}"
            )
            if self.pair:
                await self._wait_for_takeover(TAKEOVER_TIMEOUT_SECONDS[victim.failpoint.effect])
                if await self.killer.end(victim):
                    await self.history.on_process_killed()  # a second death: this process may have led again
            if plan:
                seats.append(await self._start_beside(victim.processes, plan.pop()))
        self.is_closing = True
        for server in (self.workload.sandbox.telegram, self.workload.sandbox.vk, self.workload.sandbox.max):
            server.faults.clear()
        return seats

    async def _take_connections(self, server: str) -> None:
        async with no_connection_free(server):
            await asyncio.sleep(SHORTAGE_SECONDS)

    async def _start_beside(self, lives: BotProcesses, failpoint: Failpoint) -> Victim:
        """Start a process; one of two is ready afterwards, since a process that starts takes nothing over."""
        if not self.pair:
            return await self.killer.start(lives, failpoint)
        async with asyncio.timeout(START_TIMEOUT_SECONDS):
            return await self.killer.start_until_ready(lives, failpoint)

    async def _wait_for_takeover(self, seconds: float) -> None:
        """Wait until the surviving process polls, at most *seconds* on a machine with a core for everybody."""
        telegram, began = self.workload.sandbox.telegram, time.monotonic()
        seconds *= max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
        last = telegram.calls[-1]

        def is_heard() -> bool:
            since = itertools.takewhile(lambda call: call is not last, reversed(telegram.calls))
            return any(name == "getUpdates" for name, _ in since)

        try:
            await self.workload.sandbox.change_log.wait_until(is_heard, seconds)
        except TimeoutError:
            self.killer.unexpected_exits.append(
                f"nobody took over from process {self.history.process_number - 1} in {seconds:.0f} s"
            )
        self.longest_takeover_seconds = max(self.longest_takeover_seconds, time.monotonic() - began)

    async def _establish_cursors(self) -> None:
        """Wait until the bot has stored its cursors before anybody writes."""
        life = await self.processes[0].start_with_failpoint(Failpoint(CrashPoint.ANYWHERE, 1))
        async with open_database(self.database) as books:
            await wait_for_cursors(books, self.workload.sandbox, (f"vk:{COMMUNITY}", "max"))
        await self.killer.stop(life)

    def _plan_failpoints(self, random: Random, lives: int) -> list[Failpoint]:
        points = [point for point in (*CrashPoint, CrashPoint.ANYWHERE) if self.pair or point not in PAIR_POINTS]
        plan: list[Failpoint] = []
        while len(plan) < lives:
            random.shuffle(points)
            for point in points:
                plan.append(Failpoint(point, random.randint(1, 4), armed=not self.pair))
                if self.pair and point is not CrashPoint.ANYWHERE:
                    plan[-1].effect = random.choice(list(Effect) if point in LOOP_POINTS else [*Effect][:2])
        return plan[lives - 1 :: -1]  # the first is taken from the end

    def _start_actors(self, group: asyncio.TaskGroup, random: Random) -> list[asyncio.Task[None]]:
        journal = self.workload.sandbox.change_log
        self.heads = [
            Head(*(phone, journal, Random(random.random())), lambda: self.is_closing, self.processes[0].count_starts)
            for phone in self.workload.clients
        ]
        return [group.create_task(self._run_citizens()), *(group.create_task(head.run()) for head in self.heads)]

    async def _run_citizens(self) -> None:
        while not self.is_closing:
            if self.workload.count_waiting() < MAX_WAITING_COMPLAINTS:
                await self.workload.send_complaint()
            await asyncio.sleep(self.workload.random.uniform(0, 2 * self.pause))

    async def _run_to_completion(self, survivors: Sequence[Victim]) -> None:
        """Let everything settle without further kills."""
        async with asyncio.timeout(START_TIMEOUT_SECONDS):
            last = await self.killer.start_until_ready(self.processes[0])
        left = [last.process, *(seat.process for seat in survivors)]
        try:
            async with asyncio.timeout(SETTLE_TIMEOUT_SECONDS):
                await asyncio.gather(*self._actor_tasks)
                async with open_database(self.database) as books:
                    await wait_until_idle(books, self.workload.sandbox)
                    await asyncio.gather(*(head.cancel_leftover_dialogs() for head in self.heads))
                    await wait_until_nothing_is_due(books)
                    await wait_until_idle(books, self.workload.sandbox)
        except TimeoutError:
            self.killer.unexpected_exits.append("it did not come to rest")
            for one in self._actor_tasks:
                one.cancel()
        for life in left:
            await self.killer.stop(life)
