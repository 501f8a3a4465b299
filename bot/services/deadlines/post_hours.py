"""Posts with working hours of their own: which of them has a ticket, since when, and the hours in which it works.

In a town with ``[[post_hours]]`` the history of a ticket names every post that has had it; the clocks count in the
hours of the post that had it at the time. Other towns record nothing.
"""

from collections.abc import Sequence

from bot.domain.calendar import WorkingCalendar
from bot.domain.clocks import ClockEvent, ClockEventKind
from bot.domain.ticket_changes import NewTicket
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext, responsibility


def first_event(ctx: UseCaseContext, ticket: NewTicket) -> tuple[ClockEvent, ...]:
    """Return the event that names the post of a new ticket, where posts have hours of their own."""
    if not ctx.municipality.hours.definitions:
        return ()
    return (ClockEvent(ClockEventKind.POST, ctx.now, post=_post_of(ctx, ticket)),)


def missing_events(ctx: UseCaseContext, ticket: Ticket, events: Sequence[ClockEvent]) -> tuple[ClockEvent, ...]:
    """Return the event that the history lacks if another post has *ticket* now than the last one that it names.

    A ticket whose history names none is older than the hours of posts: it has been there from the beginning.
    """
    if not ctx.municipality.hours.definitions:
        return ()
    post, known = _post_of(ctx, ticket), [event for event in events if event.kind is ClockEventKind.POST]
    if known and known[-1].post == post:
        return ()
    at = ctx.now if known else ticket.registered_at
    return (ClockEvent(ClockEventKind.POST, at, post=post),)


async def follow(ctx: UseCaseContext, ticket: Ticket) -> None:
    """Write into the history of *ticket* which post has it now, if that has changed."""
    if not ctx.municipality.hours.definitions or not ticket.is_open:
        return
    events = (await ctx.uow.clock_events.list_for([ticket.id])).get(ticket.id, ())
    for event in missing_events(ctx, ticket, events):
        await ctx.uow.clock_events.add(ticket.id, event)


def calendar_for(ctx: UseCaseContext, ticket: Ticket) -> WorkingCalendar:
    """Return the working time of the post that has *ticket*."""
    hours = ctx.municipality.hours
    return hours.of(_post_of(ctx, ticket)) if hours.definitions else hours.town


def _post_of(ctx: UseCaseContext, ticket: Ticket | NewTicket) -> str:
    return responsibility.responsibility_for(ctx, ticket).post.title
