"""The deadline of the system that a ticket came from, next to the town's own."""

from datetime import datetime

from bot.domain.tickets import Ticket
from bot.views.render_context import RenderContext


def describe_external_term(source: str, due: datetime | None, context: RenderContext, *, is_late: bool) -> str:
    """Return « · срок в ПОС: до сб 05.12, 18:00» for a line of a list; «» without such a deadline."""
    if due is None:
        return ""
    if is_late:
        return f" · 🔴 срок в {context.systems.title(source)} прошёл {context.format_short(due)}"
    return f" · срок в {context.systems.title(source)}: до {context.format_short(due)}"


def line_of(ticket: Ticket, context: RenderContext) -> str:
    """Return these words for an open *ticket*."""
    due = ticket.external_due if ticket.is_open else None
    return describe_external_term(ticket.source, due, context, is_late=due is not None and due <= context.now)
