"""What is attached to a message, in neutral words."""

from bot.messengers.events import Attachment, MediaKind
from bot.messengers.telegram.raw import Raw, may_number, may_obj, may_real, may_text, objects

# Telegram's kinds of files. Where sending needs another method than the neutral kind says, ``ref`` begins with the
# kind's name and a colon (see ``media.method_for``).
_FILES = {
    "animation": MediaKind.VIDEO,
    "video": MediaKind.VIDEO,
    "video_note": MediaKind.VIDEO,
    "voice": MediaKind.VOICE,
    "audio": MediaKind.AUDIO,
    "document": MediaKind.DOCUMENT,
    "sticker": MediaKind.STICKER,
}
MARKED = ("animation", "video_note")
_MIMES = {"voice": "audio/ogg", "video": "video/mp4", "video_note": "video/mp4", "sticker": "image/webp"}

SERVICE = frozenset(
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
"""Fields that make a message a notice of Telegram's own instead of somebody's words."""


def is_service(message: Raw) -> bool:
    """Whether Telegram itself tells something with this message."""
    return any(key in message for key in SERVICE)


def attachments(message: Raw, account: str) -> tuple[Attachment, ...]:
    """Everything attached to *message*.

    What is not text and not known here is one attachment of kind OTHER: a poll, a contact, a kind of message that
    Telegram will only invent.
    """
    found = [one for one in (_photo(message, account), _place(message, account)) if one is not None]
    # An animation is also given as a document, for old bots.
    kinds = [kind for kind in _FILES if not (kind == "document" and "animation" in message)]
    found += [one for kind in kinds if (one := _file(message, kind, account)) is not None]
    if not found and not is_service(message) and not (message.get("text") or message.get("caption")):
        found.append(Attachment(MediaKind.OTHER, account))
    return tuple(found)


def _photo(message: Raw, account: str) -> Attachment | None:
    sizes = [size for size in objects(message, "photo") if may_text(size, "file_id")]
    if not sizes:
        return None
    largest = max(sizes, key=lambda size: (may_number(size, "width") or 0) * (may_number(size, "height") or 0))
    return Attachment(
        MediaKind.PHOTO,
        account,
        may_text(largest, "file_id") or "",
        mime="image/jpeg",
        size=may_number(largest, "file_size"),
    )


def _file(message: Raw, kind: str, account: str) -> Attachment | None:
    body = may_obj(message, kind)
    file_id = may_text(body, "file_id") if body is not None else None
    if body is None or file_id is None:
        return None
    return Attachment(
        _FILES[kind],
        account,
        f"{kind}:{file_id}" if kind in MARKED else file_id,
        may_text(body, "file_name"),
        may_text(body, "mime_type") or _MIMES.get(kind),
        may_number(body, "file_size"),
    )


def _place(message: Raw, account: str) -> Attachment | None:
    venue = may_obj(message, "venue") or {}
    place = may_obj(message, "location") or may_obj(venue, "location")
    if place is None:
        return None
    latitude, longitude = may_real(place, "latitude"), may_real(place, "longitude")
    if latitude is None or longitude is None:
        return None
    name = ", ".join(part for part in (may_text(venue, "title"), may_text(venue, "address")) if part)
    return Attachment(MediaKind.LOCATION, account, name=name or None, latitude=latitude, longitude=longitude)
