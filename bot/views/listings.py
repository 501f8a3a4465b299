"""Lists of tickets: a line each, and a button that opens the card."""

from collections.abc import Sequence

from bot.domain.russian_text import plural
from bot.domain.tickets import Ticket
from bot.domain.view_data import NoteFacts
from bot.messengers.content import Bold, Button, Content, Span, Text
from bot.views.callback_codes import Op, pack
from bot.views.render_context import RenderContext, shorten

MAX_LISTED = 15


def listing(note: NoteFacts, context: RenderContext) -> Content:
    """``/my`` and ``/find``."""
    numbers = [item[1] for item in note.facts["items"]]
    found = [note.tickets[number] for number in numbers if number in note.tickets]
    if not found:
        return Content.of(note.facts["empty"])
    amount = plural(len(found), "сообщение", "сообщения", "сообщений")
    lines, keyboard = ticket_lines_with_buttons(found, context)
    return Content.of(Bold(f"{note.facts['heading']}: {amount}"), *lines, keyboard=keyboard)


def ticket_lines_with_buttons(found: Sequence[Ticket], context: RenderContext) -> tuple[list[Span], list[list[Button]]]:
    """A line for each ticket and a button that opens its card, as many as this messenger has room for."""
    width = min(3, context.capabilities.buttons_per_row)
    shown = found[: min(MAX_LISTED, width * context.capabilities.button_rows)]
    spans: list[Span] = []
    for ticket in shown:
        late = "🔴 " if ticket.is_open and ticket.answer_due <= context.now else ""
        until = f" · до {context.format_short(ticket.answer_due)}" if ticket.is_open else ""
        words = shorten(ticket.text, 70) or "без текста"
        spans.append(Text(f"\n{late}№{ticket.id}{until} · {words}"))
    if len(found) > len(shown):
        spans.append(Text(f"\n…и ещё {len(found) - len(shown)}. Уточните запрос."))
    buttons = [Button(f"№{ticket.id}", pack(Op.OPEN, ticket.id)) for ticket in shown]
    return spans, [buttons[start : start + width] for start in range(0, len(buttons), width)]
