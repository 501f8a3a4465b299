"""Kills, and restores of older copies between them, each with a new epoch of message keys.

A restore must cost what came after the copy, and nothing else. The bot cannot know of it: such messages of citizens may
have no ticket, what it said since then may be said once more, and ticket numbers are given a second time.
"""

import asyncio
import json
import signal
import sqlite3
import sys
import time
from asyncio.subprocess import DEVNULL, STDOUT
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from crashtest.bot_database import export_tickets, open_database, wait_for_cursors, wait_until_idle
from crashtest.bot_process import BotProcesses, bot_environment
from crashtest.call_log import call_log_path
from crashtest.checker import Report, find_database_faults, find_duplicates
from crashtest.evidence import write_rows
from crashtest.failpoints import CrashPoint, Failpoint
from crashtest.history import History
from crashtest.killer import FAILPOINT_TIMEOUT_SECONDS, Killer
from crashtest.messenger_clients import BotMessage, ChatClient, PressOutcome
from crashtest.officials import Head
from crashtest.repeats import find_excess_repeats, repeat_allowance, sum_repeats, worst_repeats
from crashtest.run import MAX_WAITING_COMPLAINTS, PAIR_POINTS, SETTLE_TIMEOUT_SECONDS
from crashtest.workload import COMMUNITY, COMPLAINT_NUMBER, Workload

HINT_WITHOUT_DIALOG = "Чтобы ответить жителю"
"""VK tells again what came after the copy. The words of a head among that find no dialog any more, and each gets this
hint: one text for several messages is no repetition."""

KILLS_PER_EPOCH = 5
"""Kills between two restores; the copy is made after some of them."""


@dataclass(slots=True)
class EpochClient:
    """A head's telephone, without what is older than the last restore: those buttons are about tickets of before."""

    client: ChatClient
    older_messages: int
    head_id: int = field(init=False)

    def __post_init__(self) -> None:
        self.head_id = self.client.head_id

    def messages_from_bot(self, skip: int = 0) -> list[BotMessage]:
        return self.client.messages_from_bot(self.older_messages + skip)

    async def press_button(self, letter: BotMessage, button: str) -> Callable[[], PressOutcome | None]:
        return await self.client.press_button(letter, button)

    async def send_text(self, text: str) -> None:
        await self.client.send_text(text)


