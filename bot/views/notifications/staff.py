"""Notifications about access: an official's own and that of others."""

from bot.domain.notifications.review_queue import ReviewListBelow
from bot.domain.notifications.staff import (
    AskDaysOff,
    AskQuietHours,
    Diverted,
    NotJoined,
    Reachable,
    Settings,
    Unreachable,
)
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Content
from bot.views.notifications import own_times, settings
from bot.views.notifications.view_table import row, template_row
from bot.views.render_context import RenderContext


def not_joined(note: NotJoined, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        Bold("Ещё не вошли в бота: "),
        f"{', '.join(note.names)}. Пока их сообщения получает следующий по порядку: заместитель, координатор, "
        "руководитель центра. Коды для входа: команда /invite у администратора.",
    )


STAFF_VIEWS = (
    row(NotJoined, not_joined),
    row(Diverted, settings.diverted),
    row(Settings, settings.settings),
    row(AskQuietHours, own_times.ask_quiet_hours),
    row(AskDaysOff, own_times.ask_days_off),
    template_row(ReviewListBelow, "Список сообщений, о которых бот не уверен, теперь ниже."),
    template_row(Reachable, "✅ {note.name} снова получает карточки."),
    template_row(
        Unreachable,
        "⚠️ {note.name} не получает карточки: не открыл бота или заблокировал его. Попросите открыть бота и нажать "
        "«Старт». Пока этого нет, новые сообщения этого блока приходят и вам: их можно передать другому блоку.",
    ),
)
