"""The board of control on a town of a million tickets: each of its pages as a press makes it."""

import time
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from zlib import crc32

from bench.measurements import Figures
from bench.server import database_on
from bot.domain.board import Board, BoardPage, BoardView
from bot.domain.people import Person, Staff
from bot.domain.roles import Role
from bot.domain.sectors import Sector
from bot.services.context import Municipality, UseCaseContext
from bot.services.reports import board
from storage.database import Database
from storage.migrate import migrate
from tests.services.municipality import municipality_of

OPEN_TICKETS = 20_000
SECTORS = 20
DISTRICTS = 5

_MOMENTS = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S', 1700000000 + n * 90, 'unixepoch') || '.000000'",
    "postgresql": "to_timestamp(1700000000 + n * 90)",
}
_NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)",
    "postgresql": "WITH numbers(n) AS (SELECT generate_series(1, CAST(:count AS bigint)))",
}
_FALSE = {"sqlite": "0", "postgresql": "FALSE"}

_TICKETS_SQL = """INSERT INTO ticket (id, state, sector, district, likely, source, text, search, urgent, registered_at,
  touched_at, accept_due, answer_due, assignee_id, version)
{numbers} SELECT n, CASE WHEN n <= :count - :open THEN 'closed' WHEN n % 10 = 0 THEN 'triage' WHEN n % 3 = 0
  THEN 'assigned' ELSE 'accepted' END, 'sector' || (n % 20), 'district' || (n / 20 % 5), '[]',
  CASE WHEN n % 4 = 0 THEN 'ПОС' ELSE 'telegram' END,
  'Станция: яма и фонарь на улице, обещали починить ещё на прошлой неделе, но ничего не сделали. Заявка ' || n,
  'станция яма фонарь', {false}, {moment}, {moment}, {moment}, {moment},
  CASE WHEN n % 3 = 0 THEN NULL ELSE n % 40 + 1 END, 1 FROM numbers"""

_OTHERS_SQL = (
    """INSERT INTO inquiry (ticket_id, kind, state, asker_id, question, asked_at, due_at)
    SELECT id, CASE id % 4 WHEN 0 THEN 'unit' WHEN 1 THEN 'citizen' WHEN 2 THEN 'decision' ELSE 'call' END,
    CASE WHEN id > :count - :open THEN 'open' ELSE 'answered' END, 1, 'Когда?', answer_due, answer_due
    FROM ticket WHERE id % 20 = 1 OR id % 40 = 2""",
    """INSERT INTO draft (ticket_id, kind, author_id, state, version, step, created_at)
    SELECT id, 'answer', 1, CASE WHEN id > :count - :open THEN 'waiting' ELSE 'published' END, 1, 0, answer_due
    FROM ticket WHERE id % 25 = 3""",
)


async def control(folder: Path, tickets: int, times: int, server: str | None = None) -> Figures:
    """Milliseconds of each page, the median of *times*; on *server* where one is given."""
    folder.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        url = f"sqlite+aiosqlite:///{folder / 'control.sqlite3'}"
        if server is not None:
            url = await stack.enter_async_context(database_on(server))
        database = Database(url)
        stack.push_async_callback(database.close)
        await migrate(database.engine)
        municipality = await _fill(database, tickets)
        figures: Figures = {"tickets": tickets, "open": min(tickets, OPEN_TICKETS)}
        for name, view in _views().items():
            took = [await _time_page(database, municipality, view, tickets) for _ in range(times)]
            figures[f"{name}_ms"] = round(median(took) * 1_000)
        waited = [int(str(value)) for name, value in figures.items() if name.endswith("_ms")]
        figures["slowest_ms"] = max(waited)
    return figures


def _views() -> dict[str, BoardView]:
    source = f"{crc32(b'telegram'):x}"
    keys = {BoardPage.SECTOR: "sector3", BoardPage.OWNER: "5", BoardPage.SOURCE: source}
    views = {page.name.lower(): BoardView(page, key=keys.get(page, "")) for page in BoardPage}
    return views | {"late_last_page": BoardView(BoardPage.LATE, number=999_999)}


async def _fill(database: Database, tickets: int) -> Municipality:
    dialect = database.engine.dialect.name
    people = [Person(0, "Координатор", frozenset({Role.COORDINATOR.value}))]
    people += [
        Person(0, f"Руководитель {n}", frozenset({Role.HEAD.value}), frozenset({f"sector{n % SECTORS}"}))
        for n in range(2 * SECTORS)
    ]
    async with database.begin() as uow:
        stored = await uow.staff.add_all(people)
    words = {"numbers": _NUMBERS[dialect], "moment": _MOMENTS[dialect], "false": _FALSE[dialect]}
    async with database.engine.begin() as connection:
        for statement in (_TICKETS_SQL.format_map(words), *_OTHERS_SQL):
            numbered = statement.replace(":count", str(tickets)).replace(":open", str(min(tickets, OPEN_TICKETS)))
            await connection.exec_driver_sql(numbered)
        await connection.exec_driver_sql("ANALYZE")
    sectors = {f"sector{n}": Sector(f"sector{n}", f"Отрасль {n}") for n in range(SECTORS)}
    return replace(municipality_of(Staff(tuple(stored))), sectors=sectors)


async def _time_page(database: Database, municipality: Municipality, view: BoardView, tickets: int) -> float:
    now = datetime.fromtimestamp(1_700_000_000 + (tickets - OPEN_TICKETS // 2) * 90, UTC)
    person = municipality.staff.people[0]
    async with database.read() as uow:
        ctx = UseCaseContext(municipality, uow, now)
        began = time.perf_counter()
        shown = await board.collect_facts(ctx, Board(person.id, "telegram", "1", "1", None, view.code, now))
        took = time.perf_counter() - began
    if shown is None:
        raise RuntimeError("the board shows nothing")
    return took
