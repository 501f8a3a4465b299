"""Adoption of a colleague's own reply in the chat as the answer."""

from bot.domain.answers import Publication
from bot.domain.drafts import Wording
from bot.domain.errors import OutdatedButton, UnapprovedReply
from bot.domain.messages import Message, MessageRole
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.services.answers import answers, staff_reply, submissions
from bot.services.answers.approvals import Submitted
from bot.services.context import UseCaseContext
from bot.services.manual_posting import handout
from bot.services.tickets import rules, workflow
from bot.understanding.similarity import is_same_wording


async def adopt_reply(ctx: UseCaseContext, ticket_id: int, person: Person, message_id: int) -> Submitted:
    """Make a colleague's reply in the chat the answer, and publish it in the citizen's other chats.

    Where somebody else approves answers, the reply waits for that like any other text. If an approved answer waits to
    be posted by hand in that chat, the reply counts as its publication.
    """
    message = await ctx.uow.messages.get(message_id)
    awaiting = await _find_awaiting_publication(ctx, ticket_id, message) if message is not None else None
    if awaiting is None:
        await answers.check_can_answer(ctx, ticket_id, person)
    if message is None or message.ticket_id != ticket_id or message.part is not MessageRole.STAFF:
        raise OutdatedButton(number=ticket_id)
    ticket = await workflow.get(ctx, ticket_id)
    if awaiting is not None:
        await workflow.check_right(ctx, person, Right.ANSWER, ticket)
        approved = await ctx.uow.answers.get(awaiting.answer_id)
        is_ruled = bool(rules.outcome_for(ctx, ticket).approval)
        if is_ruled and (approved is None or not is_same_wording(approved.text, message.text)):
            raise UnapprovedReply(number=ticket_id)
        await staff_reply.mark_published(ctx, person, message)(publication_id=awaiting.id)
        return Submitted(await workflow.get(ctx, ticket_id))
    if await submissions.needs_approval(ctx, ticket, person, Wording.ANSWER):
        return await submissions.submit(ctx, ticket, person, Wording.ANSWER, message.text, message.media)
    ticket = await answers.start_publishing(ctx, ticket_id, person)
    return Submitted(await staff_reply.publish(ctx, ticket, person, message))


async def _find_awaiting_publication(ctx: UseCaseContext, ticket_id: int, message: Message) -> Publication | None:
    """Return the publication that waits to be posted by hand in the chat of *message*."""
    for publication in await handout.list_awaiting_posting(ctx, ticket_id):
        other = await ctx.uow.messages.get(publication.message_id)
        if other is not None and (other.account, other.chat_id) == (message.account, message.chat_id):
            return publication
    return None
