"""A post becomes a ticket, and a ticket learns from what its author writes later."""

from datetime import timedelta
from typing import Any

from bot.domain.messages import Message, Part
from bot.domain.sources import Source
from bot.domain.tickets import UNACCEPTED, State, Step, Ticket
from bot.messengers.serialization import unpack_media
from bot.services.answers import broadcast
from bot.services.context import Work
from bot.services.deadlines import deadlines, urgent_alerts
from bot.services.intake import register
from bot.services.intake.redirect import invite_author
from bot.services.notifications import cards, notify
from bot.services.sources.messages import is_private, text_key
from bot.services.tickets import workflow
from bot.services.tickets.search import searched
from bot.understanding.reading import Reading

AFTER_ANSWER = timedelta(days=14)
"""A new message of the author in the thread within this time is linked to the answered ticket."""


async def is_ticket(work: Work, message: Message, reading: Reading, source: Source) -> bool:
    """Whether a post that is no noise and joins nothing is a ticket of its own."""
    if is_private(message):
        return True
    if not message.text or reading.noise is not None:
        return False  # in a group, pictures without words only join
    if source.kind == "official" or reading.appeal:
        return True
    return await _answers_us(work, message)


async def _answers_us(work: Work, message: Message) -> bool:
    """A reply to our own published answer is about the matter, however it is worded."""
    return await _answered_ticket(work, message) is not None


async def _answered_ticket(work: Work, message: Message) -> Ticket | None:
    """The ticket whose published answer *message* replies to."""
    if message.reply_to is None:
        return None
    letter = await work.uow.letters.subject(message.account, message.chat_id, message.reply_to)
    return await work.uow.tickets.get(letter[0]) if letter is not None and letter[1] == "answer" else None


async def make_ticket(work: Work, message: Message, reading: Reading, source: Source) -> None:
    """Register a ticket of *message*; the other pictures of its album belong to it. A reply to our answer goes to who
    gave it, unless it surely is another sector's."""
    answered = await _answered_ticket(work, message)
    sector = answered.sector if answered and not reading.sure else None
    ticket = await register.register(
        work,
        register.NewTicket(
            text=message.text,
            reading=reading,
            source=message.account,
            account=message.account,
            author_id=message.author_id,
            author_name=message.author_name,
            text_key=text_key(message.text),
            **_whereabouts(work, message),
            message=message,
            answered=answered or await _previous(work, message),
            sector=sector,
            # The words of an album may still come, and with them the sector.
            hold=message.album is not None and not message.text,
        ),
    )
    await work.uow.messages.attach(message.id, ticket.id, Part.ROOT)
    if message.album is not None:
        for sibling in await work.uow.messages.album(message.account, message.chat_id, message.album):
            if sibling.id != message.id:
                await work.uow.messages.attach(sibling.id, ticket.id, Part.ALBUM)
    if message.media or message.album is not None:
        await cards.queue_media(work, ticket)
    await acknowledge(work, message, ticket, source)
    if ticket.lead_id is None:
        await urgent_alerts.ring(work, ticket)
    else:
        await _escalate(work, ticket)
        await broadcast.welcome(work, ticket, message)


async def _escalate(work: Work, member: Ticket) -> None:
    """A member of a problem writes of danger: the problem is urgent, and its card rings, once."""
    lead = await workflow.get(work, member.lead_id or 0)
    if member.urgency is None or not lead.is_open or not member.urgency.is_graver_than(lead.urgency):
        return
    lead = await _change(work, lead, {"urgent": True, "urgency": member.urgency.value})
    lead = await deadlines.hurry(work, lead)
    await urgent_alerts.became_urgent(work, lead, by=member.id)
    await cards.show(work, lead)


def understand(work: Work, message: Message) -> Reading:
    """Read the words; where they come from, which may decide the sector, a point on the map tells best."""
    return work.read(message.text, _whereabouts(work, message).get("district"))


