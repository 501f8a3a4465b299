"""Rendering of neutral content for the Bot API: text with entities, keyboards, messages within the limits."""

import unicodedata
from collections.abc import Sequence
from urllib.parse import urlsplit

from aiogram.types import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

from bot.messengers.content import Bold, Button, Content, Link, Mention, Mono, Quote, Span, Text
from bot.messengers.events import Attachment, Media, MediaKind
from bot.messengers.telegram.media import can_have_caption, can_send, group_media
from bot.messengers.text_fitting import (
    ELLIPSIS,
    Spans,
    clean_spans,
    clean_text,
    split,
    total_length,
    trim_spans,
    truncate,
    utf16_units,
)

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
BUTTONS_PER_ROW = 8
BUTTON_ROWS = 12  # a hundred buttons in all
COPY_TEXT_LIMIT = 256  # characters that a button can copy (CopyTextButton)

_MEDIA_LABELS = {
    MediaKind.PHOTO: "фото",
    MediaKind.VIDEO: "видео",
    MediaKind.VOICE: "голосовое сообщение",
    MediaKind.AUDIO: "аудиозапись",
    MediaKind.DOCUMENT: "документ",
}


def render_text(spans: Sequence[Span]) -> tuple[str, list[MessageEntity]]:
    """Return the text and its entities: bold, links, quotes (offsets in UTF-16 units)."""
    text = ""
    entities = []
    offset = 0
    for span in spans:
        length = utf16_units(span)
        kind = _entity_kind(span)
        if kind is not None and span.text.strip():
            url = span.url if isinstance(span, Link) else None
            if isinstance(span, Mention):  # Bot API, «Formatting options»: such a link mentions the user
                url = f"tg://user?id={span.user_id}"
            entities.append(MessageEntity(type=kind, offset=offset, length=length, url=url))
        text += span.text
        offset += length
    return text, entities


def _entity_kind(span: Span) -> str | None:
    if isinstance(span, Bold):
        return "bold"
    if isinstance(span, Quote):
        return "blockquote"
    if isinstance(span, Mono):
        return "code"
    if isinstance(span, Mention):
        return "text_link" if span.user_id.isdecimal() else None
    if isinstance(span, Link):
        return "text_link" if is_valid_url(span.url) else None
    return None


def is_valid_url(url: str | None) -> bool:
    """Return whether Telegram accepts *url*; it would refuse a whole message because of an invalid one."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return False
    return parts.scheme == "tg" or (parts.scheme in ("http", "https") and "." in (parts.hostname or ""))


def render_keyboard(rows: Sequence[Sequence[Button]]) -> InlineKeyboardMarkup | None:
    """Return the keyboard; ``None`` for no buttons.

    A row that is too long continues in the next. Buttons with an invalid address or with too long a text to copy are
    left out, because Telegram would refuse the whole message.
    """
    usable = [[button for button in row if _is_usable(button)] for row in rows]
    made = [
        [_render_button(button) for button in row[at : at + BUTTONS_PER_ROW]]
        for row in usable
        for at in range(0, len(row), BUTTONS_PER_ROW)
    ]
    return InlineKeyboardMarkup(inline_keyboard=made) if made else None


def _is_usable(button: Button) -> bool:
    if button.copies is not None:
        return 0 < utf16_units(Text(button.copies)) <= COPY_TEXT_LIMIT
    return button.url is None or is_valid_url(button.url)


def _render_button(button: Button) -> InlineKeyboardButton:
    text = clean_text(button.text)
    if button.copies is not None:
        return InlineKeyboardButton(text=text, copy_text=CopyTextButton(text=button.copies))
    if button.url is not None:
        return InlineKeyboardButton(text=text, url=button.url)
    return InlineKeyboardButton(text=text, callback_data=button.code)


def split_content(content: Content, account: str) -> list[Content]:
    """Return *content* as messages that can be sent in one call each.

    A text that fits becomes the caption of the first file, unless there is a keyboard and the files are an album, which
    has none. Otherwise the text comes first and the files follow. The text of a ``whole`` content is never a caption,
    so that later edits have room.
    """
    files = group_media([item for item in content.media if can_send(item, account)])
    spans = trim_spans(clean_spans((*content.spans, *_media_links(content.media, account))))
    if files and not content.whole and _fits_as_caption(files, spans, keyboard=bool(content.keyboard)):
        first = Content(spans, content.keyboard, files[0])
        return [first, *(Content(media=chunk) for chunk in files[1:])]
    texts = _split_text(spans, whole=content.whole)
    if not any(map(_is_visible, texts)) and (content.keyboard or not files):
        texts = [(Text(ELLIPSIS),)]  # the server refuses a message without a visible character
    made = [Content(one, whole=content.whole) for one in texts]
    if made:
        made[-1] = Content(made[-1].spans, content.keyboard, whole=content.whole)
    return made + [Content(media=chunk) for chunk in files]


def _fits_as_caption(files: list[tuple[Media, ...]], spans: Spans, *, keyboard: bool) -> bool:
    if keyboard and (len(files) > 1 or len(files[0]) > 1):
        return False
    if not spans and not keyboard:
        return True
    return can_have_caption(files[0]) and total_length(spans, utf16_units) <= CAPTION_LIMIT


def _split_text(spans: Spans, *, whole: bool) -> list[Spans]:
    if whole:
        return [one for one in (truncate(spans, TEXT_LIMIT, utf16_units),) if one]
    return split(spans, TEXT_LIMIT, utf16_units)


def _is_visible(spans: Spans) -> bool:
    """Return whether *spans* show anything: zero-width characters alone are an empty message."""
    return any(unicodedata.category(sign)[0] not in "CZ" for span in spans for sign in span.text)


def _media_links(media: Sequence[Media], account: str) -> list[Span]:
    """Return lines with links to media that cannot be sent themselves."""
    lines: list[Span] = []
    for item in media:
        if isinstance(item, Attachment) and not can_send(item, account) and is_valid_url(item.link):
            lines += [Text("\n"), Link(f"📎 {item.name or _MEDIA_LABELS.get(item.kind, 'вложение')}", item.link or "")]
    return lines
