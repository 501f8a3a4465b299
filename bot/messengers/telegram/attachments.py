"""Attachments of messages in neutral form."""

from bot.messengers.events import Attachment, MediaKind
from bot.messengers.json_reader import JsonObject, find_int, find_object, find_point, find_text, list_objects

# Telegram's kinds of files. If sending needs another method than the neutral kind implies, ``ref`` begins with the
# name of Telegram's kind and a colon (see `media.send_kind`).
_FILE_KINDS = {
    "animation": MediaKind.VIDEO,
    "video": MediaKind.VIDEO,
    "video_note": MediaKind.VIDEO,
    "voice": MediaKind.VOICE,
    "audio": MediaKind.AUDIO,
    "document": MediaKind.DOCUMENT,
    "sticker": MediaKind.STICKER,
}
PREFIXED_KINDS = ("animation", "video_note")
_DEFAULT_MIMES = {"voice": "audio/ogg", "video": "video/mp4", "video_note": "video/mp4", "sticker": "image/webp"}

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
        "checklist_tasks_added",
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
        "poll_option_added",
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
    return any(key in message for key in SERVICE_FIELDS)


def parse_attachments(message: JsonObject, account: str) -> tuple[Attachment, ...]:
    """Return all attachments of *message*.

    A message without text and without any known kind of file has one attachment of kind OTHER: a poll, a contact, or a
    kind of message that Telegram does not have yet.
    """
    found = [one for one in (_photo(message, account), _location(message, account)) if one is not None]
    # Telegram also lists an animation as a document, for old bots.
    kinds = [kind for kind in _FILE_KINDS if not (kind == "document" and "animation" in message)]
    found += [one for kind in kinds if (one := _file(message, kind, account)) is not None]
    if not found and not is_service(message) and not (message.get("text") or message.get("caption")):
        found.append(Attachment(MediaKind.OTHER, account))
    return tuple(found)


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
        _FILE_KINDS[kind],
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
