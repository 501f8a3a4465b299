"""The sandbox's records as the JSON objects of VK API 5.199."""

from typing import Any

from sandbox.vk.state import Comment, Dialog, Message, Post, User

CROPPED_FROM = 8  # attachments of one message; VK documents ``is_cropped``, not the number


def message_object(message: Message, *, nested: bool = False) -> dict[str, Any]:
    """A message as ``message_new``, ``messages.getHistory`` and quotations of it show it."""
    seen: dict[str, Any] = {
        "date": int(message.date.timestamp()),
        "from_id": message.from_id,
        "id": message.id,
        "peer_id": message.peer_id,
        "conversation_message_id": message.cmid,
        "text": message.text,
        "attachments": message.attachments,
    }
    if message.geo:
        seen["geo"] = message.geo
    if message.payload is not None:
        seen["payload"] = message.payload
    if message.reply and not nested:
        seen["reply_message"] = message_object(message.reply, nested=True)
    if message.edited:
        seen["update_time"] = int(message.edited.timestamp())
    if nested:
        return seen
    seen |= {
        "out": int(message.out),
        "version": 10000000 + message.cmid,
        "important": False,
        "is_hidden": False,
        "random_id": message.random_id,
        "fwd_messages": message.forwarded,
    }
    if message.keyboard:
        seen["keyboard"] = message.keyboard
    if message.action:
        seen["action"] = message.action
    if message.ref:
        seen["ref"] = message.ref
    if message.manager:
        seen["admin_author_id"] = message.manager
    return seen


def cropped_object(seen: dict[str, Any]) -> dict[str, Any]:
    """The message *seen* as an update shows it: of many attachments only the first, and ``is_cropped``."""
    shown = dict(seen)
    if len(seen.get("attachments", ())) >= CROPPED_FROM:
        shown |= {"attachments": seen["attachments"][:1], "is_cropped": True}
    if seen.get("fwd_messages"):
        shown["fwd_messages"] = [cropped_object(one) for one in seen["fwd_messages"]]
    return shown


def comment_object(comment: Comment, owner_id: int, **place: int) -> dict[str, Any]:
    """A comment; *place* says what it belongs to (``post_id``, ``photo_id`` …)."""
    seen: dict[str, Any] = {
        "id": comment.id,
        "from_id": comment.from_id,
        "date": int(comment.date.timestamp()),
        "text": comment.text,
        "owner_id": owner_id,
        "parents_stack": comment.parents_stack,
        **place,
    }
    if comment.attachments:
        seen["attachments"] = comment.attachments
    if comment.reply_to_comment is not None:
        seen |= {"reply_to_comment": comment.reply_to_comment, "reply_to_user": comment.reply_to_user}
    return seen


def post_object(post: Post) -> dict[str, Any]:
    return {
        "id": post.id,
        "from_id": post.from_id,
        "owner_id": post.owner_id,
        "date": int(post.date.timestamp()),
        "post_type": post.post_type,
        "text": post.text,
        "attachments": post.attachments,
        "comments": {"count": len(post.comments), "can_post": int(not post.comments_closed)},
        "inner_type": "wall_wallpost",
        **post.more,
    }


def user_object(user: User) -> dict[str, Any]:
    if user.deactivated == "deleted":
        return {"id": user.id, "first_name": "DELETED", "last_name": "", "deactivated": "deleted"}
    seen = {"id": user.id, "first_name": user.first_name, "last_name": user.last_name}
    if user.deactivated is not None:
        return seen | {"deactivated": user.deactivated}
    return seen | {"can_access_closed": True, "is_closed": False}


def conversation_object(dialog: Dialog) -> dict[str, Any]:
    """One item of ``messages.getConversations``."""
    last = dialog.messages[max(dialog.messages)]
    unread = unread_count(dialog)
    conversation: dict[str, Any] = {
        "peer": {
            "id": dialog.peer_id,
            "type": "chat" if dialog.is_chat else "user",
            "local_id": dialog.peer_id % 2_000_000_000,
        },
        "last_message_id": last.id,
        "last_conversation_message_id": last.cmid,
        "in_read": dialog.read_up_to,
        "out_read": last.cmid,
        "can_write": {"allowed": dialog.allowed or dialog.is_chat},
        "version": 10000000,
    }
    if unread:
        conversation["unread_count"] = unread
    if not last.out:
        conversation["unanswered"] = True
    return {"conversation": conversation, "last_message": message_object(last)}


def unread_count(dialog: Dialog) -> int:
    return sum(not m.out and not m.deleted and m.cmid > dialog.read_up_to for m in dialog.messages.values())
