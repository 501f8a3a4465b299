"""Lines about attachments that could not be shown."""

from collections.abc import Mapping

from bot.messengers.content import Link, Span, Text
from bot.messengers.events import Media, MediaKind

_TITLES: Mapping[MediaKind, str] = {
    MediaKind.PHOTO: "фото",
    MediaKind.VIDEO: "видео",
    MediaKind.VOICE: "голосовое сообщение",
    MediaKind.AUDIO: "аудиозапись",
    MediaKind.DOCUMENT: "документ",
    MediaKind.LOCATION: "место на карте",
}


def render_unshown(item: Media) -> tuple[Span, ...]:
    """Return a line that names *item* and says where it can be opened, if that is known."""
    title = f"{_TITLES.get(item.kind, 'вложение')}{f' «{item.name}»' if item.name else ''}"
    if item.link is None:
        return (Text(f"📎 {title} не удалось показать"),)
    return (Text(f"📎 {title} не удалось показать: "), Link("открыть вложение", item.link))
