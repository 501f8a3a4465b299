"""Updates of a ticket from what its author edits or adds later."""

from dataclasses import replace

from bot.domain.messages import Message
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import UNACCEPTED_STATES, State, Step, Ticket
from bot.services.context import UseCaseContext
from bot.services.context.messages import sent_district, sent_point, text_key
from bot.services.deadlines import deadlines, urgent_alerts
from bot.services.notifications import cards
from bot.services.tickets import workflow
from bot.services.tickets.search import build_search_text
from bot.understanding.reading import Reading


async def apply_edited_text(ctx: UseCaseContext, ticket: Ticket, text: str, reading: Reading) -> Ticket:
    """Replace the ticket's text by *text* and repeat the decisions that no person has made yet."""
    place = reading.place.text if reading.place is not None else ticket.place
    change = replace(
        _place_change(reading, ticket),
        text=text,
        text_key=text_key(text),
        topic=reading.topic,
        theme=ctx.municipality.theme_within(ticket.sector, reading.theme),
        search=build_search_text(text, place, ticket.external_number, ticket.author_name),
    )
    if ticket.state is State.TRIAGE and not reading.is_confident:
        change = replace(change, likely=reading.top_sectors)
    return await _apply_reading(ctx, ticket, reading, change)


async def apply_addition(ctx: UseCaseContext, ticket: Ticket, reading: Reading) -> Ticket:
    """Take from a further message a missing place or part of it, a topic, an urgency, or the sector."""
    change = TicketChange()
    placed = _completed_place(ctx, ticket, reading)
    if placed is not None and placed.place is not None:
        search = build_search_text(ticket.text, placed.place.text, ticket.external_number, ticket.author_name)
        change = replace(_place_change(placed, ticket), search=search)
    elif ticket.district is None and reading.district is not None and ticket.state in UNACCEPTED_STATES:
        change = replace(change, district=reading.district)
    if ticket.topic is None and reading.topic is not None:
        change = replace(change, topic=reading.topic)
    return await _apply_reading(ctx, ticket, reading, change)


def _completed_place(ctx: UseCaseContext, ticket: Ticket, reading: Reading) -> Reading | None:
    """Return a reading with the place that the ticket lacks: all of it, the street («Мира 5»), or the settlement.

    A place that a person has typed stays.
    """
    said = reading.place
    if said is None or ticket.place is None:
        return reading if said is not None else None
    adds_street = said.street is not None and ticket.street is None
    adds_settlement = said.street is None and said.settlement is not None and ticket.settlement is None
    own = ctx.read(ticket.text).place if adds_street or adds_settlement else None
    if own is None or own.text != ticket.place:
        return None
    if adds_street and (said.settlement is not None or own.settlement is None):
        return reading
    known, further = (own.settlement_text, said.text) if adds_street else (said.settlement_text, own.text)
    both = ctx.read(f"{known}, {further}")
    return both if both.place is not None and both.place.settlement is not None else None


def _place_change(reading: Reading, ticket: Ticket) -> TicketChange:
    """Return the place that the text names. A point that the citizen has sent stays."""
    place = reading.place
    if place is None:
        return TicketChange()
    change = TicketChange(place=place.text, street=place.street, house=place.house, settlement=place.settlement)
    if place.point is not None and ticket.coordinates is None:
        change = replace(change, latitude=place.latitude, longitude=place.longitude)
    if reading.district is not None and ticket.state in UNACCEPTED_STATES:
        change = replace(change, district=reading.district)
    return change


async def apply_location(ctx: UseCaseContext, ticket: Ticket, message: Message) -> Ticket:
    """Store the point on the map that the author has sent; it overrides the place in the text."""
    point = sent_point(message)
    if point is None:
        return ticket
    change = TicketChange(latitude=point[0], longitude=point[1])
    district = sent_district(ctx, message)
    if district is not None and ticket.state in UNACCEPTED_STATES:
        change = replace(change, district=district)
    return await _apply_change(ctx, ticket, change)


async def _apply_reading(ctx: UseCaseContext, ticket: Ticket, reading: Reading, change: TicketChange) -> Ticket:
    becomes_urgent = reading.urgency is not None and (
        not ticket.urgent or (reading.urgency.needs_duty_officer and reading.urgency.is_graver_than(ticket.urgency))
    )
    if becomes_urgent:
        change = replace(change, urgent=True, urgency=reading.urgency)
    if reading.danger is not None and reading.danger.is_graver_than(ticket.danger):
        change = replace(change, danger=reading.danger)
    if ticket.state is State.TRIAGE and reading.is_confident and ticket.lead_id is None:
        change = replace(change, sector=reading.sector)
        ticket = await workflow.transition(ctx, ticket, Step.CHOOSE_SECTOR, None, change)
        await cards.withdraw_undelivered(ctx, ticket)
    elif change != TicketChange():
        ticket = await _apply_change(ctx, ticket, change)
    if becomes_urgent and ticket.lead_id is not None:
        await escalate_problem(ctx, ticket)
    elif becomes_urgent and ticket.is_open:
        ticket = await deadlines.apply_urgent(ctx, ticket)
        await urgent_alerts.on_became_urgent(ctx, ticket)
    return ticket


async def escalate_problem(ctx: UseCaseContext, member: Ticket) -> None:
    """Make the problem urgent when a member reports danger; its card notifies once."""
    lead = await workflow.get(ctx, member.lead_id or 0)
    if member.urgency is None or not lead.is_open or not member.urgency.is_graver_than(lead.urgency):
        return
    lead = await _update_ticket(ctx, lead, TicketChange(urgent=True, urgency=member.urgency, danger=member.danger))
    lead = await deadlines.apply_urgent(ctx, lead)
    await urgent_alerts.on_became_urgent(ctx, lead, member_id=member.id)
    await cards.sync(ctx, lead)


async def _apply_change(ctx: UseCaseContext, ticket: Ticket, change: TicketChange) -> Ticket:
    """Update the ticket; another district may have another post, to which the card then goes."""
    changed = await _update_ticket(ctx, ticket, change)
    if changed.district != ticket.district:
        facts = {"was": ticket.district, "now": changed.district}
        await ctx.uow.audit_log.record("district", ctx.now, ticket_id=ticket.id, facts=facts)
        await cards.withdraw_undelivered(ctx, changed)
    return changed


async def _update_ticket(ctx: UseCaseContext, ticket: Ticket, change: TicketChange) -> Ticket:
    return await ctx.uow.tickets.update(ticket, change) or await workflow.get(ctx, ticket.id)
