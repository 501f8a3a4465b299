"""Notifications about a ticket: additions, urgency, hand-overs."""

from collections.abc import Mapping

from bot.domain.notifications.base import AboutTicket
from bot.domain.notifications.tickets import (
    AdditionReceived,
    AdviceFailed,
    BecameUrgent,
    CardBelow,
    Dismissed,
    DutyAlert,
    HandedOver,
    HandedToYou,
    OwnWork,
    ReasonAdded,
    Returned,
    TermReasons,
    TicketHistory,
    TicketList,
    UrgentAlert,
    UrgentNews,
)
from bot.domain.urgency import AdviceWay, Danger
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Link, Quote, Span
from bot.views import history, listings, own_work, term_explanation
from bot.views.callback_codes import Op, pack
from bot.views.danger import DANGER_TEXTS, DANGER_TITLES
from bot.views.notifications.view_table import row, template_row
from bot.views.render_context import RenderContext, shorten


def addition(note: AdditionReceived, data: NotificationData, context: RenderContext) -> Content:
    words = data.message_text
    opening = f"➕ Житель дополнил сообщение №{note.ticket_id}"
    return Content.of(f"{opening}:\n", Quote(shorten(words, 1000))) if words else Content.of(f"{opening}: вложение.")


def became_urgent(note: BecameUrgent, data: NotificationData, context: RenderContext) -> Content:
    if note.member_id is not None:
        return Content.of(f"🔥 Проблема №{note.ticket_id} теперь срочная: так пишут в сообщении №{note.member_id}.")
    return Content.of(f"🔥 Сообщение №{note.ticket_id} теперь срочное.")


def urgent_news(note: UrgentNews, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(Bold(f"🔥 Срочно: №{note.ticket_id} · {note.sector}"), *_urgent_details(note, data))


def duty(note: DutyAlert, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        Bold(f"🚨 Дежурному: сообщение №{note.ticket_id}"),
        *([Bold(f" [{DANGER_TITLES[note.danger]}]")] if note.danger is not None else []),
        *_urgent_details(note, data),
        "\nПохоже на преступление или угрозу жизни. Проверьте и, если подтвердится, сообщите по 112.",
        *([_ADVICE[note.advice], *_advice_text(note, note.danger)] if note.danger is not None else []),
    )


_ADVICE: Mapping[AdviceWay, str] = {
    AdviceWay.REPLY: "\nБот отвечает автору здесь же:",
    AdviceWay.PRIVATE: "\nВ общем чате бот об этом не пишет. Он пробует написать автору лично:",
    AdviceWay.NONE: "\nБот автору не отвечает. Напишите или позвоните сами, например так:",
}


def advice_failed(note: AdviceFailed, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        Bold(f"🚨 Дежурному: автору сообщения №{note.ticket_id} бот написать не смог"),
        *_urgent_details(note, data),
        "\nНапишите или позвоните сами, например так:",
        *_advice_text(note, note.danger),
    )


def _advice_text(note: DutyAlert | AdviceFailed, danger: Danger) -> list[Span | str]:
    return ["\n", Quote(note.text or DANGER_TEXTS[danger])]


def _urgent_details(note: UrgentAlert, data: NotificationData) -> list[Span | str]:
    ticket = data.tickets.get(note.member_id or note.ticket_id)
    spans: list[Span | str] = []
    if ticket is not None and ticket.text:
        spans += ["\n", Quote(shorten(ticket.text, 1000))]
    if ticket is not None and ticket.place:
        spans.append(f"\n📍 {ticket.place}")
    if data.message_link:
        spans += ["\n", Link("Открыть сообщение жителя", data.message_link)]
    return spans


def handed(note: HandedOver, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        f"↪️ Сообщение №{note.ticket_id} передано: {note.sector}.",
        keyboard=[[Button("💬 Добавить пояснение", pack(Op.REASON, note.ticket_id))]],
    )


def returned(note: Returned, data: NotificationData, context: RenderContext) -> Content:
    return _returned_text(note, data, context, f"↩️ №{note.ticket_id} возвращено в работу")


def handed_to_you(note: HandedToYou, data: NotificationData, context: RenderContext) -> Content:
    return _returned_text(note, data, context, f"↪️ №{note.ticket_id} снова передано вам")


def _returned_text(note: AboutTicket, data: NotificationData, context: RenderContext, words: str) -> Content:
    ticket = data.tickets.get(note.ticket_id)
    until = (
        f": примите до {context.format_short(ticket.accept_due)}" if ticket and ticket.accept_due > context.now else ""
    )
    return Content.of(f"{words}{until}.")


TICKET_VIEWS = (
    row(AdditionReceived, addition),
    row(BecameUrgent, became_urgent),
    row(UrgentNews, urgent_news),
    row(DutyAlert, duty),
    row(AdviceFailed, advice_failed),
    row(HandedOver, handed),
    row(Returned, returned),
    row(HandedToYou, handed_to_you),
    row(TicketList, listings.listing),
    row(OwnWork, own_work.own_work),
    row(TicketHistory, history.history),
    row(TermReasons, term_explanation.term_reasons),
    template_row(CardBelow, "№{note.ticket_id}: карточка теперь ниже."),
    template_row(ReasonAdded, "Пояснение к №{note.ticket_id} добавлено в карточку."),
    template_row(Dismissed, "🚫 Сообщение №{note.ticket_id} закрыто без ответа."),
)
