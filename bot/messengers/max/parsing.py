"""Parsing of MAX's raw updates into events; unknown fields and kinds of attachments are harmless.

MAX's updates have no numbers. Their keys are made of parts that are the same at every repetition: the message's id, the
press's id, or the whole update.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

from bot.messengers.errors import MalformedUpdate, UnknownUpdate
from bot.messengers.events import (
    Author,
    AuthorKind,
    ButtonPressed,
    Chat,
    ChatChange,
    ChatChanged,
    ChatKind,
    Event,
    Forwarded,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    OwnMessageSeen,
)
from bot.messengers.json_reader import (
    JsonObject,
    find_id,
    find_int,
    find_label,
    find_text,
    get_id,
    get_int,
    get_object,
    get_text,
    get_timestamp_ms,
    object_or_empty,
)
from bot.messengers.max.attachments import parse_attachments
from bot.messengers.max.chats import comments_chat, dialog_chat, group_or_channel, message_link
from bot.messengers.max.words import read_words
from bot.messengers.port import RawUpdate

_IGNORED_UPDATES = frozenset(
    {
        "chat_title_changed",
        "dialog_cleared",
        "dialog_muted",
        "dialog_removed",  # MAX sends bot_stopped with it
        "dialog_unmuted",
        "message_chat_created",
        "user_added",
        "user_removed",
    }
)
_WITHOUT_MESSAGE = "голосовое сообщение"
_MAX_KEY_LENGTH = 120
_MAX_AUTHOR_ID_LENGTH = 64


def raw_update(update: dict[str, Any]) -> RawUpdate:
    """Return *update* with its key and its conversation, both found without parsing the rest."""
    is_press = update.get("update_type") == "message_callback"
    return RawUpdate(_update_key(update), _conversation_key(update), update, is_press)


def _update_key(update: JsonObject) -> str:
    kind = find_text(update, "update_type") or ""
    mid = find_text(object_or_empty(object_or_empty(update, "message"), "body"), "mid") or find_text(
        update, "message_id"
    )
    callback = find_text(object_or_empty(update, "callback"), "callback_id")
    found = ""
    if kind in ("message_created", "message_removed", "comment_created", "comment_removed"):
        found = mid or ""
    elif kind in ("message_edited", "comment_edited") and mid:
        found = f"{mid}:{_digest([update.get('timestamp'), object_or_empty(update, 'message').get('body')])[:24]}"
    elif kind == "message_callback" and callback:
        press = object_or_empty(update, "callback")
        found = _digest([callback, press.get("timestamp"), object_or_empty(press, "user").get("user_id")])
    key = f"{kind}:{found}"
    return key if found and len(key) <= _MAX_KEY_LENGTH else f"{kind[:40]}:{_digest(update)}"


def _digest(thing: Any) -> str:
    return hashlib.sha256(json.dumps(thing, sort_keys=True).encode()).hexdigest()[:48]


def _conversation_key(update: JsonObject) -> str:
    """Return the chat and the author as one key; in a dialog the person alone identifies it."""
    message = object_or_empty(update, "message")
    recipient = object_or_empty(message, "recipient")
    chat_id = find_int(recipient, "chat_id") or find_int(update, "chat_id") or 0
    people = (
        object_or_empty(object_or_empty(update, "callback"), "user"),
        object_or_empty(message, "sender"),
        object_or_empty(update, "user"),
        update,
    )
    user_id = next((found for one in people if (found := find_int(one, "user_id")) is not None), "")
    return f"{chat_id}:{user_id}" if chat_id < 0 else f":{user_id}"


def parse_update(update: JsonObject) -> Sequence[Event]:
    """Return the events of *update*. Raise `UnknownUpdate` or `MalformedUpdate`."""
    kind = find_text(update, "update_type") or "nothing"
    if kind in _IGNORED_UPDATES:
        return ()
    if kind not in _PARSERS:
        raise UnknownUpdate(kind)
    return _PARSERS[kind](update)


def _message_created(update: JsonObject) -> Sequence[Event]:
    if update.get("message") is None:
        # MAX tells bots only that there is a voice message, not its author or chat.
        raise UnknownUpdate(_WITHOUT_MESSAGE)
    read = _read_message(get_object(update, "message"))
    if read.chat.kind is ChatKind.PRIVATE and read.author.kind is AuthorKind.BOT:
        # A dialog has one bot in it: ours, or another program with its token.
        return (OwnMessageSeen(read.chat, read.message_id, read.sent_at),)
    return (read,)


def _message_edited(update: JsonObject) -> Sequence[Event]:
    return (MessageEdited(_read_message(get_object(update, "message"))),)


def _message_removed(update: JsonObject) -> Sequence[Event]:
    """Read a removal. MAX does not name the author; in a dialog it names the person who removed the message."""
    chat_id, user_id = get_int(update, "chat_id"), find_int(update, "user_id")
    chat = group_or_channel(chat_id) if chat_id < 0 or user_id is None else dialog_chat(user_id)
    return (MessageDeleted(chat, get_id(update, "message_id")),)


def _comment_removed(update: JsonObject) -> Sequence[Event]:
    return (
        MessageDeleted(
            comments_chat(get_int(update, "chat_id"), get_id(update, "post_id")), get_id(update, "message_id")
        ),
    )


def _read_message(message: JsonObject) -> MessagePosted:
    chat = _chat(message)
    body, linked = object_or_empty(message, "body"), object_or_empty(message, "link")
    inner = object_or_empty(linked, "message")
    forwards = linked.get("type") == "forward"
    mid = find_id(body, "mid")
    if mid is None:
        # A bare forward has neither a body nor an id.
        if not forwards:
            raise MalformedUpdate("a message without a number")
        mid = f"forward:{get_int(message, 'timestamp')}:{find_int(object_or_empty(message, 'sender'), 'user_id')}"
    return MessagePosted(
        chat,
        mid,
        _author(message, chat, mid),
        get_timestamp_ms(message),
        text_of(message),
        parse_attachments(body) + (parse_attachments(inner) if forwards else ()),
        reply_to=find_label(inner, "mid") if linked.get("type") == "reply" else None,
        forwarded_from=_forward_source(linked) if forwards else None,
        forwards=(_read_forwarded(linked),) if forwards else (),
        link=find_text(message, "url") or message_link(chat.thread or mid),
    )


def text_of(message: JsonObject) -> str:
    """Return the text of a message, including forwarded texts."""
    linked = object_or_empty(message, "link")
    inner = object_or_empty(linked, "message") if linked.get("type") == "forward" else {}
    texts = (read_words(object_or_empty(message, "body")), read_words(inner))
    return "\n\n".join(text for text in texts if text)


def _chat(message: JsonObject) -> Chat:
    """Return the chat of a message. In a dialog the person is the one of the two that is not a bot."""
    recipient = get_object(message, "recipient")
    chat_type = find_text(recipient, "chat_type")
    if chat_type == "dialog":
        sender = object_or_empty(message, "sender")
        if sender.get("is_bot") is True:
            return dialog_chat(get_int(recipient, "user_id"))
        return dialog_chat(get_int(sender, "user_id"))
    post = find_id(recipient, "post_id")
    if post is not None:
        return comments_chat(get_int(recipient, "chat_id"), post)
    return group_or_channel(get_int(recipient, "chat_id"), chat_type)


def _author(message: JsonObject, chat: Chat, mid: str) -> Author:
    """Read the author; a channel's post names none.

    Nor do some comments of people, as those in a channel's own name: each of these has an author of its own.
    """
    sender = object_or_empty(message, "sender")
    if find_int(sender, "user_id") is not None:
        return _person(sender)
    if chat.kind is ChatKind.WALL:
        return Author(f"unknown:{mid}"[:_MAX_AUTHOR_ID_LENGTH], kind=AuthorKind.UNKNOWN)
    return Author(str(get_int(get_object(message, "recipient"), "chat_id")), kind=AuthorKind.CHAT)


def _person(user: JsonObject) -> Author:
    kind = AuthorKind.BOT if user.get("is_bot") is True else AuthorKind.PERSON
    return Author(str(get_int(user, "user_id")), _name(user), find_text(user, "username"), kind)


def _name(user: JsonObject) -> str | None:
    full = " ".join(part for key in ("first_name", "last_name") if (part := find_text(user, key)))
    return full or find_text(user, "name")


def _forward_source(linked: JsonObject) -> str:
    return _name(object_or_empty(linked, "sender")) or "неизвестный источник"


def _read_forwarded(linked: JsonObject) -> Forwarded:
    """Read a forwarded message. MAX tells where it was written, but not when; a channel's post has no sender."""
    inner, sender = object_or_empty(linked, "message"), object_or_empty(linked, "sender")
    user_id, chat_id, mid = find_int(sender, "user_id"), find_int(linked, "chat_id"), find_id(inner, "mid")
    is_page = user_id is None or sender.get("is_bot") is True
    author_id = user_id if user_id is not None else chat_id
    return Forwarded(
        read_words(inner),
        author_id=None if author_id is None else str(author_id),
        author_name=_name(sender),
        is_page=is_page,
        attachments=parse_attachments(inner),
        chat_id=None if chat_id is None else str(chat_id),
        message_id=mid,
    )


