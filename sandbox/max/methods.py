"""The methods that write and read messages."""

from datetime import timedelta
from typing import Any

from sandbox.max.bodies import MessageDraft, parse_body, require_content
from sandbox.max.call import Request
from sandbox.max.errors import ApiError, bad_request, bot_stopped, chat_not_found, forbidden, message_not_found
from sandbox.max.render import linked, message_object
from sandbox.max.state import Chat, ChatType, Message
from sandbox.max.world import World

Json = dict[str, Any]

DIALOG_EDIT_WINDOW = timedelta(days=7)  # PUT /messages: dialogs only; a message with a keyboard at any time
COMMENT_EDIT_WINDOW = timedelta(hours=26)
_ANSWER_FIELDS = frozenset({"message", "notification"})


def send(world: World, request: Request) -> Json:
    """``POST /messages``"""
    request.reject_unknown("user_id", "chat_id", "disable_link_preview")
    request.flag("disable_link_preview")
    chat = requested_chat(world, request)
    _require_writable(chat)
    wanted = parse_body(world, request.body)
    attachments = wanted.attachments or []
    require_content(wanted.text or "", attachments)
    link = _resolve_link(world, wanted, chat)
    message = world.new_message(
        chat,
        world.me.user_id if chat.kind is not ChatType.CHANNEL else None,
        text=wanted.text or "",
        markup=wanted.markup,
        attachments=attachments,
        link=link,
        notify=wanted.notify,
    )
    return {"message": message_object(world, chat, message)}


def requested_chat(world: World, request: Request) -> Chat:
    """The chat or the person's dialog that a request names; 404 where the bot knows none."""
    user_id, chat_id = request.integer("user_id"), request.integer("chat_id")
    if (user_id is None) == (chat_id is None):
        raise bad_request("either user_id or chat_id is required")
    if user_id is not None:
        chat = world.ensure_dialog(user_id) if user_id in world.users else None
        if chat is None or not chat.open:
            raise ApiError(404, "dialog.not.found", f"Dialog with user {user_id} not found")
        return chat
    found = world.chats.get(chat_id or 0)
    if found is None or (found.kind is ChatType.DIALOG and not found.open):
        raise chat_not_found(chat_id or 0)
    return found


def _require_writable(chat: Chat) -> None:
    if chat.kind is ChatType.DIALOG:
        if chat.stopped:
            raise bot_stopped(chat.chat_id)
    elif not chat.bot_in:
        raise chat_not_found(chat.chat_id)
    elif chat.kind is ChatType.CHANNEL and not (chat.bot_is_admin and "write" in chat.rights):
        raise forbidden("Insufficient permissions to send message")


def _resolve_link(world: World, wanted: MessageDraft, chat: Chat, post: str | None = None) -> Json | None:
    if wanted.link is None:
        return None
    if post is not None:
        _, source = world.get_comment(post, wanted.link["mid"])
        return linked(world, "reply", chat, source)
    place, source = world.get_message(wanted.link["mid"])
    if wanted.link["type"] == "reply" and place is not chat:
        raise message_not_found(source.mid)
    return linked(world, wanted.link["type"], place, source)


def edit(world: World, request: Request) -> Json:
    """``PUT /messages``"""
    request.reject_unknown("message_id")
    chat, message = world.get_message(request.text("message_id"))
    if message.sender_id not in (world.me.user_id, None):
        raise forbidden("Insufficient permissions to edit message")
    wanted = parse_body(world, request.body)
    late = world.now() - message.at > DIALOG_EDIT_WINDOW
    if chat.kind is ChatType.DIALOG and late and not message.keyboard:
        code = {"code": "message.timeout_exceeded"} if world.is_of_november else {}
        return {"success": False, "message": "Message is too old to be edited", **code}
    if world.edits_not_yet:
        world.edits_not_yet -= 1
        return {"success": False, "message": "Message was not updated"}
    _apply_edit(world, message, wanted)
    return {"success": True}


def _apply_edit(world: World, message: Message, wanted: MessageDraft) -> None:
    text = message.text if wanted.text is None else wanted.text
    attachments = message.attachments if wanted.attachments is None else wanted.attachments
    require_content(text, attachments)
    if wanted.text is not None:
        message.text, message.markup = wanted.text, wanted.markup
    message.attachments = attachments
    message.edited = world.now()


def delete(world: World, request: Request) -> Json:
    """``DELETE /messages``"""
    request.reject_unknown("message_id")
    chat, message = world.get_message(request.text("message_id"))
    own = message.sender_id == world.me.user_id
    if not own and (chat.kind is ChatType.DIALOG or not chat.bot_is_admin or "delete" not in chat.rights):
        raise forbidden("Insufficient permissions to delete message")
    message.removed = True
    return {"success": True}


