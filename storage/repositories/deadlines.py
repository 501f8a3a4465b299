"""Moments at which a reminder or escalation is due, notices waiting to be sent, and digests."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, Update, bindparam, delete, func, insert, select, update

from bot.domain.escalation import STEP_KIND
from bot.domain.json_types import Json
from bot.domain.reminders import DueRow, NoticeRow, StepRow
from storage.repositories.base import Repository
from storage.tables import digest, due_moment, notice, ticket

_INSERT_DUE, _INSERT_NOTICE = insert(due_moment), insert(notice)
_DUE_COLUMNS = (*(due_moment.c[name] for name in DueRow.__dataclass_fields__), due_moment.c.step)
_MAX_STEPS = 50
"""More steps of one ticket than are ever due at once."""

_NOTICE_COLUMNS = (
    *(notice.c[name] for name in ("id", "person_id", "ticket_id", "code")),
    notice.c.created_at.label("due_at"),
)


@cache
def _any_due_query(*, steps: bool) -> Select[Any]:
    is_due = due_moment.c.at <= bindparam("now", type_=due_moment.c.at.type)
    query = select(due_moment.c.id).where(due_moment.c.state == "waiting", is_due)
    return (query if steps else query.where(due_moment.c.kind != STEP_KIND)).limit(1)


@cache
def _pending_notices_query() -> Select[Any]:
    return select(*_NOTICE_COLUMNS).where(notice.c.sent_at.is_(None)).order_by(notice.c.person_id, notice.c.id)


class DeadlineSchedule(Repository):
    """Due moments, pending notices and digests."""

    async def schedule(self, ticket_id: int, dues: Sequence[tuple[str, str, float, datetime]]) -> None:
        """Add due moments (limit, kind, share, at) to a ticket."""
        for limit, kind, share, at in dues:
            row = {"ticket_id": ticket_id, "limit": limit, "kind": kind, "share": share, "at": at}
            self._transaction.defer_insert(_INSERT_DUE, row)

    async def schedule_step(self, ticket_id: int, deadline: str, number: int, at: datetime, step: Json) -> None:
        """Add a step of a chain, the *number*-th, as JSON."""
        row = {"ticket_id": ticket_id, "limit": deadline, "kind": STEP_KIND, "share": float(number), "at": at}
        self._transaction.defer_insert(_INSERT_DUE, row | {"step": step})

    async def cancel(self, ticket_id: int, deadlines: Collection[str], *, keeps_steps: bool = False) -> None:
        """Cancel the waiting due moments of these deadlines of a ticket. *keeps_steps*: a chain that runs goes on."""
        if deadlines:
            values = {"of_ticket": ticket_id, "deadlines": list(deadlines)}
            await self._transaction.execute(_cancel_statement(keeps_steps), values)

    async def list_with_waiting(self, ticket_ids: Collection[int], deadline: str) -> frozenset[int]:
        """Return those of the tickets for which a moment of *deadline* waits."""
        result = await self._transaction.execute(
            select(due_moment.c.ticket_id).where(
                due_moment.c.ticket_id.in_(ticket_ids), due_moment.c.limit == deadline, due_moment.c.state == "waiting"
            )
        )
        return frozenset(result.scalars())

    async def claim_due(self, now: datetime, limit: int) -> list[DueRow]:
        """Claim up to *limit* due moments, the earliest first; each is returned only once.

        On PostgreSQL they come with all others of the same tickets, except tickets that somebody is at work on.
        """
        rows = await self._claim(now, limit, due_moment.c.kind != STEP_KIND)
        return [DueRow(**{name: row[name] for name in DueRow.__dataclass_fields__}) for row in rows]

    async def claim_steps(self, now: datetime, limit: int) -> list[StepRow]:
        """Claim about *limit* steps of chains that are due, the earliest first; each is returned only once.

        All due steps of a ticket come together, those of one chain one after another in their order.
        """
        rows = await self._claim(now, limit, due_moment.c.kind == STEP_KIND)
        if len(rows) == limit and not self._transaction.is_shared:
            tickets = due_moment.c.ticket_id.in_({row["ticket_id"] for row in rows})
            rows += await self._claim(now, limit * _MAX_STEPS, (due_moment.c.kind == STEP_KIND) & tickets)
        return _steps_in_order(rows)

    async def list_taken_steps(self, ticket_id: int, deadline: str) -> list[StepRow]:
        """List the steps of a chain that have been taken."""
        result = await self._transaction.execute(
            select(*_DUE_COLUMNS).where(
                due_moment.c.ticket_id == ticket_id,
                due_moment.c.limit == deadline,
                due_moment.c.kind == STEP_KIND,
                due_moment.c.state == "fired",
            )
        )
        return _steps_in_order([row._mapping for row in result])

    async def withdraw_steps(self, ticket_id: int, deadline: str) -> list[StepRow]:
        """Cancel the waiting steps of a chain, and return them."""
        is_theirs = (due_moment.c.ticket_id == ticket_id) & (due_moment.c.limit == deadline)
        result = await self._transaction.execute(
            update(due_moment)
            .where(is_theirs, due_moment.c.kind == STEP_KIND, due_moment.c.state == "waiting")
            .values(state="void")
            .returning(*_DUE_COLUMNS)
        )
        return _steps_in_order([row._mapping for row in result])

    async def _claim(self, now: datetime, limit: int, of_kind: ColumnElement[bool]) -> list[RowMapping]:
        is_due = (due_moment.c.state == "waiting", due_moment.c.at <= now, of_kind)
        if self._transaction.is_shared:
            chosen = due_moment.c.ticket_id.in_(await self._lock_tickets(is_due, limit))
        else:
            nearest = select(due_moment.c.id).where(*is_due).order_by(due_moment.c.at, due_moment.c.id).limit(limit)
            chosen = due_moment.c.id.in_(nearest)
        result = await self._transaction.execute(
            update(due_moment).where(*is_due, chosen).values(state="fired").returning(*_DUE_COLUMNS)
        )
        return sorted((row._mapping for row in result), key=lambda row: (row["at"], row["id"]))

    async def _lock_tickets(self, is_due: Sequence[ColumnElement[bool]], limit: int) -> list[int]:
        """Lock the tickets of the earliest *limit* moments, except those that somebody is at work on: they come later.

        Who acts on a ticket locks it before they cancel its moments. In the other order the two would wait for
        each other, and PostgreSQL would undo one of them.
        """
        result = await self._transaction.execute(
            select(ticket.c.id)
            .join(due_moment, due_moment.c.ticket_id == ticket.c.id)
            .where(*is_due)
            .order_by(due_moment.c.at, due_moment.c.id)
            .limit(limit)
            .with_for_update(of=ticket, key_share=True, skip_locked=True)
        )
        return list(result.scalars())

    async def has_due(self, now: datetime, *, steps: bool = True) -> bool:
        """Return whether any moment is due: a cheap read before the sweep, which writes. *steps*: of chains too."""
        return (await self._transaction.execute(_any_due_query(steps=steps), {"now": now})).first() is not None

    async def list_waiting_after(self, deadline: str, ticket_id: int, limit: int) -> list[int]:
        """List up to *limit* tickets with a greater number for which a moment of *deadline* waits, in order."""
        result = await self._transaction.execute(
            select(due_moment.c.ticket_id)
            .where(
                due_moment.c.state == "waiting",
                due_moment.c.kind != STEP_KIND,
                due_moment.c.limit == deadline,
                due_moment.c.ticket_id > ticket_id,
            )
            .distinct()
            .order_by(due_moment.c.ticket_id)
            .limit(limit)
        )
        return list(result.scalars())

    async def find_oldest_due(self) -> datetime | None:
        """Return the earliest due moment that has not been handled."""
        result = await self._transaction.execute(
            select(func.min(due_moment.c.at)).where(due_moment.c.state == "waiting")
        )
        moment: datetime | None = result.scalar_one_or_none()
        return moment

    async def add_notice(self, person_id: int, ticket_id: int, code: str, due_at: datetime) -> None:
        """Add a notice that became true at *due_at*; the column has the name of its first meaning."""
        row = {"person_id": person_id, "ticket_id": ticket_id, "code": code, "created_at": due_at}
        self._transaction.defer_insert(_INSERT_NOTICE, row)

    async def list_pending_notices(self) -> list[NoticeRow]:
        """List the notices not sent yet, grouped by person and in the order of their creation."""
        result = await self._transaction.execute(_pending_notices_query())
        return [NoticeRow(**row._mapping) for row in result]

    async def list_told_between(self, since: datetime, until: datetime) -> frozenset[int]:
        """Return the people whose notices were sent from *since* until *until*."""
        result = await self._transaction.execute(
            select(notice.c.person_id).where(notice.c.sent_at >= since, notice.c.sent_at <= until).distinct()
        )
        return frozenset(result.scalars())

    async def mark_notices_sent(self, ids: Collection[int], now: datetime) -> None:
        """Mark notices as sent."""
        if not ids:
            return
        await self._transaction.execute(update(notice).where(notice.c.id.in_(ids)).values(sent_at=now))

    async def delete_notices(self, ids: Collection[int]) -> None:
        """Delete notices that no longer need to be sent."""
        if not ids:
            return
        await self._transaction.execute(delete(notice).where(notice.c.id.in_(ids)))

    async def find_last_digest_end(self, now: datetime) -> datetime | None:
        """Return the end of the period that the newest digest covers.

        Digests that end in the future are ignored: they were made while the machine's clock was wrong.
        """
        newest = select(func.max(digest.c.until)).where(digest.c.until <= now)
        moment: datetime | None = (await self._transaction.execute(newest)).scalar_one_or_none()
        return moment

    async def has_digest(self, day: date) -> bool:
        """Return whether the digest of *day* was made."""
        return (await self._transaction.execute(select(digest.c.day).where(digest.c.day == day))).first() is not None

    async def claim_digest(self, day: date, since: datetime, until: datetime) -> bool:
        """Claim the digest of *day* for the caller; False if it was already made."""
        statement = self._insert(digest).values(day=day, since=since, until=until)
        result = await self._transaction.execute(statement.on_conflict_do_nothing(index_elements=["day"]))
        return bool(result.rowcount)


@cache
def _cancel_statement(keeps_steps: bool) -> Update:
    statement = update(due_moment).where(
        due_moment.c.ticket_id == bindparam("of_ticket"),
        due_moment.c.limit.in_(bindparam("deadlines", expanding=True)),
        due_moment.c.state == "waiting",
    )
    if keeps_steps:
        statement = statement.where(due_moment.c.kind != STEP_KIND)
    return statement.values(state="void")


def _steps_in_order(rows: Iterable[RowMapping]) -> list[StepRow]:
    found = [
        StepRow(row["id"], row["ticket_id"], row["limit"], int(row["share"]), row["at"], row["step"]) for row in rows
    ]
    return sorted(found, key=lambda row: (row.ticket_id, row.deadline, row.at, row.number))
