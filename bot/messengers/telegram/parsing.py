"""Parsing of the Bot API's raw updates into neutral events.

The raw JSON is read directly: aiogram's types refuse a whole message for one unknown sub-object, and a citizen's
message must not be lost because it forwards something new.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any

from bot.messengers.errors import UnknownUpdate
from bot.messengers.events import (
    Attachment,
    Author,
    AuthorKind,
    ButtonPressed,
    Chat,
    ChatChange,
    ChatChanged,
    ChatKind,
    Event,
    Forwarded,
    MessageEdited,
    MessagePosted,
    Reacted,
)
from bot.messengers.json_reader import (
    JsonObject,
    find_int,
    find_label,
    find_object,
    find_text,
    get_int,
    get_object,
    get_text,
    get_timestamp,
)
from bot.messengers.port import RawUpdate
from bot.messengers.telegram.attachments import is_service, parse_attachments
from bot.messengers.telegram.chats import message_link, parse_chat, thread_of
from bot.messengers.telegram.words import full_name, origin_name, read_words

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "my_chat_member",
    "message_reaction",
)
"""The updates that the bot asks for. Reactions come only from chats where it is an administrator."""

_NEGATIVE_EMOJI = frozenset("👎🤡💩🤮🥱🤣😁🤪🥴🌚🍌🖕🤨🤓")
"""Reactions that mock a message or disagree with it; all others count as agreement."""

_TELEGRAM_SERVICE_ID = 777000
# Kinds that an earlier setting of ``allowed_updates`` may still bring; the bot ignores them.
_IGNORED_UPDATES = frozenset(
    {
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "guest_message",
        "message_reaction_count",
        "inline_query",
        "chosen_inline_result",
        "shipping_query",
        "pre_checkout_query",
        "purchased_paid_media",
        "poll",
        "poll_answer",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
        "managed_bot",
    }
)


def raw_update(update: dict[str, Any]) -> RawUpdate:
    """Return *update* with its key: its own number, or a digest where it has none."""
    number = update.get("update_id")
    if isinstance(number, int):
        key = str(number)
    else:  # the server never sends such an update, but without a key it could not be stored
        key = "odd-" + hashlib.sha256(json.dumps(update, sort_keys=True).encode()).hexdigest()
    return RawUpdate(key, conversation_key(update), update, is_press="callback_query" in update)


def conversation_key(update: JsonObject) -> str:
    """Return ``chat:author`` of an update of any shape; never raise."""
    for kind in ALLOWED_UPDATES:
        body = find_object(update, kind)
        if body is None:
            continue
        chat = find_object(body, "chat") or find_object(find_object(body, "message") or {}, "chat") or {}
        author = find_object(body, "from") or find_object(body, "user") or {}
        return f"{find_int(chat, 'id') or ''}:{find_int(author, 'id') or ''}"
    return ":"


def parse_update(update: JsonObject, account: str) -> Sequence[Event]:
    """Return the events of *update*. Raise `UnknownUpdate` or `MalformedUpdate`."""
    readers: dict[str, Callable[[JsonObject, str], Sequence[Event]]] = {
        "message": _message_created,
        "edited_message": _message_edited,
        "channel_post": _message_created,
        "edited_channel_post": _message_edited,
        "callback_query": _button_pressed,
        "my_chat_member": _membership_changed,
        "message_reaction": _reaction_changed,
    }
    kinds = [key for key in update if key != "update_id"]
    for kind, read in readers.items():
        if kind in kinds:
            return read(get_object(update, kind), account)
    if any(kind in _IGNORED_UPDATES for kind in kinds):
        return ()
    raise UnknownUpdate(kinds[0] if kinds else "nothing")


def _message_created(body: JsonObject, account: str) -> Sequence[Event]:
    new_id = find_int(body, "migrate_to_chat_id")
    if new_id is not None:
        chat = parse_chat(get_object(body, "chat"), account)
        return (ChatChanged(chat, ChatChange.MIGRATED, _author(body), str(new_id)),)
    return (_read_message(body, account),)


def _reaction_changed(body: JsonObject, account: str) -> Sequence[Event]:
    """Read a person's reaction; reactions of channels and of hidden administrators are ignored."""
    user = find_object(body, "user")
    if user is None:
        return ()
    signs = body.get("new_reaction")
    emoji = {sign.get("emoji") for sign in signs if isinstance(sign, dict)} if isinstance(signs, list) else set()
    agrees = bool(emoji) and not emoji <= _NEGATIVE_EMOJI
    author = _author({"from": user})
    return (Reacted(parse_chat(get_object(body, "chat"), account), str(get_int(body, "message_id")), author, agrees),)


def _message_edited(body: JsonObject, account: str) -> Sequence[Event]:
    return (MessageEdited(_read_message(body, account)),)


