"""The words of a message: its text with the addresses behind it, and whatever else of its content says something.

dev.max.ru, «Message», «Attachment», «MarkupElement».
"""

import re
from collections.abc import Callable, Iterable

from bot.messengers.json_reader import JsonObject, find_int, find_text, list_objects, object_or_empty
from bot.messengers.linked_text import with_address, write_out_addresses
from bot.messengers.text_fitting import clean_text

_CARD_LINE = re.compile(r"^(?:item\d+\.)?(FN|TEL)[^:\n]*:(.+)$", re.IGNORECASE | re.MULTILINE)  # of a vCard


def read_words(body: JsonObject) -> str:
    """Return everything that *body* says, in the order in which people see it."""
    text = _formatted(body)
    attached = (attachment_words(item) for item in list_objects(body, "attachments"))
    return _join([text, *(words for words in attached if words not in text)], "\n")


def attachment_words(item: JsonObject) -> str:
    """Return the words of one attachment, with its address; empty for a file."""
    reader = _READERS.get(find_text(item, "type") or "")
    return reader(item) if reader is not None else ""


def _formatted(body: JsonObject) -> str:
    raw = body.get("text")
    if not isinstance(raw, str):
        return ""
    links = [
        (find_int(one, "from") or 0, find_int(one, "length") or 0, find_text(one, "url") or "")
        for one in list_objects(body, "markup")
        if one.get("type") == "link"
    ]
    return clean_text(write_out_addresses(raw, links) if links else raw)


def _share(item: JsonObject) -> str:
    title = find_text(item, "title") or find_text(item, "description") or ""
    address = find_text(object_or_empty(item, "payload"), "url")
    return with_address(title, address) if title else address or ""


def _contact(item: JsonObject) -> str:
    """Read a contact: a card with name and phones, and perhaps a user of MAX."""
    payload = object_or_empty(item, "payload")
    lines = _CARD_LINE.findall(find_text(payload, "vcf_info") or "")
    user = object_or_empty(payload, "max_info")
    names = (find_text(user, "name"), find_text(user, "first_name"))
    found = [value.strip() for value in (*(value for name, value in lines if name.upper() == "FN"), *names) if value]
    phones = [value.strip() for name, value in lines if name.upper() == "TEL"]
    return _join([*found[:1], *phones], ", ")


_READERS: dict[str, Callable[[JsonObject], str]] = {
    "share": _share,
    "contact": _contact,
    "audio": lambda item: find_text(item, "transcription") or "",  # MAX has recognised the speech
    "data": lambda item: find_text(item, "data") or "",
}


def _join(parts: Iterable[str], separator: str) -> str:
    return separator.join(part for part in parts if part.strip())
