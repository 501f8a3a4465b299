"""The words of a message: its text, and whatever else of its content says something.

Formatted pastes, checklists, polls, contacts and places are read as lines of text; an address behind words is written
out; a message of another chat that is answered is quoted. See https://core.telegram.org/bots/api#message.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.messengers.json_reader import JsonObject, clean, find_int, find_object, find_text, list_objects
from bot.messengers.linked_text import with_address, write_out_addresses
from bot.messengers.telegram.chats import message_link

_MAX_DEPTH = 32
"""Levels of blocks and formats that are read; Telegram's own limit is lower."""


def read_words(message: JsonObject) -> str:
    """Return everything that *message* says, in the order in which people see it."""
    external = find_object(message, "external_reply")
    own = _own_words(message)
    return _join([own, _quoted(message, external) if external is not None else ""], "\n\n")


def origin_name(origin: JsonObject) -> str | None:
    """Return the name of a `MessageOrigin`: a person, one who hides their account, a group or a channel."""
    person = find_object(origin, "sender_user") or {}
    chat = find_object(origin, "chat") or find_object(origin, "sender_chat") or {}
    return find_text(origin, "sender_user_name") or full_name(person) or find_text(chat, "title")


def full_name(person: JsonObject) -> str | None:
    return " ".join(part for key in ("first_name", "last_name") if (part := find_text(person, key))) or None


def _own_words(message: JsonObject) -> str:
    found = [_formatted(message, "text", "entities") or _formatted(message, "caption", "caption_entities")]
    found += [read(body) for name, read in _READERS.items() if (body := find_object(message, name)) is not None]
    return _join(found)


def _join(parts: Iterable[str], separator: str = "\n") -> str:
    return separator.join(part for part in parts if part.strip())


def _formatted(body: JsonObject, name: str, entities: str) -> str:
    """Return the text under *name* with the addresses behind its words."""
    raw = body.get(name)
    if not isinstance(raw, str):
        return ""
    links = [
        (find_int(one, "offset") or 0, find_int(one, "length") or 0, find_text(one, "url") or "")
        for one in list_objects(body, entities)
        if one.get("type") == "text_link"
    ]
    return clean(write_out_addresses(raw, links) if links else raw)


def _quoted(message: JsonObject, external: JsonObject) -> str:
    """Return the message of another chat that this one answers: its words, its author and its address."""
    quote = find_object(message, "quote") or {}
    words = _formatted(quote, "text", "entities") or _own_words(external)
    chat, number = find_object(external, "chat"), find_int(external, "message_id")
    link = message_link(chat, number) if chat is not None and number is not None else None
    source = _join([origin_name(find_object(external, "origin") or {}) or "", link or ""], ", ")
    return _join([f"«{words}»" if words else "", f"({source})" if source else ""])


def _checklist(body: JsonObject) -> str:
    return _join([_formatted(body, "title", "title_entities"), _tasks(body)])


def _tasks(body: JsonObject) -> str:
    return _join(
        f"{'☑' if 'completion_date' in one else '☐'} {_formatted(one, 'text', 'text_entities')}"
        for one in list_objects(body, "tasks")
    )


def _poll(body: JsonObject) -> str:
    options = (f"• {_formatted(one, 'text', 'text_entities')}" for one in list_objects(body, "options"))
    return _join(
        [
            _formatted(body, "question", "question_entities"),
            _formatted(body, "description", "description_entities"),
            *options,
            _formatted(body, "explanation", "explanation_entities"),
        ]
    )


def _poll_option(body: JsonObject) -> str:
    return _formatted(body, "option_text", "option_text_entities")


def _contact(body: JsonObject) -> str:
    return _join([full_name(body) or "", find_text(body, "phone_number") or ""], ", ")


def _venue(body: JsonObject) -> str:
    return _join([find_text(body, "title") or "", find_text(body, "address") or ""], ", ")


def _rich_message(body: JsonObject) -> str:
    return clean(_blocks(body.get("blocks"), 0)).strip()


def _blocks(blocks: Any, depth: int) -> str:
    """Return the text of an array of `RichBlock`, one block a line; an unknown kind gives the texts it holds."""
    if depth >= _MAX_DEPTH or not isinstance(blocks, list):
        return ""
    return _join(_block(one, depth + 1) for one in blocks if isinstance(one, Mapping))


def _block(block: JsonObject, depth: int) -> str:
    if "items" in block:
        return _join(
            _join([str(one.get("label") or "•"), _blocks(one.get("blocks"), depth)], " ")
            for one in list_objects(block, "items")
        )
    rows = block.get("cells")
    cells = [
        _join((_rich_text(cell.get("text"), depth) for cell in row if isinstance(cell, Mapping)), " | ")
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, list)
    ]
    caption = block.get("caption")
    captions = [caption.get("text"), caption.get("credit")] if isinstance(caption, Mapping) else [caption]
    texts = [block.get("summary"), block.get("text"), block.get("expression")]
    before, after = ([_rich_text(one, depth) for one in some] for some in (texts, [*captions, block.get("credit")]))
    return _join([*before, _blocks(block.get("blocks"), depth), *cells, *after])


def _rich_text(text: Any, depth: int) -> str:
    """Return a `RichText`: a string, an array of parts, or an object with formatted text and perhaps an address."""
    if isinstance(text, str):
        return text
    if depth >= _MAX_DEPTH:
        return ""
    if isinstance(text, list):
        return "".join(_rich_text(one, depth + 1) for one in text)
    if not isinstance(text, Mapping):
        return ""
    words = _rich_text(text.get("text"), depth + 1)
    words = words or find_text(text, "expression") or find_text(text, "alternative_text") or ""
    return with_address(words, find_text(text, "url"))


_READERS: dict[str, Callable[[JsonObject], str]] = {
    "rich_message": _rich_message,
    "checklist": _checklist,
    "checklist_tasks_added": _tasks,
    "poll": _poll,
    "poll_option_added": _poll_option,
    "contact": _contact,
    "venue": _venue,
}
WORD_FIELDS = frozenset({"text", "caption", "external_reply", *_READERS})
"""Fields of a message that are read into words."""
