"""Does a post belong to a ticket that is there already? An album's further picture, a follow-up, the same words."""

from datetime import timedelta

from bot.domain.messages import Message, Part
from bot.domain.sources import Source
from bot.domain.tickets import Ticket
from bot.services.context import Work, author_key
from bot.services.intake.create_ticket import acknowledge, is_ticket, learn, locate, make_ticket, reread
from bot.services.notifications import cards, notify
from bot.services.sources.messages import text_key
from bot.services.tickets import workflow
from bot.understanding.reading import PlaceName, Reading

SAME_TEXT = timedelta(hours=24)
"""The same words of the same author within this time are one message in several places."""


async def join_album(work: Work, message: Message, reading: Reading, source: Source) -> bool:
    """A further picture of an album belongs to the ticket of the album. Its words may come with any of them."""
    if message.album is None:
        return False
    siblings = await work.uow.messages.album(message.account, message.chat_id, message.album)
    owned = [one for one in siblings if one.ticket_id is not None]
    if not owned or owned[0].ticket_id is None:
        return False
    ticket = await workflow.get(work, owned[0].ticket_id)
    speaks = bool(message.text) and reading.noise is None
    if speaks and ticket.text and any(one.part is Part.ADDITION and not one.text for one in owned):
        await _hear_late(work, ticket, message, reading, source)
        return True
    await work.uow.messages.attach(message.id, ticket.id, Part.ALBUM)
    if speaks and not ticket.text:
        ticket = await reread(work, ticket, message.text, reading)
    await cards.show(work, ticket)
    await cards.queue_media(work, ticket)
    return True


async def _hear_late(work: Work, ticket: Ticket, message: Message, reading: Reading, source: Source) -> None:
    """The pictures of an album have joined *ticket*; only now come the words, which may be about something else."""
    if await _is_another_matter(work, ticket, reading) and await is_ticket(work, message, reading, source):
        await make_ticket(work, message, reading, source)
        await cards.show(work, ticket)
    else:
        await _add(work, ticket, message, reading)


async def join_ticket(work: Work, message: Message, reading: Reading, source: Source) -> bool:
    """Does the author go on about a ticket he already has here, or say the same in another place?"""
    same = await _same_words(work, message)
    if same is not None:
        await _join_same(work, same, message, reading, source)
        return True
    ticket = await _ticket_gone_on_about(work, message, reading)
    if ticket is None:
        return False
    if source.kind == "chat" and not reading.appeal and await _talks_to_others(work, message, ticket):
        return False
    await _add(work, ticket, message, reading)
    return True


async def _add(work: Work, ticket: Ticket, message: Message, reading: Reading) -> None:
    """*message* adds to *ticket*; those whose turn it is are told by a reply to the card."""
    await work.uow.messages.attach(message.id, ticket.id, Part.ADDITION)
    await work.uow.tickets.touch(ticket.id, work.now)
    await work.uow.chronicle.record("addition", work.now, ticket_id=ticket.id, facts={"message": message.id})
    ticket = await locate(work, ticket, message)
    if message.text and not ticket.text:
        ticket = await reread(work, ticket, message.text, reading)
    elif message.text:
        ticket = await learn(work, ticket, reading)
    await cards.show(work, ticket)
    if message.media:
        await cards.queue_media(work, ticket)
    for person in await cards.audience(work, ticket):
        await notify.tell(
            work,
            person,
            "addition",
            ticket=ticket,
            # One for an album, and with its words, which may come with a later picture.
            due_at=work.now + cards.ALBUM_WAIT if message.album and not message.text else None,
            dedupe=f"addition:{message.album}:{ticket.id}:{person.id}"[:160] if message.album else None,
            number=ticket.id,
            message_id=message.id,
        )


async def _same_words(work: Work, message: Message) -> Ticket | None:
    key = text_key(message.text)
    if key is None:
        return None
    return await work.uow.tickets.same_text(author_key(message.account, message.author_id), key, work.now - SAME_TEXT)


async def _join_same(work: Work, ticket: Ticket, message: Message, reading: Reading, source: Source) -> None:
    """The same words again: another chat is another place to answer in, the same chat is not."""
    here = (message.account, message.chat_id, message.thread)
    places = await work.uow.messages.of_ticket(ticket.id)
    if any((place.account, place.chat_id, place.thread) == here for place in places):
        await _add(work, ticket, message, reading)
        return
    await work.uow.messages.attach(message.id, ticket.id, Part.COPY)
    await work.uow.chronicle.record("copy", work.now, ticket_id=ticket.id, facts={"message": message.id})
    await cards.show(work, ticket)
    if message.media:
        await cards.queue_media(work, ticket)
    await acknowledge(work, message, ticket, source)


async def _ticket_gone_on_about(work: Work, message: Message, reading: Reading) -> Ticket | None:
    """Of the author's open tickets here: the one he replies to, else the one he wrote to last; none if the message is
    about something else."""
    found = await work.uow.tickets.open_in_thread(
        message.account, message.chat_id, message.thread, message.author_id, work.now - work.centre.follow_up
    )
    fitting = [ticket for ticket in found if not await _is_another_matter(work, ticket, reading)]
    replied = await _ticket_replied_to(work, message)
    return next((ticket for ticket in fitting if ticket.id == replied), fitting[0] if fitting else None)


async def _is_another_matter(work: Work, ticket: Ticket, reading: Reading) -> bool:
    """Another place (another house is another place) or surely another sector than the ticket has, or had at first."""
    street, house = await work.uow.tickets.place_of(ticket.id)
    if reading.place is not None and reading.place.differs_from(PlaceName(street, house)):
        return True
    return reading.sure and ticket.sector is not None and reading.sector not in (ticket.sector, *ticket.likely[:1])


async def _talks_to_others(work: Work, message: Message, ticket: Ticket) -> bool:
    if message.reply_to in (None, message.thread):  # to nobody, or to the post that all comments hang under
        return False
    return await _ticket_replied_to(work, message) != ticket.id


async def _ticket_replied_to(work: Work, message: Message) -> int | None:
    if message.reply_to is None:
        return None
    replied = await work.uow.messages.by_place(message.account, message.chat_id, message.reply_to)
    return replied.ticket_id if replied is not None else None
