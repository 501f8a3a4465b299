"""The deadline of the system that a ticket came from, next to the town's own."""

from datetime import datetime

from bot.domain.tickets import Ticket
from bot.views.export import is_messenger
from bot.views.render_context import RenderContext

OTHER_SYSTEM = "другой системе"


def system_of_term(source: str, context: RenderContext) -> str:
    """Return the system whose deadline a ticket of *source* has; a message of a chat has it of one that has it, too."""
    return OTHER_SYSTEM if is_messenger(source) else context.systems.title(source)


def describe_external_term(source: str, due: datetime | None, context: RenderContext, *, is_late: bool) -> str:
    """Return « · срок в ПОС: до сб 05.12, 18:00» for a line of a list; «» without such a deadline."""
    if due is None:
        return ""
    system = system_of_term(source, context)
    if is_late:
        return f" · 🔴 срок в {system} прошёл {context.format_short(due)}"
    return f" · срок в {system}: до {context.format_short(due)}"


def line_of(ticket: Ticket, context: RenderContext) -> str:
    """Return these words for an open *ticket*."""
    due = ticket.external_due if ticket.is_open else None
    return describe_external_term(ticket.source, due, context, is_late=due is not None and due <= context.now)
