"""The durable outbox: messages to send, stored in the transaction of the change that they report."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    Select,
    and_,
    bindparam,
    case,
    false,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from bot.domain.outbox import (
    DeliveryEnd,
    LastError,
    OutboxDraft,
    OutboxKind,
    OutboxRow,
    OutboxStatus,
    Priority,
)
from storage.repositories import outbox_queries
from storage.repositories.base import advisory_lock, insert_into, new_holder_id, time_params
from storage.repositories.outbox_queries import is_pending
from storage.repositories.outbox_reading import OUTBOX_COLUMNS, OutboxReading, outbox_row
from storage.tables import outbox
from storage.transaction import Transaction


@cache
def _upsert_statement(dialect: str) -> Insert:
    """Return an INSERT that updates the row with the same dedupe key, if one is queued."""
    statement = insert_into(outbox, dialect)
    new = statement.excluded
    putting: Insert = statement.on_conflict_do_update(
        **_DEDUPE_CONFLICT,
        set_={
            "due_at": case((outbox.c.due_at > new.due_at, new.due_at), else_=outbox.c.due_at),
            "priority": case((outbox.c.priority > new.priority, new.priority), else_=outbox.c.priority),
            "silent": and_(outbox.c.silent, new.silent),
        },
    )
    return putting


@cache
def _claim_statement() -> ReturningUpdate[*tuple[Any, ...]]:
    ids = outbox.c.id.in_(bindparam("ids", expanding=True))
    chosen = select(outbox.c.id).where(
        ids, outbox_queries.is_unfinished(), outbox_queries.is_unclaimed(), ~outbox_queries.is_blocked()
    )
    return (
        update(outbox)
        .where(outbox.c.id.in_(chosen.with_for_update(skip_locked=True)))
        .values(
            status=OutboxStatus.SENDING,
            leased_until=bindparam("until"),
            holder=bindparam("by"),
            # That the process with the row in hand has ended is no failure of the row.
            attempts=case((outbox.c.status == OutboxStatus.SENDING, outbox.c.attempts), else_=outbox.c.attempts + 1),
            error=case((outbox.c.status == OutboxStatus.SENDING, LastError.INTERRUPTED.value), else_=outbox.c.error),
        )
        .returning(*OUTBOX_COLUMNS)
    )


class Outbox(OutboxReading):
    """Messages to send: queued, claimed, finished."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self.interactive_chats: set[tuple[str, str]] = set()
        """Account and chat of what was queued for which a person waits."""

    async def enqueue(self, draft: OutboxDraft, now: datetime) -> None:
        """Queue *draft*.

        If a row with its ``dedupe`` key is queued, nothing is added: that row is rendered at delivery and shows the
        newest state. It is sent at the earlier of both moments, with the higher priority, silently only if both are.
        """
        self.has_new_work = True
        if draft.priority == Priority.INTERACTIVE:
            self.interactive_chats.add((draft.account, draft.chat_id))
        self._transaction.defer_insert(_upsert_statement(self._transaction.dialect.name), _values(draft, now))

    async def enqueue_all(self, drafts: Sequence[OutboxDraft], now: datetime) -> None:
        """Queue several drafts."""
        for draft in drafts:
            await self.enqueue(draft, now)

    async def claim(self, ids: Collection[int], now: datetime, lease: timedelta) -> list[OutboxRow]:
        """Claim those of *ids* that are free until the lease expires; return them by priority.

        Skips locked rows; waiting for them could deadlock.
        """
        await advisory_lock(self._transaction, "claim outbox")
        result = await self._transaction.execute(
            _claim_statement(), time_params(now) | {"ids": list(ids), "until": now + lease, "by": new_holder_id()}
        )
        rows = [outbox_row(row) for row in result]
        return sorted(rows, key=lambda row: (row.priority, row.id))

    async def extend_leases(self, rows: Sequence[OutboxRow], until: datetime) -> None:
        """Extend the leases of rows that are still being sent."""
        mine = or_(false(), *(_is_claimed_as(row) for row in rows))
        await self._transaction.execute(update(outbox).where(mine).values(leased_until=until))

    async def limit_leases(self, until: datetime, *, exclude_ids: Collection[int] = ()) -> None:
        """Give the senders of all rows but *exclude_ids* until then to record the result, also if their lease is over.

        Once for each claim, or a loop of restarts would hold the rows: the row is due when its lease ends, as no other.
        """
        others = (outbox.c.id.not_in(exclude_ids),) if exclude_ids else ()
        await self._transaction.execute(
            update(outbox)
            .where(is_pending(outbox), outbox.c.status == OutboxStatus.SENDING, *others)
            .where(outbox.c.leased_until != outbox.c.due_at)
            .values(leased_until=until, due_at=until)
        )

    async def is_claimed_by_us(self, row: OutboxRow, *, lock: bool = False) -> bool:
        """Return whether the caller's claim on *row* is still valid.

        A worker that stalled past its lease must not send. *lock*: nobody makes the claim void until the transaction
        ends, for what is written because of it.
        """
        return (await self._transaction.execute(_claim_query(lock=lock), _claim_key(row))).first() is not None

    async def save_progress(self, row: OutboxRow, progress: Sequence[str], form: str | None = None) -> bool:
        """Record the sent parts of a row, so that a retry starts after them; False if the claim has expired."""
        return await self._update_claimed(row, progress=list(progress), form=form)

    async def finish(
        self,
        row: OutboxRow,
        now: datetime,
        status: OutboxStatus = OutboxStatus.SENT,
        error: str | None = None,
        *,
        sent: Sequence[str] = (),
    ) -> bool:
        """Finish a row as sent, failed or dropped; False if the claim has expired: then another worker handles it.

        *sent*: the ids of every part that was sent, as in ``progress``.
        """
        values: dict[str, Any] = {"progress": list(sent)} if sent else {}
        values |= {"status": status, "done_at": now, "leased_until": None, "holder": None}
        return await self._update_claimed(row, error=error[:200] if error else None, **values)

    async def finish_delivery(self, row: OutboxRow, now: datetime, sent: Sequence[str]) -> DeliveryEnd:
        """Finish a row whose message has left; tell if it was recalled since it was claimed (`drop_for_staff`)."""
        values: dict[str, Any] = {"progress": list(sent)} if sent else {}
        values |= {"status": OutboxStatus.SENT, "done_at": now, "leased_until": None, "holder": None, "error": None}
        found = (await self._transaction.execute(_finishing_statement(), _claim_key(row) | values)).first()
        if found is None:
            return DeliveryEnd.LEASE_LOST
        return DeliveryEnd.FINISHED if found.expires_at == row.expires_at else DeliveryEnd.RECALLED

    async def retry(self, row: OutboxRow, due_at: datetime, error: str, *, counts_as_attempt: bool = True) -> bool:
        """Retry at *due_at*; after a rate limit the attempt does not count. Returns False like :meth:`finish`."""
        values: dict[str, Any] = {
            "status": OutboxStatus.QUEUED,
            "due_at": due_at,
            "leased_until": None,
            "holder": None,
            "error": case(
                (outbox.c.error.in_((LastError.INTERRUPTED, LastError.UNKNOWN_OUTCOME)), outbox.c.error),
                else_=error[:200],
            ),
            # A row of the same dedupe key may have been queued meanwhile; this one keeps its place without the key.
            "dedupe": None,
        }
        if not counts_as_attempt:
            values["attempts"] = outbox.c.attempts - 1
        return await self._update_claimed(row, **values)

    async def unclaim(self, row: OutboxRow) -> None:
        """Release a row that was claimed and not tried."""
        await self._update_claimed(row, **_UNCLAIMED)

    async def _update_claimed(self, row: OutboxRow, **values: Any) -> bool:
        result = await self._transaction.execute(update(outbox).where(_is_claimed_as(row)).values(**values))
        return bool(result.rowcount)

    async def release_leases(
        self, holders: Collection[str] | None = None, kinds: Collection[OutboxKind] = tuple(OutboxKind)
    ) -> None:
        """Requeue rows of *kinds* that dead processes (*holders*; ``None``: all) were sending; outcome unknown."""
        theirs = () if holders is None else (outbox.c.holder.in_(holders),)
        await self._transaction.execute(
            update(outbox)
            .where(is_pending(outbox), outbox.c.status == OutboxStatus.SENDING, *theirs)
            .where(outbox.c.kind.in_([kind.value for kind in kinds]))
            .values(_UNCLAIMED | {"error": LastError.INTERRUPTED})
        )

    async def mark_uncertain(self, now: datetime) -> None:
        """Record of all that is due that it may have been delivered: an earlier state of the database knows nothing."""
        await self._transaction.execute(
            update(outbox)
            .where(is_pending(outbox), outbox.c.status == OutboxStatus.QUEUED, outbox.c.due_at <= now)
            .values(error=LastError.INTERRUPTED)
        )

    async def withdraw(self, row_id: int, now: datetime) -> bool:
        """Drop a row that goes elsewhere instead; False if it is being sent, was sent or dropped."""
        result = await self._transaction.execute(
            update(outbox)
            .where(outbox.c.id == row_id, outbox.c.status.in_((OutboxStatus.QUEUED, OutboxStatus.FAILED)))
            .values(status=OutboxStatus.DROPPED, done_at=now, error="redirected")
        )
        return bool(result.rowcount)

    async def drop_for_staff(self, person_id: int, messenger: str, chat_id: str, now: datetime) -> None:
        """Drop what waits for a person's account in *messenger*, from any account of the bot; recall what leaves."""
        await self._end_access(
            now,
            or_(outbox.c.person_id == person_id, outbox.c.kind == OutboxKind.EDIT_NOTE),  # an edit names nobody
            outbox.c.chat_id == chat_id,
            or_(outbox.c.account == messenger, outbox.c.account.like(f"{messenger}:%")),
        )

    async def drop_tickets_for_staff(
        self, person_id: int, account: str, ticket_ids: Collection[int], now: datetime
    ) -> None:
        """Do the same with what is about tickets that a person may not see any more."""
        await self._end_access(
            now,
            outbox.c.person_id == person_id,
            outbox.c.account == account,
            outbox.c.ticket_id.in_(ticket_ids),
        )

    async def _end_access(self, now: datetime, *theirs: ColumnElement[bool]) -> None:
        """Drop queued rows; those that are being sent expire, by which :meth:`finish_delivery` knows them."""
        waiting = update(outbox).where(is_pending(outbox), *theirs, outbox.c.status == OutboxStatus.QUEUED)
        await self._transaction.execute(
            waiting.values(status=OutboxStatus.DROPPED, done_at=now, dedupe=None, error="access ended")
        )
        leaving = update(outbox).where(is_pending(outbox), *theirs, outbox.c.status == OutboxStatus.SENDING)
        await self._transaction.execute(leaving.values(expires_at=now))

    async def forget_facts(self, row: OutboxRow, *keys: str) -> None:
        """Remove *keys* from the stored facts of a delivered row."""
        facts = {key: value for key, value in row.facts.items() if key not in keys}
        await self._transaction.execute(update(outbox).where(outbox.c.id == row.id).values(facts=facts))

    async def change_chat_id(self, account: str, old_id: str, new_id: str) -> None:
        """Redirect queued rows of a group whose id has changed."""
        await self._transaction.execute(
            update(outbox)
            .where(is_pending(outbox), outbox.c.status == OutboxStatus.QUEUED)
            .where(outbox.c.account == account, outbox.c.chat_id == old_id)
            .values(chat_id=new_id)
        )


