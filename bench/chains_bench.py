"""Thousands of tickets that are due in the same minute: who is told what, how often, and how soon."""

import asyncio
import re
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.measurements import Figures, new_harness
from bench.town import BenchHarness

MAX_TICKETS = 5_000
COORDINATOR, MANAGER = 996, 995
LEAD_SECONDS = 8  # between the start of the bot and the moment at which everything is due
TIMEOUT_SECONDS = 900.0
CHAIN = f"""
[[rules]]
escalation = "standard"

[[escalation]]
code = "standard"
steps = [
  {{ after = "accept_overdue", tell = ["coordinator"] }},
  {{ after = "accept_overdue", wait = "2m", tell = ["manager"] }},
]

[[staff]]
name = "Координатор"
role = "coordinator"
telegram_id = {COORDINATOR}

[[staff]]
name = "Руководитель МЦУ"
role = "manager"
telegram_id = {MANAGER}
"""
STEPS = 2

_OVERDUE = re.compile(r"Просрочено: (?:№\d+|(\d+) сообщени)")
_OTHERS = re.compile(r"И ещё (\d+) сообщени")

_FILL = (
    """INSERT INTO ticket (id, state, sector, likely, source, text, search, urgent, registered_at, touched_at,
    accept_due, answer_due, version)
    WITH RECURSIVE numbers(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)
    SELECT n, 'assigned', 'station' || (n % :sectors), '[]', 'telegram', 'Яма на дороге у дома ' || n, 'яма', 0,
    :began, :began, :due, :answer_due, 1 FROM numbers""",
    """INSERT INTO card (person_id, ticket_id, account, chat_id, external_id, hash, menu, media_shown, updated_at)
    SELECT account.person_id, ticket.id, 'telegram', account.user_id, 7000000 + ticket.id, 'h', '', 0, :began
    FROM ticket JOIN assignment ON assignment.sector = ticket.sector
    JOIN account ON account.person_id = assignment.person_id WHERE ticket.id >= :first""",
    """INSERT INTO due (ticket_id, "limit", kind, share, at, state)
    SELECT id, 'accept', 'overdue', 1.0, :due, 'waiting' FROM ticket WHERE id >= :first""",
)


async def chains(folder: Path, tickets: int) -> Figures:
    """Let *tickets* be missed in one minute; count messages and steps, and time them."""
    async with new_harness(folder) as town:
        await _open_town(town)
        await town.start()
        await town.stop()
        first = town.count("SELECT coalesce(max(id), 0) + 1 FROM ticket")
        due = datetime.now(UTC) + timedelta(seconds=LEAD_SECONDS)  # noqa: TID251 - the bot keeps wall-clock moments
        await asyncio.to_thread(_fill, town, first, tickets, due)
        town.sandbox.telegram.rate_limits = True
        town.sandbox.telegram.violations.clear()
        await town.start()
        told = await _watch(town, tickets, due)
        cpu = town.cpu_seconds()
        figures: Figures = {"tickets": tickets, "people": len(told), "cpu_ms_per_ticket": round(cpu * 1e3 / tickets, 1)}
        figures |= _judge(town, tickets)
        figures["posts_told_s"] = round(max(told[head] for head in town.head_ids()), 1)
        figures["coordinator_told_s"] = round(told[COORDINATOR], 1)
        figures["manager_told_s"] = round(told[MANAGER], 1)
        figures["limit_violations"] = len(town.sandbox.telegram.violations)
        await town.stop()
    return figures


async def _open_town(town: BenchHarness) -> None:
    for person in (COORDINATOR, MANAGER):
        town.sandbox.telegram.user(person, f"Сотрудник {person}")
        await town.sandbox.telegram.start_bot(person)
    config = town.folder / "config.toml"
    config.write_text(config.read_text(encoding="utf-8") + CHAIN, encoding="utf-8")


def _fill(town: BenchHarness, first: int, tickets: int, due: datetime) -> None:
    def moment(at: datetime) -> str:
        return f"{at:%Y-%m-%d %H:%M:%S}.000000"

    values = {
        "first": first,
        "last": first + tickets - 1,
        "sectors": len(town.head_ids()),
        "began": moment(due - timedelta(hours=1)),
        "due": moment(due),
        "answer_due": moment(due + timedelta(days=1)),
    }
    with closing(sqlite3.connect(town.folder / "mcu.sqlite3")) as books, books:
        for statement in _FILL:
            books.execute(statement, {name: value for name, value in values.items() if f":{name}" in statement})


async def _watch(town: BenchHarness, tickets: int, due: datetime) -> dict[int, float]:
    """Wait until everybody has been told of everything; each person's seconds since *due*."""
    heads = town.head_ids()
    wanted = {head: tickets // len(heads) for head in heads} | {COORDINATOR: tickets, MANAGER: tickets}
    told: dict[int, float] = {}
    offset = datetime.now(UTC).timestamp() - time.perf_counter()  # noqa: TID251 - likewise

    def is_everybody_told() -> bool:
        for person, count in wanted.items():
            if person not in told and _count_told(town, person) >= count:
                told[person] = time.perf_counter() + offset - due.timestamp()
        return len(told) == len(wanted)

    await town.sandbox.change_log.wait_until(is_everybody_told, TIMEOUT_SECONDS)
    return told


def _count_told(town: BenchHarness, person: int) -> int:
    """Count the tickets of which *person* was told."""
    found = 0
    for letter in town.sandbox.telegram.world.chats[person].messages.values():
        text = str(letter.get("text", ""))
        if overdue := _OVERDUE.match(text):
            others = _OTHERS.search(text)
            found += int(overdue[1] or 1) + int(others[1] if others else 0)
    return found


def _judge(town: BenchHarness, tickets: int) -> Figures:
    """Count messages per person and minute, and the steps of the audit that are missing or happened twice."""
    per_minute = (
        "SELECT count(DISTINCT sent_at) AS n FROM notice GROUP BY person_id, strftime('%Y-%m-%d %H:%M', sent_at)"
    )
    steps = (
        "SELECT ticket_id, json_extract(facts, '$.step') AS step, count(*) AS n FROM audit"
        " WHERE action = 'escalated' GROUP BY 1, 2"
    )
    figures: dict[str, Any] = {
        "messages": sum(_count_messages(town, person) for person in (*town.head_ids(), COORDINATOR, MANAGER)),
        "most_per_person_and_minute": town.count(f"SELECT max(n) FROM ({per_minute})"),
        "steps_missing": tickets * STEPS - town.count(f"SELECT count(*) FROM ({steps})"),
        "steps_twice": town.count(f"SELECT count(*) FROM ({steps}) WHERE n > 1"),
    }
    return figures


def _count_messages(town: BenchHarness, person: int) -> int:
    letters = town.sandbox.telegram.world.chats[person].messages.values()
    return sum(_OVERDUE.match(str(letter.get("text", ""))) is not None for letter in letters)
