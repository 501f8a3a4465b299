"""Notifications about tickets that nobody wants, and the prompts of «Не наше»."""

from bot.domain.notifications.passing import AskNotOursBody, AskNotOursKnown, NotOursSaid, PassedAround
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Content
from bot.views.dialogs.drafts import cancel_row
from bot.views.notifications.view_table import row
from bot.views.render_context import RenderContext


def passed_around(note: PassedAround, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        Bold(f"↪️ Сообщение №{note.ticket_id} передают по кругу"),
        f"\n{' → '.join(data.sector_titles.get(code, code) for code in note.route)}?\nРешите вы: выберите отрасль.",
    )


def not_ours(note: NotOursSaid, data: NotificationData, context: RenderContext) -> Content:
    late = "\nСказано позже срока, который для этого задан." if note.late else ""
    return Content.of(
        Bold(f"🙅 №{note.ticket_id}: «не наше»"), f" · {note.name}\nЧьё это и что известно, написано в карточке.{late}"
    )


def ask_body(note: AskNotOursBody, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        f"Чьё сообщение №{note.ticket_id}? Назовите орган или организацию.", keyboard=cancel_row(data, note.ticket_id)
    )


def ask_known(note: AskNotOursKnown, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        "Что известно: почему это их вопрос, куда обращаться, кого уже спросили?",
        keyboard=cancel_row(data, note.ticket_id),
    )


PASSING_VIEWS = (
    row(PassedAround, passed_around),
    row(NotOursSaid, not_ours),
    row(AskNotOursBody, ask_body),
    row(AskNotOursKnown, ask_known),
)
