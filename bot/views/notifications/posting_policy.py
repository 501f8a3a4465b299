"""Who answers where, in plain words: what is written in the settings, and what the bot will do because of it."""

from collections.abc import Sequence

from bot.domain.sources import messenger_title
from bot.domain.view_data import NoteFacts
from bot.messengers.content import Bold, Content, Text
from bot.views.render_context import RenderContext

_MEANINGS = {
    "bot": "бот сам публикует ответ сотрудника под сообщением жителя",
    "person": "бот там ничего не пишет; сотрудник получает готовый текст и ссылку и публикует ответ сам",
    "off": "жителям там не отвечают; сообщения учитываются, ответы сохраняются для отчётов",
}

CLOSING_TEXT = (
    "Это ваш выбор, бот его не оценивает. Чтобы изменить, исправьте answers (для личных сообщений private) в файле "
    "настроек и перезапустите бота: новое правило подействует и на ответы, которые ещё не опубликованы."
)


def describe_policy(answers: str, invite: str | None) -> str:
    """What one choice means."""
    words = _MEANINGS[answers]
    if answers == "off":
        words += f"; житель один раз получит приглашение: {invite}" if invite else "; бот там ничего не пишет"
    return words


def describe_source(account: str, title: str) -> str:
    """«Telegram «Подслушано»»."""
    name = messenger_title(account)
    return title if name in title else f"{name} «{title}»"


def choices(note: NoteFacts, context: RenderContext) -> Content:
    """To the administrator, at the first start and after every change."""
    items: Sequence[Sequence[str | None]] = note.facts["sources"]
    lines = [Text(_line(*item)) for item in items]
    return Content.of(Bold("ℹ️ Кто отвечает жителям по вашим настройкам"), *lines, f"\n\n{CLOSING_TEXT}")


def _line(account: str | None, title: str | None, answers: str | None, invite: str | None) -> str:
    return f"\n• {describe_source(account or '', title or '')} ({answers}): {describe_policy(answers or '', invite)}."
