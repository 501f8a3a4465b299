"""Marks of answers, and the earlier answers that a new one is compared with."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, delete, insert, or_, select, text

from bot.domain.answer_marks import Mark, MarkKind
from bot.domain.answers import Answer, PublicationState
from storage.repositories.base import Repository
from storage.tables import answer, answer_mark, publication, ticket

# planner: written out as in the partial index
# (test_a_hot_question_uses_an_index["answers: earlier ones about a place"]).
_IS_PLACED = text("ticket.street IS NOT NULL AND ticket.answered_at IS NOT NULL")


class AnswerMarks(Repository):
    """The marks of published answers."""

    async def add_all(self, of: Answer, marks: Sequence[Mark], now: datetime, person_id: int | None = None) -> None:
        """Store *marks* of the answer as its text is now; *person_id*: who put them, if not the checker."""
        if not marks:
            return
        common = {"answer_id": of.id, "ticket_id": of.ticket_id, "revision": of.revision, "at": now}
        rows = [
            {**common, "kind": mark.kind.value, "first": mark.start, "last": mark.end, "person_id": person_id}
            for mark in marks
        ]
        await self._transaction.execute(insert(answer_mark), rows)

    async def remove(self, of: Answer, kind: MarkKind) -> bool:
        """Remove the marks of *kind* that a person put; return whether there were any."""
        result = await self._transaction.execute(
            delete(answer_mark)
            .where(
                answer_mark.c.ticket_id == of.ticket_id,
                answer_mark.c.answer_id == of.id,
                answer_mark.c.kind == kind.value,
                answer_mark.c.person_id.is_not(None),
            )
            .returning(answer_mark.c.id)
        )
        return result.first() is not None

    async def list_earlier_answers(
        self, ticket_id: int, since: datetime, limit: int
    ) -> list[tuple[int, str, datetime]]:
        """List answers posted since then to other tickets of the same topic and place, the latest first.

        Each comes with the number of its ticket and the moment of its publication. A ticket without a house is about
        the whole street, and one without a settlement may be about any.
        """
        own = ticket.alias("own")
        same_house = or_(own.c.house.is_(None), ticket.c.house.is_(None), ticket.c.house == own.c.house)
        there = ticket.c.settlement
        same_settlement = or_(own.c.settlement.is_(None), there.is_(None), there == own.c.settlement)
        same_place = and_(ticket.c.street == own.c.street, same_house, same_settlement)
        result = await self._transaction.execute(
            select(answer.c.ticket_id, answer.c.text, publication.c.posted_at)
            .select_from(own)
            .join(ticket, and_(same_place, ticket.c.topic == own.c.topic))
            .join(answer, answer.c.ticket_id == ticket.c.id)
            .join(publication, publication.c.answer_id == answer.c.id)
            .where(
                own.c.id == ticket_id,
                ticket.c.id != ticket_id,
                _IS_PLACED,
                publication.c.state == PublicationState.POSTED.value,
                publication.c.via_id.is_(None),
                publication.c.posted_at >= since,
            )
            .order_by(publication.c.posted_at.desc())
            .limit(limit)
        )
        return [(number, words, posted_at) for number, words, posted_at in result]
