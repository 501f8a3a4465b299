"""Queries for the outbox rows that may be sent, executed many times a second.

Each is built once for all accounts: building such a statement costs more than executing it.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    bindparam,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.sql.expression import FromClause

from bot.domain.outbox import OutboxStatus, Priority
from storage.repositories.base import is_in_future
from storage.tables import outbox

PendingRow = tuple[int, str, str, int, str]
"""Row, account, chat, priority, kind."""

ANSWER, EFFECT, CHAT = "answer", "effect", "chat"
"""The queries of `next_waiting`."""

_PENDING_COLUMNS = (outbox.c.id, outbox.c.account, outbox.c.chat_id, outbox.c.priority, outbox.c.kind)


@cache
def first_due() -> Select[int]:
    """Return the query for any unfinished row that is due."""
    return select(outbox.c.id).where(is_pending(outbox), ~is_in_future(outbox.c.due_at)).limit(1)


@cache
def next_per_chat(accounts: tuple[str, ...]) -> Select[PendingRow]:
    """Return the query for the next row of every chat of *accounts*; execute it with
    :func:`~storage.repositories.base.time_params`."""
    lane = _chats_with_pending(accounts)
    first = (
        select(outbox.c.id)
        .where(
            is_pending(outbox),
            outbox.c.account == lane.c.account,
            outbox.c.chat_id == lane.c.chat_id,
            ~is_in_future(outbox.c.due_at),
            is_unclaimed(),
            ~is_blocked(),
        )
        .order_by(outbox.c.priority, outbox.c.id)
        .limit(1)
        .correlate(lane)
        .scalar_subquery()
    )
    ids = select(first).where(lane.c.chat_id.is_not(None), lane.c.chat_id != "")
    return select(*_PENDING_COLUMNS).where(outbox.c.id.in_(ids))


@cache
def next_callback_answers(accounts: tuple[str, ...], limit: str = "most") -> Select[PendingRow]:
    """Return the query for up to *limit* callback answers of every account, so that a failing one hides no other.

    *limit*: the name of the parameter.
    """
    each = (
        select(outbox.c.id)
        .where(
            is_pending(outbox),
            outbox.c.account == account,
            outbox.c.chat_id == "",
            ~is_in_future(outbox.c.due_at),
            is_unclaimed(),
        )
        .order_by(outbox.c.priority, outbox.c.id)
        .limit(bindparam(limit))
        .subquery("press")
        for account in accounts
    )
    ids = union_all(*(select(one.c.id) for one in each))
    return select(*_PENDING_COLUMNS).where(outbox.c.id.in_(ids)).order_by(outbox.c.priority, outbox.c.id)


@cache
def next_interactive(accounts: tuple[str, ...], limit: str = "most") -> Select[PendingRow]:
    """Return the query for up to *limit* messages of every account for which a person waits, oldest first."""
    each = (
        select(outbox.c.id)
        .where(
            is_pending(outbox),
            outbox.c.priority == literal_column(str(int(Priority.INTERACTIVE))),
            outbox.c.account == account,
            outbox.c.chat_id != "",
            ~is_in_future(outbox.c.due_at),
            is_unclaimed(),
            ~is_blocked(),
        )
        .order_by(outbox.c.id)
        .limit(bindparam(limit))
        .subquery("interactive")
        for account in accounts
    )
    ids = union_all(*(select(one.c.id) for one in each))
    return select(*_PENDING_COLUMNS).where(outbox.c.id.in_(ids)).order_by(outbox.c.id)


@cache
def next_waiting(accounts: tuple[str, ...], *, presses: bool, chats: bool) -> CompoundSelect[*tuple[Any, ...]]:
    """Return what the three queries above return together, each row with the name of its query: one statement.

    Parameters: ``most_answers`` and ``most_effects``. *presses*: the first two; *chats*: the third.
    """
    queries = {}
    if presses:
        queries[ANSWER] = next_callback_answers(accounts, "most_answers")
        queries[EFFECT] = next_interactive(accounts, "most_effects")
    if chats:
        queries[CHAT] = next_per_chat(accounts)
    return union_all(
        *(
            query.order_by(None).add_columns(literal_column(f"'{name}'", String).label("query"))
            for name, query in queries.items()
        )
    )


def _chats_with_pending(accounts: tuple[str, ...]) -> CTE:
    """Return the chats with unfinished rows, found by jumps through the index."""
    ours = union_all(*(select(literal(account, String).label("account")) for account in accounts)).subquery("ours")
    nearest = _next_chat_id(outbox.alias("nearest"), ours.c.account)
    lane = select(ours.c.account, nearest.label("chat_id")).cte("lane", recursive=True)
    other = outbox.alias("other")
    following = _next_chat_id(other, lane.c.account, other.c.chat_id > lane.c.chat_id)
    return lane.union_all(select(lane.c.account, following).where(lane.c.chat_id.is_not(None)))


def _next_chat_id(table: FromClause, account: ColumnElement[str], *more: ColumnElement[bool]) -> ColumnElement[Any]:
    return (
        select(func.min(table.c.chat_id)).where(is_pending(table), table.c.account == account, *more).scalar_subquery()
    )


def is_unclaimed() -> ColumnElement[bool]:
    """Return the condition that no valid claim exists."""
    return or_(
        outbox.c.status == OutboxStatus.QUEUED,
        and_(outbox.c.status == OutboxStatus.SENDING, ~is_in_future(outbox.c.leased_until)),
    )


def is_blocked() -> ColumnElement[bool]:
    """Return the condition that an earlier row goes first.

    The effect of a press goes before earlier rows for which nobody waits and which were never tried: they may be
    thousands behind others. What was tried may have arrived, and goes first.
    """
    earlier = outbox.alias("earlier")
    return exists().where(
        earlier.c.order_key == outbox.c.order_key,
        earlier.c.id < outbox.c.id,
        is_pending(earlier),
        or_(
            earlier.c.status == OutboxStatus.SENDING,
            earlier.c.priority == Priority.INTERACTIVE,
            outbox.c.priority != Priority.INTERACTIVE,
            earlier.c.error.is_not(None),
        ),
        or_(
            earlier.c.status == OutboxStatus.SENDING,
            and_(
                earlier.c.status == OutboxStatus.QUEUED,
                or_(~is_in_future(earlier.c.due_at), earlier.c.error.is_not(None)),
            ),
        ),
    )


def is_pending(table: FromClause) -> ColumnElement[bool]:
    """Return the condition that a row is not finished."""
    # planner: written out as in the partial indexes; with bound values SQLite would not recognise them and read the
    # whole history four times a second (test_a_hot_question_uses_an_index["outbox: what waits"]).
    condition: ColumnElement[bool] = table.c.status.in_((literal_column("'queued'"), literal_column("'sending'")))
    return condition
