"""Most rows are history: what is asked several times a second, or for every message, must not read it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import pytest
from sqlalchemy import event

from storage.batching.candidate_cache import Wanted
from storage.database import Database
from storage.repositories.retention import Kind
from storage.unit_of_work import UnitOfWork
from tests.storage.helpers import LEASE, NOW, draft

Ask = Callable[[UnitOfWork], Awaitable[object]]


async def _forget(kind: Kind, uow: UnitOfWork) -> object:
    return await uow.retention.forget(kind, NOW, 10)


HOT: dict[str, Ask] = {
    "outbox: is anything due": lambda uow: uow.outbox.anything_due(NOW),
    "outbox: what waits": lambda uow: uow.outbox.waiting(NOW, ("telegram", "vk:5")),
    "outbox: presses": lambda uow: uow.outbox.presses(NOW, ("telegram", "vk:5"), 10),
    "outbox: claim": lambda uow: uow.outbox.claim([1, 2], NOW, LEASE),
    "outbox: put": lambda uow: uow.outbox.put(draft(dedupe="card:1"), NOW),
    "outbox: what is this a reply to": lambda uow: uow.letters.subject("telegram", "1", "1"),
    "inbox: claim": lambda uow: uow.inbox.claim(NOW, LEASE, 10),
    "terms: is anything due": lambda uow: uow.times.anything_due(NOW),
    "terms: fire": lambda uow: uow.times.fire(NOW, 10),
    "terms: void": lambda uow: uow.times.void(1, ["accept"]),
    "terms: what waits to be told": lambda uow: uow.times.waiting_notices(),
    "terms: when was this person told": lambda uow: uow.times.last_notice(1, "watch_overdue"),
    "tickets: the author's last in the thread": lambda uow: uow.tickets.answered_in_thread(
        "telegram", "-1", "", "7", NOW
    ),
    "tickets: of several authors at once": lambda uow: uow.tickets.foresee(["telegram:7", "vk:8"], NOW),
    "tickets: the same words": lambda uow: uow.tickets.same_text("telegram:7", "key", NOW),
    "messages: by place": lambda uow: uow.messages.by_place("telegram", "-1", "1"),
    "messages: at several places at once": lambda uow: uow.messages.foresee(
        [("telegram", "-1", "1"), ("telegram", "-1", "2"), ("vk:5", "3", "1")]
    ),
    "messages: of a ticket": lambda uow: uow.messages.of_ticket(1),
    "messages: of an album": lambda uow: uow.messages.album("telegram", "-1", "1"),
    "cards: of a ticket": lambda uow: uow.cards.of_ticket(1),
    "answers: latest": lambda uow: uow.answers.latest(1),
    "answers: what waits to be posted by hand here": lambda uow: uow.answers.waiting_in("telegram", "-1"),
    "answers: what is to be looked at": lambda uow: uow.answers.to_check(NOW, 10),
    "letters: of a ticket": lambda uow: uow.letters.about(1, "hand:1"),
    "doubts: what is new": lambda uow: uow.doubts.news(),
    "doubts: a page": lambda uow: uow.doubts.page(0, 5),
    "audit: of a ticket": lambda uow: uow.chronicle.of_ticket(1),
    "/my of a head": lambda uow: uow.tickets.open_of(["roads", "housing"], 1, triage=False, most=50),
    "/my of a coordinator": lambda uow: uow.tickets.open_of([], 1, triage=True, most=50),
    "/find by words": lambda uow: uow.tickets.find(["яма", "45"], ["roads"], 50, triage=True),
    "/find by number": lambda uow: uow.tickets.get(1),
    "card: where a person sees it": lambda uow: uow.cards.get(1, 1, "telegram"),
    "card: remarks": lambda uow: uow.cards.remarks(1),
    "card: publications": lambda uow: uow.answers.publications(1),
    "start: cards of a person": lambda uow: uow.cards.of_person(1, "telegram", 50),
    "digest: by sector": lambda uow: uow.reports.by_sector(NOW, NOW),
    "digest: triage": lambda uow: uow.reports.waits_for_triage(),
    "digest: overdue": lambda uow: uow.reports.overdue(NOW, 20),
    "digest: reactions": lambda uow: uow.reports.reaction_seconds(NOW, NOW),
    "digest: answers": lambda uow: uow.reports.answer_seconds(NOW, NOW),
    "digest: the last one": lambda uow: uow.times.last_digest(NOW),
    "export of a day": lambda uow: _read(uow.reports.export(NOW, NOW)),
    "auditor: oldest update": lambda uow: uow.inbox.oldest_waiting(),
    "auditor: oldest message": lambda uow: uow.outbox.unsent(),
    "auditor: oldest term": lambda uow: uow.times.oldest_due(),
}
HOT.update({f"cleaning: {kind}": partial(_forget, kind) for kind in Kind})

SMALL = ("digest", "person", "dialog", "once", "account", "cursor")
"""Tables that stay small: reading one from end to end is the quickest."""

OWN = ("lane", "CONSTANT", "ours", "press", "chosen")
"""What queries put together themselves."""


async def _read(rows: AsyncIterator[object]) -> list[object]:
    return [row async for row in rows]


async def test_the_latest_decisions_are_read_from_the_end_and_not_sorted(database: Database) -> None:
    asked = await _asked(database, lambda uow: uow.decisions.latest(100))
    if database.engine.dialect.name == "sqlite":
        plan = await _plan(database, asked)
        assert [line for line in plan if line.startswith("SCAN")] == ["SCAN audit"]
        assert not any("B-TREE" in line for line in plan)


async def test_what_a_message_without_a_subject_may_be_about_is_not_sought_among_all_that_stands_alone(
    database: Database,
) -> None:
    wanted = Wanted((), NOW, NOW, "roads")
    asked = await _asked(database, lambda uow: uow.problems.candidates(wanted, 60))
    if database.engine.dialect.name == "sqlite":
        plan = await _plan(database, asked)
        assert not any("ix_ticket_problem (problem_id=?)" in line for line in plan)


@pytest.mark.parametrize("name", HOT)
async def test_a_hot_question_uses_an_index(database: Database, name: str) -> None:
    asked = await _asked(database, HOT[name])
    if database.engine.dialect.name != "sqlite":
        assert await _seq_scans(database, asked) == []
        return
    plan = await _plan(database, asked)
    assert [line for line in plan if line.startswith("SCAN") and not _is_narrow(line)] == []
    assert not any(
        "ix_message_album (account=? AND chat_id=?)" in line
        or (line.endswith("(account=?)") and "ix_outbox_lane" not in line)
        for line in plan
    ), "reads the whole chat"


async def _asked(database: Database, ask: Ask) -> list[tuple[str, object]]:
    """The statements of a question."""
    asked: list[tuple[str, object]] = []

    def remember(_1: object, _2: object, statement: str, parameters: object, *_3: object) -> None:
        asked.append((statement, parameters))

    async with database.begin() as uow:
        event.listen(database.engine.sync_engine, "before_cursor_execute", remember)
        await ask(uow)
        await uow.flush()
        event.remove(database.engine.sync_engine, "before_cursor_execute", remember)
    assert asked
    return asked


def _is_narrow(line: str) -> bool:
    """Of an index, of what a query has put together itself, or of a small table."""
    return "USING" in line or "VIRTUAL TABLE INDEX" in line or line.split()[1] in (*SMALL, *OWN)


async def _seq_scans(database: Database, asked: list[tuple[str, object]]) -> list[str]:
    """Where PostgreSQL reads a table though it may not: there is no index for it. Empty tables are read otherwise."""
    found = []
    async with database.engine.connect() as connection:
        await connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, parameters in asked:
            if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")) and "pg_advisory" not in statement:
                rows = await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)  # type: ignore[arg-type]
                scans = [str(row[0]).strip() for row in rows if "Seq Scan on" in str(row[0])]
                found += [line for line in scans if line.split("Seq Scan on ")[1].split()[0] not in SMALL]
    return found


async def _plan(database: Database, asked: list[tuple[str, object]]) -> list[str]:
    lines: list[str] = []
    async with database.engine.connect() as connection:
        for statement, parameters in asked:
            if statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
                rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
                lines += [str(row[3]) for row in rows]
    return lines
