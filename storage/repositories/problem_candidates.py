"""Which problems and lone tickets a message may be about, as the database knows them."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Text, bindparam, cast, func, null, or_, select

from bot.domain.problems import Candidate
from bot.domain.tickets import State
from bot.domain.urgency import Urgency
from storage.batching.candidate_cache import ANSWERED, GOING_ON, UNANSWERED, Kept, Key
from storage.tables import problem, ticket
from storage.transaction import Transaction

_LEAD = (ticket.c.state, ticket.c.urgency, ticket.c.sector)
_UNANSWERED = tuple(state.value for state in UNANSWERED)
_GOING_ON = tuple(state.value for state in GOING_ON)
_REMEMBERED = 5_000


async def fetch(transaction: Transaction, key: Key, most: int) -> list[Kept]:
    """The latest: up to *most* problems and as many lone tickets."""
    shape = _Shape(bool(key.matters), key.alone_since is not None, key.sector is not None)
    values = {
        "since": key.since,
        "lone_since": key.alone_since,
        "matters": list(key.matters),
        "matters_or_none": ["", *key.matters],
        "sector": key.sector,
        "most": most,
    }
    rows = await transaction.execute(_candidates(shape), values, sees=(problem, ticket))
    return [_kept(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which conditions a question has: one of each shape is made, once, because every message asks it."""

    matters: bool
    lone: bool
    sector: bool


@cache
def _candidates(shape: _Shape) -> Select[Any]:
    most = bindparam("most", type_=Integer)
    latest = (problem.c.heard_at.desc(), problem.c.id.desc())
    problems = _open_problems(shape).order_by(*latest).limit(most).subquery()
    if not shape.lone:
        return select(problems)
    latest = (ticket.c.registered_at.desc(), ticket.c.id.desc())
    alone = _alone(shape).order_by(*latest).limit(most).subquery()
    return select(problems).union_all(select(alone))  # type: ignore[return-value]


def _open_problems(shape: _Shape) -> Select[Any]:
    query = (
        select(
            *(problem.c.id.label("problem_id"), problem.c.lead_id, _raw(problem.c.sketch), problem.c.matter),
            *(problem.c.heard_at, cast(null(), ticket.c.author_key.type).label("author_key"), *_LEAD),
        )
        .join(ticket, ticket.c.id == problem.c.lead_id)
        .where(problem.c.heard_at >= bindparam("since"), ticket.c.state.in_(_GOING_ON), *_of_sector(shape))
    )
    return query.where(problem.c.matter.in_(bindparam("matters_or_none", expanding=True))) if shape.matters else query


def _alone(shape: _Shape) -> Select[Any]:
    number = cast(null(), ticket.c.problem_id.type).label("problem_id")
    # Where no matter leads to them, the planner must not see that they stand alone: so does nearly every ticket.
    is_alone = ticket.c.problem_id.is_(None) if shape.matters else func.coalesce(ticket.c.problem_id, 0) == 0
    query = select(
        *(number, ticket.c.id.label("lead_id"), _raw(ticket.c.sketch), ticket.c.matter),
        *(ticket.c.registered_at.label("heard_at"), ticket.c.author_key, *_LEAD),
    ).where(
        is_alone,
        ticket.c.matter.is_not(None),
        ticket.c.registered_at >= bindparam("lone_since"),
        ticket.c.state.in_(_UNANSWERED),
        *_of_sector(shape),
    )
    return query.where(ticket.c.matter.in_(bindparam("matters", expanding=True))) if shape.matters else query


def _raw(sketch: ColumnElement[Any]) -> ColumnElement[str]:
    return cast(sketch, Text).label("sketch")


@lru_cache(maxsize=_REMEMBERED)
def _kept(
    problem_id: int | None,
    lead_id: int,
    sketch: str,
    matter: str,
    heard_at: datetime,
    author_key: str | None,
    state: str,
    urgency: str | None,
    sector: str | None,
) -> Kept:
    """What a row of :func:`_candidates` says, not to be changed: the same ones are read with every batch."""
    graver = Urgency(urgency) if urgency else None
    candidate = Candidate(problem_id, lead_id, json.loads(sketch), State(state) in ANSWERED, graver)
    return Kept(candidate, heard_at, matter, sector, author_key)


def _of_sector(shape: _Shape) -> tuple[ColumnElement[bool], ...]:
    return (or_(ticket.c.sector.is_(None), ticket.c.sector == bindparam("sector")),) if shape.sector else ()
