"""The durable inbox: raw updates as received, and the read position of each account."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    Integer,
    Update,
    and_,
    bindparam,
    false,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate
from sqlalchemy.sql.expression import FromClause

from bot.domain.inbox import InboxRow, InboxStatus
from bot.domain.json_values import clean_json_text, sanitize_json
from storage.repositories.base import (
    PRESENCE_LOCK_CLASS,
    Repository,
    exists_by_row,
    insert_into,
    is_in_future,
    lock_for_claim,
    new_holder_id,
    time_params,
)
from storage.tables import cursor, inbox
from storage.tables.base import SerializedJson

_MAX_KEY_CHARS = 128
_EARLIER = inbox.alias("earlier")
_MAX_ATTEMPTS = bindparam("max_attempts", type_=Integer)
_UNLIMITED_ATTEMPTS = 2**31 - 1

_RELEASE_ORPHANED = text("""
    UPDATE inbox SET leased_until = NULL, holder = NULL WHERE id IN (
        SELECT id FROM inbox
        WHERE status = 'new' AND leased_until IS NOT NULL AND holder LIKE 'p________.%'
        AND substring(holder FROM 2 FOR 8) NOT IN (
            SELECT lpad(to_hex(objid::bigint), 8, '0') FROM pg_locks
            WHERE locktype = 'advisory' AND classid = CAST(:presence AS oid) AND objsubid = 2
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        )
        FOR UPDATE SKIP LOCKED
    )
""")


@cache
def _claim_statement() -> ReturningUpdate[*tuple[Any, ...]]:
    waits = or_(
        is_in_future(_EARLIER.c.due_at), is_in_future(_EARLIER.c.leased_until), _EARLIER.c.attempts >= _MAX_ATTEMPTS
    )
    free = or_(inbox.c.leased_until.is_(None), ~is_in_future(inbox.c.leased_until))
    chosen = (
        select(inbox.c.id)
        .where(_is_new(inbox), ~is_in_future(inbox.c.due_at), free, _has_no_earlier(waits))
        .where(inbox.c.attempts < _MAX_ATTEMPTS)
        .order_by(inbox.c.id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
        .cte("chosen")  # a CTE, because PostgreSQL may repeat a subquery for every row and find the next ones
    )
    # A worker whose lease expired may still hold the conversation's earlier update: its row is locked but looks free
    # until that worker commits.
    not_chosen = _EARLIER.c.id.not_in(select(chosen.c.id))
    return (
        update(inbox)
        .where(inbox.c.id.in_(select(chosen.c.id)), _has_no_earlier(not_chosen))
        .values(leased_until=bindparam("until"), holder=bindparam("by"), attempts=inbox.c.attempts + 1)
        .returning(
            inbox.c.id,
            inbox.c.account,
            inbox.c.key,
            inbox.c.conversation,
            inbox.c.payload,
            inbox.c.attempts,
            inbox.c.received_at,
            inbox.c.holder,
        )
    )


def _has_no_earlier(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that no earlier waiting update of the conversation fulfils *condition* on ``_EARLIER``.

    planner: one index alone has this order.
    """
    found = (
        select(_EARLIER.c.id)
        .where(_is_new(_EARLIER), _EARLIER.c.conversation == inbox.c.conversation, _EARLIER.c.id < inbox.c.id)
        .where(condition)
        .order_by(_EARLIER.c.received_at)
    )
    return ~exists_by_row(found.correlate(inbox))


def _is_new(table: FromClause) -> ColumnElement[bool]:
    # planner: written out as in the partial indexes, which a plan for all bound values cannot use.
    condition: ColumnElement[bool] = table.c.status == literal_column("'new'")
    return condition


@cache
def _store_statement(dialect: str) -> Insert:
    storing: Insert = insert_into(inbox, dialect).on_conflict_do_nothing(index_elements=["account", "key"])
    return storing


@cache
def _finish_statement() -> Update:
    handled = inbox.c.id.in_(bindparam("ids", expanding=True))
    return update(inbox).where(handled).values(status=InboxStatus.DONE, done_at=bindparam("now"), leased_until=None)


@cache
def _cursor_statement(dialect: str) -> Insert:
    statement = insert_into(cursor, dialect)
    changing = {name: statement.excluded[name] for name in ("value", "moved_at")}
    saving: Insert = statement.on_conflict_do_update(index_elements=["account"], set_=changing)
    return saving


