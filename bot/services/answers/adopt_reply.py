"""A colleague's own reply in the chat becomes the answer."""

from collections.abc import Awaitable, Callable
from functools import partial

from bot.domain.answers import Poster, Publication, PublicationState
from bot.domain.errors import OutdatedButton
from bot.domain.messages import Message, MessageRole
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.tickets import State, Ticket
from bot.services.answers import answers, broadcast
from bot.services.context import UseCaseContext
from bot.services.manual_posting import handout
from bot.services.tickets import workflow


async def adopt_reply(ctx: UseCaseContext, ticket_id: int, person: Person, message_id: int) -> Ticket:
    """A colleague's reply in the chat is the answer: it is posted already there, and goes to the citizen's other
    chats. Where an approved answer waits to be posted by hand in that chat, it is that answer, in other words."""
    message = await ctx.uow.messages.get(message_id)
    waiting = await _find_awaiting_publication(ctx, ticket_id, message) if message is not None else None
    if waiting is None:
        await answers.check_can_answer(ctx, ticket_id, person)
    if message is None or message.ticket_id != ticket_id or message.part is not MessageRole.STAFF:
        raise OutdatedButton(number=ticket_id)
    writer = ctx.municipality.find_official(message.account, message.author_id)
    stands_there = partial(
        answers.on_published,
        ctx,
        ids=(message.external_id,),
        link=message.link,
        poster=Poster.STAFF_REPLY,
        person=writer,
    )
    if waiting is not None:
        workflow.check_right(ctx, person, Right.ANSWER, await workflow.get(ctx, ticket_id))
        await stands_there(publication_id=waiting.id)
        return await workflow.get(ctx, ticket_id)
    ticket = await answers.start_publishing(ctx, ticket_id, person)
    if ticket.is_problem_lead:
        return await _adopt_for_all(ctx, ticket, person, message, stands_there)
    answer = await ctx.uow.answers.add(ticket.id, person.id, message.text, message.media, ctx.now)
    publication = await ctx.uow.answers.add_publication(answer.id, ticket.id, message.id, PublicationState.BY_PERSON)
    await stands_there(publication_id=publication.id)
    here = (message.account, message.chat_id)
    elsewhere = [
        place for place in await answers.messages_to_answer(ctx, ticket) if (place.account, place.chat_id) != here
    ]
    await answers.publish_answer(ctx, ticket, answer, elsewhere, person)
    return await workflow.get(ctx, ticket.id)


async def _adopt_for_all(
    ctx: UseCaseContext, lead: Ticket, person: Person, message: Message, mark_published: Callable[..., Awaitable[None]]
) -> Ticket:
    """It is the answer to all who wrote about the problem; who wrote in that chat has it already."""
    answer = await ctx.uow.answers.add(
        lead.id, person.id, message.text, message.media, ctx.now, problem_id=lead.problem_id
    )
    publication_id = await broadcast.publish_to_all(ctx, lead, answer, person, (State.PUBLISHING,), staff_reply=message)
    await mark_published(publication_id=publication_id)
    return await workflow.get(ctx, lead.id)


async def _find_awaiting_publication(ctx: UseCaseContext, ticket_id: int, message: Message) -> Publication | None:
    """The publication that waits to be posted by hand where *message* stands."""
    for publication in await handout.list_awaiting_posting(ctx, ticket_id):
        place = await ctx.uow.messages.get(publication.message_id)
        if place is not None and (place.account, place.chat_id) == (message.account, message.chat_id):
            return publication
    return None
