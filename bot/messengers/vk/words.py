"""The words of messages, comments and posts: their texts, and whatever else of their content says something.

Mentions are shown as VK shows them, by name. The objects: dev.vk.com, «Объекты», «Медиавложения».
"""

import re
from collections.abc import Callable, Iterable

from bot.messengers.json_reader import JsonObject, find_int, find_object, find_text, get_objects, text_or_empty
from bot.messengers.linked_text import with_address
from bot.messengers.vk.chats import SITE

MAX_NESTED_LEVELS = 8
"""Levels of forwarded messages and shared posts that are read."""

# «[id1|Имя]», «[club1|Имя]», «[id1:bp-2_3|Имя]» in answers to comments, «[https://vk.com/wall-1_2|слова]», and what
# people type: «@id1 (Имя)», «*club1 (Имя)».
_MENTION = re.compile(
    r"\[(?P<target>(?:id|club|public|event|app)-?\d+(?::[\w-]+)?|(?:https?://|(?:m\.)?vk\.(?:com|ru)/)[^\s\[\]|]+)"
    r"\|(?P<name>[^\[\]\n]+)\]"
    r"|[@*](?:id|club|public|event|app)\d+ ?\((?P<typed>[^()\n]+)\)"
)

_READ_BY_SIGHT = frozenset(
    {"audio", "audio_message", "call", "clip", "doc", "gift", "graffiti", "photo", "posted_photo", "sticker", "video"}
)
"""Attachments whose names are no words of the person."""


def read_words(thing: JsonObject, level: int = 0) -> str:
    """Return everything that a message, comment or post says, with what it forwards, in the order of the screen."""
    own = render_mentions(text_or_empty(thing, "text"))
    attached = (attachment_words(item, level) for item in get_objects(thing, "attachments"))
    place = find_object(find_object(thing, "geo") or {}, "place") or {}
    address = ", ".join(part for key in ("title", "address") if (part := find_text(place, key)))
    found = [_join([own, *(words for words in attached if not _is_said(words, own)), address], "\n")]
    return _join([*found, *(read_words(one, level + 1) for one in list_nested(thing, level))], "\n\n")


def list_nested(thing: JsonObject, level: int = 0) -> list[JsonObject]:
    """Return what *thing* forwards or reposts; a forwarded message also shows the one that it replies to."""
    if level >= MAX_NESTED_LEVELS:
        return []
    reply = find_object(thing, "reply_message") if level else None
    return [*([reply] if reply else []), *get_objects(thing, "fwd_messages"), *get_objects(thing, "copy_history")]


def render_mentions(text: str) -> str:
    """Return *text* with the names of the mentioned people and pages, and the addresses behind words."""

    def render(match: re.Match[str]) -> str:
        target, name = match["target"] or "", match["name"] or match["typed"]
        return with_address(name, target if "/" in target else None)

    return _MENTION.sub(render, text)


def attachment_words(item: JsonObject, level: int = 0) -> str:
    """Return the words of one attachment, with its address; empty for a file."""
    kind = find_text(item, "type") or ""
    body = find_object(item, kind)
    if body is None:
        return ""
    if kind in NESTED_KINDS:
        return _join([read_words(body, level + 1) if level < MAX_NESTED_LEVELS else "", _nested_link(body)], "\n")
    return _READERS.get(kind, _nothing if kind in _READ_BY_SIGHT else _titled)(body)


NESTED_KINDS = frozenset({"wall", "wall_reply"})
"""Attachments that have words and attachments of their own: a shared post or comment."""


def _nested_link(body: JsonObject) -> str:
    """Return the address of a shared post or comment."""
    owner = next((found for key in ("owner_id", "to_id", "from_id") if (found := find_int(body, key))), None)
    number, post = find_int(body, "id"), find_int(body, "post_id")
    if owner is None or number is None:
        return ""
    return f"{SITE}/wall{owner}_{post}?reply={number}" if post else f"{SITE}/wall{owner}_{number}"


def _nothing(body: JsonObject) -> str:
    return ""


def _titled(body: JsonObject) -> str:
    """Read a kind of attachment that has a title and perhaps an address, as most have, and new ones may."""
    titles = (find_text(body, key) for key in ("title", "name", "text", "caption", "description"))
    words = render_mentions(next((title for title in titles if title), ""))
    address = next((found for key in ("url", "view_url") if (found := find_text(body, key))), None)
    return with_address(words, address) if words else address or ""


def _poll(body: JsonObject) -> str:
    options = (f"• {find_text(one, 'text') or ''}" for one in get_objects(body, "answers"))
    return _join([find_text(body, "question") or "", *options], "\n")


def _market_item(body: JsonObject) -> str:
    owner, number = find_int(body, "owner_id"), find_int(body, "id")
    price = find_text(find_object(body, "price") or {}, "text") or ""
    words = _join([find_text(body, "title") or "", price], ", ")
    return with_address(words, f"{SITE}/market{owner}?w=product{owner}_{number}" if owner and number else None)


def _story(body: JsonObject) -> str:
    owner, number = find_int(body, "owner_id"), find_int(body, "id")
    return f"{SITE}/story{owner}_{number}" if owner and number else ""


_READERS: dict[str, Callable[[JsonObject], str]] = {
    "poll": _poll,
    "market": _market_item,
    "story": _story,
    "photo": lambda body: render_mentions(find_text(body, "text") or ""),
    "audio_message": lambda body: find_text(body, "transcript") or "",  # VK has recognised the speech
}


def _is_said(words: str, text: str) -> bool:
    """Return whether *text* says *words* already: VK attaches a preview of an address in it."""
    address = re.search(r"https?://(?:www\.)?([^\s)]+)", words)
    return words in text or (address is not None and address[1].rstrip("/") in text)


def _join(parts: Iterable[str], separator: str) -> str:
    return separator.join(part for part in parts if part.strip())
