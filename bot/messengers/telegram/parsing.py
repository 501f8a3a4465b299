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
from bot.messengers.telegram.attachments import attachments, is_service
from bot.messengers.telegram.raw import Raw, may_number, may_obj, may_text, moment, number, obj

WANTED = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "my_chat_member",
    "message_reaction",
)
"""The updates we ask for. Reactions come only from chats where the bot is an administrator."""

_DISAGREES = frozenset("👎🤡💩🤮🥱🤣😁🤪🥴🌚🍌🖕🤨🤓")
"""Reactions that make fun of a message or deny it; all others say «us too»."""

_FIRST_SUPERGROUP = 1_000_000_000_000
_TELEGRAM_ITSELF = 777000
TOPIC = "topic-"
"""``Chat.thread`` of a forum topic: this and its number. A bare number is the message that comments hang under."""

_KINDS = {
    "private": ChatKind.PRIVATE,
    "group": ChatKind.GROUP,
    "supergroup": ChatKind.GROUP,
    "channel": ChatKind.CHANNEL,
}
# Kinds that may still come from an earlier setting of ``allowed_updates``, and that concern nobody here.
_UNWANTED = frozenset(
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


def conversation(update: Raw) -> str:
    """``chat:author`` of an update in whatever shape it is; never raises."""
    for kind in WANTED:
        body = may_obj(update, kind)
        if body is None:
            continue
        chat = may_obj(body, "chat") or may_obj(may_obj(body, "message") or {}, "chat") or {}
        author = may_obj(body, "from") or may_obj(body, "user") or {}
        return f"{may_number(chat, 'id') or ''}:{may_number(author, 'id') or ''}"
    return ":"


def events(update: Raw, account: str) -> Sequence[Event]:
    """What *update* tells. Raises :class:`UnknownUpdate`, :class:`MalformedUpdate`."""
    readers: dict[str, Callable[[Raw, str], Sequence[Event]]] = {
        "message": _message,
        "edited_message": _edited,
        "channel_post": _message,
        "edited_channel_post": _edited,
        "callback_query": _press,
        "my_chat_member": _standing,
        "message_reaction": _reaction,
    }
    kinds = [key for key in update if key != "update_id"]
    for kind, read in readers.items():
        if kind in kinds:
            return read(obj(update, kind), account)
    if any(kind in _UNWANTED for kind in kinds):
        return ()
    raise UnknownUpdate(kinds[0] if kinds else "nothing")


def _message(body: Raw, account: str) -> Sequence[Event]:
    new_id = may_number(body, "migrate_to_chat_id")
    if new_id is not None:
        chat = _chat(obj(body, "chat"), account)
        return (ChatChanged(chat, ChatChange.MIGRATED, _author(body), str(new_id)),)
    return (_posted(body, account),)


def _reaction(body: Raw, account: str) -> Sequence[Event]:
    """A reaction of a person; those of channels and of hidden administrators say nothing of a citizen."""
    user = may_obj(body, "user")
    if user is None:
        return ()
    signs = body.get("new_reaction")
    emoji = {sign.get("emoji") for sign in signs if isinstance(sign, dict)} if isinstance(signs, list) else set()
    agrees = bool(emoji) and not emoji <= _DISAGREES
    author = _author({"from": user})
    return (Reacted(_chat(obj(body, "chat"), account), str(number(body, "message_id")), author, agrees),)


def _edited(body: Raw, account: str) -> Sequence[Event]:
    return (MessageEdited(_posted(body, account)),)


def _posted(body: Raw, account: str) -> MessagePosted:
    chat = _chat(obj(body, "chat"), account, _thread(body))
    text = may_text(body, "text") or may_text(body, "caption") or ""
    return MessagePosted(
        chat,
        str(number(body, "message_id")),
        _author(body),
        moment(body, "date"),
        text,
        attachments(body, account),
        reply_to=_reply_to(body),
        album=may_text(body, "media_group_id"),
        forwarded_from=_forwarded_from(body),
        automatic=body.get("is_automatic_forward") is True,
        service=is_service(body),
        payload=_payload(text),
        link=link(obj(body, "chat"), number(body, "message_id")),
    )


def _chat(body: Raw, account: str, thread: str = "") -> Chat:
    number_ = str(number(body, "id"))
    kind = _KINDS.get(may_text(body, "type") or "", ChatKind.GROUP)
    return Chat(account, number_, kind, number_, may_text(body, "title"), thread)


def _thread(body: Raw) -> str:
    """Which conversation inside the chat: a forum topic, or the comments under a post.

    Outside forums Telegram also numbers every chain of replies. A reply to an ordinary message stays in the talk of the
    whole group, so that a person who is answered and goes on is still in one conversation.
    """
    thread = may_number(body, "message_thread_id")
    if thread is None:
        return ""
    if body.get("is_topic_message") is True:
        return f"{TOPIC}{thread}"
    replied = may_obj(body, "reply_to_message")
    if replied is None or replied.get("message_id") != thread or replied.get("is_automatic_forward") is True:
        return str(thread)
    return ""


def _reply_to(body: Raw) -> str | None:
    replied = may_obj(body, "reply_to_message")
    if replied is None or "forum_topic_created" in replied:  # every message of a topic "replies" to its beginning
        return None
    found = may_number(replied, "message_id")
    return None if found is None else str(found)


def _author(body: Raw) -> Author:
    """Who speaks: ``sender_chat`` first, since ``from`` then is only a stand-in for old clients."""
    chat = may_obj(body, "sender_chat")
    if chat is not None and (chat_id := may_number(chat, "id")) is not None:
        return Author(str(chat_id), may_text(chat, "title"), may_text(chat, "username"), AuthorKind.CHAT)
    person = may_obj(body, "from")
    if person is None:  # a channel's post
        chat = obj(body, "chat")
        return Author(str(number(chat, "id")), may_text(chat, "title"), may_text(chat, "username"), AuthorKind.CHAT)
    return _person(person)


def _person(body: Raw) -> Author:
    number_ = number(body, "id")
    kind = AuthorKind.PERSON
    if body.get("is_bot") is True:
        kind = AuthorKind.BOT
    elif number_ == _TELEGRAM_ITSELF:
        kind = AuthorKind.CHAT
    return Author(str(number_), _full_name(body), may_text(body, "username"), kind)


def _full_name(body: Raw) -> str | None:
    return " ".join(part for key in ("first_name", "last_name") if (part := may_text(body, key))) or None


def _forwarded_from(body: Raw) -> str | None:
    """A name for whoever wrote what was forwarded; some word for an origin of a kind still to be invented."""
    origin = may_obj(body, "forward_origin")
    if origin is None:
        return None
    hidden = may_text(origin, "sender_user_name")
    person = may_obj(origin, "sender_user") or {}
    chat = may_obj(origin, "chat") or may_obj(origin, "sender_chat") or {}
    return hidden or _full_name(person) or may_text(chat, "title") or "неизвестный источник"


def _payload(text: str) -> str | None:
    """What a deep link put behind /start."""
    command, _, rest = text.partition(" ")
    return rest.strip() or None if command.partition("@")[0] == "/start" else None


def link(chat: Raw, message_id: int) -> str | None:
    """Where a person opens a message of *chat*; private chats and basic groups have no addresses."""
    if may_text(chat, "type") not in ("supergroup", "channel"):
        return None
    if username := may_text(chat, "username"):
        return f"https://t.me/{username}/{message_id}"
    number_ = -(may_number(chat, "id") or 0) - _FIRST_SUPERGROUP
    return f"https://t.me/c/{number_}/{message_id}" if number_ > 0 else None


def _press(body: Raw, account: str) -> Sequence[Event]:
    code = may_text(body, "data")
    if code is None:  # a game's button, none of ours
        return ()
    author = _person(obj(body, "from"))
    message = may_obj(body, "message")
    if message is None:  # under an inline message: we send none, but the spinner has to stop
        chat = Chat(account, author.id, ChatKind.PRIVATE, author.id)
        return (ButtonPressed(chat, None, author, code, str(body.get("id"))),)
    chat = _chat(obj(message, "chat"), account, _thread(message))
    return (ButtonPressed(chat, str(number(message, "message_id")), author, code, str(body.get("id"))),)


def _standing(body: Raw, account: str) -> Sequence[Event]:
    chat = _chat(obj(body, "chat"), account)
    author = _person(obj(body, "from"))
    before, now = _presence(obj(body, "old_chat_member")), _presence(obj(body, "new_chat_member"))
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


def _presence(member: Raw) -> str:
    status = may_text(member, "status")
    if status in ("left", "kicked") or (status == "restricted" and member.get("is_member") is not True):
        return "out"
    return "mute" if status == "restricted" and member.get("can_send_messages") is not True else "in"