def _button_pressed(update: JsonObject) -> Sequence[Event]:
    press = get_object(update, "callback")
    author = _person(get_object(press, "user"))
    code = find_text(press, "payload") or ""
    callback_id = get_text(press, "callback_id")
    message = object_or_empty(update, "message")
    if not message:  # the message was removed in the meantime
        return (ButtonPressed(dialog_chat(int(author.id)), None, author, code, callback_id),)
    recipient = get_object(message, "recipient")
    if find_text(recipient, "chat_type") == "dialog":
        chat = dialog_chat(int(author.id))
    else:
        chat = group_or_channel(get_int(recipient, "chat_id"), find_text(recipient, "chat_type"))
    return (ButtonPressed(chat, find_id(object_or_empty(message, "body"), "mid"), author, code, callback_id),)


def _bot_started(update: JsonObject) -> Sequence[Event]:
    """Read a press on «Начать» as «/start», as in the other messengers, with the payload of the link."""
    author = _person(get_object(update, "user"))
    chat = dialog_chat(int(author.id))
    payload = find_text(update, "payload")
    text = f"/start {payload}" if payload else "/start"
    started = MessagePosted(
        chat, f"start:{get_int(update, 'timestamp')}", author, get_timestamp_ms(update), text, payload=payload
    )
    return (ChatChanged(chat, ChatChange.UNBLOCKED, author), started)


