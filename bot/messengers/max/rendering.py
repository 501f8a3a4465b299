"""Rendering of neutral content for the MAX Bot API: HTML, keyboards, messages within the limits.

dev.max.ru, «Отправка сообщений», «Форматирование», «Клавиатура»: text up to 4000; 12 attachments, including
the keyboard, pictures and videos together, others alone; 30 rows of 7 buttons, 3 in a row with one that opens a page.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Any
from urllib.parse import urlsplit

from bot.messengers import text_fitting
from bot.messengers.content import Bold, Button, Content, Link, Mention, Mono, Quote, Span, Text
from bot.messengers.events import Attachment, ChatKind, Media, MediaKind, Upload
from bot.messengers.max.attachments import unpack_ref
from bot.messengers.max.chats import ACCOUNT
from bot.messengers.text_fitting import ELLIPSIS, Spans, clean_spans, trim_spans

TEXT_LIMIT = 4000
MAX_ALBUM_ITEMS = 10  # pictures and videos in one message
BUTTONS_PER_ROW = 7
LINK_BUTTONS_PER_ROW = 3
BUTTON_ROWS = 30
_LABEL_LIMIT = 128
_CALLBACK_DATA_LIMIT = 1024
COPY_TEXT_LIMIT = 1024  # characters that a button can copy («clipboard»)
_URL_LIMIT = 2048

_CAPTIONLESS_KINDS = ("sticker", "location")  # these cannot have a text below them
_MEDIA_LABELS = {
    MediaKind.PHOTO: "фото",
    MediaKind.VIDEO: "видео",
    MediaKind.VOICE: "голосовое сообщение",
    MediaKind.AUDIO: "аудиозапись",
    MediaKind.DOCUMENT: "документ",
    MediaKind.LOCATION: "место на карте",
}


def render_html(spans: Sequence[Span]) -> str:
    """Return the spans as MAX's HTML."""
    return "".join(map(_render_span, spans))


def _render_span(span: Span) -> str:
    words = escape(span.text)
    if not span.text.strip():
        return words
    if isinstance(span, Bold):
        return f"<b>{words}</b>"
    if isinstance(span, Quote):
        return f"<blockquote>{words}</blockquote>"
    if isinstance(span, Mono):
        return f"<code>{words}</code>"
    if isinstance(span, Mention) and span.user_id.isdecimal():
        return f'<a href="max://user/{span.user_id}">{words}</a>'  # dev.max.ru, «Форматирование»
    if isinstance(span, Link) and is_valid_url(span.url):
        return f'<a href="{escape(span.url)}">{words}</a>'
    return words


def length(span: Span) -> int:
    """Return the length of *span* with its tags, in UTF-16 units: the strictest way in which MAX may count."""
    written = _render_span(span)
    return len(written) + sum(character > "\uffff" for character in written)


def fits(spans: Sequence[Span]) -> bool:
    return text_fitting.total_length(spans, length) <= TEXT_LIMIT


def truncate(spans: Sequence[Span]) -> Spans:
    """Return *spans* cut to one message."""
    return text_fitting.truncate(spans, TEXT_LIMIT, length)


