"""Queries for the problems and lone tickets that a message may be about."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Executable, Integer, Select, Text, bindparam, cast, func, null, or_, select

from bot.domain.problems import Candidate
from bot.domain.tickets import State
from bot.domain.urgency import Urgency
from storage.batching.candidate_cache import (
    ANSWERED_STATES,
    JOINABLE_PROBLEM_STATES,
    JOINABLE_TICKET_STATES,
    CachedCandidate,
    CacheKey,
)
from storage.tables import problem, ticket
from storage.transaction import Transaction

_LEAD_COLUMNS = (ticket.c.state, ticket.c.urgency, ticket.c.sector)
_JOINABLE_TICKET_STATES = tuple(state.value for state in JOINABLE_TICKET_STATES)
_JOINABLE_PROBLEM_STATES = tuple(state.value for state in JOINABLE_PROBLEM_STATES)
_ROW_CACHE_SIZE = 2_000
"""Rows with their parsed fingerprints, 3.5 KB each; to parse one again costs 7 µs (30.11.2026)."""


async def fetch_candidates(transaction: Transaction, key: CacheKey, limit: int) -> list[CachedCandidate]:
    """Fetch the latest candidates: up to *limit* problems and as many lone tickets."""
    shape = _QueryShape(bool(key.subject_families), key.lone_since is not None, key.sector is not None)
    values = {
        "since": key.since,
        "lone_since": key.lone_since,
        "matters": list(key.subject_families),
        "matters_or_none": ["", *key.subject_families],
        "sector": key.sector,
        "most": limit,
    }
    rows = await transaction.execute(_candidates_query(shape), values, reads=(problem, ticket))
    return [_candidate_from_row(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class _QueryShape:
    """The conditions of a query. The statement of each shape is built only once, because every message needs it."""

    by_subject_family: bool
    with_lone_tickets: bool
    by_sector: bool


@cache
def _candidates_query(shape: _QueryShape) -> Executable:
    most = bindparam("most", type_=Integer)
    latest = (problem.c.heard_at.desc(), problem.c.id.desc())
    problems = _problems_query(shape).order_by(*latest).limit(most).subquery()
    if not shape.with_lone_tickets:
        return select(problems)
    latest = (ticket.c.registered_at.desc(), ticket.c.id.desc())
    alone = _lone_tickets_query(shape).order_by(*latest).limit(most).subquery()
    return select(problems).union_all(select(alone))


def _problems_query(shape: _QueryShape) -> Select[Any]:
    query = (
        select(
            *(
                problem.c.id.label("problem_id"),
                problem.c.lead_id,
                _fingerprint_as_text(problem.c.sketch),
                problem.c.matter,
            ),
            *(problem.c.heard_at, cast(null(), ticket.c.author_key.type).label("author_key"), *_LEAD_COLUMNS),
        )
        .join(ticket, ticket.c.id == problem.c.lead_id)
        .where(
            problem.c.heard_at >= bindparam("since"),
            ticket.c.state.in_(_JOINABLE_PROBLEM_STATES),
            *_sector_condition(shape),
        )
    )
    return (
        query.where(problem.c.matter.in_(bindparam("matters_or_none", expanding=True)))
        if shape.by_subject_family
        else query
    )


def _lone_tickets_query(shape: _QueryShape) -> Select[Any]:
    number = cast(null(), ticket.c.problem_id.type).label("problem_id")
    # planner: without a subject family coalesce hides this condition, which nearly every ticket meets
    # (test_message_without_subject_uses_index_for_candidates).
    is_alone = ticket.c.problem_id.is_(None) if shape.by_subject_family else func.coalesce(ticket.c.problem_id, 0) == 0
    query = select(
        *(number, ticket.c.id.label("lead_id"), _fingerprint_as_text(ticket.c.sketch), ticket.c.matter),
        *(ticket.c.registered_at.label("heard_at"), ticket.c.author_key, *_LEAD_COLUMNS),
    ).where(
        is_alone,
        ticket.c.matter.is_not(None),
        ticket.c.registered_at >= bindparam("lone_since"),
        ticket.c.state.in_(_JOINABLE_TICKET_STATES),
        *_sector_condition(shape),
    )
    return query.where(ticket.c.matter.in_(bindparam("matters", expanding=True))) if shape.by_subject_family else query


def _fingerprint_as_text(fingerprint: ColumnElement[Any]) -> ColumnElement[str]:
    return cast(fingerprint, Text).label("sketch")


@lru_cache(maxsize=_ROW_CACHE_SIZE)
def _candidate_from_row(
    problem_id: int | None,
    lead_id: int,
    fingerprint: str,
    subject_family: str,
    heard_at: datetime,
    author_key: str | None,
    state: str,
    urgency: str | None,
    sector: str | None,
) -> CachedCandidate:
    """Build a candidate from a row. The result is cached, as every batch reads the same rows: do not change it."""
    graver = Urgency(urgency) if urgency else None
    candidate = Candidate(problem_id, lead_id, json.loads(fingerprint), State(state) in ANSWERED_STATES, graver)
    return CachedCandidate(candidate, heard_at, subject_family, sector, author_key)


def _sector_condition(shape: _QueryShape) -> tuple[ColumnElement[bool], ...]:
    return (or_(ticket.c.sector.is_(None), ticket.c.sector == bindparam("sector")),) if shape.by_sector else ()
