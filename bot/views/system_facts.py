"""Another system's own facts on a card: its status there, who has the message there, that it is finished there."""

from bot.domain.import_files import SystemFacts
from bot.domain.view_data import CardFacts
from bot.messengers.content import Bold, Span, Text
from bot.views.render_context import RenderContext, shorten

MAX_FACT_CHARS = 80


def system_lines(facts: CardFacts, context: RenderContext) -> list[Span]:
    """Return what the system said last about an open ticket: nobody ends it here because of that."""
    said = facts.system_facts
    if said is None or not facts.ticket.is_open:
        return []
    title = facts.system_title
    if said.is_finished:
        return [Bold(f"\n🏁 Там завершено ({title}){_when(said, context)}{_status(said)}")]
    details = ", ".join(shorten(one, MAX_FACT_CHARS) for one in (said.status, said.organisation) if one)
    return [Text(f"\n🏷 {title}: {details}")] if details else []


def finished_there(facts: CardFacts, context: RenderContext) -> list[Span] | None:
    """Return the status of a ticket that had ended in the other system before it came here; ``None`` for any other."""
    said, ticket = facts.system_facts, facts.ticket
    if said is None or ticket.is_open or ticket.answered_at is not None:
        return None
    if ticket.accepted_at is not None or ticket.assignee_id is not None:
        return None
    title = facts.system_title
    if not said.is_finished:
        return [Text(f"\n🏁 Было завершено в системе: {title}. "), Bold(f"Там снова в работе{_status(said)}")]
    return [Text(f"\n🏁 Завершено в системе: {title}{_when(said, context)}{_status(said)}")]


def _when(said: SystemFacts, context: RenderContext) -> str:
    return f", {context.format_full(said.finished_at)}" if said.finished_at is not None else ""


def _status(said: SystemFacts) -> str:
    return f": {shorten(said.status, MAX_FACT_CHARS)}" if said.status else ""
