"""Posts that may be about a problem, and the lists in which people see them."""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, select, update

from bot.domain.cards import ReviewList
from bot.domain.messages import Message, ReviewVerdict
from storage.repositories.base import Repository
from storage.repositories.messages import MESSAGE_COLUMNS, message_from_row
from storage.tables import message, review_item, review_list

_LIST_COLUMNS = tuple(review_list.c[name] for name in ReviewList.__dataclass_fields__)


class ReviewQueue(Repository):
    """Posts that wait for a person's decision. A post that got a ticket or was deleted is no longer pending."""

    async def add(self, message_id: int, score: float, now: datetime) -> bool:
        """Add a doubtful post to the queue; False if it is already there."""
        statement = self._insert(review_item).values(message_id=message_id, score=score, at=now)
        result = await self._transaction.execute(statement.on_conflict_do_nothing(index_elements=["message_id"]))
        return bool(result.rowcount)

    async def count_pending(self) -> int:
        """Count the pending posts."""
        result = await self._transaction.execute(
            select(func.count()).select_from(_items_with_messages()).where(_is_pending())
        )
        return int(result.scalar_one())

    async def list_page(self, start: int, limit: int) -> list[Message]:
        """List a page of the pending posts, the oldest first."""
        result = await self._transaction.execute(
            select(*MESSAGE_COLUMNS)
            .select_from(_items_with_messages())
            .where(_is_pending())
            .order_by(review_item.c.message_id)
            .offset(start)
            .limit(limit)
        )
        return [message_from_row(row) for row in result]

    async def summarize_unlisted(self) -> tuple[int, datetime | None]:
        """Return the number of pending posts that no list has shown, and when the oldest was added."""
        result = await self._transaction.execute(
            select(func.count(), func.min(review_item.c.at))
            .select_from(_items_with_messages())
            .where(_is_pending(), review_item.c.listed_at.is_(None))
        )
        count, oldest = result.one()
        return int(count), oldest

    async def mark_listed(self, now: datetime) -> None:
        """Record that people have been shown every pending post."""
        await self._transaction.execute(
            update(review_item)
            .where(review_item.c.verdict.is_(None), review_item.c.listed_at.is_(None))
            .values(listed_at=now)
        )

    async def decide(self, message_id: int, verdict: ReviewVerdict, person_id: int, now: datetime) -> Message | None:
        """Record a person's verdict on a post; return the post, or None if it was no longer pending."""
        found = await self._transaction.execute(
            select(*MESSAGE_COLUMNS)
            .select_from(_items_with_messages())
            .where(review_item.c.message_id == message_id, _is_pending())
        )
        row = found.first()
        if row is None:
            return None
        decided = await self._transaction.execute(
            update(review_item)
            .where(review_item.c.message_id == message_id, review_item.c.verdict.is_(None))
            .values(verdict=verdict.value, decided_at=now, person_id=person_id)
        )
        return message_from_row(row) if decided.rowcount else None

    async def expire(self, before: datetime, now: datetime) -> None:
        """Expire the posts that have waited for a decision since before *before*."""
        await self._transaction.execute(
            update(review_item)
            .where(review_item.c.verdict.is_(None), review_item.c.at < before)
            .values(verdict=ReviewVerdict.EXPIRED.value, decided_at=now)
        )

    async def list_review_lists(self) -> list[ReviewList]:
        """Return the review lists of all people."""
        return [ReviewList(**row._mapping) for row in await self._transaction.execute(select(*_LIST_COLUMNS))]

    async def find_review_list(self, person_id: int, account: str) -> ReviewList | None:
        result = await self._transaction.execute(select(*_LIST_COLUMNS).where(_is_list_of(person_id, account)))
        row = result.first()
        return ReviewList(**row._mapping) if row else None

    async def mark_list_shown(self, known: ReviewList, external_id: str | None, content_hash: str) -> bool:
        """Record that *known* was edited; False if a newer list has replaced it."""
        result = await self._transaction.execute(
            update(review_list)
            .where(_is_list_of(known.person_id, known.account), review_list.c.posted_at == known.posted_at)
            .values(external_id=external_id, hash=content_hash)
        )
        return bool(result.rowcount)

    async def delete_review_list(self, known: ReviewList) -> None:
        await self._transaction.execute(delete(review_list).where(_is_list_of(known.person_id, known.account)))

    async def upsert_review_list(self, known: ReviewList) -> None:
        """Store the person's list in this account, replacing an earlier one."""
        values: dict[str, Any] = {name: getattr(known, name) for name in ReviewList.__dataclass_fields__}
        statement = self._insert(review_list).values(**values)
        changed = {name: value for name, value in values.items() if name not in ("person_id", "account")}
        await self._transaction.execute(
            statement.on_conflict_do_update(index_elements=["person_id", "account"], set_=changed)
        )


def _is_list_of(person_id: int, account: str) -> Any:
    return and_(review_list.c.person_id == person_id, review_list.c.account == account)


def _items_with_messages() -> Any:
    return review_item.join(message, message.c.id == review_item.c.message_id)


def _is_pending() -> Any:
    # planner: coalesce hides the ticket, which most messages lack
    # (test_a_hot_question_uses_an_index["doubts: what is new"]).
    return and_(
        review_item.c.verdict.is_(None), func.coalesce(message.c.ticket_id, 0) == 0, message.c.deleted_at.is_(None)
    )
