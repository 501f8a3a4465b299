"""Adoption of a colleague's own reply in the chat as the answer."""

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
    """Make a colleague's reply in the chat the answer, and publish it in the citizen's other chats.

    If an approved answer waits to be posted by hand in that chat, the reply counts as its publication.
    """
    message = await ctx.uow.messages.get(message_id)
    awaiting = await _find_awaiting_publication(ctx, ticket_id, message) if message is not None else None
    if awaiting is None:
        await answers.check_can_answer(ctx, ticket_id, person)
    if message is None or message.ticket_id != ticket_id or message.part is not MessageRole.STAFF:
        raise OutdatedButton(number=ticket_id)
    official = ctx.municipality.find_official(message.account, message.author_id)
    mark_published = partial(
        answers.on_published,
        ctx,
        ids=(message.external_id,),
        link=message.link,
        poster=Poster.STAFF_REPLY,
        person=official or person,
    )
    if awaiting is not None:
        await workflow.check_right(ctx, person, Right.ANSWER, await workflow.get(ctx, ticket_id))
        await mark_published(publication_id=awaiting.id)
        return await workflow.get(ctx, ticket_id)
    ticket = await answers.start_publishing(ctx, ticket_id, person)
    if ticket.is_problem_lead:
        return await _adopt_for_all(ctx, ticket, person, message, mark_published)
    answer = await ctx.uow.answers.add(ticket.id, person.id, message.text, message.media, ctx.now)
    publication = await ctx.uow.answers.add_publication(answer.id, ticket.id, message.id, PublicationState.BY_PERSON)
    await mark_published(publication_id=publication.id)
    chat = (message.account, message.chat_id)
    other_messages = [
        other for other in await answers.messages_to_answer(ctx, ticket) if (other.account, other.chat_id) != chat
    ]
    await answers.publish_answer(ctx, ticket, answer, other_messages, person)
    return await workflow.get(ctx, ticket.id)


async def _adopt_for_all(
    ctx: UseCaseContext, lead: Ticket, person: Person, message: Message, mark_published: Callable[..., Awaitable[None]]
) -> Ticket:
    """Make the reply the answer to everybody who wrote about the problem; members in that chat have it already."""
    answer = await ctx.uow.answers.add(
        lead.id, person.id, message.text, message.media, ctx.now, problem_id=lead.problem_id
    )
    publication_id = await broadcast.publish_to_all(ctx, lead, answer, person, (State.PUBLISHING,), staff_reply=message)
    await mark_published(publication_id=publication_id)
    return await workflow.get(ctx, lead.id)


async def _find_awaiting_publication(ctx: UseCaseContext, ticket_id: int, message: Message) -> Publication | None:
    """Return the publication that waits to be posted by hand in the chat of *message*."""
    for publication in await handout.list_awaiting_posting(ctx, ticket_id):
        other = await ctx.uow.messages.get(publication.message_id)
        if other is not None and (other.account, other.chat_id) == (message.account, message.chat_id):
            return publication
    return None
