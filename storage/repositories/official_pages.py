"""Official pages: signs of life, and who was answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, or_, select, update

from storage.repositories.base import Repository
from storage.tables import message, page, page_comment, publication


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A comment that nobody of the page has answered."""

    sent_at: datetime
    link: str | None


class Pages(Repository):
    """What happens on the watched pages."""

    async def watch(self, account: str, root: str, now: datetime) -> None:
        """Begin to watch a page, if it was not watched yet."""
        statement = self._insert(page).values(account=account, root=root, watched_since=now)
        await self._connection.execute(statement.on_conflict_do_nothing())

    async def posted(self, account: str, root: str, at: datetime) -> None:
        """The page has posted something at *at*."""
        await self._connection.execute(
            update(page)
            .where(
                page.c.account == account,
                page.c.root == root,
                or_(page.c.last_post_at.is_(None), page.c.last_post_at < at),
            )
            .values(last_post_at=at)
        )

    async def quiet_since(self, account: str, root: str) -> tuple[datetime, datetime | None] | None:
        """(watched since, last post) of a page."""
        result = await self._connection.execute(
            select(page.c.watched_since, page.c.last_post_at).where(page.c.account == account, page.c.root == root)
        )
        row = result.first()
        return (row[0], row[1]) if row else None

    async def add(self, values: Mapping[str, Any]) -> None:
        """A comment under a post of a page; a known one stays as it is."""
        await self._connection.execute(self._insert(page_comment).values(**values).on_conflict_do_nothing())

    async def thread_of(self, account: str, chat_id: str, external_id: str) -> str | None:
        """The thread that a comment stands in."""
        result = await self._connection.execute(
            select(page_comment.c.thread).where(
                page_comment.c.account == account,
                page_comment.c.chat_id == chat_id,
                page_comment.c.external_id == external_id,
            )
        )
        return result.scalar_one_or_none()

    async def remove(self, account: str, chat_id: str, external_id: str) -> None:
        """The comment was taken back."""
        await self._connection.execute(
            delete(page_comment).where(
                page_comment.c.account == account,
                page_comment.c.chat_id == chat_id,
                page_comment.c.external_id == external_id,
            )
        )

    async def unanswered(self, account: str, root: str, since: datetime) -> list[Unanswered]:
        """People's comments since then without a later word of the page in their thread, or to everybody under the
        post, and without a published answer; the oldest first."""
        reply = page_comment.alias("reply")
        answered = (
            select(reply.c.external_id)
            .where(
                reply.c.ours,
                reply.c.account == page_comment.c.account,
                reply.c.chat_id == page_comment.c.chat_id,
                reply.c.place == page_comment.c.place,
                reply.c.sent_at >= page_comment.c.sent_at,
                or_(reply.c.to_all, reply.c.thread == page_comment.c.thread),
            )
            .correlate(page_comment)
            .exists()
        )
        published = (
            select(publication.c.id)
            .join(message, message.c.id == publication.c.message_id)
            .where(
                publication.c.state == "posted",
                and_(
                    message.c.account == page_comment.c.account,
                    message.c.chat_id == page_comment.c.chat_id,
                    message.c.external_id == page_comment.c.external_id,
                ),
            )
            .correlate(page_comment)
            .exists()
        )
        result = await self._connection.execute(
            select(page_comment.c.sent_at, page_comment.c.link)
            .where(
                page_comment.c.account == account,
                page_comment.c.root == root,
                page_comment.c.sent_at >= since,
                ~page_comment.c.ours,
                ~answered,
                ~published,
            )
            .order_by(page_comment.c.sent_at)
        )
        return [Unanswered(row[0], row[1]) for row in result]

    async def forget(self, before: datetime) -> None:
        """Comments that are no news any more."""
        await self._connection.execute(delete(page_comment).where(page_comment.c.sent_at < before))
