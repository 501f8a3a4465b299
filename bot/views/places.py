"""Where an official is written to: why it is elsewhere now, what was missed, what can be chosen."""

from collections.abc import Sequence

from bot.domain.facts import NoteFacts
from bot.domain.russian import plural
from bot.domain.sources import messenger_title
from bot.domain.tickets import Ticket
from bot.messengers.content import Content
from bot.views.listings import opened_by_buttons
from bot.views.look import Look


def diverted(note: NoteFacts, look: Look) -> Content:
    """Why it comes here now."""
    name = messenger_title(note.facts["messenger"])
    if note.facts["blocked"]:
        return Content.of(
            f"⚠️ {name} не принимает для вас сообщения: вы не открыли там бота или запретили ему писать. "
            "Карточки и уведомления пока приходят сюда. Где их получать, можно выбрать: /settings"
        )
    return Content.of(f"⚠️ {name} не отвечает. Карточки и уведомления пока приходят сюда. Всё, что ждёт вас: /my")


def catch_up(account: str, elsewhere: Sequence[str], tickets: Sequence[Ticket], look: Look) -> Content:
    """A messenger delivers again. What came meanwhile stands elsewhere and is opened from here on demand."""
    titles = " и ".join(messenger_title(other) for other in elsewhere) or "другой мессенджер"
    opening = f"✅ {messenger_title(account)} снова доступен. "
    if not tickets:
        return Content.of(f"{opening}Пока он молчал, уведомления приходили в {titles}; карточки здесь обновлены.")
    amount = plural(len(tickets), "карточка", "карточки", "карточек")
    lines, keyboard = opened_by_buttons(tickets, look)
    words = f"{opening}Пока он молчал, сюда не дошло: {amount}. Они в {titles}, здесь их можно открыть кнопкой."
    return Content.of(words, *lines, keyboard=keyboard)
