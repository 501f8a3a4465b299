"""A text with its entities as plain pieces that a page can draw without ever reading markup."""

import re
from itertools import pairwise
from typing import Any

Json = dict[str, Any]

_STYLES = {
    "bold": "bold",
    "italic": "italic",
    "underline": "underline",
    "strikethrough": "strike",
    "spoiler": "spoiler",
    "code": "code",
    "pre": "code",
}
_QUOTES = ("blockquote", "expandable_blockquote")
_WEB = ("http://", "https://")
_VK_LINK = re.compile(r"\[((?:id|club|public|https?://)[^\]|\s]+)\|([^\]]+)\]|(https?://[^\s<>«»\"]+)")


def telegram_blocks(text: str, entities: list[Json]) -> list[Json]:
    """Blocks ``{"quote": bool, "parts": [{"text", "styles", "href"}]}`` of a text with Telegram's entities.

    Offsets and lengths count UTF-16 units, as Telegram's do.
    """
    raw = text.encode("utf-16-le", "surrogatepass")
    borders = {0, len(raw) // 2}
    for one in entities:
        borders |= {one["offset"], one["offset"] + one["length"]}
    cuts = sorted(border for border in borders if 0 <= border <= len(raw) // 2)
    blocks: list[Json] = []
    for start, end in pairwise(cuts):
        piece = raw[2 * start : 2 * end].decode("utf-16-le", "replace")
        over = [one for one in entities if one["offset"] <= start and end <= one["offset"] + one["length"]]
        quote = next((one["offset"] for one in over if one["type"] in _QUOTES), None)
        if not blocks or blocks[-1]["quote"] != quote:
            blocks.append({"quote": quote, "parts": []})
        blocks[-1]["parts"].append(_part(piece, over))
    _join(blocks)
    return [{"quote": block["quote"] is not None, "parts": block["parts"]} for block in blocks]


def _join(blocks: list[Json]) -> None:
    """A quote has lines of its own: the line breaks around it are not seen."""
    for before, after in pairwise(blocks):
        if before["quote"] is not None:
            after["parts"][0]["text"] = after["parts"][0]["text"].removeprefix("\n")
        elif after["quote"] is not None:
            before["parts"][-1]["text"] = before["parts"][-1]["text"].removesuffix("\n")


def _part(piece: str, over: list[Json]) -> Json:
    part: Json = {"text": piece}
    if styles := sorted({_STYLES[one["type"]] for one in over if one["type"] in _STYLES}):
        part["styles"] = styles
    for one in over:
        address = one.get("url") if one["type"] == "text_link" else piece if one["type"] == "url" else None
        if address and address.startswith(_WEB):
            part["href"] = address
    return part


_MAX_STYLES = {
    "strong": "bold",
    "heading": "bold",
    "emphasized": "italic",
    "underline": "underline",
    "strikethrough": "strikethrough",
    "monospaced": "code",
    "quote": "blockquote",
}


def max_blocks(text: str, markup: list[Json]) -> list[Json]:
    """The same for MAX, whose markup is Telegram's by other names."""
    entities = []
    for span in markup:
        entity = {"type": _MAX_STYLES.get(span["type"], ""), "offset": span["from"], "length": span["length"]}
        entities.append({**entity, "type": "text_link", "url": span["url"]} if span["type"] == "link" else entity)
    return telegram_blocks(text, entities)


def vk_blocks(text: str) -> list[Json]:
    """The same for VK, which knows only links and mentions (``[id1|Мария]``)."""
    parts: list[Json] = []
    at = 0
    for found in _VK_LINK.finditer(text):
        if found.start() > at:
            parts.append({"text": text[at : found.start()]})
        target, label, bare = found.groups()
        if bare or target.startswith(_WEB):
            parts.append({"text": label or bare, "href": bare or target})
        else:
            parts.append({"text": label, "styles": ["bold"]})
        at = found.end()
    if at < len(text):
        parts.append({"text": text[at:]})
    return [{"quote": False, "parts": parts}] if parts else []
