"""``/my``: what waits for an official and why, and a button that opens each card."""

from collections.abc import Mapping, Sequence

from bot.domain.gist import gist
from bot.domain.notifications.tickets import OwnWork, OwnWorkItem
from bot.domain.own_work import WorkReason, WorkSection
from bot.domain.russian_text import plural
from bot.domain.tickets import UNACCEPTED_STATES, Ticket
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Span, Text
from bot.views.callback_codes import Op, pack
from bot.views.external_terms import line_of
from bot.views.listings import MAX_LISTED
from bot.views.render_context import RenderContext

_REASONS: Mapping[WorkReason, str] = {
    WorkReason.SORT: "выбрать отрасль",
    WorkReason.ACCEPT: "принять",
    WorkReason.CALL: "позвонить",
    WorkReason.PROMISED: "обещано сегодня",
    WorkReason.APPROVE: "согласовать",
    WorkReason.REWORK: "исправить по замечанию",
    WorkReason.REPLY: "ответить на запрос",
    WorkReason.FIX: "исправить по запросу",
    WorkReason.DRAFT: "подготовить ответ",
    WorkReason.ANSWER: "ответить",
    WorkReason.ENTER: "внести в систему",
    WorkReason.PUBLISHING: "публикуется",
    WorkReason.AWAIT_APPROVAL: "на согласовании",
    WorkReason.AWAIT_ENTRY: "ждёт внесения",
    WorkReason.AWAIT_CITIZEN: "ждём жителя",
    WorkReason.WATCH: "у коллег",
}

_SECTIONS: Mapping[str, str] = {
    WorkSection.APPROVAL: "Согласование",
    WorkSection.SORTING: "Распределить",
    WorkSection.BLOCK: "Ваша работа",
    WorkSection.ENTRY: "Внести в системы",
}


def own_work(note: OwnWork, data: NotificationData, context: RenderContext) -> Content:
    """List what waits for the reader, in sections if it belongs to several parts of their work."""
    found = [item for item in note.items if item.ticket_id in data.tickets]
    if not found:
        return Content.of("Сейчас вас ничего не ждёт.")
    width = min(3, context.capabilities.buttons_per_row)
    most = min(MAX_LISTED, width * context.capabilities.button_rows)
    sections = list(dict.fromkeys(item.section for item in found))
    shown = sorted(found[:most], key=lambda item: sections.index(item.section))
    spans: list[Span] = [Bold(f"Ждут вас: {plural(len(found), 'сообщение', 'сообщения', 'сообщений')}")]
    for section in sections:
        lines = [item for item in shown if item.section == section]
        if lines and len(sections) > 1:
            spans += [Text("\n\n"), Bold(_section_title(section, context))]
        spans += [Text(f"\n{_line(item, data.tickets[item.ticket_id], context)}") for item in lines]
    if len(found) > len(shown):
        spans.append(Text(f"\n…и ещё {len(found) - len(shown)}."))
    return Content.of(*spans, keyboard=_buttons(shown, width))


def _section_title(section: str, context: RenderContext) -> str:
    kind, _, system = section.partition(":")
    return context.systems.title(system) if kind == WorkSection.SYSTEM else _SECTIONS[section]


def _line(item: OwnWorkItem, ticket: Ticket, context: RenderContext) -> str:
    is_untaken = ticket.state in UNACCEPTED_STATES
    due = min(ticket.accept_due, ticket.answer_due) if is_untaken else ticket.answer_due
    marks = ("🔴 " if ticket.is_open and due <= context.now else "") + ("🔥 " if ticket.urgent else "")
    why = ", ".join(_REASONS[reason] for reason in item.reasons)
    until = f" до {context.format_short(due)}" if ticket.is_open else ""
    until += line_of(ticket, context)
    return f"{marks}№{ticket.id} · {why}{until} · {gist(ticket.text, ticket.place) or 'без текста'}"


def _buttons(shown: Sequence[OwnWorkItem], width: int) -> list[list[Button]]:
    buttons = [Button(f"№{item.ticket_id}", pack(Op.OPEN, item.ticket_id)) for item in shown]
    return [buttons[start : start + width] for start in range(0, len(buttons), width)]
