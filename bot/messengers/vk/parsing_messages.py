"""Parsing of messages and button presses in conversations with the community."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.json_values import sanitize_json
from bot.messengers.events import (
    Author,
    AuthorKind,
    ButtonPressed,
    ChatChange,
    ChatChanged,
    Event,
    Forwarded,
    MessageEdited,
    MessagePosted,
    OwnMessageSeen,
)
from bot.messengers.http_body import parse_json
from bot.messengers.json_reader import (
    JsonObject,
    find_nonzero_int,
    get_int,
    get_object,
    get_objects,
    get_timestamp,
    text_or_empty,
)
from bot.messengers.vk.attachments import parse_attachments
from bot.messengers.vk.chats import VkChats
from bot.messengers.vk.words import list_nested, read_words

PAYLOAD_KEY = "c"  # the payload's key for the codes of the bot's buttons
START_COMMAND = "start"  # the bot command that VK's own button «Начать» sends
_CALLBACK_ID_PARTS = 3


def author_of(from_id: int) -> Author:
    """Return a person or, for a negative id, a community as the author."""
    return Author(str(from_id), kind=AuthorKind.PERSON if from_id > 0 else AuthorKind.CHAT)


def message_created(places: VkChats, thing: JsonObject) -> Sequence[Event]:
    """Read ``message_new``."""
    message = get_object(thing, "message") if "message" in thing else thing
    if message.get("out") == 1:
        return ()
    change = _membership_changed(places, message)
    return (change,) if change else (read_message(places, message),)


def message_sent(places: VkChats, thing: JsonObject) -> Sequence[Event]:
    """Read ``message_reply``, a message in the community's name.

    A manager's message names its author (``admin_author_id``); that of a program with the community's key names nobody.
    """
    manager = find_nonzero_int(thing, "admin_author_id")
    if "from_id" not in thing:
        return ()
    if not manager:
        number = str(get_int(thing, "conversation_message_id"))
        return (OwnMessageSeen(places.conversation(get_int(thing, "peer_id")), number, get_timestamp(thing, "date")),)
    message = read_message(places, thing)
    return (replace(message, author=replace(message.author, speaker=str(manager)), payload=None),)


def message_edited(places: VkChats, thing: JsonObject) -> Sequence[Event]:
    """Read ``message_edit``; only people's edits matter, but VK also reports the bot's own."""
    message = get_object(thing, "message") if "message" in thing else thing
    if message.get("out") == 1 or get_int(message, "from_id") == -places.group_id:
        return ()
    return (MessageEdited(read_message(places, message)),)


def messages_allowed(places: VkChats, thing: JsonObject) -> Sequence[Event]:
    """Read ``message_allow``: the bot may now write to this person."""
    return (_consent_changed(places, thing, ChatChange.UNBLOCKED),)


def messages_denied(places: VkChats, thing: JsonObject) -> Sequence[Event]:
    """Read ``message_deny``: the bot may no longer write to this person."""
    return (_consent_changed(places, thing, ChatChange.BLOCKED),)


def button_pressed(places: VkChats, thing: JsonObject) -> Sequence[Event]:
    """Read ``message_event``, the press of a callback button."""
    user_id, peer_id = get_int(thing, "user_id"), get_int(thing, "peer_id")
    cmid = find_nonzero_int(thing, "conversation_message_id")
    press = VkCallbackId(text_or_empty(thing, "event_id"), user_id, peer_id)
    return (
        ButtonPressed(
            places.conversation(peer_id),
            str(cmid) if cmid else None,
            author_of(user_id),
            _payload_code(thing.get("payload")) or "",
            press.pack(),
        ),
    )


@dataclass(frozen=True, slots=True)
class VkCallbackId:
    """The parts of a press that VK needs in the answer to it."""

    event_id: str
    user_id: int
    peer_id: int

    def pack(self) -> str:
        return f"{self.peer_id}:{self.user_id}:{self.event_id}"

    @classmethod
    def unpack(cls, callback_id: str) -> "VkCallbackId | None":
        parts = callback_id.split(":", _CALLBACK_ID_PARTS - 1)
        if len(parts) != _CALLBACK_ID_PARTS or not all(part.lstrip("-").isdigit() for part in parts[:2]):
            return None
        return cls(parts[2], int(parts[1]), int(parts[0]))


def read_message(places: VkChats, message: JsonObject) -> MessagePosted:
    """Read a message; the button «Начать» becomes «/start», as in the other messengers.

    The ``ref`` of a link is the payload.
    """
    peer_id, from_id = get_int(message, "peer_id"), get_int(message, "from_id")
    reply = message.get("reply_message")
    forwarded = _list_forwarded(message)
    code = _payload_code(message.get("payload"))
    started = code == START_COMMAND
    others = [get_int(one, "from_id") for one in forwarded if one.get("from_id") != from_id]
    return MessagePosted(
        places.conversation(peer_id),
        str(get_int(message, "conversation_message_id")),
        author_of(from_id),
        get_timestamp(message, "date"),
        text_of(message),
        parse_attachments(message, places.account),
        reply_to=str(get_int(reply, "conversation_message_id")) if isinstance(reply, Mapping) else None,
        forwarded_from=source_name(others[0]) if others else None,
        forwards=tuple(_read_forwarded(one, places.account) for one in get_objects(message, "fwd_messages")),
        service=isinstance(message.get("action"), Mapping),
        payload=text_or_empty(message, "ref") or (None if started else code),
        link=places.conversation_link(peer_id),
        cropped=any(one.get("is_cropped") is True for one in (message, *forwarded)),
    )


def source_name(from_id: int) -> str:
    """Return the id of a person, for `VkMessenger.enrich`, or the address of a community whose words are shared."""
    return f"id{from_id}" if from_id > 0 else f"vk.com/club{-from_id}"


def text_of(message: JsonObject) -> str:
    """Return the text of a message, including forwarded texts."""
    return "/start" if _payload_code(message.get("payload")) == START_COMMAND else read_words(message)


def _list_forwarded(message: JsonObject, level: int = 0) -> list[JsonObject]:
    """Return the forwarded messages, including nested ones."""
    return [found for one in list_nested(message, level) for found in (one, *_list_forwarded(one, level + 1))]


def _read_forwarded(message: JsonObject, account: str) -> Forwarded:
    """Read a forwarded message; one that only passes others on is by the author of the first of them.

    VK does not tell where it was written.
    """
    inner = get_objects(message, "fwd_messages")
    if inner and not text_or_empty(message, "text").strip() and not get_objects(message, "attachments"):
        return replace(_read_forwarded(inner[0], account), text=read_words(message))
    from_id, date = find_nonzero_int(message, "from_id"), find_nonzero_int(message, "date")
    return Forwarded(
        read_words(message),
        author_id=None if from_id is None else str(from_id),
        author_name=source_name(from_id) if from_id is not None else None,
        is_page=from_id is not None and from_id < 0,
        sent_at=get_timestamp(message, "date") if date is not None else None,
        attachments=parse_attachments(message, account),
    )


def _payload_code(payload: Any) -> str | None:
    """Return the code of a payload: the bot's own, a bot command (`START`), or the payload itself as text.

    VK sends it as an object or as JSON in a string, depending on the event.
    """
    if payload is None:
        return None
    if isinstance(payload, str):
        try:
            payload = sanitize_json(parse_json(payload))
        except ValueError:
            return str(payload)
    if isinstance(payload, Mapping):
        for name in (PAYLOAD_KEY, "command"):
            if isinstance(payload.get(name), str):
                return str(payload[name])
    return json.dumps(payload, ensure_ascii=False) if payload else None


def _consent_changed(places: VkChats, thing: JsonObject, change: ChatChange) -> ChatChanged:
    user_id = get_int(thing, "user_id")
    return ChatChanged(places.conversation(user_id), change, author_of(user_id))


def _membership_changed(places: VkChats, message: JsonObject) -> ChatChanged | None:
    """Read the invitation of the community to a conversation, or its removal from one."""
    action = message.get("action")
    if not isinstance(action, Mapping) or action.get("member_id") != -places.group_id:
        return None
    kinds = {"chat_invite_user": ChatChange.BOT_ADDED, "chat_kick_user": ChatChange.BOT_REMOVED}
    change = kinds.get(str(action.get("type")))
    if change is None:
        return None
    return ChatChanged(places.conversation(get_int(message, "peer_id")), change, author_of(get_int(message, "from_id")))
