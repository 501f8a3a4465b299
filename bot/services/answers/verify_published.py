"""Verification of published answers: results of checks, deletions, and their effect on the ticket."""

from bot.domain.answers import Poster, Publication, PublicationState
from bot.domain.errors import OutdatedButton
from bot.domain.messages import Message, MessageRole
from bot.domain.notifications.answers import AnswerLost
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import State, Step, Ticket
from bot.messengers.port import CheckResult, PublishedAnswer, Visibility
from bot.messengers.serialization import chat_from_columns
from bot.services.context import UseCaseContext, responsibility
from bot.services.context.messages import clean_text, text_key
from bot.services.manual_posting import handout
from bot.services.notifications import cards, notify
from bot.services.tickets import refine, workflow
from bot.understanding.similarity import is_same_wording

QUESTION_CHANGED = "changed"
"""Reason, in addition to those of :class:`~bot.messengers.port.Visibility`, why an answer was lost: the citizen has
edited the question since."""

POST_REWRITTEN = "rewritten"
"""Another one: the person who posted the answer by hand has changed its words since."""


async def find_published_answer(ctx: UseCaseContext, publication: Publication) -> PublishedAnswer | None:
    """Return the published answer to check; ``None`` if its message is not stored."""
    message = await ctx.uow.messages.get(publication.message_id)
    if message is None:
        return None
    chat_id = await ctx.uow.chat_aliases.find_current_id(message.account, message.chat_id) or message.chat_id
    chat = chat_from_columns(message.account, chat_id, message.chat_kind, message.root, message.thread)
    is_posted_by_bot = publication.poster in (None, Poster.BOT)
    question = message.external_id if message.part is not MessageRole.STAFF and message.deleted_at is None else None
    return PublishedAnswer(chat, publication.external_ids, is_posted_by_bot, question, publication.link)


async def apply_check(ctx: UseCaseContext, publication_id: int, result: CheckResult) -> None:
    """Apply the result of a check."""
    publication = await ctx.uow.answers.get_publication(publication_id)
    await ctx.uow.answers.clear_check(publication_id)
    if publication is None or publication.state is not PublicationState.POSTED:
        return
    known = message = await ctx.uow.messages.get(publication.message_id)
    if message is not None and message.part is not MessageRole.STAFF:
        message = await _apply_missed_edit(ctx, message, result)
    if result.visibility in (Visibility.GONE, Visibility.CLOSED):
        await _mark_removed(ctx, publication, result.visibility.value)
    elif message is not None and known is not None and message.part is MessageRole.ROOT:
        is_edit_missed = text_key(known.text) != text_key(message.text)
        if is_edit_missed or _question_differs(publication, message):
            await _on_question_changed(ctx, publication, message, known.text if is_edit_missed else None)


async def on_question_edited(ctx: UseCaseContext, known: Message) -> None:
    """React to an edit of a citizen's message, stored before as *known*: if it is answered, the people who answer for
    it must know that the answer is now under other words."""
    message = await ctx.uow.messages.get(known.id)
    if message is None or message.ticket_id is None or text_key(message.text) == text_key(known.text):
        return
    for publication in await ctx.uow.answers.list_publications_for_ticket(message.ticket_id):
        if publication.message_id == message.id and publication.state is PublicationState.POSTED:
            await _on_question_changed(ctx, publication, message, known.text)
            return


async def on_question_gone(ctx: UseCaseContext, publication_id: int) -> None:
    """Record that the messenger does not know the message any more to which the answer was to be a reply."""
    publication = await ctx.uow.answers.get_publication(publication_id)
    message = await ctx.uow.messages.get(publication.message_id) if publication is not None else None
    if message is not None and message.deleted_at is None:
        await ctx.uow.messages.mark_deleted(message.id, ctx.now)
        await ctx.uow.audit_log.record("removed", ctx.now, ticket_id=message.ticket_id, facts={"message": message.id})


