"""Does the answer still stand? What a look has shown, or an event has told, and what follows for the ticket."""

from bot.domain.answers import Poster, Publication, PublicationState
from bot.domain.errors import OutdatedButton
from bot.domain.messages import Message, MessageRole
from bot.domain.outbox import Priority
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import State, Step, Ticket
from bot.messengers.port import CheckResult, PublishedAnswer, Visibility
from bot.messengers.serialization import chat_from_columns
from bot.services.context import UseCaseContext
from bot.services.manual_posting import handout
from bot.services.notifications import cards, notify
from bot.services.sources.messages import clean_text, text_key
from bot.services.tickets import refine, workflow

QUESTION_CHANGED = "changed"
"""Why an answer does not answer any more, beside :class:`Standing`: the citizen has changed the words since."""


async def find_published_answer(ctx: UseCaseContext, publication: Publication) -> PublishedAnswer | None:
    """Where to look; ``None`` where there is nothing to look at."""
    message = await ctx.uow.messages.get(publication.message_id)
    if message is None:
        return None
    chat_id = await ctx.uow.chat_aliases.find_current_id(message.account, message.chat_id) or message.chat_id
    chat = chat_from_columns(message.account, chat_id, message.chat_kind, message.root, message.thread)
    ours = publication.poster in (None, Poster.BOT)
    question = message.external_id if message.part is not MessageRole.STAFF and message.deleted_at is None else None
    return PublishedAnswer(chat, publication.external_ids, ours, question, publication.link)


async def apply_check(ctx: UseCaseContext, publication_id: int, result: CheckResult) -> None:
    """What a look has shown."""
    publication = await ctx.uow.answers.get_publication(publication_id)
    await ctx.uow.answers.clear_check(publication_id)
    if publication is None or publication.state is not PublicationState.POSTED:
        return
    message = await ctx.uow.messages.get(publication.message_id)
    if message is not None and result.question_text is not None and message.part is not MessageRole.STAFF:
        message = await _apply_missed_edit(ctx, message, result.question_text)
    if result.visibility in (Visibility.GONE, Visibility.CLOSED):
        await _mark_removed(ctx, publication, result.visibility.value)
    elif message is not None and message.part is MessageRole.ROOT and _question_differs(publication, message):
        await _on_question_changed(ctx, publication)


async def on_message_deleted(ctx: UseCaseContext, account: str, chat_id: str, message_id: str) -> None:
    """The messenger tells that a message is gone: was it an answer?"""
    letter = await ctx.uow.sent_messages.ticket_of(account, chat_id, message_id)
    known = await ctx.uow.messages.find_by_external_id(account, chat_id, message_id)
    ticket_id = letter[0] if letter is not None else known.ticket_id if known is not None else None
    if ticket_id is None:
        return
    for publication in await ctx.uow.answers.list_publications_for_ticket(ticket_id):
        place = await ctx.uow.messages.get(publication.message_id)
        if place is None or (place.account, place.chat_id) != (account, chat_id):
            continue
        if publication.state is PublicationState.POSTED and message_id in publication.external_ids:
            await _mark_removed(ctx, publication, Visibility.GONE.value)


async def close_without_answer(ctx: UseCaseContext, ticket_id: int, person: Person, publication_id: int) -> Ticket:
    """«Закрыть»: what became of the answer needs no other."""
    ticket = await workflow.get(ctx, ticket_id)
    workflow.check_right(ctx, person, Right.ANSWER, ticket)
    publication = await ctx.uow.answers.get_publication(publication_id)
    if publication is None or publication.ticket_id != ticket.id or ticket.state is not State.ACCEPTED:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    stands = publication.state is PublicationState.POSTED
    return await workflow.transition(
        ctx,
        ticket,
        Step.CLOSE_WITHOUT_ANSWER,
        person,
        TicketChange(ended_at=ctx.now, answered_at=publication.posted_at if stands else None),
    )


def _question_differs(publication: Publication, message: Message) -> bool:
    """Whether the citizen's words are not those that were answered (case, punctuation and spaces apart)."""
    return publication.about is not None and text_key(message.text) != publication.about


async def _apply_missed_edit(ctx: UseCaseContext, message: Message, text: str) -> Message:
    """The messenger shows the citizen's words; a change that we were not told of is taken over."""
    words = clean_text(text)
    if words == message.text or not words:
        return message
    await ctx.uow.messages.update_content(message.id, words, message.media, ctx.now)
    if message.part is MessageRole.ROOT and message.ticket_id is not None:
        ticket = await workflow.get(ctx, message.ticket_id)
        await refine.apply_edited_text(ctx, ticket, words, ctx.municipality.understanding.read(words))
    return await ctx.uow.messages.get(message.id) or message


async def _mark_removed(ctx: UseCaseContext, publication: Publication, reason: str) -> None:
    await ctx.uow.answers.update_publication(
        publication.id,
        PublicationState.REMOVED,
        external_ids=publication.external_ids,
        link=publication.link,
        error=reason,
        posted_at=publication.posted_at,
        poster=publication.poster,
        poster_id=publication.poster_id,
    )
    others = await ctx.uow.answers.list_publications(publication.answer_id)
    alive = (PublicationState.POSTED, PublicationState.QUEUED, PublicationState.BY_PERSON)
    await _notify_answer_lost(ctx, publication, reason, return_to_work=not any(one.state in alive for one in others))


async def _on_question_changed(ctx: UseCaseContext, publication: Publication) -> None:
    await _notify_answer_lost(ctx, publication, QUESTION_CHANGED, return_to_work=True)


async def _notify_answer_lost(
    ctx: UseCaseContext, publication: Publication, reason: str, *, return_to_work: bool
) -> None:
    """*back*: nothing answers the ticket any more, so it is not answered. Its head is told by a reply to the card."""
    ticket = await workflow.get(ctx, publication.ticket_id)
    facts = {"publication": publication.id, "why": reason}
    await ctx.uow.audit_log.record("answer_lost", ctx.now, ticket_id=ticket.id, facts=facts)
    latest = await ctx.uow.answers.find_latest(ticket.id)
    return_to_work = (
        return_to_work and ticket.state is State.ANSWERED and latest is not None and latest.id == publication.answer_id
    )
    if return_to_work:
        ticket = await workflow.on_answer_removed(ctx, ticket)
    else:
        await cards.sync(ctx, ticket)
    await handout.update_status_note(ctx, ticket, publication.answer_id)
    answer = await ctx.uow.answers.get(publication.answer_id)
    giver = ctx.municipality.staff.find_by_id(answer.person_id) if answer else None
    there = giver is not None and await ctx.can_reach(giver)
    for person in (giver,) if giver is not None and there else cards.responsible_people(ctx, ticket):
        await notify.notify(
            ctx,
            person,
            "answer_lost",
            ticket=ticket,
            priority=Priority.NOTE,
            number=ticket.id,
            publication_id=publication.id,
            why=reason,
            back=return_to_work,
        )
