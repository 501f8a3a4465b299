"""Urgent alerts: the coordinator is notified in addition to the head, for some dangers also the duty officer."""

from bot.domain.messages import MessageRole
from bot.domain.notifications.tickets import BecameUrgent, DutyAlert, UrgentNews
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
    posts = await ctx.uow.messages.list_for_ticket(member_id or ticket.id)
    root_id = next((post.id for post in posts if post.part is MessageRole.ROOT), None)
    sector = ctx.municipality.sector_title(ticket.sector)
    seen = {person.id for person in await cards.recipients(ctx, ticket)}
    if ticket.urgency.needs_duty_officer:
        # Duty officers get a notification of their own, with or without the card.
        duty = staff.recipients(Audience.DUTY)
        alert = DutyAlert(ticket_id=ticket.id, sector=sector, member_id=member_id, message_id=root_id)
        await notify.notify_all(ctx, duty, alert, ticket=ticket, priority=Priority.URGENT)
        seen |= {person.id for person in duty}
    watchers = [person for person in staff.recipients(Audience.URGENT) if person.id not in seen]
    news = UrgentNews(ticket_id=ticket.id, sector=sector, member_id=member_id, message_id=root_id)
    await notify.notify_all(ctx, watchers, news, ticket=ticket, priority=Priority.URGENT)


async def on_became_urgent(ctx: UseCaseContext, ticket: Ticket, member_id: int | None = None) -> None:
    """Notify the recipients of the card, whose edit makes no sound. *member_id*: the member that reports the danger."""
    note = BecameUrgent(ticket_id=ticket.id, member_id=member_id)
    for person in await cards.recipients(ctx, ticket):
        await notify.notify(ctx, person, note, ticket=ticket, priority=Priority.URGENT)
    await alert_watchers(ctx, ticket, member_id)