def _bot_stopped(update: JsonObject) -> Sequence[Event]:
    author = _person(get_object(update, "user"))
    return (ChatChanged(dialog_chat(int(author.id)), ChatChange.BLOCKED, author),)


def _membership_changed(change: ChatChange) -> Callable[[JsonObject], Sequence[Event]]:
    """Return a parser; since November 2026 polled updates do not name who added the bot."""

    def read(update: JsonObject) -> Sequence[Event]:
        user = object_or_empty(update, "user")
        author = _person(user) if find_int(user, "user_id") is not None else None
        return (ChatChanged(_changed_chat(update), change, author),)

    return read


def _permissions_changed(update: JsonObject) -> Sequence[Event]:
    """Read ``bot_admin_permissions_changed``, which MAX sends to webhooks alone."""
    listed = update.get("permissions")
    given = listed if isinstance(listed, list) else []
    if update.get("is_admin") is not True or "read_all_messages" not in given:
        change = ChatChange.BOT_DEAFENED
    elif update.get("is_channel") is True and "write" not in given:
        change = ChatChange.BOT_MUTED
    else:
        change = ChatChange.RIGHTS_CHANGED
    return (ChatChanged(_changed_chat(update), change),)


def _changed_chat(update: JsonObject) -> Chat:
    return group_or_channel(get_int(update, "chat_id"), "channel" if update.get("is_channel") is True else "chat")


_PARSERS: dict[str, Callable[[JsonObject], Sequence[Event]]] = {
    "message_created": _message_created,
    "message_edited": _message_edited,
    "message_removed": _message_removed,
    "message_callback": _button_pressed,
    "comment_created": _message_created,
    "comment_edited": _message_edited,
    "comment_removed": _comment_removed,
    "bot_started": _bot_started,
    "bot_stopped": _bot_stopped,
    "bot_added": _membership_changed(ChatChange.BOT_ADDED),
    "bot_removed": _membership_changed(ChatChange.BOT_REMOVED),
    "bot_admin_permissions_changed": _permissions_changed,
}
