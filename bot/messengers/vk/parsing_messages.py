"""Reading what people write and press in conversations with the community."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.messengers.events import (
    Attachment,
    Author,
    AuthorKind,
    ButtonPressed,
    ChatChange,
    ChatChanged,
    Event,
    MessageEdited,
    MessagePosted,
)
from bot.messengers.vk.attachments import attachments_of
from bot.messengers.vk.chats import Places
from bot.messengers.vk.fields import Json, items, maybe_whole, moment, record, whole, words

CODE = "c"  # the name under which our buttons' codes travel in a payload
START = "start"  # the bot command that VK's own button «Начать» sends
_PRESS_PARTS = 3
_DEEPEST_FORWARD = 5


def author_of(from_id: int) -> Author:
    """A person, or (negative ids) a community speaking."""
    return Author(str(from_id), kind=AuthorKind.PERSON if from_id > 0 else AuthorKind.CHAT)


def said(places: Places, thing: Json) -> Sequence[Event]:
    """``message_new``."""
    message = record(thing, "message") if "message" in thing else thing
    if message.get("out") == 1:
        return ()
    change = _standing(places, message)
    return (change,) if change else (_message(places, message),)


def replied(places: Places, thing: Json) -> Sequence[Event]:
    """``message_reply``: what was written in the community's name. What we have sent ourselves names nobody; a manager
    who answers by hand is named (``admin_author_id``), and is heard."""
    manager = maybe_whole(thing, "admin_author_id")
    if not manager or "from_id" not in thing:
        return ()
    message = _message(places, thing)
    return (replace(message, author=replace(message.author, speaker=str(manager)), payload=None),)


def changed(places: Places, thing: Json) -> Sequence[Event]:
    """``message_edit``: of a person's message; our own edits come back too and mean nothing."""
    message = record(thing, "message") if "message" in thing else thing
    if message.get("out") == 1 or whole(message, "from_id") == -places.group_id:
        return ()
    return (MessageEdited(_message(places, message)),)


def allowed(places: Places, thing: Json) -> Sequence[Event]:
    """``message_allow``: now we may write to this person."""
    return (_consent(places, thing, ChatChange.UNBLOCKED),)


def denied(places: Places, thing: Json) -> Sequence[Event]:
    """``message_deny``: we may not write to this person any more."""
    return (_consent(places, thing, ChatChange.BLOCKED),)


def pressed(places: Places, thing: Json) -> Sequence[Event]:
    """``message_event``: a callback button."""
    user_id, peer_id = whole(thing, "user_id"), whole(thing, "peer_id")
    cmid = maybe_whole(thing, "conversation_message_id")
    press = Press(words(thing, "event_id"), user_id, peer_id)
    return (
        ButtonPressed(
            places.talk(peer_id),
            str(cmid) if cmid else None,
            author_of(user_id),
            _code(thing.get("payload")) or "",
            press.packed(),
        ),
    )


@dataclass(frozen=True, slots=True)
class Press:
    """What VK wants to know of a press to answer it."""

    event_id: str
    user_id: int
    peer_id: int

    def packed(self) -> str:
        return f"{self.peer_id}:{self.user_id}:{self.event_id}"

    @classmethod
    def unpacked(cls, press_id: str) -> "Press | None":
        parts = press_id.split(":", _PRESS_PARTS - 1)
        if len(parts) != _PRESS_PARTS or not all(part.lstrip("-").isdigit() for part in parts[:2]):
            return None
        return cls(parts[2], int(parts[1]), int(parts[0]))


def _message(places: Places, message: Json) -> MessagePosted:
    """A message as ours. The button «Начать» reads «/start», as in the other messengers; a link's ``ref`` is its
    payload."""
    peer_id, from_id = whole(message, "peer_id"), whole(message, "from_id")
    reply = message.get("reply_message")
    forwarded = _forwarded(message)
    code = _code(message.get("payload"))
    started = code == START
    attachments: tuple[Attachment, ...] = attachments_of(message, places.account)
    for one in forwarded:
        attachments += attachments_of(one, places.account)
    others = [whole(one, "from_id") for one in forwarded if one.get("from_id") != from_id]
    return MessagePosted(
        places.talk(peer_id),
        str(whole(message, "conversation_message_id")),
        author_of(from_id),
        moment(message),
        text_of(message),
        attachments,
        reply_to=str(whole(reply, "conversation_message_id")) if isinstance(reply, Mapping) else None,
        forwarded_from=f"id{others[0]}" if others else None,
        service=isinstance(message.get("action"), Mapping),
        payload=words(message, "ref") or (None if started else code),
        link=places.talk_link(peer_id),
    )


def text_of(message: Json) -> str:
    """The words of a message, with those that it forwards."""
    own = "/start" if _code(message.get("payload")) == START else words(message, "text")
    return "\n\n".join(text for text in (own, *(words(one, "text") for one in _forwarded(message))) if text)


def _forwarded(message: Json, depth: int = 0) -> list[Json]:
    """Forwarded messages, those inside them too."""
    found: list[Json] = []
    for one in items(message, "fwd_messages"):
        found.append(one)
        if depth < _DEEPEST_FORWARD:
            found += _forwarded(one, depth + 1)
    return found


def _code(payload: Any) -> str | None:
    """The code in a payload: ours, a bot command (:data:`START`), or the payload itself as text.

    VK sends it as an object or as JSON in a string, depending on the event.
    """
    if payload is None:
        return None
    if isinstance(payload, str):
        try:
            payload = json.loads(payload)
        except ValueError:
            return str(payload)
    if isinstance(payload, Mapping):
        for name in (CODE, "command"):
            if isinstance(payload.get(name), str):
                return str(payload[name])
    return json.dumps(payload, ensure_ascii=False) if payload else None


def _consent(places: Places, thing: Json, change: ChatChange) -> ChatChanged:
    user_id = whole(thing, "user_id")
    return ChatChanged(places.talk(user_id), change, author_of(user_id))


def _standing(places: Places, message: Json) -> ChatChanged | None:
    """The community was let into a conversation, or shown out of it."""
    action = message.get("action")
    if not isinstance(action, Mapping) or action.get("member_id") != -places.group_id:
        return None
    kinds = {"chat_invite_user": ChatChange.BOT_ADDED, "chat_kick_user": ChatChange.BOT_REMOVED}
    change = kinds.get(str(action.get("type")))
    if change is None:
        return None
    return ChatChanged(places.talk(whole(message, "peer_id")), change, author_of(whole(message, "from_id")))