class Inbox(Repository):
    """Raw updates, stored first and handled later, in order within a conversation."""

    async def store(self, account: str, updates: Sequence[tuple[str, str, Mapping[str, Any]]], now: datetime) -> None:
        """Store raw *updates* (key, conversation, payload); known keys are left as they are."""
        if not updates:
            return
        self.has_new_work = True
        rows = [
            {
                "account": account,
                "key": _fit(sanitize_json(key)),
                "conversation": _fit(sanitize_json(f"{account}|{conversation}")),
                "payload": _document(payload),
                "due_at": now,
                "received_at": now,
            }
            for key, conversation, payload in updates
        ]
        await self._transaction.execute(_store_statement(self._transaction.dialect.name), rows)

    async def set_cursor(self, account: str, value: str | None, now: datetime) -> None:
        """Store the read position of *account*."""
        row = {"account": account, "value": value, "moved_at": now}
        await self._transaction.execute(_cursor_statement(self._transaction.dialect.name), row)

    async def record_gap(self, account: str) -> None:
        """Record that updates since the last read of *account* may be missing; call it before :meth:`set_cursor`."""
        since = func.coalesce(cursor.c.gap_since, cursor.c.moved_at)
        await self._transaction.execute(update(cursor).where(cursor.c.account == account).values(gap_since=since))

    async def get_gap_start(self, account: str) -> datetime | None:
        """Return since when updates may be missing that have not been read back yet."""
        result = await self._transaction.execute(select(cursor.c.gap_since).where(cursor.c.account == account))
        moment: datetime | None = result.scalar_one_or_none()
        return moment

    async def close_gap(self, account: str) -> None:
        """Record that the gap has been read back."""
        await self._transaction.execute(update(cursor).where(cursor.c.account == account).values(gap_since=None))

    async def load_cursor(self, account: str) -> tuple[str | None, datetime | None]:
        """Return the cursor of *account*, and since when updates may be missing that have not been read back yet."""
        query = select(cursor.c.value, cursor.c.gap_since).where(cursor.c.account == account)
        row = (await self._transaction.execute(query)).first()
        return (row.value, row.gap_since) if row is not None else (None, None)

    async def get_cursor(self, account: str) -> str | None:
        row = await self._transaction.execute(select(cursor.c.value).where(cursor.c.account == account))
        return row.scalar_one_or_none()

    async def claim(
        self,
        now: datetime,
        lease: timedelta,
        limit: int,
        presence_lock_id: int | None = None,
        *,
        max_attempts: int | None = None,
    ) -> list[InboxRow]:
        """Claim up to *limit* waiting updates until the lease expires, oldest first.

        The presence lock shows other processes whether this one is alive. Updates with *max_attempts* attempts or more
        are left alone. A conversation whose earlier update is being handled, by any worker and however late, waits for
        a retry, or is left alone, waits as well.
        """
        await lock_for_claim(self._transaction, "claim inbox")
        most = _UNLIMITED_ATTEMPTS if max_attempts is None else max_attempts
        claim = {"most": limit, "until": now + lease, "by": new_holder_id(presence_lock_id), "max_attempts": most}
        result = await self._transaction.execute(_claim_statement(), time_params(now) | claim)
        return sorted((InboxRow(**row._mapping) for row in result), key=lambda row: row.id)

    async def extend_leases(self, rows: Sequence[InboxRow], until: datetime) -> set[int]:
        """Return the ids of *rows* whose claim is still valid, and lock them until this transaction ends.

        A worker whose lease expired finds out here that others have taken its rows, before it handles them twice.
        """
        held = (and_(inbox.c.holder == holder, inbox.c.id.in_(ids)) for holder, ids in _by_holder(rows).items())
        mine = or_(false(), *held)
        result = await self._transaction.execute(
            update(inbox).where(_is_new(inbox), mine).values(leased_until=until).returning(inbox.c.id)
        )
        return set(result.scalars())

    async def finish(self, ids: Sequence[int], now: datetime) -> None:
        """Mark rows as handled. They must be locked by :meth:`extend_leases`."""
        if ids:
            await self._transaction.execute(_finish_statement(), {"ids": list(ids), "now": now})

    async def postpone(self, row_id: int, due_at: datetime, error: str) -> None:
        """Retry a row later. It must be locked by :meth:`extend_leases`."""
        await self._transaction.execute(
            update(inbox)
            .where(inbox.c.id == row_id)
            .values(due_at=due_at, leased_until=None, holder=None, error=error[:200])
        )

    async def release(self, rows: Sequence[InboxRow]) -> None:
        """Release rows that were claimed and not handled, except those that others have claimed since."""
        for holder, ids in _by_holder(rows).items():
            await self._transaction.execute(
                update(inbox)
                .where(inbox.c.id.in_(ids), _is_new(inbox), inbox.c.holder == holder)
                .values(leased_until=None, holder=None, attempts=inbox.c.attempts - 1)
            )

    async def move_to_dead_letter(self, row_id: int, now: datetime, error: str) -> None:
        """Set a row aside for the administrator. It must be locked by :meth:`extend_leases`."""
        await self._transaction.execute(
            update(inbox)
            .where(inbox.c.id == row_id)
            .values(status=InboxStatus.DEAD, done_at=now, leased_until=None, error=error[:200])
        )

    async def release_all_leases(self) -> None:
        """Release all leases, when a process starts that is alone on the database."""
        await self._transaction.execute(
            update(inbox)
            .where(and_(_is_new(inbox), inbox.c.leased_until.is_not(None)))
            .values(leased_until=None, holder=None)
        )

    async def release_orphaned(self) -> int:
        """Release the leases of dead processes and return how many; for PostgreSQL, where claims name their process."""
        freed = (await self._transaction.execute(_RELEASE_ORPHANED, {"presence": PRESENCE_LOCK_CLASS})).rowcount
        self.has_new_work = self.has_new_work or bool(freed)
        return freed

    async def get_oldest_pending(self) -> datetime | None:
        """Return when the oldest waiting update was received."""
        result = await self._transaction.execute(select(func.min(inbox.c.received_at)).where(_is_new(inbox)))
        moment: datetime | None = result.scalar_one_or_none()
        return moment

    async def count_by_status(self) -> dict[str, int]:
        """Count the rows by status."""
        result = await self._transaction.execute(select(inbox.c.status, func.count()).group_by(inbox.c.status))
        return {row[0]: row[1] for row in result}


def _fit(key: str) -> str:
    """Return *key* as short as its column, and different for different keys: an update with a known key is skipped."""
    if len(key) <= _MAX_KEY_CHARS:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return key[: _MAX_KEY_CHARS - len(digest)] + digest


def _document(payload: Mapping[str, Any]) -> SerializedJson | Any:
    """Return what is stored of *payload*: an update without anything odd becomes a text once, not twice."""
    text = clean_json_text(payload)
    return sanitize_json(payload) if text is None else SerializedJson(text)


def _by_holder(rows: Sequence[InboxRow]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row in rows:
        found.setdefault(row.holder, []).append(row.id)
    return found
