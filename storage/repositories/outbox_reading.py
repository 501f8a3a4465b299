"""Questions about the rows of the outbox; :class:`~storage.repositories.outbox.Outbox` changes them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    case,
    func,
    null,
    or_,
    select,
)

from bot.domain.outbox import (
    LastError,
    NextPending,
    OldestPending,
    OutboxKind,
    OutboxRow,
    OutboxStatus,
    SentRow,
    WaitingRows,
)
from storage.repositories import outbox_queries
from storage.repositories.base import (
    MAX_WAIT,
    Repository,
    time_params,
)
from storage.repositories.outbox_queries import is_pending
from storage.tables import outbox

MAX_CLOCK_DIFFERENCE = timedelta(minutes=5)
"""The time by which the server may record a message as sent earlier than the messenger's clock says."""

OUTBOX_COLUMNS = (
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
    outbox.c.own_key,
)


class OutboxReading(Repository):
    """The queries for what waits, what was sent, and by whom."""

    async def next_waiting(
        self,
        now: datetime,
        accounts: tuple[str, ...],
        max_answers: int,
        max_effects: int,
        *,
        presses: bool,
        chats: bool,
    ) -> WaitingRows:
        """Return the rows of *accounts* that may leave, from one statement.

        *presses*: up to so many callback answers of each account, to which no chat's rate limit applies, and messages
        for which a person waits. *chats*: the next due row of each chat; that costs in proportion to the chats, not to
        the rows. An earlier row with the same ``order_key`` that is being sent, is due or waits for a retry goes first;
        one that is scheduled for later does not block.
        """
        if not (presses or chats):
            return WaitingRows()
        found = await self._transaction.execute(
            outbox_queries.next_waiting(accounts, self._transaction.dialect.name, presses=presses, chats=chats),
            time_params(now) | ({"most_answers": max_answers, "most_effects": max_effects} if presses else {}),
        )
        rows: dict[str, list[NextPending]] = {}
        for row in found:
            rows.setdefault(row.query, []).append(_next_pending(row[:-1]))
        return WaitingRows(
            sorted(rows.get(outbox_queries.ANSWER, ()), key=lambda row: (row.priority, row.id)),
            sorted(rows.get(outbox_queries.EFFECT, ()), key=lambda row: row.id),
            sorted(rows.get(outbox_queries.CHAT, ()), key=lambda row: (row.priority, row.id)),
        )

    async def has_due(self, now: datetime) -> bool:
        """Return whether an unfinished row is due."""
        return (await self._transaction.execute(outbox_queries.first_due(), time_params(now))).first() is not None

    async def has_pending(self, kind: OutboxKind, subject_ids: Sequence[int]) -> bool:
        """Return whether an unfinished row of this kind is about one of these."""
        result = await self._transaction.execute(
            select(outbox.c.id)
            .where(is_pending(outbox), outbox.c.kind == kind.value, outbox.c.subject_id.in_(subject_ids))
            .limit(1)
        )
        return result.first() is not None

    async def list_sent_since(self, account: str, since: datetime) -> list[SentRow]:
        """List what *account* has sent since then, oldest first; last, rows of unknown outcome."""
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
        return [
            SentRow(chat, kind, max(len(parts), 1), at) if at else SentRow(chat, kind, len(parts) + 1, None)
            for rows in (done, unknown)
            for chat, kind, parts, at in rows
        ]

    async def may_have_sent(self, account: str, chat_id: str, message_id: str, sent_at: datetime) -> bool:
        """Return whether a row has been sent as this message, or may have been: it is being sent, or it is uncertain.

        Rows of release 0.1.0 do not name all their messages.
        """
        here = (outbox.c.account == account, outbox.c.chat_id == chat_id, _is_message())
        uncertain = or_(
            outbox.c.status == OutboxStatus.SENDING,
            outbox.c.error.in_((LastError.INTERRUPTED, LastError.UNKNOWN_OUTCOME)),
        )
        pending = await self._transaction.execute(
            select(outbox.c.id).where(is_pending(outbox), *here, uncertain).limit(1)
        )
        if pending.first() is not None:
            return True
        done = await self._transaction.execute(
            select(outbox.c.progress, outbox.c.own_key).where(
                outbox.c.done_at.between(sent_at - MAX_CLOCK_DIFFERENCE, sent_at + MAX_WAIT), *here
            )
        )
        return any(key is None or message_id in ",".join(progress).split(",") for progress, key in done)

    async def list_holders(self, *, exclude_ids: Collection[int] = ()) -> list[str]:
        """List the claims of rows that are being sent, except *exclude_ids*."""
        found = await self._transaction.execute(
            select(outbox.c.holder)
            .where(is_pending(outbox), outbox.c.status == OutboxStatus.SENDING, outbox.c.holder.is_not(None))
            .where(outbox.c.id.not_in(exclude_ids))
            .distinct()
        )
        return [str(holder) for holder in found.scalars()]

    async def pending_publications(self, before: datetime) -> list[OutboxRow]:
        """List queued publications of answers that were queued before *before*, oldest first."""
        result = await self._transaction.execute(
            select(*OUTBOX_COLUMNS)
            .where(
                is_pending(outbox),
                outbox.c.status == OutboxStatus.QUEUED,
                outbox.c.kind == OutboxKind.PUBLICATION.value,
                outbox.c.created_at < before,
            )
            .order_by(outbox.c.id)
        )
        return [outbox_row(row) for row in result]

    async def pending_for_staff(self, account: str) -> list[OutboxRow]:
        """List queued cards and notifications for officials through *account*."""
        kinds = (OutboxKind.CARD.value, OutboxKind.NOTE.value)
        result = await self._transaction.execute(
            select(*OUTBOX_COLUMNS)
            .where(
                is_pending(outbox),
                outbox.c.status == OutboxStatus.QUEUED,
                outbox.c.account == account,
                outbox.c.person_id.is_not(None),
                outbox.c.kind.in_(kinds),
            )
            .order_by(outbox.c.id)
        )
        return [outbox_row(row) for row in result]

    async def has_pending_for_person(self, kind: OutboxKind, account: str, person_id: int) -> bool:
        """Return whether a row of this kind is unfinished for this person and account."""
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

    async def list_arriving(self, account: str, chat_id: str) -> list[tuple[OutboxKind, int | None]]:
        """List (kind, ticket id) of unfinished rows to this chat whose message may have arrived there already."""
        query = select(outbox.c.kind, outbox.c.ticket_id).where(
            is_pending(outbox),
            outbox.c.account == account,
            outbox.c.chat_id == chat_id,
            or_(
                outbox.c.status == OutboxStatus.SENDING,
                outbox.c.error.in_((LastError.INTERRUPTED, LastError.UNKNOWN_OUTCOME)),
            ),
        )
        return [(OutboxKind(row[0]), row[1]) for row in await self._transaction.execute(query)]

    async def oldest_pending(self) -> list[OldestPending]:
        """Return since when each account's oldest row waits.

        A scheduled row waits since it is due; one that was tried waits since it was created, because every retry moves
        its due moment.
        """
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
        """Count the rows by status."""
        result = await self._transaction.execute(select(outbox.c.status, func.count()).group_by(outbox.c.status))
        return {row[0]: row[1] for row in result}


def _next_pending(row: Any) -> NextPending:
    number, account, chat_id, priority, kind = row
    return NextPending(number, account, chat_id, priority, OutboxKind(kind))


def _is_message() -> ColumnElement[bool]:
    return outbox.c.kind.not_in([OutboxKind.CALLBACK_ANSWER.value, OutboxKind.MENU.value])


def outbox_row(row: Any) -> OutboxRow:
    """Return the record of a row of :data:`OUTBOX_COLUMNS`."""
    values = dict(row._mapping)
    values["kind"] = OutboxKind(values["kind"])
    values["progress"] = tuple(values["progress"])
    return OutboxRow(**values)