def _whereabouts(work: Work, message: Message) -> dict[str, Any]:
    """What the point on the map says that the citizen has sent: it beats what the words say."""
    point = next((one.point for one in unpack_media(message.media) if one.point is not None), None)
    return {} if point is None else {"point": point, "district": work.centre.understanding.district_at(*point)}


async def acknowledge(work: Work, message: Message, ticket: Ticket, source: Source) -> None:
    """In private the citizen is told the ticket's number; where answers are off, perhaps another address."""
    await invite_author(work, message, source)
    if is_private(message) and source.answers == "bot":
        await notify.tell_citizen(
            work, message.account, message.chat_id, message.external_id, "registered", number=ticket.id
        )


async def _previous(work: Work, message: Message) -> Ticket | None:
    """The answered ticket that the author has in this conversation, if that was not long ago."""
    return await work.uow.tickets.answered_in_thread(
        message.account, message.chat_id, message.thread, message.author_id, work.now - AFTER_ANSWER
    )


async def reread(work: Work, ticket: Ticket, text: str, reading: Reading) -> Ticket:
    """The ticket's words are *text* now; what nobody has decided yet is decided anew."""
    values: dict[str, Any] = {"text": text, "text_key": text_key(text), "topic": reading.topic}
    values |= _place_of(reading, ticket)
    place = values.get("place", ticket.place)
    values["search"] = searched(text, place, ticket.external_number, ticket.author_name)
    if ticket.state is State.TRIAGE and not reading.sure:
        values["likely"] = list(reading.likeliest)
    return await _decide(work, ticket, reading, values)


async def learn(work: Work, ticket: Ticket, reading: Reading) -> Ticket:
    """The author has added something: a place that was missing, danger, what it is about."""
    values = _place_of(reading, ticket) if ticket.place is None else {}
    if values:
        values["search"] = searched(ticket.text, values["place"], ticket.external_number, ticket.author_name)
    return await _decide(work, ticket, reading, values)


def _place_of(reading: Reading, ticket: Ticket) -> dict[str, Any]:
    """What the words say about the place, as the ticket's columns. A point that the citizen has sent stays."""
    place = reading.place
    if place is None:
        return {}
    values: dict[str, Any] = {"place": place.text, "street": place.street, "house": place.house}
    if place.point is not None and ticket.point is None:
        values |= {"latitude": place.latitude, "longitude": place.longitude}
    if place.district is not None and ticket.state in UNACCEPTED:
        values["district"] = place.district
    return values


async def locate(work: Work, ticket: Ticket, message: Message) -> Ticket:
    """The author has sent a point on the map: it beats what the words say."""
    where = _whereabouts(work, message)
    if not where:
        return ticket
    latitude, longitude = where["point"]
    values = {"latitude": latitude, "longitude": longitude}
    if where["district"] is not None and ticket.state in UNACCEPTED:
        values["district"] = where["district"]
    return await _change(work, ticket, values)


async def _decide(work: Work, ticket: Ticket, reading: Reading, values: dict[str, Any]) -> Ticket:
    hurries = reading.urgency is not None and not ticket.urgent
    if reading.urgency is not None and hurries:
        values |= {"urgent": True, "urgency": reading.urgency.value}
    if ticket.state is State.TRIAGE and reading.sure and ticket.lead_id is None:
        ticket = await workflow.move(work, ticket, Step.CHOOSE_SECTOR, None, sector=reading.sector, **values)
        await cards.withdraw_unshown(work, ticket)
    elif values:
        ticket = await _change(work, ticket, values)
    if hurries and ticket.lead_id is not None:
        await _escalate(work, ticket)
    elif hurries and ticket.is_open:
        ticket = await deadlines.hurry(work, ticket)
        await urgent_alerts.became_urgent(work, ticket)
    return ticket


async def _change(work: Work, ticket: Ticket, values: dict[str, Any]) -> Ticket:
    return await work.uow.tickets.change(ticket, **values) or await workflow.get(work, ticket.id)
