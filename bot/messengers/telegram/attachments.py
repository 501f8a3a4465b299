"""Attachments of messages in neutral form, and the table of all content of the Bot API's `Message`.

See https://core.telegram.org/bots/api#message. A test holds the frozen list of all fields against these tables.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.messengers.events import Attachment, MediaKind
from bot.messengers.json_reader import JsonObject, find_int, find_object, find_point, find_text, list_objects

# Telegram's kinds of files. If sending needs another method than the neutral kind implies, ``ref`` begins with the
# name of Telegram's kind and a colon (see `media.send_kind`).
_FILE_KINDS = {
    "animation": MediaKind.VIDEO,
    "video": MediaKind.VIDEO,
    "video_note": MediaKind.VIDEO,
    "voice": MediaKind.VOICE,
    "voice_note": MediaKind.VOICE,  # in a rich message
    "audio": MediaKind.AUDIO,
    "document": MediaKind.DOCUMENT,
    "sticker": MediaKind.STICKER,
}
_FILE_FIELDS = frozenset({*_FILE_KINDS, "photo", "live_photo", "location", "venue", "dice", "type"})
"""Fields of whatever holds a file or a place."""
PREFIXED_KINDS = ("animation", "video_note")
_DEFAULT_MIMES = {
    "voice": "audio/ogg",
    "voice_note": "audio/ogg",
    "video": "video/mp4",
    "video_note": "video/mp4",
    "sticker": "image/webp",
}
_MAX_DEPTH = 32
"""Levels of blocks that are searched for files; Telegram's own limit is lower."""

FILE_FIELDS = frozenset({*_FILE_KINDS, "photo", "live_photo", "paid_media", "location", "dice"}) - {"voice_note"}
"""Fields of a message that become attachments; a die is an animated emoji, and so a sticker."""

UNREAD_FIELDS = frozenset(
    {"game", "giveaway", "giveaway_winners", "invoice", "passport_data", "story", "reply_to_story"}
)
"""Content that the bot can neither read nor show; the person is told so."""

ENVELOPE_FIELDS = frozenset(
    {
        "message_id",
        "message_thread_id",
        "direct_messages_topic",
        "from",
        "sender_chat",
        "sender_boost_count",
        "sender_business_bot",
        "sender_tag",
        "date",
        "guest_query_id",
        "business_connection_id",
        "chat",
        "forward_origin",
        "is_topic_message",
        "is_automatic_forward",
        "reply_to_message",
        "quote",
        "reply_to_checklist_task_id",
        "reply_to_poll_option_id",
        "via_bot",
        "guest_bot_caller_user",
        "guest_bot_caller_chat",
        "edit_date",
        "has_protected_content",
        "is_from_offline",
        "is_paid_post",
        "media_group_id",
        "author_signature",
        "paid_star_count",
        "entities",
        "link_preview_options",
        "suggested_post_info",
        "effect_id",
        "caption_entities",
        "show_caption_above_media",
        "has_media_spoiler",
        "reply_markup",
    }
)
"""Fields about a message that are no content of it."""

SERVICE_FIELDS = frozenset(
    {
        "new_chat_members",
        "left_chat_member",
        "chat_owner_left",
        "chat_owner_changed",
        "new_chat_title",
        "new_chat_photo",
        "delete_chat_photo",
        "group_chat_created",
        "supergroup_chat_created",
        "channel_chat_created",
        "message_auto_delete_timer_changed",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "pinned_message",
        "successful_payment",
        "refunded_payment",
        "users_shared",
        "chat_shared",
        "connected_website",
        "write_access_allowed",
        "proximity_alert_triggered",
        "boost_added",
        "chat_background_set",
        "checklist_tasks_done",
        "direct_message_price_changed",
        "paid_message_price_changed",
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
        "general_forum_topic_hidden",
        "general_forum_topic_unhidden",
        "giveaway_created",
        "giveaway_completed",
        "managed_bot_created",
        "poll_option_deleted",
        "suggested_post_approved",
        "suggested_post_approval_failed",
        "suggested_post_declined",
        "suggested_post_paid",
        "suggested_post_refunded",
        "video_chat_scheduled",
        "video_chat_started",
        "video_chat_ended",
        "video_chat_participants_invited",
        "web_app_data",
        "gift",
        "unique_gift",
        "gift_upgrade_sent",
    }
)
"""Fields of a service message: Telegram's own notice, not a text that somebody wrote."""


def is_service(message: JsonObject) -> bool:
    """Return whether this is a service message, such as a member's joining."""
    return not SERVICE_FIELDS.isdisjoint(message)


