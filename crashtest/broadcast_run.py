"""One answer goes to everybody who wrote about one accident, and the bot is killed again and again while it does."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from crashtest.bot_database import export_tickets, open_database, wait_for_cursors, wait_until_idle
from crashtest.bot_process import BotProcesses
from crashtest.broadcast_workload import OFFICIALS, STREETS, BroadcastWorkload
from crashtest.call_log import call_log_path
from crashtest.checker import Report, find_database_faults, find_duplicates
from crashtest.evidence import write_rows
from crashtest.failpoints import CrashPoint, Failpoint
from crashtest.history import History
from crashtest.killer import Killer, Victim
from crashtest.messenger_clients import BotMessage
from crashtest.repeats import find_excess_repeats, repeat_allowance, sum_repeats, worst_repeats
from crashtest.workload import COMMUNITY
from storage.database import Database

STEP_TIMEOUT_SECONDS = 120.0
"""Seconds for one step of the head's, or for everything to be said."""

BROADCAST_CRASH_POINTS = (
    CrashPoint.CLAIMED,
    CrashPoint.SENT,
    CrashPoint.SENT,
    CrashPoint.COMMITTED,
    CrashPoint.ANYWHERE,
)
"""Failpoints of a broadcast, above all those where a repetition threatens."""


@dataclass(slots=True)
class BroadcastRun:
    """One broadcast after another, until the bot has been killed *kills* times."""

    folder: Path
    kills: int
    seed: int
    author_count: int = 72
    server: str | None = None
    report_progress: Callable[[str], None] = lambda words: None
    workload: BroadcastWorkload = field(init=False)
    history: History = field(init=False)
    processes: BotProcesses = field(init=False)
    killer: Killer = field(init=False)
    missing_answers: list[str] = field(default_factory=list)
    answers_delivered: int = 0

    async def run(self) -> Report:
        """Raises only what is wrong with the harness; faults of the bot are in the report."""
        random, began = Random(self.seed), time.monotonic()
        database = self.server or f"sqlite+aiosqlite:///{self.folder / 'mcu.sqlite3'}"
        self.workload, self.killer = BroadcastWorkload(self.folder, self.author_count), Killer(random, quick=True)
        self.history = History(self.workload.sandbox, OFFICIALS)
        config = await self.workload.open(database)
        self.processes = BotProcesses(config, self.folder / "bot.log")
        try:
            async with open_database(database) as books, asyncio.TaskGroup() as group:
                watching = group.create_task(self.history.run())
                await self._run_rounds(books, random)
                watching.cancel()
                async with books.read() as uow:
                    counts = {"inbox": await uow.inbox.count_by_status(), "outbox": await uow.outbox.count_by_status()}
            rows = await export_tickets(config)
            await write_rows(database, self.folder)
        finally:
            await self.processes.close()
            await self.workload.sandbox.stop()
        log = self.processes.log.read_text(encoding="utf-8")
        return self._build_report(rows, find_database_faults(counts, log), time.monotonic() - began)

    async def _run_rounds(self, books: Database, random: Random) -> None:
        seat = await self._start_bot(CrashPoint.ANYWHERE, 1)
        await wait_for_cursors(books, self.workload.sandbox, (f"vk:{COMMUNITY}", "max"))
        for street in itertools.islice(_iter_streets(), self.kills):
            if self.killer.kills_by_point.total() >= self.kills:
                break
            seat = await self._run_round(books, random, seat, street)
        await self.killer.stop(seat.process)

    async def _run_round(self, books: Database, random: Random, seat: Victim, street: str) -> Victim:
        """Run one broadcast from the first message to the last answer; return the running process."""
        answer = f"Улица {street}: трубу заменили, вода есть."
        await self.workload.send_reports(street)
        async with asyncio.timeout(STEP_TIMEOUT_SECONDS):
            await wait_until_idle(books, self.workload.sandbox)
        await self.killer.stop(seat.process)
        seat = await self._start_bot(random.choice(BROADCAST_CRASH_POINTS[:3]), random.randint(1, 3))
        await self._answer_card(street, answer)
        while True:
            await self.killer.kill(seat)
            await self.history.on_process_killed()
            done, posted = self.killer.kills_by_point.total(), len(self.workload.answered_locations(answer))
            self.report_progress(
                f"{done}/{self.kills}: {seat.failpoint.point}, the answer is posted at {posted} places"
            )
            if done >= self.kills or posted == len(self.workload.expected_locations):
                break
            seat = await self.killer.start(
                self.processes, Failpoint(random.choice(BROADCAST_CRASH_POINTS), random.randint(1, 3))
            )
        seat = await self._start_bot(CrashPoint.ANYWHERE, 1)
        async with asyncio.timeout(STEP_TIMEOUT_SECONDS):
            await wait_until_idle(books, self.workload.sandbox)
        there = self.workload.answered_locations(answer)
        self.answers_delivered += len(there)
        self.missing_answers += [
            f"no answer at {place}: {street}" for place in self.workload.expected_locations if place not in there
        ]
        return seat

    async def _start_bot(self, point: CrashPoint, passage: int) -> Victim:
        """Start a process without a failpoint."""
        return await self.killer.start(self.processes, Failpoint(point, passage, armed=False))

    async def _answer_card(self, street: str, answer: str) -> None:
        phone = self.workload.head_client
        card = await self._wait_for_message(
            "the card", lambda one: street in one.text and f"{self.author_count} человек" in one.text
        )
        await phone.press_button(card, _button_label(card, "Ответить"))
        await self._wait_for_message("the question", lambda one: f"Ответ на №{card.card_number}" in one.text)
        await phone.send_text(answer)
        draft = await self._wait_for_message("the preview", lambda one: answer in one.text and bool(one.buttons))
        await phone.press_button(draft, _button_label(draft, "Отправить"))

    async def _wait_for_message(self, what: str, fits: Callable[[BotMessage], bool]) -> BotMessage:
        def find_message() -> BotMessage | None:
            return next(filter(fits, reversed(self.workload.head_client.messages_from_bot())), None)

        try:
            found = await self.workload.sandbox.change_log.wait_until(find_message, STEP_TIMEOUT_SECONDS)
        except TimeoutError:
            raise RuntimeError(f"the head waited in vain for {what}") from None
        assert found is not None
        return found

    def _build_report(self, rows: Sequence[Mapping[str, str]], violations: list[str], seconds: float) -> Report:
        twice = find_duplicates(self.history)
        allowance = repeat_allowance(self.history, call_log_path(self.processes.log))
        violations += self.missing_answers + twice + find_excess_repeats(self.history, allowance)
        violations += self.killer.unexpected_exits
        if len(rows) != self.workload.messages_written:
            violations.append(f"{len(rows)} tickets of {self.workload.messages_written} messages")
        return Report(
            complaints=self.workload.messages_written,
            tickets=len(rows),
            answers=self.answers_delivered,
            presses=0,
            lost=len(self.missing_answers),
            doubled=len(twice),
            left_over=0,
            late_presses=0,
            repeats=sum_repeats(self.history),
            worst=worst_repeats(self.history),
            violations=violations,
            seed=self.seed,
            seconds=seconds,
            deaths=self.killer.kills_by_point,
        )


def _iter_streets() -> Iterator[str]:
    """One after another, each accident somewhere else."""
    yield from STREETS
    for number in itertools.count(2):
        yield from (f"{street} {number}-я" for street in STREETS)


def _button_label(letter: BotMessage, words: str) -> str:
    return next(label for label in letter.buttons if words in label)
