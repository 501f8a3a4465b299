"""Moments at which something must be said, and what was said."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import delete, func, insert, select, update

from bot.domain.reminders import DueRow, NoticeRow
from storage.repositories.base import Repository
from storage.tables import digest, due_moment, notice

_INSERT_DUE, _INSERT_NOTICE = insert(due_moment), insert(notice)
_DUE_COLUMNS = tuple(due_moment.c[name] for name in DueRow.__dataclass_fields__)
_NOTICE_COLUMNS = tuple(notice.c[name] for name in NoticeRow.__dataclass_fields__)


class DeadlineSchedule(Repository):
    """Due moments, waiting notices, digests."""

    async def schedule(self, ticket_id: int, dues: Sequence[tuple[str, str, float, datetime]]) -> None:
        """Add due moments (limit, kind, share, at) to a ticket."""
        for limit, kind, share, at in dues:
            row = {"ticket_id": ticket_id, "limit": limit, "kind": kind, "share": share, "at": at}
            self._transaction.defer_insert(_INSERT_DUE, row)

    async def cancel(self, ticket_id: int, deadlines: Collection[str]) -> None:
        """These terms of a ticket do not run any more."""
        await self._transaction.execute(
            update(due_moment)
            .where(
                due_moment.c.ticket_id == ticket_id, due_moment.c.limit.in_(deadlines), due_moment.c.state == "waiting"
            )
            .values(state="void")
        )

    async def take_due(self, now: datetime, limit: int) -> list[DueRow]:
        """Take the moments that have come, the earliest first; each is given out once."""
        chosen = (
            select(due_moment.c.id)
            .where(due_moment.c.state == "waiting", due_moment.c.at <= now)
            .order_by(due_moment.c.at, due_moment.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        result = await self._transaction.execute(
            update(due_moment).where(due_moment.c.id.in_(chosen)).values(state="fired").returning(*_DUE_COLUMNS)
        )
        return sorted((DueRow(**row._mapping) for row in result), key=lambda row: (row.at, row.id))

    async def has_due(self, now: datetime) -> bool:
        """A cheap look before the writing sweep."""
        result = await self._transaction.execute(
            select(due_moment.c.id).where(due_moment.c.state == "waiting", due_moment.c.at <= now).limit(1)
        )
        return result.first() is not None

    async def find_oldest_due(self) -> datetime | None:
        """The earliest moment that has not been dealt with."""
        result = await self._transaction.execute(
            select(func.min(due_moment.c.at)).where(due_moment.c.state == "waiting")
        )
        moment: datetime | None = result.scalar_one_or_none()
        return moment

    async def add_notice(self, person_id: int, ticket_id: int, code: str, now: datetime) -> None:
        row = {"person_id": person_id, "ticket_id": ticket_id, "code": code, "created_at": now}
        self._transaction.defer_insert(_INSERT_NOTICE, row)

    async def list_pending_notices(self) -> list[NoticeRow]:
        """Notices that nobody has been told of yet: person by person, each person's in their order."""
        result = await self._transaction.execute(
            select(*_NOTICE_COLUMNS).where(notice.c.sent_at.is_(None)).order_by(notice.c.person_id, notice.c.id)
        )
        return [NoticeRow(**row._mapping) for row in result]

    async def mark_notices_sent(self, ids: Collection[int], now: datetime) -> None:
        """Somebody has been told of these."""
        if not ids:
            return
        await self._transaction.execute(update(notice).where(notice.c.id.in_(ids)).values(sent_at=now))

    async def delete_notices(self, ids: Collection[int]) -> None:
        """These never need to be told."""
        if not ids:
            return
        await self._transaction.execute(delete(notice).where(notice.c.id.in_(ids)))

    async def find_last_notice_time(self, person_id: int, code: str) -> datetime | None:
        """When this person was last told something of this kind."""
        result = await self._transaction.execute(
            select(func.max(notice.c.sent_at)).where(notice.c.person_id == person_id, notice.c.code == code)
        )
        moment: datetime | None = result.scalar_one_or_none()
        return moment

    async def find_last_digest_end(self, now: datetime) -> datetime | None:
        """Until when the newest daily digest told. One of the future is left out: the machine's clock was wrong."""
        newest = select(func.max(digest.c.until)).where(digest.c.until <= now)
        moment: datetime | None = (await self._transaction.execute(newest)).scalar_one_or_none()
        return moment

    async def has_digest(self, day: date) -> bool:
        """Whether the digest of *day* was made."""
        return (await self._transaction.execute(select(digest.c.day).where(digest.c.day == day))).first() is not None

    async def claim_digest(self, day: date, since: datetime, until: datetime) -> bool:
        """Take the digest of *day* for yourself; false when it was already made."""
        statement = self._insert(digest).values(day=day, since=since, until=until)
        result = await self._transaction.execute(statement.on_conflict_do_nothing(index_elements=["day"]))
        return bool(result.rowcount)
