"""Notifications about texts that a person enters into another system, and the list of what waits."""

from collections.abc import Sequence

from bot.domain.gist import gist
from bot.domain.notifications.entries import (
    AskEntryRemark,
    EntryAsked,
    EntryDone,
    EntryReturned,
    EntryWithdrawn,
    WaitingEntries,
    WaitingEntryItem,
)
from bot.domain.russian_text import plural
from bot.domain.tickets import Ticket
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Span, Text
from bot.messengers.text_fitting import utf16_units
from bot.views.callback_codes import Op, pack
from bot.views.dialogs.drafts import cancel_row, text_title
from bot.views.listings import MAX_LISTED
from bot.views.notifications.view_table import row, template_row
from bot.views.render_context import RenderContext, format_duration

_NOT_ANSWERED = "До этого сообщение не считается отвеченным."


def entered_button(ticket_id: int, system: str, entry_id: int | None = None) -> Button:
    """Return the button «Внесено в …»."""
    return Button(f"✅ Внесено в {system}", pack(Op.ENTERED, ticket_id, "" if entry_id is None else entry_id))


def entry_asked(note: EntryAsked, data: NotificationData, context: RenderContext) -> Content:
    """Say what to enter where; the text follows as a message of its own, to be copied whole."""
    ticket = data.tickets.get(note.ticket_id)
    what = f"Исправленный ответ на №{note.ticket_id}" if note.is_correction else ""
    title = what or text_title(data.answer_kind, note.ticket_id)
    spans: list[Span | str] = [Bold(f"⏳ {title} ждёт внесения в {note.system}")]
    if ticket is not None:
        number = f"\n🔢 Номер в {note.system}: {ticket.external_number}" if ticket.external_number else ""
        spans.append(number or f"\nНомера в {note.system} у сообщения нет.")
        if ticket.external_due is not None:
            spans.append(f"\n📆 Срок в {note.system}: до {context.format_full(ticket.external_due)}")
    is_copy = ticket is not None and ticket.account is not None
    spans.append(
        f"\nСкопируйте текст из следующего сообщения целиком, внесите его и нажмите «Внесено в {note.system}». "
        + (f"В чате на это сообщение уже ответили, в {note.system} ответа ещё нет." if is_copy else _NOT_ANSWERED)
    )
    rows = [
        [entered_button(note.ticket_id, note.system, note.entry_id)],
        [Button("↩️ Вернуть с замечанием", pack(Op.ENTRY_RETURN, note.ticket_id, note.entry_id))],
    ]
    text = data.answer_text or ""
    if 0 < utf16_units(Text(text)) <= context.capabilities.copy_button_limit:
        rows.append([Button("📋 Скопировать текст", copies=text)])
    return Content.of(*spans, keyboard=rows)


def entry_done(note: EntryDone, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(f"✅ №{note.ticket_id}: внесено в {note.system}, {context.format_full(note.at)} — {note.name}.")


def entry_returned(note: EntryReturned, data: NotificationData, context: RenderContext) -> Content:
    return Content.of(
        Bold(f"↩️ Ответ на №{note.ticket_id} не внесён в {note.system}: возвращён с замечанием"),
        f"\n{note.name}: {note.remark}",
    )


def ask_remark(note: AskEntryRemark, data: NotificationData, context: RenderContext) -> Content:
    asked = "" if data.without_buttons else "\nНапишите, что исправить. Замечание увидят коллеги, житель его не увидит."
    return Content.of(
        Bold(f"↩️ Замечание к ответу на №{note.ticket_id}"), asked, keyboard=cancel_row(data, note.ticket_id)
    )


def waiting_entries(note: WaitingEntries, data: NotificationData, context: RenderContext) -> Content:
    """List what waits, the oldest first, with the term of the system; a button shows the text of each."""
    found = [item for item in note.items if item.ticket_id in data.tickets]
    if not found:
        return Content.of("Сейчас ничего не ждёт внесения в другие системы.")
    width = min(3, context.capabilities.buttons_per_row)
    shown = found[: min(MAX_LISTED, width * context.capabilities.button_rows)]
    spans: list[Span] = [Bold(f"⏳ Ждут внесения: {plural(len(found), 'ответ', 'ответа', 'ответов')}")]
    spans += [Text(f"\n{_line(item, data.tickets[item.ticket_id], context)}") for item in shown]
    if len(found) > len(shown):
        spans.append(Text(f"\n…и ещё {len(found) - len(shown)}."))
    return Content.of(*spans, keyboard=_buttons(shown, width))


def _line(item: WaitingEntryItem, ticket: Ticket, context: RenderContext) -> str:
    due, number = ticket.external_due, f" {ticket.external_number}" if ticket.external_number else ""
    late = "🔴 " if due is not None and due <= context.now else ""
    until = f" · срок в {item.system}: {context.format_full(due)}" if due is not None else ""
    waits = format_duration((context.now - item.asked_at).total_seconds())
    what = "исправление" if item.is_correction else gist(ticket.text, ticket.place) or "без текста"
    return f"{late}№{item.ticket_id} · {item.system}{number} · ждёт {waits}{until} · {what}"


def _buttons(shown: Sequence[WaitingEntryItem], width: int) -> list[list[Button]]:
    buttons = [Button(f"№{item.ticket_id}", pack(Op.ENTRY_SHOW, item.ticket_id, item.entry_id)) for item in shown]
    return [buttons[start : start + width] for start in range(0, len(buttons), width)]


ENTRY_VIEWS = (
    row(EntryAsked, entry_asked),
    row(EntryDone, entry_done),
    row(EntryReturned, entry_returned),
    row(AskEntryRemark, ask_remark),
    row(WaitingEntries, waiting_entries),
    template_row(EntryWithdrawn, "Этот текст по №{note.ticket_id} вносить в {note.system} больше не нужно."),
)
