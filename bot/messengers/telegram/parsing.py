"""Raw updates of the Bot API → neutral events.

The raw JSON is read directly: aiogram's types refuse a whole message for one unknown sub-object, and a citizen's words
must not be lost because he forwarded something new.
"""

from collections.abc import Callable, Sequence

from bot.messengers.errors import UnknownUpdate
from bot.messengers.events import (
    Author,
    AuthorKind,
    ButtonPressed,
    Chat,
    ChatChange,
    ChatChanged,
    ChatKind,
    Event,
    MessageEdited,
    MessagePosted,
    Reacted,
)
from bot.messengers.json_reader import JsonObject, find_int, find_object, find_text, get_int, get_object, get_timestamp
from bot.messengers.telegram.attachments import is_service, parse_attachments

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "my_chat_member",
    "message_reaction",
)
"""The updates we ask for. Reactions come only from chats where the bot is an administrator."""

_NEGATIVE_EMOJI = frozenset("👎🤡💩🤮🥱🤣😁🤪🥴🌚🍌🖕🤨🤓")
"""Reactions that make fun of a message or deny it; all others say «us too»."""

_SUPERGROUP_ID_OFFSET = 1_000_000_000_000
_TELEGRAM_SERVICE_ID = 777000
TOPIC_PREFIX = "topic-"
"""``Chat.thread`` of a forum topic: this and its number. A bare number is the message that comments hang under."""

_CHAT_KINDS = {
    "private": ChatKind.PRIVATE,
    "group": ChatKind.GROUP,
    "supergroup": ChatKind.GROUP,
    "channel": ChatKind.CHANNEL,
}
# Kinds that may still come from an earlier setting of ``allowed_updates``, and that concern nobody here.
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


def conversation_key(update: JsonObject) -> str:
    """``chat:author`` of an update in whatever shape it is; never raises."""
    for kind in ALLOWED_UPDATES:
        body = find_object(update, kind)
        if body is None:
            continue
        chat = find_object(body, "chat") or find_object(find_object(body, "message") or {}, "chat") or {}
        author = find_object(body, "from") or find_object(body, "user") or {}
        return f"{find_int(chat, 'id') or ''}:{find_int(author, 'id') or ''}"
    return ":"


def parse_update(update: JsonObject, account: str) -> Sequence[Event]:
    """What *update* tells. Raises :class:`UnknownUpdate`, :class:`MalformedUpdate`."""
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
        chat = _chat(get_object(body, "chat"), account)
        return (ChatChanged(chat, ChatChange.MIGRATED, _author(body), str(new_id)),)
    return (_read_message(body, account),)


def _reaction_changed(body: JsonObject, account: str) -> Sequence[Event]:
    """A reaction of a person; those of channels and of hidden administrators say nothing of a citizen."""
    user = find_object(body, "user")
    if user is None:
        return ()
    signs = body.get("new_reaction")
    emoji = {sign.get("emoji") for sign in signs if isinstance(sign, dict)} if isinstance(signs, list) else set()
    agrees = bool(emoji) and not emoji <= _NEGATIVE_EMOJI
    author = _author({"from": user})
    return (Reacted(_chat(get_object(body, "chat"), account), str(get_int(body, "message_id")), author, agrees),)


def _message_edited(body: JsonObject, account: str) -> Sequence[Event]:
    return (MessageEdited(_read_message(body, account)),)


def _read_message(body: JsonObject, account: str) -> MessagePosted:
    chat = _chat(get_object(body, "chat"), account, _thread(body))
    text = find_text(body, "text") or find_text(body, "caption") or ""
    return MessagePosted(
        chat,
        str(get_int(body, "message_id")),
        _author(body),
        get_timestamp(body, "date"),
        text,
        parse_attachments(body, account),
        reply_to=_reply_to(body),
        album=find_text(body, "media_group_id"),
        forwarded_from=_forwarded_from(body),
        automatic=body.get("is_automatic_forward") is True,
        service=is_service(body),
        payload=_payload(text),
        link=message_link(get_object(body, "chat"), get_int(body, "message_id")),
    )


def _chat(body: JsonObject, account: str, thread: str = "") -> Chat:
    number_ = str(get_int(body, "id"))
    kind = _CHAT_KINDS.get(find_text(body, "type") or "", ChatKind.GROUP)
    return Chat(account, number_, kind, number_, find_text(body, "title"), thread)


