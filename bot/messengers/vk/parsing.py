"""Parsing of VK's raw updates, polled or pushed, into events; keys and conversations are found without parsing."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.messengers.errors import MalformedUpdate, UnknownUpdate
from bot.messengers.events import Event
from bot.messengers.json_reader import JsonObject, get_object
from bot.messengers.port import RawUpdate
from bot.messengers.vk import parsing_messages, parsing_wall
from bot.messengers.vk.chats import VkChats

EventParser = Callable[[VkChats, JsonObject], Sequence[Event]]

_TOPIC_LOCATOR = parsing_wall.locate_comments_under("topic", "topic_id", "topic_owner_id")
_COMMENT_LOCATORS = (
    ("photo", parsing_wall.locate_comments_under("photo", "photo_id", "photo_owner_id", "owner_id")),
    ("video", parsing_wall.locate_comments_under("video", "video_id", "video_owner_id", "owner_id")),
    ("market", parsing_wall.locate_comments_under("market", "item_id", "market_owner_id", "owner_id")),
)

EVENT_PARSERS: Mapping[str, EventParser] = {
    "message_new": parsing_messages.message_created,
    "message_reply": parsing_messages.message_sent,
    "message_edit": parsing_messages.message_edited,
    "message_event": parsing_messages.button_pressed,
    "message_allow": parsing_messages.messages_allowed,
    "message_deny": parsing_messages.messages_denied,
    "wall_post_new": parsing_wall.post_created,
    "wall_reply_new": parsing_wall.comment_created(parsing_wall.locate_post_comments),
    "wall_reply_restore": parsing_wall.comment_created(parsing_wall.locate_post_comments),
    "wall_reply_edit": parsing_wall.comment_edited(parsing_wall.locate_post_comments),
    "wall_reply_delete": parsing_wall.comment_deleted(parsing_wall.locate_post_comments),
    "like_add": parsing_wall.like_changed(added=True),
    "like_remove": parsing_wall.like_changed(added=False),
    "board_post_new": parsing_wall.comment_created(_TOPIC_LOCATOR),
    "board_post_restore": parsing_wall.comment_created(_TOPIC_LOCATOR),
    "board_post_edit": parsing_wall.comment_edited(_TOPIC_LOCATOR),
    "board_post_delete": parsing_wall.comment_deleted(_TOPIC_LOCATOR),
    **{f"{kind}_comment_new": parsing_wall.comment_created(place) for kind, place in _COMMENT_LOCATORS},
    **{f"{kind}_comment_restore": parsing_wall.comment_created(place) for kind, place in _COMMENT_LOCATORS},
    **{f"{kind}_comment_edit": parsing_wall.comment_edited(place) for kind, place in _COMMENT_LOCATORS},
    **{f"{kind}_comment_delete": parsing_wall.comment_deleted(place) for kind, place in _COMMENT_LOCATORS},
}
IGNORED_EVENTS = frozenset(
    {
        "audio_new",
        "confirmation",
        "donut_money_withdraw",
        "donut_money_withdraw_error",
        "donut_subscription_cancelled",
        "donut_subscription_create",
        "donut_subscription_expired",
        "donut_subscription_price_changed",
        "donut_subscription_prolonged",
        "group_change_photo",
        "group_change_settings",
        "group_join",
        "group_leave",
        "group_officers_edit",
        "lead_forms_new",
        "market_order_edit",
        "market_order_new",
        "message_reaction_event",
        "message_read",
        "message_typing_state",
        "photo_new",
        "poll_vote_new",
        "user_block",
        "user_unblock",
        "video_new",
        "vkpay_transaction",
        "app_payload",
        "wall_repost",
        "wall_schedule_post_delete",
        "wall_schedule_post_new",
    }
)


def parse_update(places: VkChats, payload: Mapping[str, Any]) -> Sequence[Event]:
    """Return the events of one raw update; see `bot.messengers.port.Messenger.parse`."""
    kind = payload.get("type")
    if not isinstance(kind, str) or not kind:
        raise MalformedUpdate("VK: an update without a type")
    if kind in IGNORED_EVENTS:
        return ()
    reader = EVENT_PARSERS.get(kind)
    if reader is None:
        raise UnknownUpdate(kind)
    try:
        return reader(places, get_object(payload, "object"))
    except MalformedUpdate as error:
        raise MalformedUpdate(f"VK {kind}: {error}") from None


def raw_update(update: Any) -> RawUpdate:
    """Return one element of ``updates``, of any shape, with its key and its conversation."""
    payload: Mapping[str, Any] = update if isinstance(update, dict) else {"unreadable": update}
    event_id = payload.get("event_id")
    key = event_id if isinstance(event_id, str) and event_id else _digest(payload)
    return RawUpdate(key, _conversation_key(payload), payload, is_press=payload.get("type") == "message_event")


def _digest(payload: Mapping[str, Any]) -> str:
    canonical = json.dumps(payload, sort_keys=True, ensure_ascii=True, default=str)
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()[:48]


def _conversation_key(payload: Mapping[str, Any]) -> str:
    """Return place and person: «7:7» for a private chat, «wall-1_22:7» for comments."""
    thing = payload.get("object")
    if not isinstance(thing, Mapping):
        return "unreadable"
    message = thing.get("message")
    thing = message if isinstance(message, Mapping) else thing
    person = next((thing[key] for key in ("from_id", "user_id", "deleter_id", "liker_id") if key in thing), "")
    if "peer_id" in thing:
        return f"{thing['peer_id']}:{person}"
    for key in ("post_id", "photo_id", "video_id", "topic_id", "item_id"):
        if key in thing:
            owner = next((thing[name] for name in ("owner_id", f"{key[:-3]}_owner_id") if name in thing), "")
            return f"{'wall' if key == 'post_id' else key[:-3]}{owner}_{thing[key]}:{person}"
    if payload.get("type") == "wall_post_new":
        return f"wall{thing.get('owner_id', '')}_{thing.get('id', '')}:{person}"
    return f"{person}:{person}"
