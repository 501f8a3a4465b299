"""Acts of people on the walls of the sandbox's VK, and under photos, videos, goods and topics."""

from collections.abc import Sequence
from typing import Any

from sandbox.vk.acts import Acts, Document
from sandbox.vk.render import comment_object, post_object
from sandbox.vk.state import (
    Comment,
    Post,
)


class WallActs(Acts):
    """Posts and comments."""

    async def post(self, group_id: int, text: str) -> int:
        """The community writes on its own wall; the post's id."""
        return await self._add_post(group_id, -group_id, text, "post")

    async def visitor_post(
        self,
        group_id: int,
        user_id: int,
        text: str,
        *,
        suggested: bool = False,
        photos: Sequence[bytes] = (),
        raw_attachments: Sequence[dict[str, Any]] = (),
        **more: Any,
    ) -> int:
        """A visitor writes on the wall, or (*suggested*) proposes a post; its id. *more*: fields such as ``geo``."""
        kind = "suggest" if suggested else "post"
        return await self._add_post(group_id, user_id, text, kind, photos, raw_attachments, more)

    async def _add_post(
        self,
        group_id: int,
        from_id: int,
        text: str,
        kind: str,
        photos: Sequence[bytes] = (),
        raw_attachments: Sequence[dict[str, Any]] = (),
        more: dict[str, Any] | None = None,
    ) -> int:
        world = self.world
        things = [*self._attachments(from_id, photos=photos), *raw_attachments]
        now = self.change_log.now()
        post = Post(world.next_id(), -group_id, from_id, now, text, kind, things, more=more or {})
        world.posts[(group_id, post.id)] = post
        world.emit(group_id, "wall_post_new", post_object(post))
        await self.change_log.notify()
        return post.id

    async def comment(
        self,
        group_id: int,
        post_id: int,
        user_id: int,
        text: str,
        *,
        reply_to: int | None = None,
        photo: bytes | None = None,
        document: Document | None = None,
        raw_attachments: Sequence[dict[str, Any]] = (),
    ) -> int:
        """A person comments a post (*user_id* = ``-group_id``: the community itself does); the comment's id."""
        post = self.world.posts[(group_id, post_id)]
        files = self._attachments(user_id, photos=[photo] if photo else (), documents=[document] if document else ())
        things = [*files, *raw_attachments]
        comment = self.world.add_comment(post.comments, user_id, text, reply_to_comment=reply_to, attachments=things)
        return await self._emit_comment(group_id, "wall_reply_new", comment, post_id=post_id)

    async def edit_comment(self, group_id: int, post_id: int, comment_id: int, text: str) -> None:
        comment = self.world.posts[(group_id, post_id)].comments[comment_id]
        comment.text = text
        await self._emit_comment(group_id, "wall_reply_edit", comment, post_id=post_id)

    async def delete_comment(
        self, group_id: int, post_id: int, comment_id: int, *, deleter_id: int | None = None
    ) -> None:
        comment = self.world.posts[(group_id, post_id)].comments[comment_id]
        comment.deleted = True
        gone = {"owner_id": -group_id, "id": comment_id, "post_id": post_id}
        self.world.emit(group_id, "wall_reply_delete", gone | {"deleter_id": deleter_id or comment.from_id})
        await self.change_log.notify()

    async def restore_comment(self, group_id: int, post_id: int, comment_id: int) -> None:
        comment = self.world.posts[(group_id, post_id)].comments[comment_id]
        comment.deleted = False
        await self._emit_comment(group_id, "wall_reply_restore", comment, post_id=post_id)

    async def like_comment(
        self, group_id: int, post_id: int, comment_id: int, user_id: int, *, on: bool = True
    ) -> None:
        """Somebody likes a comment, or takes the like back."""
        liked = {
            "liker_id": user_id,
            "object_type": "comment",
            "object_owner_id": -group_id,
            "object_id": comment_id,
            "thread_reply_id": 0,
            "post_id": post_id,
        }
        self.world.emit(group_id, "like_add" if on else "like_remove", liked)
        await self.change_log.notify()

    async def close_comments(self, group_id: int, post_id: int, *, closed: bool = True) -> None:
        self.world.posts[(group_id, post_id)].comments_closed = closed
        await self.change_log.notify()

    async def delete_post(self, group_id: int, post_id: int) -> None:
        del self.world.posts[(group_id, post_id)]
        await self.change_log.notify()

    async def _emit_comment(self, group_id: int, kind: str, comment: Comment, **place: int) -> int:
        self.world.emit(group_id, kind, comment_object(comment, -group_id, **place))
        await self.change_log.notify()
        return comment.id

    # -- comments where a community's key cannot answer

    async def photo_comment(self, group_id: int, photo_id: int, user_id: int, text: str) -> int:
        return await self._comment_on("photo", group_id, photo_id, user_id, text)

    async def video_comment(self, group_id: int, video_id: int, user_id: int, text: str) -> int:
        return await self._comment_on("video", group_id, video_id, user_id, text)

    async def market_comment(self, group_id: int, item_id: int, user_id: int, text: str) -> int:
        return await self._comment_on("market", group_id, item_id, user_id, text)

    async def board_comment(self, group_id: int, topic_id: int, user_id: int, text: str) -> int:
        return await self._comment_on("board", group_id, topic_id, user_id, text)

    async def _comment_on(self, kind: str, group_id: int, thing_id: int, user_id: int, text: str) -> int:
        comment = self.world.add_comment(self.world.showcases[f"{kind}-{group_id}_{thing_id}"], user_id, text)
        if kind == "board":
            event, place = "board_post_new", {"topic_id": thing_id, "topic_owner_id": -group_id}
        elif kind == "market":
            event, place = "market_comment_new", {"item_id": thing_id, "market_owner_id": -group_id}
        else:
            event, place = f"{kind}_comment_new", {f"{kind}_id": thing_id, f"{kind}_owner_id": -group_id}
        return await self._emit_comment(group_id, event, comment, **place)