def is_valid_url(url: str | None) -> bool:
    """Return whether MAX accepts *url*; it would refuse a whole message because of an invalid one."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and len(url or "") <= _URL_LIMIT


def is_visible(spans: Sequence[Span]) -> bool:
    """Return whether *spans* show anything: white space and zero-width characters alone are an empty message."""
    return any(unicodedata.category(sign)[0] not in "CZ" for span in spans for sign in span.text)


def render_keyboard(rows: Sequence[Sequence[Button]]) -> dict[str, Any] | None:
    """Return the keyboard as an attachment; ``None`` for no buttons.

    A row that is too long continues in the next. Buttons with an address that MAX does not accept are left out, and so
    are those beyond the last row.
    """
    made: list[list[dict[str, Any]]] = []
    for row in rows:
        usable = [button for button in row if _is_usable(button)]
        width = LINK_BUTTONS_PER_ROW if any(button.url is not None for button in usable) else BUTTONS_PER_ROW
        made += [[_render_button(one) for one in usable[at : at + width]] for at in range(0, len(usable), width)]
    return {"type": "inline_keyboard", "payload": {"buttons": made[:BUTTON_ROWS]}} if made else None


def _is_usable(button: Button) -> bool:
    if button.copies is not None:
        return 0 < text_fitting.utf16_units(Text(button.copies)) <= COPY_TEXT_LIMIT
    return button.url is None or is_valid_url(button.url)


def _render_button(button: Button) -> dict[str, Any]:
    label = text_fitting.clean_text(button.text).strip() or ELLIPSIS
    label = label if len(label) <= _LABEL_LIMIT else label[: _LABEL_LIMIT - 1].rstrip() + ELLIPSIS
    if button.copies is not None:
        return {"type": "clipboard", "text": label, "payload": button.copies}
    if button.url is not None:
        return {"type": "link", "text": label, "url": button.url}
    return {"type": "callback", "text": label, "payload": button.code[:_CALLBACK_DATA_LIMIT]}


def split_content(content: Content, kind: ChatKind) -> list[Content]:
    """Return *content* as messages that can be sent in one call each.

    The last part of the text carries the keyboard and the first files; other files follow. Comments show neither files
    nor links nor buttons, so there addresses are written out and files named.
    """
    if kind is ChatKind.WALL:
        return _split_comments(content)
    files = group_media([item for item in content.media if can_send(item)])
    spans = trim_spans(clean_spans((*content.spans, *_media_links(content.media))))
    texts = _split_text(spans, whole=content.whole)
    if not any(map(is_visible, texts)):
        texts = [(Text(ELLIPSIS),)] if not files else []
    made = [Content(one, whole=content.whole) for one in texts] or [Content()]
    shared = files[:1] if files and (upload_type(files[0][0]) not in _CAPTIONLESS_KINDS or not texts) else []
    made[-1] = Content(made[-1].spans, content.keyboard, shared[0] if shared else (), content.whole)
    return made + [Content(media=chunk) for chunk in files[len(shared) :]]


def _split_comments(content: Content) -> list[Content]:
    spans = [Text(_link_text(span)) if isinstance(span, Link | Mention) else span for span in content.spans]
    for item in content.media:
        spans += [Text("\n" if spans else ""), Text(fallback_line(item))]
    texts = [one for one in _split_text(trim_spans(clean_spans(spans)), whole=content.whole) if is_visible(one)]
    made = [Content(one, whole=content.whole) for one in texts or [(Text(ELLIPSIS),)]]
    made[-1] = replace(made[-1], keyboard=content.keyboard)
    return made


def _link_text(link: Link | Mention) -> str:
    if isinstance(link, Mention):
        return link.text
    return link.url if link.text.strip() in ("", link.url) else f"{link.text}: {link.url}"


def _split_text(spans: Spans, *, whole: bool) -> list[Spans]:
    if whole:
        return [one for one in (truncate(spans),) if one]
    return text_fitting.split(spans, TEXT_LIMIT, length)


def can_send(item: Media) -> bool:
    """Return whether *item* itself can be sent: its bytes are here, or the bot's account received it."""
    if isinstance(item, Upload):
        return True
    if item.kind is MediaKind.LOCATION:
        return item.latitude is not None and item.longitude is not None
    return item.origin == ACCOUNT and item.kind is not MediaKind.OTHER and bool(unpack_ref(item.ref)[0])


def group_media(media: Sequence[Media]) -> list[tuple[Media, ...]]:
    """Return *media* as messages: pictures and videos together, everything else alone."""
    visual = [item for item in media if _is_visual(item)]
    together = [tuple(visual[at : at + MAX_ALBUM_ITEMS]) for at in range(0, len(visual), MAX_ALBUM_ITEMS)]
    return together + [(item,) for item in media if not _is_visual(item)]


def _is_visual(item: Media) -> bool:
    return upload_type(item) in ("image", "video")


_UPLOAD_FORMATS = {
    MediaKind.PHOTO: ("image", {"image/jpeg", "image/png", "image/gif", "image/tiff", "image/bmp", "image/heic"}),
    MediaKind.VIDEO: ("video", {"video/mp4", "video/quicktime", "video/x-matroska", "video/webm"}),
    MediaKind.AUDIO: ("audio", {"audio/mpeg", "audio/mp4", "audio/x-m4a", "audio/wav", "audio/x-wav"}),
}
_TYPES_BY_KIND = {
    MediaKind.PHOTO: "image",
    MediaKind.VIDEO: "video",
    MediaKind.AUDIO: "audio",
    MediaKind.VOICE: "audio",
    MediaKind.STICKER: "sticker",
    MediaKind.LOCATION: "location",
}


def upload_type(item: Media) -> str:
    """Return MAX's type for sending *item*; bytes of a format that MAX does not list are sent as a file."""
    if isinstance(item, Attachment):
        return _TYPES_BY_KIND.get(item.kind, "file")
    name, formats = _UPLOAD_FORMATS.get(item.kind, ("file", set()))
    return name if item.mime in formats else "file"


def _media_links(media: Sequence[Media]) -> list[Span]:
    """Return lines with links to media that cannot be sent themselves."""
    lines: list[Span] = []
    for item in media:
        if isinstance(item, Attachment) and not can_send(item) and is_valid_url(item.link):
            lines += [Text("\n"), Link(f"📎 {item.name or _MEDIA_LABELS.get(item.kind, 'вложение')}", item.link or "")]
    return lines


def fallback_line(item: Media) -> str:
    """Return a line in place of an attachment that cannot be sent."""
    if isinstance(item, Attachment) and item.latitude is not None and item.longitude is not None:
        return f"📍 {item.latitude:.6f}, {item.longitude:.6f}"
    words = f"📎 {item.name or _MEDIA_LABELS.get(item.kind, 'вложение')}"
    return f"{words}: {item.link}" if isinstance(item, Attachment) and is_valid_url(item.link) else words


def with_fallback_lines(spans: Spans, lines: Sequence[str]) -> Spans:
    """Return *spans* followed by *lines*, as far as there is room."""
    for note in lines:
        longer = (*spans, Text(f"\n{note}" if spans else note))
        if fits(longer):
            spans = longer
    return spans
