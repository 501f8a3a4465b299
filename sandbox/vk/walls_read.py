"""Reads of walls and discussions with a service or user key: posts, comments, threads."""

from collections.abc import Iterable
from typing import Any

from sandbox.vk.errors import VkError, invalid_parameter
from sandbox.vk.params import Params
from sandbox.vk.render import comment_object, post_object
from sandbox.vk.state import Comment, Community, Post
from sandbox.vk.world import World

MAX_COUNT = 100
MAX_IN_THREAD = 10


def get(world: World, community: Community | None, params: Params) -> dict[str, Any]:
    """``wall.get``: the newest first."""
    owner_id = params.integer("owner_id")
    if -owner_id not in world.communities:
        raise VkError(15, "user deactivated" if owner_id > 0 else "wall is disabled")
    count = _count(params, 20)
    posts = [post for (group, _), post in world.posts.items() if group == -owner_id and post.post_type == "post"]
    offset = params.integer("offset", 0)
    newest = sorted(posts, key=lambda post: -post.id)
    return {"count": len(posts), "items": [post_object(post) for post in newest[offset : offset + count]]}


def get_by_id(world: World, community: Community | None, params: Params) -> dict[str, Any]:
    """``wall.getById``: those that are there."""
    found = []
    for name in params.text("posts").split(","):
        owner, _, number = name.strip().partition("_")
        if not (owner.lstrip("-").isdigit() and number.isdigit()):
            raise invalid_parameter("posts is invalid")
        post = world.posts.get((-int(owner), int(number)))
        found += [post_object(post)] if post is not None else []
    return {"items": found}


def get_comments(world: World, community: Community | None, params: Params) -> dict[str, Any]:
    """``wall.getComments``: of a post, or with ``comment_id`` of one thread; from ``start_comment_id`` on."""
    owner_id = params.integer("owner_id")
    post = world.posts.get((-owner_id, params.integer("post_id")))
    if post is None:
        raise VkError(15, "post was not found")
    if post.comments_closed:
        raise VkError(212)
    threads = params.integer("thread_items_count", 0)
    if not 0 <= threads <= MAX_IN_THREAD:
        raise invalid_parameter("thread_items_count should be between 0 and 10")
    branch = params.integer("comment_id", 0)
    if branch and branch not in post.comments:
        raise invalid_parameter("comment_id is invalid")
    chosen = [
        one
        for one in _visible_comments(post.comments.values())
        if one.parents_stack[:1] == ([branch] if branch else [])
    ]
    items = [_thread_preview(post, one, threads) for one in _comments_page(chosen, params)]
    return {
        "count": len(_visible_comments(post.comments.values())),
        "current_level_count": len(chosen),
        "can_post": False,
        "groups_can_post": True,
        "items": items,
    }


def board_comments(world: World, community: Community | None, params: Params) -> dict[str, Any]:
    """``board.getComments``"""
    name = f"board-{params.integer('group_id')}_{params.integer('topic_id')}"
    if name not in world.showcases:
        raise invalid_parameter("topic_id is invalid")
    shown = _visible_comments(world.showcases[name].values())
    items = [comment_object(one, -params.integer("group_id")) for one in _comments_page(shown, params)]
    return {"count": len(shown), "items": items}


def _comments_page(comments: list[Comment], params: Params) -> list[Comment]:
    if params.text("sort", "asc") not in ("asc", "desc"):
        raise invalid_parameter("sort is invalid")
    ordered = sorted(comments, key=lambda one: one.id, reverse=params.text("sort", "asc") == "desc")
    start = params.integer("start_comment_id", 0)
    if start:
        ordered = [one for one in ordered if one.id >= start]
    offset = params.integer("offset", 0)
    return ordered[offset : offset + _count(params, 10)]


def _thread_preview(post: Post, comment: Comment, most: int) -> dict[str, Any]:
    shown = comment_object(comment, post.owner_id, post_id=post.id)
    if comment.deleted:
        shown = {"id": comment.id, "from_id": 0, "date": shown["date"], "deleted": True, "text": ""}
    answers = [one for one in _visible_comments(post.comments.values()) if one.parents_stack[:1] == [comment.id]]
    if not comment.parents_stack:
        first = [comment_object(one, post.owner_id, post_id=post.id) for one in answers[:most]]
        shown["thread"] = {"count": len(answers), "items": first, "can_post": False}
    return shown


def _visible_comments(comments: Iterable[Comment]) -> list[Comment]:
    """A deleted comment stays visible as such while somebody has answered it."""
    everything = list(comments)
    answered = {one.parents_stack[0] for one in everything if one.parents_stack and not one.deleted}
    return [one for one in everything if not one.deleted or one.id in answered]


def _count(params: Params, default: int) -> int:
    count = params.integer("count", default)
    if not 0 <= count <= MAX_COUNT:
        raise invalid_parameter("count should be less or equal to 100")
    return count
