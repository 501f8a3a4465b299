"""Views of later deadlines."""

from bot.domain.notifications.extensions import AskExtension, Extended
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Content
from bot.views.dialogs.drafts import cancel_row
from bot.views.notifications.view_table import row
from bot.views.render_context import RenderContext


def ask_extension(note: AskExtension, data: NotificationData, context: RenderContext) -> Content:
    ticket = data.tickets.get(note.ticket_id)
    until = f": сейчас ответить до {context.format_short(ticket.answer_due)}" if ticket is not None else ""
    hint = (
        ""
        if data.without_buttons
        else "\nНапишите причину и новый срок, например: «Ждём подрядчика, до 01.12». Причину житель не увидит, "
        "новый срок ему скажем там, где бот отвечает."
    )
    return Content.of(
        Bold(f"⏩ Продлить срок №{note.ticket_id}"), until, hint, keyboard=cancel_row(data, note.ticket_id)
    )


def extended(note: Extended, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(f"⏩ №{note.ticket_id}: срок продлён до {context.format_full(note.due)}.")


EXTENSION_VIEWS = (row(AskExtension, ask_extension), row(Extended, extended))
