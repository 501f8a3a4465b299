"""A person's message as an API object: its author, attachments and origin."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.telegram.media import file_field
from sandbox.telegram.text import detect_entities
from sandbox.telegram.world import ANONYMOUS_ADMIN, CHANNEL_BOT, Bot, Chat, World

Json = dict[str, Any]
FileLike = bytes | tuple[str, bytes]
"""The bytes of a file, or its name and bytes."""

_NAMES = {
    "photo": ("photo.jpg", "image/jpeg"),
    "video": ("video.mp4", "video/mp4"),
    "document": ("document.pdf", "application/pdf"),
    "voice": ("voice.oga", "audio/ogg"),
    "audio": ("audio.mp3", "audio/mpeg"),
    "video_note": ("note.mp4", "video/mp4"),
    "animation": ("animation.mp4", "video/mp4"),
    "sticker": ("sticker.webp", "image/webp"),
}


def sender_fields(world: World, user_id: int, sender_chat: int | None) -> Json:
    """``from`` and ``sender_chat``: a person, an anonymous administrator, or a person speaking as a channel."""
    if sender_chat is None:
        return {"from": world.ensure_user(user_id)}
    chat = world.get_chat(sender_chat)
    if chat.type == "channel":
        stand_in = {"id": CHANNEL_BOT, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
    else:
        stand_in = {"id": ANONYMOUS_ADMIN, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    return {"from": stand_in, "sender_chat": chat.as_json()}


def file_attachment(world: World, kind: str, file: FileLike) -> Json:
    """The message's field for a file that a person sends."""
    name, mime = _NAMES[kind]
    if isinstance(file, tuple):
        name, data = file
    else:
        data = file
    found = file_field(world, world.store_file(kind, data, name, mime))
    # Old bots know an animation only as a document; the server gives it to everybody as both.
    return {kind: found, "document": found} if kind == "animation" else {kind: found}


def album_bodies(world: World, album: Sequence[FileLike], words: str) -> list[Json]:
    """Return the fields of each message of an album of photos; *words* are under the first."""
    group = {"media_group_id": str(13_000_000_000 + world.next_serial())}
    return [
        group | file_attachment(world, "photo", one) | text_with_entities("" if number else words, caption=True)
        for number, one in enumerate(album)
    ]


def single_body(
    world: World, files: Mapping[str, FileLike | None], words: str, location: tuple[float, float] | None
) -> Json:
    """Return the fields of one message: its file, its words (under the file if there is one) and its place."""
    body: Json = {}
    for kind, file in files.items():
        if file is not None:
            body |= file_attachment(world, kind, file)
    body |= text_with_entities(words, caption=bool(body))
    if location is not None:
        body["location"] = {"latitude": location[0], "longitude": location[1]}
    return body


def forward_origin(world: World, source: int | str) -> Json:
    """``forward_origin``: of a person (id), of one who hides his account (a name), of a channel or group (its id)."""
    date = int(world.now().timestamp()) - 3600
    if isinstance(source, str):
        return {"type": "hidden_user", "date": date, "sender_user_name": source}
    if source > 0:
        return {"type": "user", "date": date, "sender_user": world.ensure_user(source)}
    chat = world.get_chat(source)
    if chat.type == "channel":
        return {"type": "channel", "date": date, "chat": chat.as_json(), "message_id": 1}
    return {"type": "chat", "date": date, "sender_chat": chat.as_json()}


def text_with_entities(text: str, *, caption: bool) -> Json:
    """``text`` or ``caption`` with the entities that Telegram detects."""
    if not text:
        return {}
    name, entities_name = ("caption", "caption_entities") if caption else ("text", "entities")
    found = detect_entities(text)
    return {name: text, **({entities_name: found} if found else {})}


def bot_receives(bot: Bot, chat: Chat, message: Json) -> bool:
    """Return whether the bot gets this message: privacy mode hides the talk of a group."""
    if chat.type == "private":
        return True
    if chat.bot_status not in ("member", "administrator", "restricted"):
        return False
    if chat.type == "channel" or chat.bot_status == "administrator" or bot.can_read_all_group_messages:
        return True
    said = message.get("text") or message.get("caption") or ""
    replied = message.get("reply_to_message", {}).get("from", {}).get("id") == bot.id
    service = not said and not any(key in message for key in _NAMES)
    return replied or service or said.startswith("/") or f"@{bot.username}".lower() in said.lower()
