"""Official pages: their last posts, and comments that wait for an answer."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import and_, delete, or_, select, update

from bot.domain.official_pages import PageComment, UnansweredComment
from storage.repositories.base import Repository
from storage.tables import message, official_page, official_page_comment, publication


class OfficialPages(Repository):
    """The watched pages and the comments under their posts."""

    async def start_watching(self, account: str, root: str, now: datetime) -> None:
        """Start to watch a page, if it is not watched yet."""
        statement = self._insert(official_page).values(account=account, root=root, watched_since=now)
        await self._transaction.execute(statement.on_conflict_do_nothing())

    async def record_post(self, account: str, root: str, at: datetime) -> None:
        """Record that the page has posted at *at*."""
        await self._transaction.execute(
            update(official_page)
            .where(
                official_page.c.account == account,
                official_page.c.root == root,
                or_(official_page.c.last_post_at.is_(None), official_page.c.last_post_at < at),
            )
            .values(last_post_at=at)
        )

    async def find_last_post(self, account: str, root: str) -> tuple[datetime, datetime | None] | None:
        """Return (watched since, last post) of a page."""
        result = await self._transaction.execute(
            select(official_page.c.watched_since, official_page.c.last_post_at).where(
                official_page.c.account == account, official_page.c.root == root
            )
        )
        row = result.first()
        return (row[0], row[1]) if row else None

    async def add_comment(self, comment: PageComment) -> None:
        """Insert a comment under a post of a page; a known one stays as it is."""
        values = asdict(comment)
        await self._transaction.execute(self._insert(official_page_comment).values(values).on_conflict_do_nothing())

    async def find_comment_thread(self, account: str, chat_id: str, external_id: str) -> str | None:
        """Return the thread of a comment."""
        result = await self._transaction.execute(
            select(official_page_comment.c.thread).where(
                official_page_comment.c.account == account,
                official_page_comment.c.chat_id == chat_id,
                official_page_comment.c.external_id == external_id,
            )
        )
        return result.scalar_one_or_none()

    async def delete_comment(self, account: str, chat_id: str, external_id: str) -> None:
        """Delete a comment that its author has deleted."""
        await self._transaction.execute(
            delete(official_page_comment).where(
                official_page_comment.c.account == account,
                official_page_comment.c.chat_id == chat_id,
                official_page_comment.c.external_id == external_id,
            )
        )

    async def list_unanswered(self, account: str, root: str, since: datetime) -> list[UnansweredComment]:
        """List people's comments since then that have neither a later reply of the page, in their thread or to all
        under the post, nor a published answer; oldest first."""
        reply = official_page_comment.alias("reply")
        answered = (
            select(reply.c.external_id)
            .where(
                reply.c.ours,
                reply.c.account == official_page_comment.c.account,
                reply.c.chat_id == official_page_comment.c.chat_id,
                reply.c.place == official_page_comment.c.place,
                reply.c.sent_at >= official_page_comment.c.sent_at,
                or_(reply.c.to_all, reply.c.thread == official_page_comment.c.thread),
            )
            .correlate(official_page_comment)
            .exists()
        )
        published = (
            select(publication.c.id)
            .join(message, message.c.id == publication.c.message_id)
            .where(
                publication.c.state == "posted",
                and_(
                    message.c.account == official_page_comment.c.account,
                    message.c.chat_id == official_page_comment.c.chat_id,
                    message.c.external_id == official_page_comment.c.external_id,
                ),
            )
            .correlate(official_page_comment)
            .exists()
        )
        result = await self._transaction.execute(
            select(official_page_comment.c.sent_at, official_page_comment.c.link)
            .where(
                official_page_comment.c.account == account,
                official_page_comment.c.root == root,
                official_page_comment.c.sent_at >= since,
                ~official_page_comment.c.ours,
                ~answered,
                ~published,
            )
            .order_by(official_page_comment.c.sent_at)
        )
        return [UnansweredComment(row[0], row[1]) for row in result]

    async def delete_older_than(self, before: datetime) -> None:
        """Delete comments sent before then."""
        await self._transaction.execute(delete(official_page_comment).where(official_page_comment.c.sent_at < before))