def parse_attachments(message: JsonObject, account: str, *, has_words: bool) -> tuple[Attachment, ...]:
    """Return all attachments of *message*, also those of its rich text, of its poll and of the message it quotes.

    Content that the bot can neither read nor show is an attachment of kind OTHER, named after Telegram's field; so is
    a message without words and files, which may be of a kind that Telegram does not have yet.
    """
    found = [one for source in _file_sources(message) for one in _files(source, account)]
    found += [_unread(message, name, account) for name in sorted(UNREAD_FIELDS & message.keys())]
    if not found and not has_words and not is_service(message):
        unknown = sorted(message.keys() - ENVELOPE_FIELDS - SERVICE_FIELDS)
        found.append(Attachment(MediaKind.OTHER, account, name=unknown[0][:64] if unknown else None))
    return tuple(found)


def _file_sources(message: JsonObject) -> Iterator[JsonObject]:
    """Yield every object that may hold files: the message, its parts, and the message of another chat it answers."""
    external = find_object(message, "external_reply")
    for source in (message, external) if external else (message,):
        yield source
        yield from list_objects(find_object(source, "paid_media") or {}, "paid_media")
        yield from _blocks((find_object(source, "rich_message") or {}).get("blocks"))
        poll = find_object(source, "poll") or {}
        for holder in (poll, *list_objects(poll, "options")):
            yield from (part for name in ("media", "explanation_media") if (part := find_object(holder, name)))


def _blocks(blocks: Any, depth: int = 0) -> Iterator[JsonObject]:
    for block in blocks if isinstance(blocks, list) and depth < _MAX_DEPTH else ():
        if isinstance(block, Mapping):
            yield block
            for holder in (block, *list_objects(block, "items")):
                yield from _blocks(holder.get("blocks"), depth + 1)


def _files(source: JsonObject, account: str) -> Iterator[Attachment]:
    if _FILE_FIELDS.isdisjoint(source):  # a text, as most messages are
        return
    live = find_object(source, "live_photo")
    photo = _photo(source, account) or (_photo(live, account) or _file(source, "live_photo", account) if live else None)
    if photo is not None:
        yield photo
    place = _location(source, account)
    if place is not None:
        yield place
    # Telegram also lists an animation as a document, for old bots.
    for kind in _FILE_KINDS:
        if not (kind == "document" and "animation" in source) and (one := _file(source, kind, account)) is not None:
            yield one
    if "dice" in source:
        yield Attachment(MediaKind.STICKER, account)
    if source.get("type") == "preview":  # paid media that nobody has paid for
        yield Attachment(MediaKind.OTHER, account, name="paid_media")


def _unread(message: JsonObject, name: str, account: str) -> Attachment:
    body = find_object(message, name) or {}
    channel, number = find_text(find_object(body, "chat") or {}, "username"), find_int(body, "id")
    story = name in ("story", "reply_to_story") and channel is not None and number is not None
    return Attachment(
        MediaKind.OTHER,
        account,
        name="story" if name == "reply_to_story" else name,
        link=f"https://t.me/{channel}/s/{number}" if story else None,
    )


def _photo(message: JsonObject, account: str) -> Attachment | None:
    sizes = [size for size in list_objects(message, "photo") if find_text(size, "file_id")]
    if not sizes:
        return None
    largest = max(sizes, key=lambda size: (find_int(size, "width") or 0) * (find_int(size, "height") or 0))
    return Attachment(
        MediaKind.PHOTO,
        account,
        find_text(largest, "file_id") or "",
        mime="image/jpeg",
        size=find_int(largest, "file_size"),
    )


def _file(message: JsonObject, kind: str, account: str) -> Attachment | None:
    body = find_object(message, kind)
    file_id = find_text(body, "file_id") if body is not None else None
    if body is None or file_id is None:
        return None
    return Attachment(
        _FILE_KINDS.get(kind, MediaKind.VIDEO),
        account,
        f"{kind}:{file_id}" if kind in PREFIXED_KINDS else file_id,
        find_text(body, "file_name"),
        find_text(body, "mime_type") or _DEFAULT_MIMES.get(kind),
        find_int(body, "file_size"),
    )


def _location(message: JsonObject, account: str) -> Attachment | None:
    venue = find_object(message, "venue") or {}
    place = find_object(message, "location") or find_object(venue, "location")
    if place is None:
        return None
    point = find_point(place)
    if point is None:
        return None
    name = ", ".join(part for part in (find_text(venue, "title"), find_text(venue, "address")) if part)
    return Attachment(MediaKind.LOCATION, account, name=name or None, latitude=point[0], longitude=point[1])
