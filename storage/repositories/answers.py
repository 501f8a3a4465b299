"""Answers and their publications."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, case, func, insert, literal, literal_column, or_, select, true, update

from bot.domain.answers import Answer, NewPublication, Poster, Publication, PublicationState
from bot.domain.drafts import Wording
from bot.domain.json_types import Json
from storage.repositories.base import Repository
from storage.tables import UtcDateTime, answer, message, publication

_ANSWER_COLUMNS = tuple(answer.c[name] for name in Answer.__dataclass_fields__)
# planner: written out as in the partial index; few publications wait for a person
# (test_a_hot_question_uses_an_index["answers: what waits to be posted by hand here"]).
_IS_MANUAL = publication.c.state == literal_column(f"'{PublicationState.BY_PERSON.value}'")

_PUBLICATION_COLUMNS = tuple(publication.c[name] for name in Publication.__dataclass_fields__)


@cache
def _latest_query() -> Select[Any]:
    return (
        select(*_ANSWER_COLUMNS)
        .where(
            answer.c.ticket_id == bindparam("number", type_=answer.c.ticket_id.type),
            answer.c.kind == bindparam("wording", type_=answer.c.kind.type),
        )
        .order_by(answer.c.id.desc())
        .limit(1)
    )


class Answers(Repository):
    """Answers to citizens and their publications."""

    async def add(
        self,
        ticket_id: int,
        person_id: int,
        text: str,
        media: Sequence[Json],
        now: datetime,
        *,
        problem_id: int | None = None,
        publisher_id: int | None = None,
        kind: Wording = Wording.ANSWER,
    ) -> Answer:
        """Insert an approved text of *kind*; with *problem_id* it goes to all who wrote about that problem."""
        result = await self._transaction.execute(
            insert(answer)
            .values(
                ticket_id=ticket_id,
                problem_id=problem_id,
                person_id=person_id,
                state="approved",
                text=text,
                media=list(media),
                revision=0,
                created_at=now,
                publisher_id=publisher_id,
                kind=kind.value,
            )
            .returning(*_ANSWER_COLUMNS)
        )
        return _answer_from_row(result.one())

    async def get(self, answer_id: int) -> Answer | None:
        row = (await self._transaction.execute(select(*_ANSWER_COLUMNS).where(answer.c.id == answer_id))).first()
        return _answer_from_row(row) if row else None

    async def find_latest(self, ticket_id: int, kind: Wording = Wording.ANSWER) -> Answer | None:
        """Return the latest answer to a ticket, or its latest text of another *kind*."""
        found = await self._transaction.execute(_latest_query(), {"number": ticket_id, "wording": kind.value})
        row = found.first()
        return _answer_from_row(row) if row else None

    async def update_text(self, answer_id: int, text: str) -> None:
        """Replace the text of an answer that is already published."""
        await self._transaction.execute(
            update(answer).where(answer.c.id == answer_id).values(text=text, revision=answer.c.revision + 1)
        )

    async def add_publication(
        self, answer_id: int, ticket_id: int, message_id: int, state: PublicationState, about: str | None = None
    ) -> Publication:
        """Insert a publication of the answer under this message."""
        result = await self._transaction.execute(
            insert(publication)
            .values(
                answer_id=answer_id,
                ticket_id=ticket_id,
                message_id=message_id,
                state=state.value,
                external_ids=[],
                about=about,
            )
            .returning(*_PUBLICATION_COLUMNS)
        )
        return _publication_from_row(result.one())

    async def list_answers_of(self, publication_ids: Sequence[int]) -> dict[int, int]:
        """Return publication → answer."""
        result = await self._transaction.execute(
            select(publication.c.id, publication.c.answer_id).where(publication.c.id.in_(publication_ids))
        )
        return {row[0]: row[1] for row in result}

    async def get_publication(self, publication_id: int) -> Publication | None:
        row = (
            await self._transaction.execute(select(*_PUBLICATION_COLUMNS).where(publication.c.id == publication_id))
        ).first()
        return _publication_from_row(row) if row else None

    async def list_publications(self, answer_id: int, ticket_id: int | None = None) -> list[Publication]:
        """List the publications of an answer; with *ticket_id* only those of that member of a problem."""
        query = select(*_PUBLICATION_COLUMNS).where(publication.c.answer_id == answer_id).order_by(publication.c.id)
        if ticket_id is not None:
            query = query.where(publication.c.ticket_id == ticket_id)
        return [_publication_from_row(row) for row in await self._transaction.execute(query)]

    async def add_publications(self, answer_id: int, wanted: Sequence[NewPublication]) -> list[int]:
        """Insert many publications; return their ids in the order of *wanted*."""
        if not wanted:
            return []
        result = await self._transaction.execute(
            insert(publication).returning(publication.c.id, sort_by_parameter_order=True),
            [
                {
                    "answer_id": answer_id,
                    "ticket_id": one.ticket_id,
                    "message_id": one.message_id,
                    "state": one.state.value,
                    "external_ids": [],
                    "spot": one.audience_key,
                    "via_id": one.covered_by_id,
                    "link": one.link,
                    "posted_at": one.posted_at,
                }
                for one in wanted
            ],
        )
        return list(result.scalars())

    async def find_last_for_audience(self, answer_id: int, audience_key: str) -> Publication | None:
        """Return the latest post of an answer for *audience_key*, published or pending."""
        result = await self._transaction.execute(
            select(*_PUBLICATION_COLUMNS)
            .where(
                publication.c.answer_id == answer_id, publication.c.spot == audience_key, publication.c.via_id.is_(None)
            )
            .order_by(publication.c.id.desc())
            .limit(1)
        )
        row = result.first()
        return _publication_from_row(row) if row else None

    async def mark_covered_posted(self, publication_id: int, link: str | None, posted_at: datetime) -> None:
        """Record that the publications that this one covers are posted with it."""
        await self._update_covered(publication_id, state=PublicationState.POSTED.value, link=link, posted_at=posted_at)

    async def mark_covered_failed(self, publication_id: int, error: str) -> None:
        """Record that the publications that this one covers have failed with it."""
        await self._update_covered(publication_id, state=PublicationState.FAILED.value, error=error)

    async def _update_covered(self, publication_id: int, **columns: Any) -> None:
        await self._transaction.execute(
            update(publication).where(publication.c.via_id == publication_id).values(**columns)
        )

    async def list_manual_pending(self, answer_id: int) -> list[Publication]:
        """List the posts of an answer that a person must publish manually."""
        result = await self._transaction.execute(
            select(*_PUBLICATION_COLUMNS)
            .where(publication.c.answer_id == answer_id, publication.c.via_id.is_(None), _IS_MANUAL)
            .order_by(publication.c.id)
        )
        return [_publication_from_row(row) for row in result]

    async def count_by_state(self, answer_id: int) -> dict[PublicationState, int]:
        """Count the publications of an answer by state."""
        result = await self._transaction.execute(
            select(publication.c.state, func.count())
            .where(publication.c.answer_id == answer_id)
            .group_by(publication.c.state)
        )
        return {PublicationState(row[0]): int(row[1]) for row in result}

    async def requeue_publications(self, ids: Collection[int]) -> None:
        """Queue these publications, and those that they cover, again."""
        concerned = or_(publication.c.id.in_(ids), publication.c.via_id.in_(ids))
        await self._transaction.execute(
            update(publication).where(concerned).values(state=PublicationState.QUEUED.value, error=None)
        )

    async def list_posted(self, answer_id: int) -> list[Publication]:
        """List the published posts of an answer."""
        return await self._list_own_posts(answer_id, PublicationState.POSTED)

    async def list_failed(self, answer_id: int) -> list[Publication]:
        """List the failed posts of an answer."""
        return await self._list_own_posts(answer_id, PublicationState.FAILED)

    async def _list_own_posts(self, answer_id: int, state: PublicationState) -> list[Publication]:
        """List the publications with a message of their own."""
        result = await self._transaction.execute(
            select(*_PUBLICATION_COLUMNS)
            .where(
                publication.c.answer_id == answer_id,
                publication.c.state == state.value,
                publication.c.via_id.is_(None),
            )
            .order_by(publication.c.id)
        )
        return [_publication_from_row(row) for row in result]

    async def update_publication(
        self,
        publication_id: int,
        state: PublicationState,
        *,
        external_ids: Sequence[str] = (),
        link: str | None = None,
        error: str | None = None,
        posted_at: datetime | None = None,
        poster: Poster | None = None,
        poster_id: int | None = None,
        check_at: datetime | None = None,
    ) -> None:
        """Record the result of a publication; *check_at*: when to check whether it is still visible."""
        await self._transaction.execute(
            update(publication)
            .where(publication.c.id == publication_id)
            .values(
                state=state.value,
                external_ids=list(external_ids),
                link=link,
                error=error[:200] if error else None,
                posted_at=posted_at,
                poster=poster.value if poster else None,
                poster_id=poster_id,
                check_at=check_at,
                checks=0,
            )
        )

    async def set_about(self, publication_id: int, about: str | None) -> None:
        """Record the key of the citizen's words that the people responsible know of."""
        await self._transaction.execute(
            update(publication).where(publication.c.id == publication_id).values(about=about)
        )

    async def set_visible_text(self, publication_ids: Sequence[int], text: str, *, if_unknown: bool = False) -> None:
        """Record the text that a reader sees there (*if_unknown*: unless one is recorded)."""
        known = publication.c.text.is_(None) if if_unknown else true()
        await self._transaction.execute(
            update(publication).where(publication.c.id.in_(publication_ids), known).values(text=text)
        )

    async def list_publications_for_ticket(self, ticket_id: int) -> list[Publication]:
        """List all publications of all answers to a ticket, latest first; those of questions are none."""
        result = await self._transaction.execute(
            select(*_PUBLICATION_COLUMNS)
            .join(answer, answer.c.id == publication.c.answer_id)
            .where(publication.c.ticket_id == ticket_id, answer.c.kind == Wording.ANSWER.value)
            .order_by(publication.c.id.desc())
        )
        return [_publication_from_row(row) for row in result]

    async def list_manual_pending_of(self, ticket_id: int) -> list[Publication]:
        """List the posts of a ticket, answers and others, that a person must publish manually."""
        result = await self._transaction.execute(
            select(*_PUBLICATION_COLUMNS)
            .join(answer, answer.c.id == publication.c.answer_id)
            .where(answer.c.ticket_id == ticket_id, publication.c.via_id.is_(None), _IS_MANUAL)
            .order_by(publication.c.id)
        )
        return [_publication_from_row(row) for row in result]

    async def list_due_checks(self, now: datetime, limit: int) -> list[Publication]:
        """List publications whose check is due, longest due first."""
        result = await self._transaction.execute(
            select(*_PUBLICATION_COLUMNS)
            .where(publication.c.check_at.is_not(None), publication.c.check_at <= now)
            .order_by(publication.c.check_at)
            .limit(limit)
        )
        return [_publication_from_row(row) for row in result]

    async def reschedule_checks(self, ids: Collection[int], at: datetime, max_checks: int) -> None:
        """Check these again at *at*, unless they have been checked *max_checks* times."""
        tried = publication.c.checks + 1
        await self._transaction.execute(
            update(publication)
            .where(publication.c.id.in_(ids))
            .values(checks=tried, check_at=case((tried >= max_checks, None), else_=literal(at, UtcDateTime())))
        )

    async def clear_check(self, publication_id: int) -> None:
        """Record that no further check is needed."""
        await self._transaction.execute(
            update(publication).where(publication.c.id == publication_id).values(check_at=None)
        )

    async def list_unposted(self) -> list[Publication]:
        """List everything that the bot or a person still has to post."""
        hopeful = (PublicationState.QUEUED.value, PublicationState.BY_PERSON.value)
        result = await self._transaction.execute(
            select(*_PUBLICATION_COLUMNS).where(publication.c.state.in_(hopeful)).order_by(publication.c.id)
        )
        return [_publication_from_row(row) for row in result]

    async def list_manual_pending_in_chat(self, account: str, chat_id: str) -> list[Publication]:
        """List the posts that a person must publish manually in this chat, latest first."""
        here = (
            select(message.c.id)
            .where(
                message.c.id == publication.c.message_id,
                message.c.account == account,
                message.c.chat_id == chat_id,
            )
            .correlate(publication)
            .exists()
        )
        result = await self._transaction.execute(select(*_PUBLICATION_COLUMNS).where(_IS_MANUAL, here))
        return sorted((_publication_from_row(row) for row in result), key=lambda one: -one.id)


def _answer_from_row(row: Any) -> Answer:
    values = dict(row._mapping)
    values["media"], values["kind"] = tuple(values["media"]), Wording(values["kind"])
    return Answer(**values)


def _publication_from_row(row: Any) -> Publication:
    values = dict(row._mapping)
    values["state"] = PublicationState(values["state"])
    values["external_ids"] = tuple(values["external_ids"])
    values["poster"] = Poster(values["poster"]) if values["poster"] else None
    return Publication(**values)
