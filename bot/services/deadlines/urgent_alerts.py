"""Urgent alerts: the coordinator is notified in addition to the head, for some dangers also the duty officer."""

from typing import Any

from bot.domain.messages import MessageRole
from bot.domain.outbox import Priority
from bot.domain.recipients import Audience
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext
from bot.services.notifications import cards, notify


async def alert_watchers(ctx: UseCaseContext, ticket: Ticket, member_id: int | None = None) -> None:
    """Notify watchers who do not have the card. *member_id*: the member of a problem that reports the danger.

    At night the notification makes a sound only if people are in danger.
    """
    if ticket.urgency is None:
        return
    staff = ctx.municipality.staff
    facts: dict[str, Any] = {
        "number": ticket.id,
        "sector": ctx.municipality.sector_title(ticket.sector),
        "by": member_id,
    }
    posts = await ctx.uow.messages.list_for_ticket(member_id or ticket.id)
    if root := next((post for post in posts if post.part is MessageRole.ROOT), None):
        facts["message_id"] = root.id
    seen = {person.id for person in await cards.recipients(ctx, ticket)}
    if ticket.urgency.needs_duty_officer:
        # Whoever is on duty hears of it as such, with the card or without.
        duty = staff.recipients(Audience.DUTY)
        await notify.notify_all(ctx, duty, "duty", ticket=ticket, priority=Priority.URGENT, **facts)
        seen |= {person.id for person in duty}
    watchers = [person for person in staff.recipients(Audience.URGENT) if person.id not in seen]
    await notify.notify_all(ctx, watchers, "urgent_news", ticket=ticket, priority=Priority.URGENT, **facts)


async def on_became_urgent(ctx: UseCaseContext, ticket: Ticket, member_id: int | None = None) -> None:
    """Notify the recipients of the card, whose edit makes no sound. *member_id*: the member that reports the danger."""
    for person in await cards.recipients(ctx, ticket):
        await notify.notify(
            ctx, person, "became_urgent", ticket=ticket, priority=Priority.URGENT, number=ticket.id, by=member_id
        )
    await alert_watchers(ctx, ticket, member_id)
