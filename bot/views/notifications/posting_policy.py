"""The configured ways of answering in plain words."""

from typing import TYPE_CHECKING

from bot.domain.sources import AnswerPolicy, messenger_title
from bot.messengers.content import Bold, Content, Text

if TYPE_CHECKING:
    from bot.domain.notifications.administrator import PostingPolicies, SourcePolicy
    from bot.domain.view_data import NotificationData
    from bot.views.render_context import RenderContext

_MEANINGS = {
    AnswerPolicy.BOT: "бот сам публикует ответ сотрудника под сообщением жителя",
    AnswerPolicy.PERSON: "бот там ничего не пишет; сотрудник получает готовый текст и ссылку и публикует ответ сам",
    AnswerPolicy.OFF: "жителям там не отвечают; сообщения учитываются, ответы сохраняются для отчётов",
}

CLOSING_TEXT = (
    "Это ваш выбор, бот его не оценивает. Чтобы изменить, исправьте answers (для личных сообщений private) в файле "
    "настроек и перезапустите бота: новое правило подействует и на ответы, которые ещё не опубликованы."
)


def describe_policy(answers: AnswerPolicy, invite: str | None) -> str:
    """Return the meaning of one configured way of answering."""
    words = _MEANINGS[answers]
    if answers is AnswerPolicy.OFF:
        words += f"; житель один раз получит приглашение: {invite}" if invite else "; бот там ничего не пишет"
    return words


def describe_source(account: str, title: str) -> str:
    """Return «Telegram «Подслушано»»."""
    name = messenger_title(account)
    return title if name in title else f"{name} «{title}»"


def choices(note: "PostingPolicies", data: "NotificationData", context: "RenderContext") -> Content:
    lines = [Text(_line(source)) for source in note.sources]
    return Content.of(Bold("ℹ️ Кто отвечает жителям по вашим настройкам"), *lines, f"\n\n{CLOSING_TEXT}")


def _line(source: "SourcePolicy") -> str:
    title = describe_source(source.account, source.title)
    return f"\n• {title} ({source.answers}): {describe_policy(source.answers, source.invite)}."
