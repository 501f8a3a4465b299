"""Lists of tickets: a line each, and a button that opens the card."""

from collections.abc import Sequence

from bot.domain.gist import gist
from bot.domain.notifications.tickets import TicketList
from bot.domain.russian_text import plural
from bot.domain.tickets import Ticket
from bot.domain.view_data import NotificationData
from bot.messengers.content import Bold, Button, Content, Span, Text
from bot.views.callback_codes import Op, pack
from bot.views.external_terms import line_of
from bot.views.render_context import RenderContext

MAX_LISTED = 15

FOUND_HEADING, NOTHING_FOUND = "Найдено", "Ничего не нашлось. Попробуйте другие слова или номер."
"""Words of a search; they are stored with its result, as release 0.1.0 reads them there."""


def listing(note: TicketList, data: NotificationData, context: RenderContext) -> Content:
    """List the tickets of ``/my`` and ``/find``."""
    found = [data.tickets[item.ticket_id] for item in note.items if item.ticket_id in data.tickets]
    if not found:
        return Content.of(note.empty)
    amount = plural(len(found), "сообщение", "сообщения", "сообщений")
    lines, keyboard = ticket_lines_with_buttons(found, context)
    return Content.of(Bold(f"{note.heading}: {amount}"), *lines, keyboard=keyboard)


def ticket_lines_with_buttons(found: Sequence[Ticket], context: RenderContext) -> tuple[list[Span], list[list[Button]]]:
    """Return a line and a button for each ticket, as many as the messenger has room for."""
    width = min(3, context.capabilities.buttons_per_row)
    shown = found[: min(MAX_LISTED, width * context.capabilities.button_rows)]
    spans: list[Span] = []
    for ticket in shown:
        late = "🔴 " if ticket.is_open and ticket.answer_due <= context.now else ""
        until = f" · до {context.format_short(ticket.answer_due)}" if ticket.is_open else ""
        until += line_of(ticket, context)
        words = gist(ticket.text, ticket.place) or "без текста"
        spans.append(Text(f"\n{late}№{ticket.id}{until} · {words}"))
    if len(found) > len(shown):
        spans.append(Text(f"\n…и ещё {len(found) - len(shown)}. Уточните запрос."))
    buttons = [Button(f"№{ticket.id}", pack(Op.OPEN, ticket.id)) for ticket in shown]
    return spans, [buttons[start : start + width] for start in range(0, len(buttons), width)]