@dataclass(slots=True)
class RestoreRun:
    """An ordinary day on a database file that is put back into an earlier state after every few kills."""

    folder: Path
    kills: int
    seed: int
    pause: float = 1.2
    failpoint_seconds: float = FAILPOINT_TIMEOUT_SECONDS
    report_progress: Callable[[str], None] = lambda words: None
    workload: Workload = field(init=False)
    history: History = field(init=False)
    processes: BotProcesses = field(init=False)
    killer: Killer = field(init=False)
    config: Path = field(init=False)
    heads: list[Head] = field(default_factory=list)
    restores: int = 0
    uncertain_complaints: set[int] = field(default_factory=set)
    """Complaints that some copy did not know and a restore has therefore forgotten."""
    uncertain_answers: set[int] = field(default_factory=set)
    """Complaints whose answer was accepted after a copy that was restored later."""
    is_closing: bool = False

    async def run(self) -> Report:
        """Raises only what is wrong with the harness; faults of the bot are in the report."""
        random, began = Random(self.seed), time.monotonic()
        self.workload = Workload(self.folder, Random(random.random()))
        self.history, self.killer = History(self.workload.sandbox), Killer(random, True, self.failpoint_seconds)
        self.config = await self.workload.open(self._database)
        self.processes = BotProcesses(self.config, self.folder / "bot.log")
        try:
            async with asyncio.TaskGroup() as group:
                watching = group.create_task(self.history.run())
                await self._establish_cursors()
                while (left := self.kills - self.killer.kills_by_point.total()) > 0:
                    await self._run_epoch(random, min(left, KILLS_PER_EPOCH), is_last=left <= KILLS_PER_EPOCH)
                watching.cancel()
                async with open_database(self._database) as books, books.read() as uow:
                    counts = {"inbox": await uow.inbox.count_by_status(), "outbox": await uow.outbox.count_by_status()}
            rows = await export_tickets(self.config)
            await write_rows(self._database, self.folder)
        finally:
            await self.processes.close()
            await self.workload.sandbox.stop()
        return self._build_report(rows, counts, time.monotonic() - began)

    @property
    def _database(self) -> str:
        return f"sqlite+aiosqlite:///{self.folder / 'mcu.sqlite3'}"

    async def _establish_cursors(self) -> None:
        life = await self.processes.start_with_failpoint(Failpoint(CrashPoint.ANYWHERE, 1))
        async with open_database(self._database) as books:
            await wait_for_cursors(books, self.workload.sandbox, (f"vk:{COMMUNITY}", "max"))
        await self.killer.stop(life)

    async def _run_epoch(self, random: Random, kills: int, *, is_last: bool) -> None:
        """Kill again and again while people write; then restore the copy of some moment meanwhile, or settle."""
        self.is_closing = False
        copy_after = None if is_last else random.randrange(kills)
        copy, copied_at, known_answers = self.folder / f"copy{self.restores}.sqlite3", 0, set[int]()
        async with asyncio.TaskGroup() as group:
            heads = self._start_heads(group, random)
            citizens = group.create_task(self._run_citizens())
            points = [one for one in CrashPoint if one not in PAIR_POINTS]
            for number in range(kills):
                victim = await self.killer.start(
                    self.processes, Failpoint(random.choice(points), random.randint(1, 4), armed=number != copy_after)
                )
                if number == copy_after:
                    await asyncio.sleep(random.uniform(0.5, 3.0))
                    known_answers = self._accepted_answers()
                    await self.history.on_process_killed()  # what is said from now on may be unknown to the copy
                    copied_at = self.history.process_number
                    await self._run_command("backup", str(copy))
                await self.killer.kill(victim)
                await self.history.on_process_killed()
                done = self.killer.kills_by_point.total()
                self.report_progress(
                    f"{done}/{self.kills}: {victim.failpoint.point}, {len(self.workload.complaints)} complaints"
                )
            self.is_closing = True
            last = await self.killer.start_until_ready(self.processes)
            await self._wait_for_people(citizens, heads)
            if is_last:
                await self._settle()
                await self.killer.stop(last.process)
        if is_last:
            return
        last.process.send_signal(signal.SIGKILL)
        await last.process.wait()
        await self.history.on_process_killed()
        self._forget_since(copy, copied_at, known_answers)
        await self._run_command("restore", str(copy))
        self.restores += 1
        self.report_progress(f"restored a copy that does not know {len(self.uncertain_complaints)} complaints")

    def _start_heads(self, group: asyncio.TaskGroup, random: Random) -> list[asyncio.Task[None]]:
        journal, tasks = self.workload.sandbox.change_log, []
        for client in self.workload.clients:
            phone = EpochClient(client, len(client.messages_from_bot()))
            head = Head(phone, journal, Random(random.random()), lambda: self.is_closing, self.processes.count_starts)
            self.heads.append(head)
            tasks.append(group.create_task(head.run()))
        return tasks

    async def _run_citizens(self) -> None:
        while not self.is_closing:
            if self.workload.count_waiting() < MAX_WAITING_COMPLAINTS:
                await self.workload.send_complaint()
            await asyncio.sleep(self.workload.random.uniform(0, 2 * self.pause))

    async def _wait_for_people(self, citizens: asyncio.Task[None], heads: Sequence[asyncio.Task[None]]) -> None:
        try:
            async with asyncio.timeout(SETTLE_TIMEOUT_SECONDS):
                await asyncio.gather(citizens, *heads)
        except TimeoutError:
            self.killer.unexpected_exits.append("people wait without end")

    async def _settle(self) -> None:
        try:
            async with asyncio.timeout(SETTLE_TIMEOUT_SECONDS), open_database(self._database) as books:
                await wait_until_idle(books, self.workload.sandbox)
        except TimeoutError:
            self.killer.unexpected_exits.append("it did not come to rest")

    async def _run_command(self, name: str, file: str) -> None:
        command = (sys.executable, "-m", "bot", name, file, "--config", str(self.config))
        with (self.folder / "commands.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=DEVNULL, stdout=log.fileno(), stderr=STDOUT, env=bot_environment()
            )
            if await process.wait() != 0:
                raise RuntimeError(f"{name} ended with {process.returncode}, see {log.name}")

    def _accepted_answers(self) -> set[int]:
        return {number for head in self.heads for number in head.accepted_answers}

    def _forget_since(self, copy: Path, copied_at: int, known_answers: set[int]) -> None:
        """Note what a restore of *copy* makes the bot forget."""
        known = list_known_complaints(copy)
        self.uncertain_complaints |= {one.number for one in self.workload.complaints} - known
        self.uncertain_answers |= self._accepted_answers() - known_answers
        self.history.forgotten_lives |= set(range(copied_at, self.history.process_number))

    def _build_report(
        self, rows: Sequence[Mapping[str, str]], counts: Mapping[str, Mapping[str, int]], seconds: float
    ) -> Report:
        log = self.processes.log.read_text(encoding="utf-8")
        marks = Counter(found[1] for row in rows if (found := COMPLAINT_NUMBER.search(row["text"])))
        numbers = [one.number for one in self.workload.complaints]
        lost = [one for one in numbers if not marks[f"{one:05}"] and one not in self.uncertain_complaints]
        doubled = [mark for mark, times in marks.items() if times > 1]
        twice = [one for one in find_duplicates(self.history) if HINT_WITHOUT_DIALOG not in one]
        violations = [f"complaint {number} has no ticket" for number in lost]
        violations += [f"complaint {mark} has {marks[mark]} tickets" for mark in doubled]
        violations += self._find_missing_cards(rows) + self._find_wrong_answers() + twice
        violations += find_excess_repeats(
            self.history, repeat_allowance(self.history, call_log_path(self.processes.log))
        )
        violations += [one for head in self.heads for one in head.failures]
        violations += find_database_faults(counts, log) + self.killer.unexpected_exits
        return Report(
            complaints=len(numbers),
            tickets=len(rows),
            answers=len(self._accepted_answers()),
            presses=sum(head.press_count for head in self.heads),
            lost=len(lost),
            doubled=len(doubled) + len(twice),
            left_over=0,
            late_presses=sum(head.late_press_count for head in self.heads),
            repeats=sum_repeats(self.history),
            worst=worst_repeats(self.history),
            violations=violations,
            seed=self.seed,
            seconds=seconds,
            restores=self.restores,
            forgotten=len(self.uncertain_complaints),
            deaths=self.killer.kills_by_point,
        )

    def _find_missing_cards(self, rows: Sequence[Mapping[str, str]]) -> list[str]:
        """List the tickets without a card: after a restore a number may also be on the card of another complaint."""
        shown = set()
        for client in self.workload.clients:
            for letter in client.messages_from_bot():
                if letter.card_number is not None and (found := COMPLAINT_NUMBER.search(letter.text)):
                    shown.add((letter.card_number, found[1]))
        return [
            f"№{row['id']} has no card"
            for row in rows
            if (found := COMPLAINT_NUMBER.search(row["text"])) and (int(row["id"]), found[1]) not in shown
        ]

    def _find_wrong_answers(self) -> list[str]:
        """List the messages without exactly their answer; one that a restore has forgotten may be missing."""
        sent = {number: text for head in self.heads for number, text in head.accepted_answers.items()}
        wrong = []
        for complaint in self.workload.complaints:
            found = set(self.workload.answers_under(complaint))
            wanted = {sent[complaint.number]} if complaint.number in sent else set()
            if found != wanted and not (complaint.number in self.uncertain_answers and not found):
                wrong.append(f"under complaint {complaint.number} ({complaint.channel}): {found} instead of {wanted}")
        return wrong


def list_known_complaints(database: Path) -> set[int]:
    """Return the numbers of the complaints that have arrived in *database*, handled or not."""
    with closing(sqlite3.connect(database)) as connection:
        texts = [json.dumps(json.loads(row[0]), ensure_ascii=False) for row in connection.execute(_PAYLOADS)]
        texts += [row[0] for row in connection.execute("SELECT text FROM message")]
    return {int(number) for text in texts for number in COMPLAINT_NUMBER.findall(text)}


_PAYLOADS = "SELECT payload FROM inbox"
