"""Most rows are history: what is asked several times a second, or for every message, must not read it."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import event

from storage.database import Database
from storage.uow import UnitOfWork
from tests.storage.helpers import LEASE, NOW, draft

Ask = Callable[[UnitOfWork], Awaitable[object]]

HOT: dict[str, Ask] = {
    "outbox: is anything due": lambda uow: uow.outbox.anything_due(NOW),
    "outbox: what waits": lambda uow: uow.outbox.waiting(NOW, "telegram", resting=["7"], held=["8"]),
    "outbox: presses": lambda uow: uow.outbox.presses(NOW, "telegram", 10),
    "outbox: claim": lambda uow: uow.outbox.claim([1, 2], NOW, LEASE),
    "outbox: put": lambda uow: uow.outbox.put(draft(dedupe="card:1"), NOW),
    "outbox: what is this a reply to": lambda uow: uow.outbox.letter("telegram", "1", "1"),
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
    "letters: of a ticket": lambda uow: uow.outbox.letters(1, "hand:1"),
    "doubts: what is new": lambda uow: uow.doubts.news(),
    "doubts: a page": lambda uow: uow.doubts.page(0, 5),
    "audit: of a ticket": lambda uow: uow.chronicle.of_ticket(1),
}


@pytest.mark.parametrize("name", HOT)
async def test_a_hot_question_uses_an_index(database: Database, name: str) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("plans are read on SQLite")
    asked: list[tuple[str, object]] = []

    def remember(_1: object, _2: object, statement: str, parameters: object, *_3: object) -> None:
        asked.append((statement, parameters))

    async with database.begin() as uow:
        event.listen(database.engine.sync_engine, "before_cursor_execute", remember)
        await HOT[name](uow)
        await uow.flush()
        event.remove(database.engine.sync_engine, "before_cursor_execute", remember)
    plan = await _plan(database, asked)
    assert asked
    assert [line for line in plan if line.startswith("SCAN") and "USING" not in line] == []
    assert not any(
        "ix_message_album (account=? AND chat_id=?)" in line or line.endswith("(account=?)") for line in plan
    ), "reads the whole chat"


async def _plan(database: Database, asked: list[tuple[str, object]]) -> list[str]:
    lines: list[str] = []
    async with database.engine.connect() as connection:
        for statement, parameters in asked:
            if statement.startswith(("SELECT", "UPDATE", "DELETE")):
                rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
                lines += [str(row[3]) for row in rows]
    return lines
