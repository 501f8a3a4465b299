"""Counts of answers that went out, and the answers that wait because there were too many."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping, String, cast, func, insert, select, update

from bot.domain.answer_limits import HeldState, LimitedAnswer, LimitKind
from bot.domain.answers import Answer
from bot.domain.json_types import Json
from storage.repositories.base import Repository
from storage.tables import held_answer, sent_answer, ticket

_HELD_COLUMNS = tuple(held_answer.c[name] for name in LimitedAnswer.__dataclass_fields__)
_AUTHOR = func.coalesce(ticket.c.author_key, cast(ticket.c.id, String))
"""The author of a ticket; one that came by telephone is an author of its own."""


class AnswerLimitCounts(Repository):
    """Answers that were sent, by day and by words, and those that were held."""

    async def add_sent(self, answer: Answer, text_key: str, *, is_public: bool, now: datetime) -> None:
        """Count an answer that goes out."""
        await self._transaction.execute(
            insert(sent_answer).values(
                answer_id=answer.id, ticket_id=answer.ticket_id, text_key=text_key, is_public=is_public, at=now
            )
        )

    async def count_public(self, since: datetime) -> int:
        """Count the public answers since then."""
        result = await self._transaction.execute(
            select(func.count()).where(sent_answer.c.at >= since, sent_answer.c.is_public)
        )
        return int(result.scalar_one())

    async def list_last_to_others(self, text_key: str, ticket_id: int, limit: int) -> list[datetime]:
        """Return when other authors last got an answer with these words, the latest first."""
        own = select(_AUTHOR).where(ticket.c.id == ticket_id).scalar_subquery()
        last = func.max(sent_answer.c.at)
        result = await self._transaction.execute(
            select(last)
            .join(ticket, ticket.c.id == sent_answer.c.ticket_id)
            .where(sent_answer.c.text_key == text_key, own != _AUTHOR)
            .group_by(_AUTHOR)
            .order_by(last.desc())
            .limit(limit)
        )
        return list(result.scalars())

    async def hold(
        self,
        ticket_id: int,
        person_id: int,
        kind: str,
        text: str,
        media: Sequence[Json],
        reason: LimitKind,
        now: datetime,
    ) -> LimitedAnswer:
        """Store an answer that waits; an earlier one of the same ticket and kind is replaced."""
        await self._transaction.execute(
            update(held_answer)
            .where(
                held_answer.c.ticket_id == ticket_id,
                held_answer.c.kind == kind,
                held_answer.c.state == HeldState.WAITING.value,
            )
            .values(state=HeldState.REPLACED.value)
        )
        values = {"ticket_id": ticket_id, "person_id": person_id, "kind": kind, "text": text, "media": list(media)}
        result = await self._transaction.execute(
            insert(held_answer)
            .values(**values, reason=reason.value, state=HeldState.WAITING.value, at=now)
            .returning(*_HELD_COLUMNS)
        )
        return _held_from_row(result.one()._mapping)

    async def get_held(self, held_id: int) -> LimitedAnswer | None:
        result = await self._transaction.execute(select(*_HELD_COLUMNS).where(held_answer.c.id == held_id))
        row = result.first()
        return _held_from_row(row._mapping) if row else None

    async def decide(self, held: LimitedAnswer, state: HeldState, person_id: int) -> bool:
        """Record what becomes of a waiting answer; return False if somebody else was faster."""
        result = await self._transaction.execute(
            update(held_answer)
            .where(held_answer.c.id == held.id, held_answer.c.state == HeldState.WAITING.value)
            .values(state=state.value, decided_by=person_id)
            .returning(held_answer.c.id)
        )
        return result.first() is not None


def _held_from_row(row: RowMapping) -> LimitedAnswer:
    values = dict(row)
    values |= {"media": tuple(values["media"] or ()), "reason": LimitKind(values["reason"])}
    return LimitedAnswer(**{**values, "state": HeldState(values["state"])})
