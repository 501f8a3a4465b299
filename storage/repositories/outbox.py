"""The durable outbox: messages to be, in the same transaction as the change they tell of."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    and_,
    bindparam,
    case,
    false,
    func,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from bot.domain.outbox import (
    LastError,
    NextPending,
    OldestPending,
    OutboxDraft,
    OutboxKind,
    OutboxRow,
    OutboxStatus,
    SentRow,
)
from storage.repositories import outbox_queries
from storage.repositories.base import Repository, advisory_lock, insert_into, is_in_future, new_holder_id, time_params
from storage.repositories.outbox_queries import is_pending
from storage.tables import outbox

_COLUMNS = (
    outbox.c.id,
    outbox.c.kind,
    outbox.c.account,
    outbox.c.chat_id,
    outbox.c.chat_kind,
    outbox.c.thread,
    outbox.c.root,
    outbox.c.person_id,
    outbox.c.ticket_id,
    outbox.c.subject_id,
    outbox.c.facts,
    outbox.c.priority,
    outbox.c.silent,
    outbox.c.attempts,
    outbox.c.progress,
    outbox.c.form,
    outbox.c.error,
    outbox.c.created_at,
    outbox.c.expires_at,
    outbox.c.holder,
)


@cache
def _upsert_statement(dialect: str) -> Insert:
    """INSERT; where the same thing is waiting already, that changes instead."""
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
        ids, is_pending(outbox), outbox_queries.is_unclaimed(), ~outbox_queries.is_blocked()
    )
    return (
        update(outbox)
        .where(outbox.c.id.in_(chosen.with_for_update(skip_locked=True)))
        .values(
            status=OutboxStatus.SENDING,
            leased_until=bindparam("until"),
            holder=bindparam("by"),
            attempts=outbox.c.attempts + 1,
            error=case((outbox.c.status == OutboxStatus.SENDING, LastError.INTERRUPTED.value), else_=outbox.c.error),
        )
        .returning(*_COLUMNS)
    )


class Outbox(Repository):
    """Queue, claim, finish."""

    async def enqueue(self, draft: OutboxDraft, now: datetime) -> None:
        """Queue *draft*. With a ``dedupe`` key that is already waiting nothing is added: the waiting row, rendered at
        delivery, will show the newest state; it leaves at the earlier of both moments, with the higher priority, and
        rings if either shall."""
        self.has_new_work = True
        self._transaction.defer_insert(_upsert_statement(self._transaction.dialect.name), _values(draft, now))

    async def enqueue_all(self, drafts: Sequence[OutboxDraft], now: datetime) -> None:
        """:meth:`put` for many."""
        for draft in drafts:
            await self.enqueue(draft, now)

    async def next_per_chat(self, now: datetime, accounts: tuple[str, ...]) -> list[NextPending]:
        """What may leave next of *accounts*: for each chat the row that is due, the most urgent first, then the oldest.
        The question costs what there are chats, not what there are rows.

        An earlier row of the same ``order_key`` that is being sent, is due, or waits for another try goes first; one
        that is merely planned for later does not block.
        """
        found = await self._transaction.execute(outbox_queries.next_per_chat(accounts), time_params(now))
        return sorted((NextPending(*row) for row in found), key=lambda row: (row.priority, row.id))

    async def next_callback_answers(self, now: datetime, accounts: tuple[str, ...], limit: int) -> list[NextPending]:
        """Answers to presses, which no chat's pace holds up; *most* of each account."""
        found = await self._transaction.execute(
            outbox_queries.next_callback_answers(accounts), time_params(now) | {"most": limit}
        )
        return [NextPending(*row) for row in found]

    async def claim(self, ids: Collection[int], now: datetime, lease: timedelta) -> list[OutboxRow]:
        """Take those of *ids* that nobody else has taken, for yourself until the lease runs out; the most urgent
        first. A row that somebody is changing just now is left for the next time: who waits for it while he is waited
        for would end neither."""
        await advisory_lock(self._transaction, "claim outbox")
        result = await self._transaction.execute(
            _claim_statement(), time_params(now) | {"ids": list(ids), "until": now + lease, "by": new_holder_id()}
        )
        rows = [_outbox_row(row) for row in result]
        return sorted(rows, key=lambda row: (row.priority, row.id))

    async def has_due(self, now: datetime) -> bool:
        """Whether a message should be on its way."""
        statement = select(outbox.c.id).where(is_pending(outbox), ~is_in_future(outbox.c.due_at)).limit(1)
        return (await self._transaction.execute(statement, time_params(now))).first() is not None

    async def has_pending(self, kind: OutboxKind, subject_ids: Sequence[int]) -> bool:
        """Whether something of this kind about one of these is still to be sent."""
        result = await self._transaction.execute(
            select(outbox.c.id)
            .where(is_pending(outbox), outbox.c.kind == kind.value, outbox.c.subject_id.in_(subject_ids))
            .limit(1)
        )
        return result.first() is not None

    async def list_sent_since(self, account: str, since: datetime) -> list[SentRow]:
        """What was written from *account* since then, the oldest first; last what may have been when a process died."""
        done = await self._transaction.execute(
            select(outbox.c.chat_id, outbox.c.chat_kind, outbox.c.progress, outbox.c.done_at)
            .where(
                outbox.c.done_at > since,
                outbox.c.status == OutboxStatus.SENT,
                outbox.c.account == account,
                _is_message(),
            )
            .order_by(outbox.c.done_at)
        )
        unknown = await self._transaction.execute(
            select(outbox.c.chat_id, outbox.c.chat_kind, outbox.c.progress, null()).where(
                is_pending(outbox),
                outbox.c.account == account,
                or_(outbox.c.status == OutboxStatus.SENDING, outbox.c.error == LastError.INTERRUPTED),
                _is_message(),
            )
        )
        return [SentRow(chat, kind, len(parts) + 1, at) for rows in (done, unknown) for chat, kind, parts, at in rows]

    async def extend_leases(self, rows: Sequence[OutboxRow], until: datetime) -> None:
        """These are still being sent."""
        mine = or_(false(), *(_is_claimed_as(row) for row in rows))
        await self._transaction.execute(update(outbox).where(mine).values(leased_until=until))

    async def extend_running_leases(self, until: datetime) -> None:
        """Whoever is sending, or was when the database went away, may write it down until then."""
        late = (outbox.c.status == OutboxStatus.SENDING, outbox.c.leased_until < until)
        await self._transaction.execute(update(outbox).where(*late).values(leased_until=until))

    async def is_claimed_by_us(self, row: OutboxRow) -> bool:
        """Whether a claimed row is still ours: who was asleep for longer than his lease must not send it, too."""
        return (await self._transaction.execute(select(outbox.c.id).where(_is_claimed_as(row)))).first() is not None

    async def save_progress(self, row: OutboxRow, progress: Sequence[str], form: str | None = None) -> bool:
        """One more part of this row has been sent, in this *form*: a repetition starts after it. False when the row is
        not ours any more."""
        return await self._update_claimed(row, progress=list(progress), form=form)

    async def finish(
        self, row: OutboxRow, now: datetime, status: OutboxStatus = OutboxStatus.SENT, error: str | None = None
    ) -> bool:
        """``sent``, ``failed`` (for good) or ``dropped`` (nobody needs it any more). False when the row is not ours
        any more: then others see to what follows."""
        return await self._update_claimed(
            row, status=status, done_at=now, leased_until=None, holder=None, error=error[:200] if error else None
        )

    async def retry(self, row: OutboxRow, due_at: datetime, error: str, *, counts_as_attempt: bool = True) -> bool:
        """Send again at *due_at*. When the messenger merely asked for patience the try does not count. False as for
        :meth:`finish`."""
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
        """Claimed and not tried: it waits where it stood."""
        await self._update_claimed(
            row, status=OutboxStatus.QUEUED, leased_until=None, holder=None, dedupe=None, attempts=outbox.c.attempts - 1
        )

    async def _update_claimed(self, row: OutboxRow, **values: Any) -> bool:
        result = await self._transaction.execute(update(outbox).where(_is_claimed_as(row)).values(**values))
        return bool(result.rowcount)

    async def list_holders(self, *, exclude_ids: Collection[int] = ()) -> list[str]:
        """The claims under which rows are being sent, *but* for these rows."""
        found = await self._transaction.execute(
            select(outbox.c.holder)
            .where(is_pending(outbox), outbox.c.status == OutboxStatus.SENDING, outbox.c.holder.is_not(None))
            .where(outbox.c.id.not_in(exclude_ids))
            .distinct()
        )
        return [str(holder) for holder in found.scalars()]

    async def release_leases(
        self, holders: Collection[str] | None = None, kinds: Collection[OutboxKind] = tuple(OutboxKind)
    ) -> None:
        """Whoever was sending (these *holders*; all, where a process that is alone on the database starts) is gone: the
        outcome is unknown, send again what is of these *kinds*."""
        theirs = () if holders is None else (outbox.c.holder.in_(holders),)
        await self._transaction.execute(
            update(outbox)
            .where(outbox.c.status == OutboxStatus.SENDING, outbox.c.kind.in_([kind.value for kind in kinds]), *theirs)
            .values(
                status=OutboxStatus.QUEUED, leased_until=None, holder=None, dedupe=None, error=LastError.INTERRUPTED
            )
        )

    async def pending_for_staff(self, account: str) -> list[OutboxRow]:
        """Cards and notes that wait to be sent to officials through *account*."""
        kinds = (OutboxKind.CARD.value, OutboxKind.NOTE.value)
        result = await self._transaction.execute(
            select(*_COLUMNS)
            .where(
                is_pending(outbox),
                outbox.c.status == OutboxStatus.QUEUED,
                outbox.c.account == account,
                outbox.c.person_id.is_not(None),
                outbox.c.kind.in_(kinds),
            )
            .order_by(outbox.c.id)
        )
        return [_outbox_row(row) for row in result]

    async def has_pending_for_person(self, kind: OutboxKind, account: str, person_id: int) -> bool:
        """Whether a row of this kind waits for this person there, or is being sent."""
        result = await self._transaction.execute(
            select(outbox.c.id)
            .where(
                is_pending(outbox),
                outbox.c.kind == kind.value,
                outbox.c.account == account,
                outbox.c.person_id == person_id,
            )
            .limit(1)
        )
        return result.first() is not None

    async def withdraw(self, row_id: int, now: datetime) -> bool:
        """It goes elsewhere instead. False when it is being sent just now, or was finished other than by failing."""
        result = await self._transaction.execute(
            update(outbox)
            .where(outbox.c.id == row_id, outbox.c.status.in_((OutboxStatus.QUEUED, OutboxStatus.FAILED)))
            .values(status=OutboxStatus.DROPPED, done_at=now, error="redirected")
        )
        return bool(result.rowcount)

    async def change_chat_id(self, account: str, old_id: str, new_id: str) -> None:
        """A group has a new id: what waits for the old one goes there."""
        await self._transaction.execute(
            update(outbox)
            .where(outbox.c.account == account, outbox.c.chat_id == old_id, outbox.c.status == OutboxStatus.QUEUED)
            .values(chat_id=new_id)
        )

    async def oldest_pending(self) -> list[OldestPending]:
        """What waits, summed up. A row that was merely planned waits from its moment on; one that has been tried waits
        since it was put here, for every try moves its moment forward."""
        since = case((outbox.c.error.is_(None), outbox.c.due_at), else_=outbox.c.created_at)
        asked = outbox.c.error == LastError.RATE_LIMITED
        result = await self._transaction.execute(
            select(
                outbox.c.account,
                func.min(case((asked, null()), else_=since)),
                func.min(case((asked, since))),
            )
            .where(is_pending(outbox))
            .group_by(outbox.c.account)
        )
        return [OldestPending(*row) for row in result]

    async def count_by_status(self) -> dict[str, int]:
        """How many rows there are in each status."""
        result = await self._transaction.execute(select(outbox.c.status, func.count()).group_by(outbox.c.status))
        return {row[0]: row[1] for row in result}


def _is_claimed_as(row: OutboxRow) -> ColumnElement[bool]:
    """Claimed under this very name, and not given back since."""
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
        "created_at": now,
    }


def _is_message() -> ColumnElement[bool]:
    return outbox.c.kind.not_in([OutboxKind.CALLBACK_ANSWER.value, OutboxKind.MENU.value])


def _outbox_row(row: Any) -> OutboxRow:
    values = dict(row._mapping)
    values["kind"] = OutboxKind(values["kind"])
    values["progress"] = tuple(values["progress"])
    return OutboxRow(**values)
