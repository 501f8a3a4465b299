"""Posts that may be about a problem, and the lists in which people see them."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select, update

from bot.domain.cards import DoubtList
from bot.domain.messages import Message, Verdict
from storage.repositories.base import Repository
from storage.repositories.messages import COLUMNS, record
from storage.tables import doubt, doubt_list, message

_LIST = tuple(doubt_list.c[name] for name in DoubtList.__dataclass_fields__)


class Doubts(Repository):
    """What waits for a person's word. A post that has found its ticket, or was taken back, waits no more."""

    async def add(self, message_id: int, score: float, now: datetime) -> bool:
        """The post is doubtful; false if that is known."""
        statement = self._insert(doubt).values(message_id=message_id, score=score, at=now)
        result = await self._connection.execute(statement.on_conflict_do_nothing(index_elements=["message_id"]))
        return bool(result.rowcount)

    async def waiting(self) -> int:
        """How many wait."""
        result = await self._connection.execute(select(func.count()).select_from(_joined()).where(_waits()))
        return int(result.scalar_one())

    async def page(self, start: int, most: int) -> list[Message]:
        """Those that wait, the oldest first."""
        result = await self._connection.execute(
            select(*COLUMNS)
            .select_from(_joined())
            .where(_waits())
            .order_by(doubt.c.message_id)
            .offset(start)
            .limit(most)
        )
        return [record(row) for row in result]

    async def news(self) -> tuple[int, datetime | None]:
        """How many no list has shown yet, and since when the first of them waits."""
        result = await self._connection.execute(
            select(func.count(), func.min(doubt.c.at))
            .select_from(_joined())
            .where(_waits(), doubt.c.listed_at.is_(None))
        )
        count, oldest = result.one()
        return int(count), oldest

    async def mark_listed(self, now: datetime) -> None:
        """All that wait have been put before people."""
        await self._connection.execute(
            update(doubt).where(doubt.c.verdict.is_(None), doubt.c.listed_at.is_(None)).values(listed_at=now)
        )

    async def decide(self, message_id: int, verdict: Verdict, person_id: int, now: datetime) -> Message | None:
        """The post, if it was still waiting: somebody has said what it is."""
        found = await self._connection.execute(
            select(*COLUMNS).select_from(_joined()).where(doubt.c.message_id == message_id, _waits())
        )
        row = found.first()
        if row is None:
            return None
        decided = await self._connection.execute(
            update(doubt)
            .where(doubt.c.message_id == message_id, doubt.c.verdict.is_(None))
            .values(verdict=verdict.value, decided_at=now, person_id=person_id)
        )
        return record(row) if decided.rowcount else None

    async def leave(self, before: datetime, now: datetime) -> None:
        """Nobody has said anything about these since *before*; nobody will."""
        await self._connection.execute(
            update(doubt)
            .where(doubt.c.verdict.is_(None), doubt.c.at < before)
            .values(verdict=Verdict.LEFT.value, decided_at=now)
        )

    async def lists(self) -> list[DoubtList]:
        """Everybody's list."""
        return [DoubtList(**row._mapping) for row in await self._connection.execute(select(*_LIST))]

    async def list_of(self, person_id: int, account: str) -> DoubtList | None:
        result = await self._connection.execute(select(*_LIST).where(_of(person_id, account)))
        row = result.first()
        return DoubtList(**row._mapping) if row else None

    async def shown(self, known: DoubtList, external_id: str | None, content_hash: str) -> bool:
        """*known* stands there now and reads so; false if there is a newer list meanwhile."""
        result = await self._connection.execute(
            update(doubt_list)
            .where(_of(known.person_id, known.account), doubt_list.c.posted_at == known.posted_at)
            .values(external_id=external_id, hash=content_hash)
        )
        return bool(result.rowcount)

    async def save_list(self, known: DoubtList) -> None:
        """The person's one list through this account of ours is this now."""
        values: dict[str, Any] = {name: getattr(known, name) for name in DoubtList.__dataclass_fields__}
        statement = self._insert(doubt_list).values(**values)
        changed = {name: value for name, value in values.items() if name not in ("person_id", "account")}
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["person_id", "account"], set_=changed)
        )


def _of(person_id: int, account: str) -> Any:
    return and_(doubt_list.c.person_id == person_id, doubt_list.c.account == account)


def _joined() -> Any:
    return doubt.join(message, message.c.id == doubt.c.message_id)


def _waits() -> Any:
    # The ticket is hidden from the planner: most of what was ever said has none.
    return and_(doubt.c.verdict.is_(None), func.coalesce(message.c.ticket_id, 0) == 0, message.c.deleted_at.is_(None))
