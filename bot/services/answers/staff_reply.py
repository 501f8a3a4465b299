"""A colleague's own reply in the chat as the published answer."""

from collections.abc import Awaitable, Callable
from functools import partial

from bot.domain.answers import Poster, PublicationState
from bot.domain.messages import Message, MessageRole
from bot.domain.people import Person
from bot.domain.tickets import State, Ticket
from bot.services.answers import answers, broadcast, publications
from bot.services.context import UseCaseContext
from bot.services.tickets import workflow


async def find(ctx: UseCaseContext, ticket: Ticket, text: str) -> Message | None:
    """Return the colleague's reply to *ticket* that reads exactly like *text*, if there is one."""
    replies = await ctx.uow.messages.list_for_ticket(ticket.id)
    return next((one for one in replies if one.part is MessageRole.STAFF and one.text == text), None)


def mark_published(ctx: UseCaseContext, person: Person, message: Message) -> Callable[..., Awaitable[None]]:
    """Return the function that records a publication as posted by *message*."""
    official = ctx.municipality.find_official(message.account, message.author_id)
    return partial(
        answers.on_published,
        ctx,
        ids=(message.external_id,),
        link=message.link,
        poster=Poster.STAFF_REPLY,
        person=official or person,
    )


async def publish(
    ctx: UseCaseContext, ticket: Ticket, person: Person, message: Message, publisher: Person | None = None
) -> Ticket:
    """Make *message* the answer of a ticket in publishing, and publish it in the citizen's other chats.

    In a problem it is the answer to everybody who wrote about it; members in that chat have it already.
    """
    published = mark_published(ctx, person, message)
    answer = await ctx.uow.answers.add(
        *(ticket.id, person.id, message.text, message.media, ctx.now),
        problem_id=ticket.problem_id if ticket.is_problem_lead else None,
        publisher_id=publisher.id if publisher is not None and publisher != person else None,
    )
    if ticket.is_problem_lead:
        states = (State.PUBLISHING,)
        publication_id = await broadcast.publish_to_all(ctx, ticket, answer, person, states, staff_reply=message)
        await published(publication_id=publication_id)
        return await workflow.get(ctx, ticket.id)
    publication = await ctx.uow.answers.add_publication(answer.id, ticket.id, message.id, PublicationState.BY_PERSON)
    await published(publication_id=publication.id)
    chat = (message.account, message.chat_id)
    other_messages = [
        other for other in await publications.messages_to_answer(ctx, ticket) if (other.account, other.chat_id) != chat
    ]
    await publications.publish_answer(ctx, ticket, answer, other_messages, person)
    return await workflow.get(ctx, ticket.id)