async def on_post_edited(ctx: UseCaseContext, known: Message, text: str) -> None:
    """React to an edit of a message that counts as an answer posted by hand, stored before as *known*."""
    if known.ticket_id is None:
        return
    for publication in await ctx.uow.answers.list_publications_for_ticket(known.ticket_id):
        is_post = publication.state is PublicationState.POSTED and known.external_id in publication.external_ids
        answer = await ctx.uow.answers.get(publication.answer_id) if is_post else None
        if answer is not None and is_same_wording(answer.text, known.text) and not is_same_wording(answer.text, text):
            await _notify_answer_lost(ctx, publication, POST_REWRITTEN, return_to_work=False, words=text)
            return


async def on_message_deleted(ctx: UseCaseContext, account: str, chat_id: str, message_id: str) -> None:
    """Mark the publication as removed if the deleted message was an answer."""
    sent = await ctx.uow.sent_messages.ticket_of(account, chat_id, message_id)
    known = await ctx.uow.messages.find_by_external_id(account, chat_id, message_id)
    ticket_id = sent[0] if sent is not None else known.ticket_id if known is not None else None
    if ticket_id is None:
        return
    for publication in await ctx.uow.answers.list_publications_for_ticket(ticket_id):
        message = await ctx.uow.messages.get(publication.message_id)
        if message is None or (message.account, message.chat_id) != (account, chat_id):
            continue
        if publication.state is PublicationState.POSTED and message_id in publication.external_ids:
            await _mark_removed(ctx, publication, Visibility.GONE.value)


async def close_without_answer(ctx: UseCaseContext, ticket_id: int, person: Person, publication_id: int) -> Ticket:
    """Handle «Закрыть»: the lost answer needs no other."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.ANSWER, ticket)
    publication = await ctx.uow.answers.get_publication(publication_id)
    if publication is None or publication.ticket_id != ticket.id or ticket.state is not State.ACCEPTED:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    is_posted = publication.state is PublicationState.POSTED
    return await workflow.transition(
        ctx,
        ticket,
        Step.CLOSE_WITHOUT_ANSWER,
        person,
        TicketChange(ended_at=ctx.now, answered_at=publication.posted_at if is_posted else None),
    )


def _question_differs(publication: Publication, message: Message) -> bool:
    """Return whether the citizen's text differs from the answered one, apart from case, punctuation and spaces."""
    return publication.about is not None and text_key(message.text) != publication.about


async def _apply_missed_edit(ctx: UseCaseContext, message: Message, result: CheckResult) -> Message:
    """Apply an edit of the question that the messenger did not report; return the current message."""
    new_text = clean_text(result.question_text or "")
    if not new_text or message.text in (new_text, clean_text(result.bare_question_text or "")):
        return message
    await ctx.uow.messages.update_content(message.id, new_text, message.media, ctx.now)
    if message.part is MessageRole.ROOT and message.ticket_id is not None:
        ticket = await workflow.get(ctx, message.ticket_id)
        await refine.apply_edited_text(ctx, ticket, new_text, ctx.municipality.understanding.read(new_text))
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
    remaining_states = (PublicationState.POSTED, PublicationState.QUEUED, PublicationState.BY_PERSON)
    await _notify_answer_lost(
        ctx, publication, reason, return_to_work=not any(one.state in remaining_states for one in others)
    )


async def _on_question_changed(
    ctx: UseCaseContext, publication: Publication, message: Message, was: str | None
) -> None:
    await ctx.uow.answers.set_about(publication.id, text_key(message.text))  # each change is reported once
    await _notify_answer_lost(ctx, publication, QUESTION_CHANGED, return_to_work=True, words=was)


async def _notify_answer_lost(
    ctx: UseCaseContext, publication: Publication, reason: str, *, return_to_work: bool, words: str | None = None
) -> None:
    """Notify the author of a lost answer by a reply to the card.

    *words*: the question before it was changed, or the post after it was rewritten.

    *return_to_work*: no other publication answers the ticket, so it is no longer answered.
    """
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
    author = ctx.municipality.staff.find_by_id(answer.person_id) if answer else None
    is_reachable = author is not None and await ctx.can_reach(author)
    for person in (author,) if author is not None and is_reachable else await responsibility.acting_people(ctx, ticket):
        await notify.notify(
            ctx,
            person,
            AnswerLost(
                ticket_id=ticket.id,
                publication_id=publication.id,
                reason=reason,
                returned_to_work=return_to_work,
                words=words,
            ),
            ticket=ticket,
        )
