"""The citizen's words after «Уточнить у жителя»: they join the ticket, end the waiting, and go to who asked."""

from dataclasses import replace

from bot.domain.inquiries import Inquiry
from bot.domain.messages import Message, MessageRole
from bot.domain.notifications.clarifications import ClarificationAnswered
from bot.domain.people import Person
from bot.domain.sources import author_key
from bot.domain.tickets import State, Ticket
from bot.services.context import UseCaseContext
from bot.services.context.messages import has_content, is_private
from bot.services.intake.follow_ups import add_to_ticket
from bot.services.intake.same_matter import is_about_other_subject, is_at_other_address
from bot.services.notifications import cards, notify
from bot.services.tickets import waiting, workflow
from bot.understanding.reading import Noise, Reading

_EMPTY = frozenset({Noise.GREETING, Noise.COMMAND, Noise.EMOJI, Noise.EMPTY})
"""Words that say nothing yet: the answer follows, or does not."""

MAX_PLACE_WORDS = 5
"""Words of an answer that may be nothing but a street with a house."""


async def receive_reply(ctx: UseCaseContext, message: Message, reading: Reading) -> bool:
    """Handle *message* if its author was asked something and has not answered yet; return whether it is the answer.

    A reply to the question always is. So are the next words of the same person in the place of the question and in
    private, unless they name another address or a danger, or are said to somebody else; late ones, unless they are
    about another subject.
    """
    for number in await ctx.uow.inquiries.list_asked(author_key(message.account, message.author_id)):
        inquiry = await ctx.uow.inquiries.get(number)
        ticket = await ctx.uow.tickets.get(inquiry.ticket_id, lock=True) if inquiry is not None else None
        if inquiry is None or ticket is None or not ticket.is_open or ticket.state is State.PUBLISHING:
            continue
        if await _is_answer(ctx, inquiry, ticket, message, reading):
            await _take_in(ctx, inquiry, ticket, message, reading)
            return True
    return False


async def _is_answer(ctx: UseCaseContext, inquiry: Inquiry, ticket: Ticket, message: Message, reading: Reading) -> bool:
    if await _is_reply_to_question(ctx, inquiry, message):
        return bool(message.text) or has_content(message)
    if reading.noise in _EMPTY and not has_content(message):
        return False
    if reading.danger is not None or await _is_other_matter(ctx, inquiry, ticket, reading):
        return False
    own = await ctx.uow.messages.list_for_ticket(ticket.id)
    places = {(one.account, one.chat_id, one.thread) for one in own if one.part is not MessageRole.STAFF}
    if (message.account, message.chat_id, message.thread) in places:
        said_to = message.reply_to
        return said_to in (None, message.thread) or said_to in {one.external_id for one in own}
    return is_private(message) and (reading.topic is None or reading.topic == ticket.topic)


async def _is_other_matter(ctx: UseCaseContext, inquiry: Inquiry, ticket: Ticket, reading: Reading) -> bool:
    """Return whether the words are about something else; the sector of an answer is as odd as the question."""
    if inquiry.is_open:
        return await is_at_other_address(ctx, ticket, reading)
    return reading.appeal and await is_about_other_subject(ctx, ticket, reading)


def _with_place(ctx: UseCaseContext, ticket: Ticket, message: Message, reading: Reading) -> Reading:
    """Read «Малахова» as a street of the town's list, if the ticket has no street and the words name no place."""
    if ticket.street is not None or reading.place is not None or len(message.text.split()) > MAX_PLACE_WORDS:
        return reading
    found = ctx.municipality.understanding.read(f"улица {message.text}")
    return replace(reading, place=found.place, district=found.district) if found.district is not None else reading


async def _is_reply_to_question(ctx: UseCaseContext, inquiry: Inquiry, message: Message) -> bool:
    """Return whether *message* replies to the question, posted by the bot or by a person."""
    if message.reply_to is None or inquiry.answer_id is None:
        return False
    for publication in await ctx.uow.answers.list_publications(inquiry.answer_id):
        place = await ctx.uow.messages.get(publication.message_id)
        is_here = place is not None and (place.account, place.chat_id) == (message.account, message.chat_id)
        if is_here and message.reply_to in publication.external_ids:
            return True
    return False


async def _take_in(ctx: UseCaseContext, inquiry: Inquiry, ticket: Ticket, message: Message, reading: Reading) -> None:
    readers = await waiting.readers(ctx, ticket, inquiry)
    ticket = await waiting.on_reply(ctx, ticket, inquiry, message.id)
    ticket = await add_to_ticket(ctx, ticket, message, _with_place(ctx, ticket, message, reading))
    await _notify(ctx, inquiry, ticket, message, [*readers, *await waiting.readers(ctx, ticket, inquiry)])


async def _notify(
    ctx: UseCaseContext,
    inquiry: Inquiry,
    ticket: Ticket,
    message: Message,
    readers: list[Person],
    *,
    edited: bool = False,
) -> None:
    note = ClarificationAnswered(ticket_id=ticket.id, inquiry_id=inquiry.id, message_id=message.id, edited=edited)
    for person in dict.fromkeys(readers):
        # One notification for an album, with its text, which may come with a later picture.
        late = ctx.now + cards.ALBUM_DELAY if message.album and not message.text else None
        await notify.notify(ctx, person, note, ticket=ticket, due_at=late)


async def receive_edit(ctx: UseCaseContext, ticket: Ticket, message: Message) -> Ticket:
    """End the waiting if the author has added what was asked to the words that they wrote before."""
    inquiry = await waiting.find_open(ctx, ticket) if ticket.is_open else None
    if inquiry is None:
        return ticket
    changed = await waiting.on_reply(ctx, await workflow.get(ctx, ticket.id), inquiry, message.id)
    await _notify(ctx, inquiry, changed, message, await waiting.readers(ctx, changed, inquiry), edited=True)
    return changed
