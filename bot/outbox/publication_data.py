"""The data of publications: the answer as the citizen will read it."""

from bot.domain.answers import Answer, Publication, PublicationState
from bot.domain.messages import Message
from bot.domain.outbox import OutboxRow
from bot.domain.view_data import (
    PublicationFacts,
)
from bot.services.context import UseCaseContext


async def find_publication(ctx: UseCaseContext, row: OutboxRow) -> tuple[Publication, Answer, Message] | None:
    """Return the publication of *row*, if it must still be posted or corrected."""
    publication = await ctx.uow.answers.get_publication(row.subject_id or 0)
    if publication is None or publication.state not in (PublicationState.QUEUED, PublicationState.POSTED):
        return None
    answer = await ctx.uow.answers.get(publication.answer_id)
    message = await ctx.uow.messages.get(publication.message_id)
    return (publication, answer, message) if answer and message else None


def publication_facts(answer: Answer, message: Message, *, by_name: bool) -> PublicationFacts:
    """Return the answer as the citizen will read it."""
    return PublicationFacts(answer.text, by_name, message.author_name, message.author_id)
