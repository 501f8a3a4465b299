"""A post becomes a ticket, and a ticket learns from what its author writes later."""

from datetime import timedelta
from typing import Any

from bot.domain.messages import Message, MessageRole
from bot.domain.sources import Source
from bot.domain.tickets import UNACCEPTED_STATES, State, Step, Ticket
from bot.messengers.serialization import unpack_media
from bot.services.answers import broadcast
from bot.services.context import UseCaseContext
from bot.services.deadlines import deadlines, urgent_alerts
from bot.services.intake import register
from bot.services.intake.redirect import redirect_author
from bot.services.notifications import cards, notify
from bot.services.sources.messages import is_private, text_key
from bot.services.tickets import workflow
from bot.services.tickets.search import build_search_text
from bot.understanding.reading import Reading

ANSWERED_TICKET_WINDOW = timedelta(days=14)
"""A new message of the author in the thread within this time is linked to the answered ticket."""


async def is_ticket(ctx: UseCaseContext, message: Message, reading: Reading, source: Source) -> bool:
    """Whether a post that is no noise and joins nothing is a ticket of its own."""
    if is_private(message):
        return True
    if not message.text or reading.noise is not None:
        return False  # in a group, pictures without words only join
    if source.kind == "official" or reading.appeal:
        return True
    return await _is_reply_to_our_answer(ctx, message)


async def _is_reply_to_our_answer(ctx: UseCaseContext, message: Message) -> bool:
    """A reply to our own published answer is about the matter, however it is worded."""
    return await _find_answered_ticket(ctx, message) is not None


async def _find_answered_ticket(ctx: UseCaseContext, message: Message) -> Ticket | None:
    """The ticket whose published answer *message* replies to."""
    if message.reply_to is None:
        return None
    letter = await ctx.uow.sent_messages.ticket_of(message.account, message.chat_id, message.reply_to)
    return await ctx.uow.tickets.get(letter[0]) if letter is not None and letter[1] == "answer" else None


async def create_ticket(ctx: UseCaseContext, message: Message, reading: Reading, source: Source) -> None:
    """Register a ticket of *message*; the other pictures of its album belong to it. A reply to our answer goes to who
    gave it, unless it surely is another sector's."""
    answered = await _find_answered_ticket(ctx, message)
    sector = answered.sector if answered and not reading.is_confident else None
    ticket = await register.register_ticket(
        ctx,
        register.NewTicket(
            text=message.text,
            reading=reading,
            source=message.account,
            account=message.account,
            author_id=message.author_id,
            author_name=message.author_name,
            text_key=text_key(message.text),
            **_sent_location(ctx, message),
            message=message,
            previous_ticket=answered or await _find_previous_ticket(ctx, message),
            sector=sector,
            # The words of an album may still come, and with them the sector.
            wait_for_album=message.album is not None and not message.text,
        ),
    )
    await ctx.uow.messages.attach_to_ticket(message.id, ticket.id, MessageRole.ROOT)
    if message.album is not None:
        for sibling in await ctx.uow.messages.list_album(message.account, message.chat_id, message.album):
            if sibling.id != message.id:
                await ctx.uow.messages.attach_to_ticket(sibling.id, ticket.id, MessageRole.ALBUM)
    if message.media or message.album is not None:
        await cards.queue_media(ctx, ticket)
    await acknowledge(ctx, message, ticket, source)
    if ticket.lead_id is None:
        await urgent_alerts.alert_watchers(ctx, ticket)
    else:
        await _escalate_problem(ctx, ticket)
        await broadcast.answer_latecomer(ctx, ticket, message)


async def _escalate_problem(ctx: UseCaseContext, member: Ticket) -> None:
    """A member of a problem writes of danger: the problem is urgent, and its card rings, once."""
    lead = await workflow.get(ctx, member.lead_id or 0)
    if member.urgency is None or not lead.is_open or not member.urgency.is_graver_than(lead.urgency):
        return
    lead = await _update_ticket(ctx, lead, {"urgent": True, "urgency": member.urgency.value})
    lead = await deadlines.apply_urgent(ctx, lead)
    await urgent_alerts.on_became_urgent(ctx, lead, member_id=member.id)
    await cards.sync(ctx, lead)


def read_message(ctx: UseCaseContext, message: Message) -> Reading:
    """Read the words; where they come from, which may decide the sector, a point on the map tells best."""
    return ctx.read(message.text, _sent_location(ctx, message).get("district"))


def _sent_location(ctx: UseCaseContext, message: Message) -> dict[str, Any]:
    """What the point on the map says that the citizen has sent: it beats what the words say."""
    point = next((one.point for one in unpack_media(message.media) if one.point is not None), None)
    return {} if point is None else {"point": point, "district": ctx.municipality.understanding.district_at(*point)}


async def acknowledge(ctx: UseCaseContext, message: Message, ticket: Ticket, source: Source) -> None:
    """In private the citizen is told the ticket's number; where answers are off, perhaps another address."""
    await redirect_author(ctx, message, source)
    if is_private(message) and source.answers == "bot":
        await notify.notify_citizen(
            ctx, message.account, message.chat_id, message.external_id, "registered", number=ticket.id
        )


async def _find_previous_ticket(ctx: UseCaseContext, message: Message) -> Ticket | None:
    """The answered ticket that the author has in this conversation, if that was not long ago."""
    return await ctx.uow.tickets.find_answered_in_thread(
        message.account, message.chat_id, message.thread, message.author_id, ctx.now - ANSWERED_TICKET_WINDOW
    )


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
    where = _sent_location(ctx, message)
    if not where:
        return ticket
    latitude, longitude = where["point"]
    values = {"latitude": latitude, "longitude": longitude}
    if where["district"] is not None and ticket.state in UNACCEPTED_STATES:
        values["district"] = where["district"]
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
        await _escalate_problem(ctx, ticket)
    elif hurries and ticket.is_open:
        ticket = await deadlines.apply_urgent(ctx, ticket)
        await urgent_alerts.on_became_urgent(ctx, ticket)
    return ticket


async def _update_ticket(ctx: UseCaseContext, ticket: Ticket, values: dict[str, Any]) -> Ticket:
    return await ctx.uow.tickets.update(ticket, **values) or await workflow.get(ctx, ticket.id)