def history(world: World, request: Request) -> Json:
    """``GET /messages``: the latest first; ``from`` is the later moment, ``to`` the earlier."""
    request.reject_unknown("chat_id", "message_ids", "from", "to", "count")
    count = request.integer_in_range("count", 1, 100, 50)
    if "message_ids" in request.query:
        found = [world.get_message(mid) for mid in request.text("message_ids").split(",")]
        return {"messages": [message_object(world, chat, message) for chat, message in found]}
    chat = readable_chat(world, request.integer("chat_id"))
    after, before = request.integer("to") or 0, request.integer("from")
    messages = [
        one
        for one in reversed(chat.messages.values())
        if not one.removed and after <= one.at.timestamp() * 1000 and (before is None or _is_before(one, before))
    ]
    return {"messages": [message_object(world, chat, one) for one in messages[:count]]}


def _is_before(message: Message, millis: int) -> bool:
    return message.at.timestamp() * 1000 <= millis


def readable_chat(world: World, chat_id: int | None) -> Chat:
    """A chat whose messages the bot may read."""
    if chat_id is None:
        raise bad_request("chat_id or message_ids is required")
    chat = world.chats.get(chat_id)
    if chat is None or not chat.bot_in or (chat.kind is ChatType.DIALOG and not chat.open):
        raise chat_not_found(chat_id)
    if not chat.bot_gets_events:
        raise forbidden("Insufficient permissions to read messages")
    return chat


def by_id(world: World, request: Request) -> Json:
    """``GET /messages/{messageId}``"""
    request.reject_unknown()
    chat, message = world.get_message(request.path["mid"])
    if chat.kind is not ChatType.DIALOG and not chat.bot_in:
        raise message_not_found(message.mid)
    if not chat.bot_gets_events and message.sender_id != world.me.user_id:
        raise forbidden("Insufficient permissions to read messages")
    return message_object(world, chat, message)


def answer(world: World, request: Request) -> Json:
    """``POST /answers``: a press is answered once, with a notification or a changed message."""
    request.reject_unknown("callback_id", "disable_link_preview")
    press = world.presses.get(request.text("callback_id"))
    if press is None or press.answer is not None:
        raise ApiError(404, "callback.not.found", "Callback not found")
    body = request.body
    if unknown := sorted(set(body) - _ANSWER_FIELDS):
        raise bad_request(f"unknown field {unknown[0]}")
    if not body.get("notification") and body.get("message") is None:
        raise bad_request("message or notification is required")
    if body.get("message") is not None:
        _, message = world.get_message(press.mid)
        _apply_edit(world, message, parse_body(world, body["message"]))
    press.answer = body
    return {"success": True}


# Comments under a channel's posts (dev.max.ru: «Модерация комментариев»)


def comment_by_id(world: World, request: Request) -> Json:
    """``GET /messages/{messageId}/comments/{commentId}``"""
    request.reject_unknown()
    chat, _ = world.get_message(request.path["mid"])
    if not chat.bot_gets_events:
        raise forbidden("Insufficient permissions to read messages")
    _, comment = world.get_comment(request.path["mid"], request.path["comment"])
    return message_object(world, chat, comment)


def post_comment(world: World, request: Request) -> Json:
    """``POST /messages/{messageId}/comments``"""
    request.reject_unknown()
    chat = commentable_channel(world, request.path["mid"])
    if not chat.comments_open:
        raise forbidden("Comments are disabled")
    wanted = parse_body(world, request.body, comment=True)
    require_content(wanted.text or "", [])
    link = _resolve_link(world, wanted, chat, request.path["mid"])
    message = world.new_message(
        chat,
        world.me.user_id,
        text=wanted.text or "",
        markup=wanted.markup,
        link=link,
        post=request.path["mid"],
        notify=wanted.notify,
    )
    return {"message": message_object(world, chat, message)}


def edit_comment(world: World, request: Request) -> Json:
    """``PUT /messages/{messageId}/comments``"""
    request.reject_unknown("comment_id")
    commentable_channel(world, request.path["mid"])
    _, comment = world.get_comment(request.path["mid"], request.text("comment_id"))
    if comment.sender_id != world.me.user_id:
        raise forbidden("Insufficient permissions to edit comment")
    if world.now() - comment.at > COMMENT_EDIT_WINDOW:
        raise ApiError(422, "comments.timeout_exceeded", "Comment is too old to be edited")
    _apply_edit(world, comment, parse_body(world, request.body, comment=True))
    return {"success": True}


def commentable_channel(world: World, mid: str) -> Chat:
    """The channel of the post *mid*, if the bot may read and write its comments."""
    chat, _ = world.get_message(mid)
    if chat.kind is not ChatType.CHANNEL:
        raise bad_request("only posts of channels have comments")
    if not chat.bot_gets_events or "write" not in chat.rights:
        raise forbidden("Insufficient permissions for comments")
    return chat
