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
    Subquery,
    and_,
    bindparam,
    literal,
    literal_column,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.expression import FromClause

from bot.domain.outbox import OutboxStatus, Priority
from storage.repositories.base import exists_by_row, is_in_future
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
def next_waiting(
    accounts: tuple[str, ...], dialect: str, *, presses: bool, chats: bool
) -> CompoundSelect[*tuple[Any, ...]]:
    """Return the query for the rows of *accounts* that may leave, each with the name of its part: one statement.

    *presses*: callback answers, and messages for which a person waits; parameters ``most_answers`` and
    ``most_effects``. *chats*: the next row of each chat. Execute it with
    :func:`~storage.repositories.base.time_params`.
    """
    parts: list[Select[Any]] = []
    if presses:
        parts += [_named(ANSWER, _next_callback_answers(account).subquery("press")) for account in accounts]
        parts += [_named(EFFECT, _next_interactive(account).subquery("interactive")) for account in accounts]
    if chats:
        parts.append(_next_per_chat(accounts, dialect))
    return union_all(*parts)


def _named(name: str, found: Subquery) -> Select[Any]:
    return select(*found.c, _name_column(name))


def _name_column(name: str) -> ColumnElement[str]:
    return literal_column(f"'{name}'", String).label("query")


def _next_callback_answers(account: str) -> Select[PendingRow]:
    """Return the query for callback answers of *account*; others have their own, so that a failing one hides none."""
    return (
        select(*_PENDING_COLUMNS)
        .where(
            is_pending(outbox),
            outbox.c.account == account,
            outbox.c.chat_id == "",
            ~is_in_future(outbox.c.due_at),
            is_unclaimed(),
        )
        .order_by(outbox.c.priority, outbox.c.id)
        .limit(bindparam("most_answers"))
    )


def _next_interactive(account: str) -> Select[PendingRow]:
    """Return the query for messages of *account* for which a person waits, oldest first."""
    return (
        select(*_PENDING_COLUMNS)
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
        .limit(bindparam("most_effects"))
    )


def _next_per_chat(accounts: tuple[str, ...], dialect: str) -> Select[Any]:
    """Return the query for the next row of every chat of *accounts*."""
    lane = _chats_with_pending(accounts)
    first = (
        select(*_PENDING_COLUMNS)
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
    )
    is_chat = and_(lane.c.chat_id.is_not(None), lane.c.chat_id != "")
    if dialect == "postgresql":
        # planner: ids to look up it takes for hundreds, for which it would read the history.
        found = first.lateral("found")
        return select(*found.c, _name_column(CHAT)).select_from(lane.join(found, true())).where(is_chat)
    ids = select(first.with_only_columns(outbox.c.id).scalar_subquery()).where(is_chat)
    return select(*_PENDING_COLUMNS, _name_column(CHAT)).where(outbox.c.id.in_(ids))


def _chats_with_pending(accounts: tuple[str, ...]) -> CTE:
    """Return the chats with unfinished rows, found by jumps through the index."""
    ours = union_all(*(select(literal(account, String).label("account")) for account in accounts)).subquery("ours")
    nearest = _next_chat_id(outbox.alias("nearest"), ours.c.account)
    lane = select(ours.c.account, nearest.label("chat_id")).cte("lane", recursive=True)
    other = outbox.alias("other")
    following = _next_chat_id(other, lane.c.account, other.c.chat_id > lane.c.chat_id)
    return lane.union_all(select(lane.c.account, following).where(lane.c.chat_id.is_not(None)))


def _next_chat_id(table: FromClause, account: ColumnElement[str], *more: ColumnElement[bool]) -> ColumnElement[Any]:
    # planner: where PostgreSQL knows nothing of the queue, it reads all of it for a minimum.
    pending = select(table.c.chat_id).where(is_pending(table), table.c.account == account, *more)
    return pending.order_by(table.c.chat_id).limit(1).scalar_subquery()


def is_unclaimed() -> ColumnElement[bool]:
    """Return the condition that an unfinished row has no valid claim."""
    return not_(and_(outbox.c.status == OutboxStatus.SENDING, is_in_future(outbox.c.leased_until)))


def is_blocked() -> ColumnElement[bool]:
    """Return the condition that an earlier row goes first.

    The effect of a press goes before earlier rows for which nobody waits and which were never tried: they may be
    thousands behind others. What was tried may have arrived, and goes first.
    """
    earlier = outbox.alias("earlier")
    goes_first = or_(
        earlier.c.status == OutboxStatus.SENDING,
        earlier.c.priority == Priority.INTERACTIVE,
        outbox.c.priority != Priority.INTERACTIVE,
        earlier.c.error.is_not(None),
    )
    is_to_leave = or_(
        earlier.c.status == OutboxStatus.SENDING,
        and_(
            earlier.c.status == OutboxStatus.QUEUED,
            or_(~is_in_future(earlier.c.due_at), earlier.c.error.is_not(None)),
        ),
    )
    first = (
        select(earlier.c.id)
        .where(earlier.c.order_key == outbox.c.order_key, earlier.c.id < outbox.c.id, is_pending(earlier))
        .where(goes_first, is_to_leave)
        .order_by(earlier.c.id)
    )
    return exists_by_row(first.correlate(outbox))


def is_unfinished() -> ColumnElement[bool]:
    """Return the same as :func:`is_pending` for rows whose ids are known.

    planner: no partial index has this condition. PostgreSQL reads all that waits where it takes it for a few rows.
    """
    return outbox.c.status.not_in((OutboxStatus.SENT, OutboxStatus.FAILED, OutboxStatus.DROPPED))


def is_pending(table: FromClause) -> ColumnElement[bool]:
    """Return the condition that a row is not finished."""
    # planner: written out as in the partial indexes; with bound values SQLite would not recognise them and read the
    # whole history four times a second (test_a_hot_question_uses_an_index["outbox: what waits"]).
    condition: ColumnElement[bool] = table.c.status.in_((literal_column("'queued'"), literal_column("'sending'")))
    return condition