def _read_message(body: JsonObject, account: str) -> MessagePosted:
    chat = parse_chat(get_object(body, "chat"), account, thread_of(body))
    text = read_words(body)
    attachments = parse_attachments(body, account, has_words=bool(text))
    return MessagePosted(
        chat,
        str(get_int(body, "message_id")),
        _author(body),
        get_timestamp(body, "date"),
        text,
        attachments,
        reply_to=_reply_to(body),
        album=find_label(body, "media_group_id"),
        forwarded_from=_forwarded_from(body),
        forwards=_forwards(body, text, attachments),
        automatic=body.get("is_automatic_forward") is True,
        service=is_service(body),
        payload=_payload(text),
        link=message_link(get_object(body, "chat"), get_int(body, "message_id")),
    )


def _reply_to(body: JsonObject) -> str | None:
    replied = find_object(body, "reply_to_message")
    if replied is None or "forum_topic_created" in replied:  # every message of a topic "replies" to its beginning
        return None
    found = find_int(replied, "message_id")
    return None if found is None else str(found)


def _author(body: JsonObject) -> Author:
    """Read the author: ``sender_chat`` first, because ``from`` is only a substitute for old clients then."""
    chat = find_object(body, "sender_chat")
    if chat is not None and (chat_id := find_int(chat, "id")) is not None:
        return Author(str(chat_id), find_text(chat, "title"), find_text(chat, "username"), AuthorKind.CHAT)
    person = find_object(body, "from")
    if person is None:  # a channel's post
        chat = get_object(body, "chat")
        return Author(str(get_int(chat, "id")), find_text(chat, "title"), find_text(chat, "username"), AuthorKind.CHAT)
    return _person(person)


def _person(body: JsonObject) -> Author:
    user_id = get_int(body, "id")
    kind = AuthorKind.PERSON
    if body.get("is_bot") is True:
        kind = AuthorKind.BOT
    elif user_id == _TELEGRAM_SERVICE_ID:
        kind = AuthorKind.CHAT
    return Author(str(user_id), full_name(body), find_text(body, "username"), kind)


def _forwarded_from(body: JsonObject) -> str | None:
    """Return the name of the forwarded message's author, a placeholder for an origin of an unknown kind."""
    origin = find_object(body, "forward_origin")
    return None if origin is None else origin_name(origin) or "неизвестный источник"


def _forwards(body: JsonObject, text: str, attachments: tuple[Attachment, ...]) -> tuple[Forwarded, ...]:
    """Return what *body* passes on: Telegram forwards one message at a time. Of a channel it tells the address, too."""
    origin = find_object(body, "forward_origin")
    if origin is None:
        return ()
    person = find_object(origin, "sender_user") or {}
    page = find_object(origin, "chat") or find_object(origin, "sender_chat")
    number = find_int(origin, "message_id")
    author_id = find_int(page if page is not None else person, "id")
    chat_id = find_int(page, "id") if page is not None and number is not None else None
    sent_at = get_timestamp(origin, "date") if find_int(origin, "date") is not None else None
    return (
        Forwarded(
            text,
            author_id=None if author_id is None else str(author_id),
            author_name=origin_name(origin),
            is_page=page is not None or person.get("is_bot") is True,
            sent_at=sent_at,
            attachments=attachments,
            chat_id=None if chat_id is None else str(chat_id),
            message_id=None if chat_id is None else str(number),
        ),
    )


def _payload(text: str) -> str | None:
    """Return the parameter that a deep link adds to /start."""
    command, _, rest = text.partition(" ")
    return rest.strip() or None if command.partition("@")[0] == "/start" else None


def _button_pressed(body: JsonObject, account: str) -> Sequence[Event]:
    code = find_text(body, "data")
    if code is None:  # a game's button, not the bot's
        return ()
    author = _person(get_object(body, "from"))
    message = find_object(body, "message")
    if message is None:  # under an inline message: the bot sends none, but the spinner has to stop
        chat = Chat(account, author.id, ChatKind.PRIVATE, author.id)
        return (ButtonPressed(chat, None, author, code, get_text(body, "id")),)
    chat = parse_chat(get_object(message, "chat"), account, thread_of(message))
    return (ButtonPressed(chat, str(get_int(message, "message_id")), author, code, get_text(body, "id")),)


def _membership_changed(body: JsonObject, account: str) -> Sequence[Event]:
    chat = parse_chat(get_object(body, "chat"), account)
    author = _person(get_object(body, "from"))
    before, now = _membership(get_object(body, "old_chat_member")), _membership(get_object(body, "new_chat_member"))
    if before == now:
        return ()
    if chat.kind is ChatKind.PRIVATE:
        change = ChatChange.BLOCKED if now == "out" else ChatChange.UNBLOCKED
    else:
        change = {
            "out": ChatChange.BOT_REMOVED,
            "mute": ChatChange.BOT_MUTED,
            "in": ChatChange.BOT_ADDED,
        }[now]
    return (ChatChanged(chat, change, author),)


def _membership(member: JsonObject) -> str:
    status = find_text(member, "status")
    if status in ("left", "kicked") or (status == "restricted" and member.get("is_member") is not True):
        return "out"
    return "mute" if status == "restricted" and member.get("can_send_messages") is not True else "in"