def _thread(body: JsonObject) -> str:
    """Which conversation inside the chat: a forum topic, or the comments under a post.

    Outside forums Telegram also numbers every chain of replies. A reply to an ordinary message stays in the talk of the
    whole group, so that a person who is answered and goes on is still in one conversation.
    """
    thread = find_int(body, "message_thread_id")
    if thread is None:
        return ""
    if body.get("is_topic_message") is True:
        return f"{TOPIC_PREFIX}{thread}"
    replied = find_object(body, "reply_to_message")
    if replied is None or replied.get("message_id") != thread or replied.get("is_automatic_forward") is True:
        return str(thread)
    return ""


def _reply_to(body: JsonObject) -> str | None:
    replied = find_object(body, "reply_to_message")
    if replied is None or "forum_topic_created" in replied:  # every message of a topic "replies" to its beginning
        return None
    found = find_int(replied, "message_id")
    return None if found is None else str(found)


def _author(body: JsonObject) -> Author:
    """Who speaks: ``sender_chat`` first, since ``from`` then is only a stand-in for old clients."""
    chat = find_object(body, "sender_chat")
    if chat is not None and (chat_id := find_int(chat, "id")) is not None:
        return Author(str(chat_id), find_text(chat, "title"), find_text(chat, "username"), AuthorKind.CHAT)
    person = find_object(body, "from")
    if person is None:  # a channel's post
        chat = get_object(body, "chat")
        return Author(str(get_int(chat, "id")), find_text(chat, "title"), find_text(chat, "username"), AuthorKind.CHAT)
    return _person(person)


def _person(body: JsonObject) -> Author:
    number_ = get_int(body, "id")
    kind = AuthorKind.PERSON
    if body.get("is_bot") is True:
        kind = AuthorKind.BOT
    elif number_ == _TELEGRAM_SERVICE_ID:
        kind = AuthorKind.CHAT
    return Author(str(number_), _full_name(body), find_text(body, "username"), kind)


def _full_name(body: JsonObject) -> str | None:
    return " ".join(part for key in ("first_name", "last_name") if (part := find_text(body, key))) or None


def _forwarded_from(body: JsonObject) -> str | None:
    """A name for whoever wrote what was forwarded; some word for an origin of a kind still to be invented."""
    origin = find_object(body, "forward_origin")
    if origin is None:
        return None
    hidden = find_text(origin, "sender_user_name")
    person = find_object(origin, "sender_user") or {}
    chat = find_object(origin, "chat") or find_object(origin, "sender_chat") or {}
    return hidden or _full_name(person) or find_text(chat, "title") or "неизвестный источник"


def _payload(text: str) -> str | None:
    """What a deep link put behind /start."""
    command, _, rest = text.partition(" ")
    return rest.strip() or None if command.partition("@")[0] == "/start" else None


def message_link(chat: JsonObject, message_id: int) -> str | None:
    """Where a person opens a message of *chat*; private chats and basic groups have no addresses."""
    if find_text(chat, "type") not in ("supergroup", "channel"):
        return None
    if username := find_text(chat, "username"):
        return f"https://t.me/{username}/{message_id}"
    number_ = -(find_int(chat, "id") or 0) - _SUPERGROUP_ID_OFFSET
    return f"https://t.me/c/{number_}/{message_id}" if number_ > 0 else None


def _button_pressed(body: JsonObject, account: str) -> Sequence[Event]:
    code = find_text(body, "data")
    if code is None:  # a game's button, none of ours
        return ()
    author = _person(get_object(body, "from"))
    message = find_object(body, "message")
    if message is None:  # under an inline message: we send none, but the spinner has to stop
        chat = Chat(account, author.id, ChatKind.PRIVATE, author.id)
        return (ButtonPressed(chat, None, author, code, str(body.get("id"))),)
    chat = _chat(get_object(message, "chat"), account, _thread(message))
    return (ButtonPressed(chat, str(get_int(message, "message_id")), author, code, str(body.get("id"))),)


def _membership_changed(body: JsonObject, account: str) -> Sequence[Event]:
    chat = _chat(get_object(body, "chat"), account)
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
