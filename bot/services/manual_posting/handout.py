"""Handout of answers to people who post them: the request, the text ready to copy, and the status notes."""

from collections.abc import Sequence

from bot.domain.answers import Answer, Poster, Publication, PublicationState
from bot.domain.deadlines import POSTING_DEADLINE
from bot.domain.messages import Message
from bot.domain.notifications.dialogs import DraftSent
from bot.domain.notifications.envelope import NoteEnvelope
from bot.domain.notifications.manual_posting import (
    AnswerText,
    ManualPostNoticed,
    PostByHand,
    PostedByHand,
    PostRequestWithdrawn,
)
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.problems import AnswerTarget
from bot.domain.sources import AnswerPolicy
from bot.domain.tickets import Ticket
from bot.messengers.serialization import chat_from_columns
from bot.services.context import UseCaseContext
from bot.services.notifications import notify


async def decide_poster(ctx: UseCaseContext, target: Message | AnswerTarget) -> PublicationState:
    """Return the initial state of a publication under *target*: posted by the bot, by a person, or only kept."""
    chat = chat_from_columns(target.account, target.chat_id, target.chat_kind, target.root)
    source = await ctx.find_source(chat)
    bot_account = ctx.municipality.bot_accounts.get(target.account)
    poster = source.answers if source else AnswerPolicy.PERSON
    if poster is AnswerPolicy.OFF:
        return PublicationState.KEPT
    if poster is AnswerPolicy.PERSON or bot_account is None or chat.kind not in bot_account.capabilities.can_answer_in:
        return PublicationState.BY_PERSON
    return PublicationState.QUEUED


async def ask_to_post(
    ctx: UseCaseContext,
    ticket: Ticket,
    answer: Answer,
    publications: Sequence[Publication],
    person: Person,
    priority: Priority = Priority.ANSWER,
) -> None:
    """Send *person* a link to each message and the text as a separate message; schedule a reminder."""
    for publication in publications:
        await notify.notify(
            ctx,
            person,
            PostByHand(ticket_id=ticket.id, publication_id=publication.id),
            ticket=ticket,
            priority=priority,
            envelope=NoteEnvelope(sent_message_kind=_request_kind(publication)),
        )
    await notify.notify(
        ctx, person, AnswerText(ticket_id=ticket.id, answer_id=answer.id), ticket=ticket, priority=priority
    )
    at = ctx.municipality.calendar.add(ctx.now, ctx.municipality.manual_posting_term)
    await ctx.uow.deadlines.schedule(ticket.id, [(POSTING_DEADLINE, "reminder", 1.0, at)])


async def list_awaiting_posting(ctx: UseCaseContext, ticket_id: int) -> list[Publication]:
    """List the publications of the ticket's latest answer that wait to be posted by hand."""
    answer = await ctx.uow.answers.find_latest(ticket_id)
    return await ctx.uow.answers.list_manual_pending(answer.id) if answer else []


async def on_posted(ctx: UseCaseContext, ticket: Ticket, publication: Publication, poster: Poster) -> None:
    """Update the notifications about *publication*, which no longer waits for a person."""
    if not await ctx.uow.answers.list_manual_pending_of(ticket.id):
        await ctx.uow.deadlines.cancel(ticket.id, [POSTING_DEADLINE])
    result = ManualPostNoticed if poster is Poster.NOTICED else PostedByHand
    note = result(ticket_id=ticket.id, publication_id=publication.id)
    await notify.edit_all(ctx, ticket.id, _request_kind(publication), note)
    await update_status_note(ctx, ticket, publication.answer_id)


async def withdraw_request(ctx: UseCaseContext, ticket: Ticket, publication: Publication) -> None:
    """Mark the request to post *publication* as withdrawn."""
    note = PostRequestWithdrawn(ticket_id=ticket.id, publication_id=publication.id)
    await notify.edit_all(ctx, ticket.id, _request_kind(publication), note)


async def track_status_note(
    ctx: UseCaseContext, ticket: Ticket, answer: Answer, account: str, chat_id: str, message_id: str
) -> None:
    """Turn the preview under which «Отправить» was pressed into the status note of the answer."""
    await ctx.uow.sent_messages.add(
        account, chat_id, [message_id], ticket.id, f"draft:{answer.id}", ctx.now, replace_kind=True
    )


async def update_status_note(ctx: UseCaseContext, ticket: Ticket, answer_id: int) -> None:
    """Show the current state of the answer in its status note."""
    await notify.edit_all(ctx, ticket.id, f"draft:{answer_id}", DraftSent(ticket_id=ticket.id, answer_id=answer_id))


def _request_kind(publication: Publication) -> str:
    return f"hand:{publication.id}"