_FREE: dict[str, Any] = {"status": OutboxStatus.QUEUED, "leased_until": None, "holder": None, "dedupe": None}
_UNCLAIMED = _FREE | {"attempts": outbox.c.attempts - 1}


@cache
def _is_claimed() -> ColumnElement[bool]:
    """Return the condition of :func:`_is_claimed_as`, for statements executed with :func:`_claim_key`."""
    is_row = outbox.c.id == bindparam("claimed_id", type_=outbox.c.id.type)
    is_holder = outbox.c.holder == bindparam("claimed_by", type_=outbox.c.holder.type)
    return and_(is_row, outbox.c.status == OutboxStatus.SENDING, is_holder)


def _claim_key(row: OutboxRow) -> dict[str, Any]:
    return {"claimed_id": row.id, "claimed_by": row.holder}


@cache
def _claim_query(*, lock: bool) -> Select[Any]:
    statement = select(outbox.c.id).where(_is_claimed())
    return statement.with_for_update() if lock else statement


@cache
def _finishing_statement() -> ReturningUpdate[*tuple[Any, ...]]:
    """Return the UPDATE of a claimed row; its parameters are the columns that change."""
    return update(outbox).where(_is_claimed()).returning(outbox.c.expires_at)


def _is_claimed_as(row: OutboxRow) -> ColumnElement[bool]:
    """Return the condition that the claim of *row* is still valid."""
    return and_(outbox.c.id == row.id, outbox.c.status == OutboxStatus.SENDING, outbox.c.holder == row.holder)


_DEDUPE_CONFLICT: dict[str, Any] = {
    "index_elements": ["dedupe"],
    "index_where": text("status = 'queued' AND dedupe IS NOT NULL"),
}


def _values(draft: OutboxDraft, now: datetime) -> dict[str, Any]:
    return {
        "kind": draft.kind.value,
        "account": draft.account,
        "chat_id": draft.chat_id,
        "chat_kind": draft.chat_kind,
        "thread": draft.thread,
        "root": draft.source_id,
        "person_id": draft.person_id,
        "ticket_id": draft.ticket_id,
        "subject_id": draft.subject_id,
        "facts": dict(draft.facts),
        "priority": int(draft.priority),
        "silent": draft.silent,
        "order_key": draft.order_key,
        "dedupe": draft.dedupe,
        "due_at": draft.due_at or now,
        "expires_at": draft.expires_at,
        "progress": [],
        "own_key": _new_own_key(now),
        "created_at": now,
    }


def _new_own_key(now: datetime) -> str:
    """Return an identity for a new row: when it was queued, in hexadecimal seconds, and 64 random bits.

    Neither another database nor an earlier state of this one can give it to another row.
    """
    return f"{int(now.timestamp()):x}.{secrets.token_hex(8)}"
