"""The audit of many tickets: sealed in batches as after an upgrade, then verified as ``audit verify`` does."""

import resource
import time
from pathlib import Path

from bench.measurements import Figures
from bot.domain.clock import SystemClock
from bot.domain.people import Staff
from bot.runtime.runtime import Runtime
from bot.services.monitoring.audit_seal import AuditSealer
from bot.services.monitoring.audit_verify import verify
from storage.database import Database
from storage.migrate import migrate
from tests.services.municipality import municipality_of

RECORDS_PER_TICKET = 8
"""The records of a ticket from its registration to its end: registered, four steps, asked, solved, closed."""

_FILL = {
    "sqlite": """WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)
        INSERT INTO audit (id, at, action, person_id, ticket_id, facts)
        SELECT n, strftime('%Y-%m-%d %H:%M:%S', 1700000000 + n, 'unixepoch') || '.000000', 'accept', n % 40, n / 8,
        CASE n % 4 WHEN 0 THEN '{"was": "assigned", "now": "accepted", "sector": "roads"}'
        WHEN 1 THEN '{"answer": ' || (n % 900000) || ', "revision": 1}'
        WHEN 2 THEN '{"was": "publishing", "now": "answered", "sector": "housing"}'
        ELSE '{"message": ' || n || '}' END FROM numbers""",
    "postgresql": """INSERT INTO audit (id, at, action, person_id, ticket_id, facts)
        SELECT n, to_timestamp(1700000000 + n), 'accept', n % 40, n / 8,
        (CASE n % 4 WHEN 0 THEN '{"was": "assigned", "now": "accepted", "sector": "roads"}'
        WHEN 1 THEN '{"answer": ' || (n % 900000) || ', "revision": 1}'
        WHEN 2 THEN '{"was": "publishing", "now": "answered", "sector": "housing"}'
        ELSE '{"message": ' || n || '}' END)::jsonb FROM generate_series(1, CAST(:count AS bigint)) AS n""",
}


async def audit_chain(folder: Path, tickets: int, url: str | None = None) -> Figures:
    """Seal and verify the records of *tickets*; seconds of the clock, and of the processor."""
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(url or f"sqlite+aiosqlite:///{folder / 'audit.sqlite3'}")
    try:
        await migrate(database.engine)
        async with database.engine.begin() as connection:
            fill = _FILL[database.engine.dialect.name].replace(":count", str(tickets * RECORDS_PER_TICKET))
            await connection.exec_driver_sql(fill)
        began, began_cpu = time.perf_counter(), time.process_time()
        await _seal(database)
        sealed, sealed_cpu = time.perf_counter(), time.process_time()
        async with database.read() as uow:
            found = await verify(uow)
        verified, verified_cpu = time.perf_counter(), time.process_time()
    finally:
        await database.close()
    if not found.is_whole or found.records != tickets * RECORDS_PER_TICKET:
        raise RuntimeError(f"the chain is not whole: {found.misfit_count} faults, {found.records} records")
    return Figures(
        records=found.records,
        seal_s=round(sealed - began, 1),
        seal_cpu_s=round(sealed_cpu - began_cpu, 1),
        verify_s=round(verified - sealed, 1),
        verify_cpu_s=round(verified_cpu - sealed_cpu, 1),
        rss_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    )


async def _seal(database: Database) -> None:
    """Seal everything without the pauses that a running bot makes for others."""
    municipality = municipality_of(Staff(()))
    runtime = Runtime(database, {}, lambda: municipality, SystemClock())
    sealer = AuditSealer()
    for _ in range(2):
        async with database.read() as uow:
            await sealer.observe(runtime.context(uow))
        if sealer.has_new():
            async with database.begin() as uow:
                await sealer.seal(runtime.context(uow))
    while sealer.has_backlog():
        async with database.begin() as uow:
            await sealer.seal_backlog(runtime.context(uow))
