"""A colleague's own reply in the chat becomes the answer."""

from collections.abc import Awaitable, Callable
from functools import partial

from bot.domain.answers import Poster, Publication, PublicationState
from bot.domain.errors import OutdatedButton
from bot.domain.messages import Message, Part
from bot.domain.people import Person, Right
from bot.domain.tickets import State, Ticket
from bot.services.answers import answers, broadcast
from bot.services.context import Work
from bot.services.manual_posting import handout
from bot.services.tickets import workflow


async def adopt(work: Work, ticket_id: int, person: Person, message_id: int) -> Ticket:
    """A colleague's reply in the chat is the answer: it is posted already there, and goes to the citizen's other
    chats. Where an approved answer waits to be posted by hand in that chat, it is that answer, in other words."""
    message = await work.uow.messages.get(message_id)
    waiting = await _waits_for(work, ticket_id, message) if message is not None else None
    if waiting is None:
        await answers.check_can_answer(work, ticket_id, person)
    if message is None or message.ticket_id != ticket_id or message.part is not Part.STAFF:
        raise OutdatedButton(number=ticket_id)
    writer = work.centre.person_at(message.account, message.author_id)
    stands_there = partial(
        answers.posted, work, ids=(message.external_id,), link=message.link, poster=Poster.STAFF_REPLY, person=writer
    )
    if waiting is not None:
        workflow.permit(work, person, Right.ANSWER, await workflow.get(work, ticket_id))
        await stands_there(publication_id=waiting.id)
        return await workflow.get(work, ticket_id)
    ticket = await answers.take_up(work, ticket_id, person)
    if ticket.leads:
        return await _adopt_for_all(work, ticket, person, message, stands_there)
    answer = await work.uow.answers.add(ticket.id, person.id, message.text, message.media, work.now)
    publication = await work.uow.answers.publish(answer.id, ticket.id, message.id, PublicationState.BY_PERSON)
    await stands_there(publication_id=publication.id)
    here = (message.account, message.chat_id)
    elsewhere = [place for place in await answers.places_of(work, ticket) if (place.account, place.chat_id) != here]
    await answers.publish(work, ticket, answer, elsewhere, person)
    return await workflow.get(work, ticket.id)


async def _adopt_for_all(
    work: Work, lead: Ticket, person: Person, message: Message, stands_there: Callable[..., Awaitable[None]]
) -> Ticket:
    """It is the answer to all who wrote about the problem; who wrote in that chat has it already."""
    answer = await work.uow.answers.add(
        lead.id, person.id, message.text, message.media, work.now, problem_id=lead.problem_id
    )
    publication_id = await broadcast.spread(work, lead, answer, person, (State.PUBLISHING,), there=message)
    await stands_there(publication_id=publication_id)
    return await workflow.get(work, lead.id)


async def _waits_for(work: Work, ticket_id: int, message: Message) -> Publication | None:
    """The publication that waits to be posted by hand where *message* stands."""
    for publication in await handout.waiting(work, ticket_id):
        place = await work.uow.messages.get(publication.message_id)
        if place is not None and (place.account, place.chat_id) == (message.account, message.chat_id):
            return publication
    return None
