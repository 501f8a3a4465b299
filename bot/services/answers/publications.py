"""Publications of texts under the messages of a ticket: queued for the bot, or given to a person who posts them."""

from collections.abc import Iterable

from bot.domain.answers import Answer, Publication, PublicationState
from bot.domain.messages import Message, MessageRole
from bot.domain.outbox import OutboxDraft, OutboxKind, Priority
from bot.domain.people import Person
from bot.domain.sources import PRIVATE_SOURCE_ID
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext
from bot.services.context.messages import text_key
from bot.services.manual_posting import handout


async def messages_to_answer(ctx: UseCaseContext, ticket: Ticket) -> list[Message]:
    """Return the citizen's messages that an answer is posted under."""
    return [
        m for m in await ctx.uow.messages.list_for_ticket(ticket.id) if m.part in (MessageRole.ROOT, MessageRole.COPY)
    ]


async def publish_answer(
    ctx: UseCaseContext, ticket: Ticket, answer: Answer, messages: Iterable[Message], person: Person
) -> list[Publication]:
    """Queue *answer* under *messages*; ask *person* to post where the bot may not."""
    publications = []
    for message in messages:
        state = await handout.decide_poster(ctx, message)
        publications.append(
            await ctx.uow.answers.add_publication(answer.id, ticket.id, message.id, state, text_key(message.text))
        )
        if state is PublicationState.QUEUED:
            await queue_answer(ctx, OutboxKind.PUBLICATION, ticket, publications[-1], message)
    manual = [one for one in publications if one.state is PublicationState.BY_PERSON]
    if manual:
        await handout.ask_to_post(ctx, ticket, answer, manual, person)
    return publications


async def queue_answer(
    ctx: UseCaseContext, kind: OutboxKind, ticket: Ticket, publication: Publication, message: Message, **facts: str
) -> None:
    """Enqueue an outbox row of *kind* for *publication* in the chat of *message*."""
    await ctx.uow.outbox.enqueue(
        OutboxDraft(
            kind,
            message.account,
            await ctx.uow.chat_aliases.find_current_id(message.account, message.chat_id) or message.chat_id,
            chat_kind=message.chat_kind,
            thread=message.thread,
            source_id=message.root or PRIVATE_SOURCE_ID,
            ticket_id=ticket.id,
            subject_id=publication.id,
            facts=facts,
            priority=Priority.ANSWER,
            dedupe=f"{kind.value}:{publication.id}",
        ),
        ctx.now,
    )
