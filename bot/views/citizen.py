"""What a citizen reads: answers as they are, and a few polite words in private chats."""

from collections.abc import Mapping
from typing import Any

from bot.domain.view_data import PublicationFacts
from bot.messengers.content import Content, Quote, Text
from bot.views.render_context import shorten

MAX_QUOTE_CHARS = 300
"""Characters of the citizen's words that are quoted where an answer cannot be a reply."""

_NOTES = {
    "welcome": (
        "Здравствуйте! Это «{name}».\n\nОпишите проблему одним сообщением: что случилось и где "
        "(улица, дом). Можно приложить фото, видео или геопозицию. Мы передадим её тем, кто за это отвечает, "
        "и ответим здесь же.\n\nЭто не официальное заявление: подать его можно через Госуслуги или письменно "
        "в администрацию."
    ),
    "how_to_write": (
        "Здравствуйте! Опишите проблему одним сообщением: что случилось и где (улица, дом). Можно приложить фото."
    ),
    "code_wrong": (
        "Этот код не подошёл или уже использован. Если вы сотрудник центра, попросите у администратора новый. "
        "Если вы хотите сообщить о проблеме, опишите её словами."
    ),
    "invited": "Здравствуйте! «{name}» здесь не отвечает. Пожалуйста, напишите нам сюда: {url}",
    "registered": "Сообщение №{number} принято. Ответ придёт сюда.",
}


def render_citizen_note(code: str, facts: Mapping[str, Any]) -> Content:
    """A short text to a citizen."""
    return Content.of(_NOTES[code].format_map(facts))


def render_filler() -> Content:
    """What stands where a longer answer went on, when the corrected one is shorter."""
    return Content.of("(Ответ исправлен, он в сообщении выше.)")


def render_publication(facts: PublicationFacts) -> Content:
    """The answer, exactly as the official wrote it; quoting the citizen's words where it cannot be a reply."""
    if facts.quote is None:
        return Content((Text(facts.text),))
    return Content((Quote(shorten(facts.quote, MAX_QUOTE_CHARS) or "…"), Text("\n"), Text(facts.text)))
