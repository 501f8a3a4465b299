"""The data of «Почему такой срок?»."""

from collections.abc import Mapping

from bot.domain.notifications.base import Notification
from bot.domain.notifications.tickets import TermReasons
from bot.domain.term_explanation import TermExplanation
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext
from bot.services.deadlines import explanations


async def list_terms(
    ctx: UseCaseContext, note: Notification, tickets: Mapping[int, Ticket]
) -> tuple[TermExplanation, ...]:
    """Return the explained deadlines of the ticket that *note* is about; nothing for other notes."""
    ticket = tickets.get(note.ticket_id) if isinstance(note, TermReasons) else None
    return await explanations.explain_deadlines(ctx, ticket) if ticket is not None and ticket.is_open else ()


async def names_of_steps(ctx: UseCaseContext, terms: tuple[TermExplanation, ...]) -> dict[int, str]:
    """Return the names of the officials who have set these deadlines, by id."""
    ids = {step.person_id for one in terms for step in one.steps if step.person_id is not None}
    found = {person_id: await ctx.uow.staff.find_name(person_id) for person_id in ids}
    return {person_id: name for person_id, name in found.items() if name is not None}
