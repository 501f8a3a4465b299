"""Updates of a ticket from what its author edits or adds later."""

from typing import Any

from bot.domain.messages import Message
from bot.domain.tickets import UNACCEPTED_STATES, State, Step, Ticket
from bot.services.context import UseCaseContext
from bot.services.deadlines import deadlines, urgent_alerts
from bot.services.notifications import cards
from bot.services.sources.messages import sent_district, sent_point, text_key
from bot.services.tickets import workflow
from bot.services.tickets.search import build_search_text
from bot.understanding.reading import Reading


async def apply_edited_text(ctx: UseCaseContext, ticket: Ticket, text: str, reading: Reading) -> Ticket:
    """The ticket's words are *text* now; what nobody has decided yet is decided anew."""
    values: dict[str, Any] = {"text": text, "text_key": text_key(text), "topic": reading.topic}
    values |= _place_values(reading, ticket)
    place = values.get("place", ticket.place)
    values["search"] = build_search_text(text, place, ticket.external_number, ticket.author_name)
    if ticket.state is State.TRIAGE and not reading.is_confident:
        values["likely"] = list(reading.top_sectors)
    return await _apply_reading(ctx, ticket, reading, values)


async def apply_addition(ctx: UseCaseContext, ticket: Ticket, reading: Reading) -> Ticket:
    """The author has added something: a place that was missing, danger, what it is about."""
    values = _place_values(reading, ticket) if ticket.place is None else {}
    if values:
        values["search"] = build_search_text(ticket.text, values["place"], ticket.external_number, ticket.author_name)
    return await _apply_reading(ctx, ticket, reading, values)


def _place_values(reading: Reading, ticket: Ticket) -> dict[str, Any]:
    """What the words say about the place, as the ticket's columns. A point that the citizen has sent stays."""
    place = reading.place
    if place is None:
        return {}
    values: dict[str, Any] = {"place": place.text, "street": place.street, "house": place.house}
    if place.point is not None and ticket.coordinates is None:
        values |= {"latitude": place.latitude, "longitude": place.longitude}
    if place.district is not None and ticket.state in UNACCEPTED_STATES:
        values["district"] = place.district
    return values


async def apply_location(ctx: UseCaseContext, ticket: Ticket, message: Message) -> Ticket:
    """The author has sent a point on the map: it beats what the words say."""
    point = sent_point(message)
    if point is None:
        return ticket
    values: dict[str, Any] = {"latitude": point[0], "longitude": point[1]}
    district = sent_district(ctx, message)
    if district is not None and ticket.state in UNACCEPTED_STATES:
        values["district"] = district
    return await _update_ticket(ctx, ticket, values)


async def _apply_reading(ctx: UseCaseContext, ticket: Ticket, reading: Reading, values: dict[str, Any]) -> Ticket:
    hurries = reading.urgency is not None and not ticket.urgent
    if reading.urgency is not None and hurries:
        values |= {"urgent": True, "urgency": reading.urgency.value}
    if ticket.state is State.TRIAGE and reading.is_confident and ticket.lead_id is None:
        ticket = await workflow.transition(ctx, ticket, Step.CHOOSE_SECTOR, None, sector=reading.sector, **values)
        await cards.withdraw_undelivered(ctx, ticket)
    elif values:
        ticket = await _update_ticket(ctx, ticket, values)
    if hurries and ticket.lead_id is not None:
        await escalate_problem(ctx, ticket)
    elif hurries and ticket.is_open:
        ticket = await deadlines.apply_urgent(ctx, ticket)
        await urgent_alerts.on_became_urgent(ctx, ticket)
    return ticket


async def escalate_problem(ctx: UseCaseContext, member: Ticket) -> None:
    """A member of a problem writes of danger: the problem is urgent, and its card rings, once."""
    lead = await workflow.get(ctx, member.lead_id or 0)
    if member.urgency is None or not lead.is_open or not member.urgency.is_graver_than(lead.urgency):
        return
    lead = await _update_ticket(ctx, lead, {"urgent": True, "urgency": member.urgency.value})
    lead = await deadlines.apply_urgent(ctx, lead)
    await urgent_alerts.on_became_urgent(ctx, lead, member_id=member.id)
    await cards.sync(ctx, lead)


async def _update_ticket(ctx: UseCaseContext, ticket: Ticket, values: dict[str, Any]) -> Ticket:
    return await ctx.uow.tickets.update(ticket, **values) or await workflow.get(ctx, ticket.id)
