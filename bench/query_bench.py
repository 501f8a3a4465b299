"""Queries of commands, lists and nightly work on a grown database, without a messenger."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from statistics import median

from bench.measurements import Figures
from bot.domain.tickets import State
from storage.batching.candidate_cache import CandidateQuery
from storage.database import Database
from storage.unit_of_work import UnitOfWork

TRAINING_DECISIONS_LIMIT = 40_000
"""Decisions from which a night's learning learns."""

Query = Callable[[UnitOfWork, datetime], Awaitable[object]]

_DAY, _MONTH = timedelta(days=1), timedelta(days=30)


async def _count(rows: AsyncIterator[object]) -> int:
    return sum([1 async for _ in rows])


QUERIES: dict[str, Query] = {
    "stats_sectors": lambda uow, now: uow.reports.count_by_sector(now - _MONTH, now),
    "stats_reaction": lambda uow, now: uow.reports.list_reaction_seconds(now - _MONTH, now),
    "stats_answer": lambda uow, now: uow.reports.list_answer_seconds(now - _MONTH, now),
    "regional_month": lambda uow, now: _count(uow.regional_reports.iterate(now - _MONTH, now)),
    "digest_sectors": lambda uow, now: uow.reports.count_by_sector(now - _DAY, now),
    "digest_overdue": lambda uow, now: uow.reports.list_overdue(now, 21),
    "coordinator_list": lambda uow, now: uow.tickets.list_open([], 1, triage=True, limit=51),
    "doubts_page": lambda uow, now: uow.review_queue.list_page(0, 5),
    "doubts_news": lambda uow, now: uow.review_queue.summarize_unlisted(),
    "members_page": lambda uow, now: uow.problems.list_tickets(1, 900, 10),
    "members_spots": lambda uow, now: uow.problems.list_reply_targets(1, list(State)),
    "similar": lambda uow, now: uow.problems.list_candidates(
        CandidateQuery((), now - _DAY, now - _DAY, "station0"), 60
    ),
    "decisions_latest": lambda uow, now: uow.routing_decisions.list_latest(TRAINING_DECISIONS_LIMIT),
}


async def time_queries(url: str, times: int) -> Figures:
    """Milliseconds that each takes, the median of *times*."""
    database, figures = Database(url), Figures()
    try:
        for name, ask in QUERIES.items():
            took = []
            for _ in range(times):
                async with database.read() as uow:
                    began = time.perf_counter()
                    await ask(uow, datetime.now(UTC))  # noqa: TID251 - the bot's clock is the machine's
                    took.append(time.perf_counter() - began)
            figures[f"question_{name}_ms"] = round(median(took) * 1_000)
    finally:
        await database.close()
    return figures
