"""Views of delegations."""

from bot.domain.notifications.delegations import Delegated, DelegationWithdrawn, PartGiven, PartSent
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Quote
from bot.views.callback_codes import Op, pack
from bot.views.notifications.view_table import row, template_row
from bot.views.render_context import RenderContext, shorten

MAX_PART_CHARS = 2500


def delegated(note: Delegated, data: NotificationData, context: RenderContext) -> Content:
    due = f", до {context.format_short(note.due)}" if note.due is not None else ""
    return Content.of(
        Bold(f"👤 Вам поручено подготовить ответ на №{note.ticket_id}"),
        f"\nПоручает: {note.name}{due}. Напишите текст — его проверят, и только потом увидит житель.",
        keyboard=[[Button("✍️ Подготовить ответ", pack(Op.ANSWER, note.ticket_id))]],
    )


def part_given(note: PartGiven, data: NotificationData, context: RenderContext) -> Content:
    """Show a part of the answer, and by whom it is; the citizen will not see that."""
    return Content.of(
        Bold(f"🧩 Часть ответа на №{note.ticket_id}: {note.name} ({note.given} из {note.total})"),
        "\n",
        Quote(shorten(note.text, MAX_PART_CHARS) or "только вложения"),
        "\nКнопка покажет все полученные части одним текстом.",
        keyboard=[[Button("✍️ Собрать ответ", pack(Op.ANSWER, note.ticket_id))]],
    )


def part_sent(note: PartSent, data: NotificationData, context: RenderContext) -> Content:
    heading = f"🧩 Ваша часть ответа на №{note.ticket_id} передана. Её можно прислать заново, пока ответ не собран.\n"
    return Content.of(heading, Quote(note.text or "—"))


DELEGATION_VIEWS = (
    row(Delegated, delegated),
    row(PartGiven, part_given),
    row(PartSent, part_sent),
    template_row(DelegationWithdrawn, "👤 Поручение по №{note.ticket_id} снято: готовить ответ больше не нужно."),
)
