"""``wall.createComment``: the one thing a community's key may do on a wall."""

from typing import Any

from sandbox.vk.errors import VkError, invalid_parameter
from sandbox.vk.files import resolve_attachments
from sandbox.vk.params import Params
from sandbox.vk.render import comment_object
from sandbox.vk.state import Comment, Community, Post
from sandbox.vk.world import World

TEXT_LIMIT = 4096


class WallComments:
    """Comments of communities, and what their ``guid`` remembers."""

    def __init__(self) -> None:
        self._by_guid: dict[tuple[int, int, str], Comment] = {}

    def create_comment(self, world: World, community: Community, params: Params) -> dict[str, Any]:
        post = self._post(world, community, params)
        guid = (community.id, post.id, params.text("guid"))
        if guid[2] and guid in self._by_guid:
            return _created_comment(self._by_guid[guid])
        if post.comments_closed:
            raise VkError(212)
        text = params.text("message")
        # The community cannot attach photos to comments: those need an upload with a person's key.
        attachments = resolve_attachments(world, community, params.text("attachments"), {"doc", "video", "wall"})
        if not text and not attachments:
            raise invalid_parameter("message is empty or invalid")
        if post.links_forbidden and "://" in text:
            raise VkError(222)
        if len(text) > TEXT_LIMIT:
            raise invalid_parameter("message is too long")
        parent = params.integer("reply_to_comment", 0) or None
        if parent is not None and (parent not in post.comments or post.comments[parent].deleted):
            raise invalid_parameter("reply_to_comment is invalid")
        comment = world.add_comment(
            post.comments, -community.id, text, attachments=attachments, reply_to_comment=parent
        )
        if guid[2]:
            self._by_guid[guid] = comment
        world.emit(community.id, "wall_reply_new", comment_object(comment, post.owner_id, post_id=post.id))
        return _created_comment(comment)

    def _post(self, world: World, community: Community, params: Params) -> Post:
        owner_id = params.integer("owner_id", -community.id)
        if owner_id != -community.id:
            raise VkError(15, "no access to this wall")
        if params.integer("from_group", community.id) not in {0, community.id}:
            raise invalid_parameter("from_group is invalid")
        post = world.posts.get((community.id, params.integer("post_id")))
        if post is None or post.post_type == "suggest":
            raise VkError(15, "post was not found")
        return post


def _created_comment(comment: Comment) -> dict[str, Any]:
    return {"comment_id": comment.id, "parents_stack": comment.parents_stack}
