"""Rendering of neutral content for VK: plain text, an inline keyboard, messages within the limits."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from vk_api.keyboard import VkKeyboard

from bot.messengers import text_fitting
from bot.messengers.content import Button, Content, Link, Mention, Quote, Span
from bot.messengers.events import Media
from bot.messengers.vk.parsing_messages import PAYLOAD_KEY

TEXT_LIMIT = 4096
MAX_ATTACHMENTS = 10  # things in one message
LABEL_LIMIT = 40
# The inline keyboard (dev.vk.com, «Клавиатура»): 6 rows of 5, but 10 buttons in all.
MAX_ROWS, MAX_COLUMNS, MAX_BUTTONS = 6, 5, 10
SNACKBAR_LIMIT = 90

# «[id1|Имя]», «@id1 (Имя)» and the like become mentions; an invisible space prevents that.
_MENTION = re.compile(r"\[(?=[^\[\]|\n]+\|)|[@*](?=(?:id|club|public|event|app)\d)")
_MENTION_BREAKING = re.compile(r"[\[\]|\n]")
_ZERO_WIDTH_SPACE = "\u200b"


def render_text(spans: Sequence[Span]) -> str:
    """Return the spans as VK shows them: no bold, a link as text and address, a quote in «»."""
    text = ""
    after_quote = False
    for span in spans:
        is_quote = isinstance(span, Quote)
        if (is_quote and text and not text.endswith("\n")) or (after_quote and not span.text.startswith("\n")):
            text += "\n"
        text += _render_span(span)
        after_quote = is_quote
    return text


def _render_span(span: Span) -> str:
    words = _MENTION.sub(lambda match: match[0] + _ZERO_WIDTH_SPACE, span.text)
    if isinstance(span, Mention) and span.user_id.isdecimal() and _MENTION_BREAKING.search(words) is None:
        return f"[id{span.user_id}|{words}]"  # dev.vk.com, «Упоминания»
    if isinstance(span, Link):
        return span.url if span.text.strip() in {"", span.url} else f"{words}: {span.url}"
    return f"«{words}»" if isinstance(span, Quote) else words


def is_visible(text: str) -> bool:
    """Return whether *text* shows anything: white space and invisible characters alone do not."""
    return any(unicodedata.category(sign)[0] not in "CZ" for sign in text)


def length(span: Span) -> int:
    """Return the greatest length of *span*, in UTF-16 units: the strictest way in which VK may count."""
    written = _render_span(span)
    around = 2 if isinstance(span, Quote) else 0  # line ends before and after
    return len(written) + sum(character > "\uffff" for character in written) + around


def split_content(content: Content) -> list[Content]:
    """Return *content* as messages, the same for every chat, although comments show no buttons."""
    keyboard = content.keyboard
    media = list(content.media)
    if content.whole:
        spans = text_fitting.truncate(content.spans, TEXT_LIMIT, length)
        return [Content(spans, keyboard, tuple(media[:MAX_ATTACHMENTS]), whole=True)]
    texts = text_fitting.split(content.spans, TEXT_LIMIT, length) or [()]
    parts = [Content(spans) for spans in texts]
    parts[-1] = replace(parts[-1], media=tuple(media[:MAX_ATTACHMENTS]))
    for start in range(MAX_ATTACHMENTS, len(media), MAX_ATTACHMENTS):
        more: tuple[Media, ...] = tuple(media[start : start + MAX_ATTACHMENTS])
        parts.append(Content(media=more))
    parts[-1] = replace(parts[-1], keyboard=keyboard)
    return parts


def render_keyboard(rows: Sequence[Sequence[Button]]) -> str | None:
    """Return the inline keyboard as VK's JSON; ``None`` for no buttons.

    A row that is too wide continues in the next. Buttons beyond VK's limit are left out, and so are those that copy,
    which VK does not have.
    """
    drawn = [[button for button in row if button.copies is None] for row in rows]
    folded = [row[start : start + MAX_COLUMNS] for row in drawn for start in range(0, len(row), MAX_COLUMNS) if row]
    keyboard = VkKeyboard(inline=True)
    room = MAX_BUTTONS
    for row in folded[:MAX_ROWS]:
        if room and keyboard.lines[-1]:
            keyboard.add_line()
        for button in row[:room]:
            _add_button(keyboard, button)
        room -= len(row[:room])
    return str(keyboard.get_keyboard()) if room < MAX_BUTTONS else None


def _add_button(keyboard: VkKeyboard, button: Button) -> None:
    label = truncate_label(button.text, LABEL_LIMIT)
    if button.url is not None:
        keyboard.add_openlink_button(label, button.url)
    else:
        keyboard.add_callback_button(label, payload={PAYLOAD_KEY: button.code})


def truncate_label(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
