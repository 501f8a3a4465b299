"""Raw updates → events. Fields and kinds of attachments that nobody knows yet do no harm.

MAX's updates have no numbers. Their keys are made of what stays the same at every repetition: the message's number, the
press's, or all of it.
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
    Event,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
)
from bot.messengers.max.attachments import attachments_of
from bot.messengers.max.chats import comments, dialog, link, room
from bot.messengers.max.raw import Raw, may_obj, may_whole, may_words, moment, obj, whole, words
from bot.messengers.port import RawUpdate

_UNWANTED = frozenset(
    {
        "bot_admin_permissions_changed",
        "chat_title_changed",
        "dialog_cleared",
        "dialog_muted",
        "dialog_removed",  # comes together with bot_stopped
        "dialog_unmuted",
        "message_chat_created",
        "user_added",
        "user_removed",
    }
)
_WITHOUT_MESSAGE = "голосовое сообщение"
_LONGEST_KEY = 120


def raw_update(update: dict[str, Any]) -> RawUpdate:
    """*update* with its key and its conversation, both found without understanding the rest."""
    return RawUpdate(_key(update), _conversation(update), update)


def _key(update: Raw) -> str:
    kind = may_words(update, "update_type") or ""
    mid = may_words(may_obj(may_obj(update, "message"), "body"), "mid") or may_words(update, "message_id")
    callback = may_words(may_obj(update, "callback"), "callback_id")
    found = ""
    if kind in ("message_created", "message_removed", "comment_created", "comment_removed"):
        found = mid or ""
    elif kind in ("message_edited", "comment_edited") and mid:
        found = f"{mid}:{_digest([update.get('timestamp'), may_obj(update, 'message').get('body')])[:24]}"
    elif kind == "message_callback" and callback:
        press = may_obj(update, "callback")
        found = _digest([callback, press.get("timestamp"), may_obj(press, "user").get("user_id")])
    key = f"{kind}:{found}"
    return key if found and len(key) <= _LONGEST_KEY else f"{kind[:40]}:{_digest(update)}"


def _digest(thing: Any) -> str:
    return hashlib.sha256(json.dumps(thing, sort_keys=True).encode()).hexdigest()[:48]


def _conversation(update: Raw) -> str:
    """Who speaks where; in a dialog the person alone tells it."""
    message = may_obj(update, "message")
    recipient = may_obj(message, "recipient")
    chat_id = may_whole(recipient, "chat_id") or may_whole(update, "chat_id") or 0
    people = (may_obj(may_obj(update, "callback"), "user"), may_obj(message, "sender"), may_obj(update, "user"), update)
    user_id = next((found for one in people if (found := may_whole(one, "user_id")) is not None), "")
    return f"{chat_id}:{user_id}" if chat_id < 0 else f":{user_id}"


def events(update: Raw) -> Sequence[Event]:
    """What *update* tells. Raises :class:`UnknownUpdate`, :class:`MalformedUpdate`."""
    kind = may_words(update, "update_type") or "nothing"
    if kind in _UNWANTED:
        return ()
    if kind not in _READERS:
        raise UnknownUpdate(kind)
    return _READERS[kind](update)


def _created(update: Raw) -> Sequence[Event]:
    if update.get("message") is None:
        # MAX tells bots of voice messages nothing but that there is one: not from whom, not where.
        raise UnknownUpdate(_WITHOUT_MESSAGE)
    return (_posted(obj(update, "message")),)


def _edited(update: Raw) -> Sequence[Event]:
    return (MessageEdited(_posted(obj(update, "message"))),)


def _removed(update: Raw) -> Sequence[Event]:
    """Whose the message was is not told, in a dialog only who removed it: the person."""
    chat_id, user_id = whole(update, "chat_id"), may_whole(update, "user_id")
    chat = room(chat_id) if chat_id < 0 or user_id is None else dialog(user_id)
    return (MessageDeleted(chat, words(update, "message_id")),)


def _comment_removed(update: Raw) -> Sequence[Event]:
    return (MessageDeleted(comments(whole(update, "chat_id"), words(update, "post_id")), words(update, "message_id")),)


def _posted(message: Raw) -> MessagePosted:
    chat = _chat(message)
    body, linked = may_obj(message, "body"), may_obj(message, "link")
    inner = may_obj(linked, "message")
    forwards = linked.get("type") == "forward"
    mid = may_words(body, "mid")
    if mid is None:
        # Nothing but a forward has no body and no number of its own.
        if not forwards:
            raise MalformedUpdate("a message without a number")
        mid = f"forward:{whole(message, 'timestamp')}:{may_obj(message, 'sender').get('user_id')}"
    return MessagePosted(
        chat,
        mid,
        _author(message),
        moment(message),
        text_of(message),
        attachments_of(body) + (attachments_of(inner) if forwards else ()),
        reply_to=may_words(inner, "mid") if linked.get("type") == "reply" else None,
        forwarded_from=_source(linked) if forwards else None,
        link=may_words(message, "url") or link(chat.thread or mid),
    )


def text_of(message: Raw) -> str:
    """The words of a message, with those that it forwards."""
    linked = may_obj(message, "link")
    inner = may_obj(linked, "message") if linked.get("type") == "forward" else {}
    texts = (may_words(may_obj(message, "body"), "text"), may_words(inner, "text"))
    return "\n\n".join(text for text in texts if text)


def _chat(message: Raw) -> Chat:
    """Where it stands. In a dialog the person is whoever of the two is not a bot."""
    recipient = obj(message, "recipient")
    chat_type = may_words(recipient, "chat_type")
    if chat_type == "dialog":
        sender = may_obj(message, "sender")
        if sender.get("is_bot") is True:
            return dialog(whole(recipient, "user_id"))
        return dialog(whole(sender, "user_id"))
    post = may_words(recipient, "post_id")
    if post is not None:
        return comments(whole(recipient, "chat_id"), post)
    return room(whole(recipient, "chat_id"), chat_type)


def _author(message: Raw) -> Author:
    """Who speaks; nobody is named where a channel does."""
    sender = may_obj(message, "sender")
    if may_whole(sender, "user_id") is None:
        return Author(str(whole(obj(message, "recipient"), "chat_id")), kind=AuthorKind.CHAT)
    return _person(sender)


def _person(user: Raw) -> Author:
    kind = AuthorKind.BOT if user.get("is_bot") is True else AuthorKind.PERSON
    return Author(str(whole(user, "user_id")), _name(user), may_words(user, "username"), kind)


def _name(user: Raw) -> str | None:
    full = " ".join(part for key in ("first_name", "last_name") if (part := may_words(user, key)))
    return full or may_words(user, "name")


def _source(linked: Raw) -> str:
    return _name(may_obj(linked, "sender")) or "неизвестный источник"


def _pressed(update: Raw) -> Sequence[Event]:
    press = obj(update, "callback")
    author = _person(obj(press, "user"))
    code = may_words(press, "payload") or ""
    callback_id = words(press, "callback_id")
    message = may_obj(update, "message")
    if not message:  # the message has been removed meanwhile
        return (ButtonPressed(dialog(int(author.id)), None, author, code, callback_id),)
    recipient = obj(message, "recipient")
    if may_words(recipient, "chat_type") == "dialog":
        chat = dialog(int(author.id))
    else:
        chat = room(whole(recipient, "chat_id"), may_words(recipient, "chat_type"))
    return (ButtonPressed(chat, may_words(may_obj(message, "body"), "mid"), author, code, callback_id),)


def _started(update: Raw) -> Sequence[Event]:
    """A press on «Начать» reads «/start», as in the other messengers; a link's payload comes along."""
    author = _person(obj(update, "user"))
    chat = dialog(int(author.id))
    payload = may_words(update, "payload")
    text = f"/start {payload}" if payload else "/start"
    started = MessagePosted(chat, f"start:{whole(update, 'timestamp')}", author, moment(update), text, payload=payload)
    return (ChatChanged(chat, ChatChange.UNBLOCKED, author), started)


def _stopped(update: Raw) -> Sequence[Event]:
    author = _person(obj(update, "user"))
    return (ChatChanged(dialog(int(author.id)), ChatChange.BLOCKED, author),)


def _standing(change: ChatChange) -> Callable[[Raw], Sequence[Event]]:
    def read(update: Raw) -> Sequence[Event]:
        chat = room(whole(update, "chat_id"), "channel" if update.get("is_channel") is True else "chat")
        return (ChatChanged(chat, change, _person(obj(update, "user"))),)

    return read


_READERS: dict[str, Callable[[Raw], Sequence[Event]]] = {
    "message_created": _created,
    "message_edited": _edited,
    "message_removed": _removed,
    "message_callback": _pressed,
    "comment_created": _created,
    "comment_edited": _edited,
    "comment_removed": _comment_removed,
    "bot_started": _started,
    "bot_stopped": _stopped,
    "bot_added": _standing(ChatChange.BOT_ADDED),
    "bot_removed": _standing(ChatChange.BOT_REMOVED),
}
