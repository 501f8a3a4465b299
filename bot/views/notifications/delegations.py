"""Views of delegations."""

from bot.domain.notifications.delegations import (
    DelegateAway,
    Delegated,
    DelegateTakenBack,
    DelegationWithdrawn,
    PartGiven,
    PartSent,
)
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
        f"\nВы пишете за сотрудника, которого нет: {note.instead_of}." if note.instead_of else "",
        f"\nПоручает: {note.name}{due}. Напишите текст — его проверят, и только потом увидит житель.",
        keyboard=[[Button("✍️ Подготовить ответ", pack(Op.ANSWER, note.ticket_id))]],
    )


def delegate_away(note: DelegateAway, data: NotificationData, context: RenderContext) -> Content:
    """Tell that the person who was asked is not there; one press takes the ticket back."""
    other = Button("👤 Поручить другому", pack(Op.DELEGATE_OTHER, note.ticket_id, note.person_id))
    back = Button("↩️ Забрать", pack(Op.DELEGATE_BACK, note.ticket_id, note.person_id))
    heading = Bold(f"👤 №{note.ticket_id}: ответ готовит {note.name}")
    if note.is_gone:
        heading = Bold(f"👤 №{note.ticket_id}: ответ готовил сотрудник {note.name}")
        return Content.of(heading, ". Он здесь больше не работает, поручение снято.", keyboard=[[other]])
    reason = f"в отпуске по {note.last_day:%d.%m.%Y}" if note.last_day else "не получает сообщений бота"
    instead = f"Вместо него пишет {note.stand_in}." if note.stand_in else "За него никого нет."
    return Content.of(heading, f". Сотрудник {reason}. {instead}", keyboard=[[back, other]])


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
    row(DelegateAway, delegate_away),
    template_row(DelegateTakenBack, "👤 №{note.ticket_id}: поручение снято, {note.name} ответ не готовит."),
    row(PartSent, part_sent),
    template_row(DelegationWithdrawn, "👤 Поручение по №{note.ticket_id} снято: готовить ответ больше не нужно."),
)
