"""Corrections: changes of the text of published answers."""

from dataclasses import replace

from bot.domain.answers import Answer, Poster, Publication, PublicationState
from bot.domain.dialogs import DraftKind
from bot.domain.errors import CannotCorrect, OutdatedButton
from bot.domain.messages import Message
from bot.domain.notifications.answers import CorrectionFailed
from bot.domain.outbox import OutboxKind
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.tickets import Step, Ticket, is_allowed
from bot.messengers.events import ChatKind
from bot.services.answers import answer_check, broadcast, publications
from bot.services.context import UseCaseContext, system_curators
from bot.services.notifications import cards, notify
from bot.services.tickets import entries, workflow


async def check_can_correct(ctx: UseCaseContext, ticket_id: int, person: Person) -> tuple[Ticket, Answer]:
    """Return the answered ticket and its answer, if *person* may correct it and some messenger allows edits."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.CORRECT, ticket)
    return ticket, await _get_correctable(ctx, ticket)


async def _get_correctable(ctx: UseCaseContext, ticket: Ticket) -> Answer:
    """Return the answer of *ticket* if some messenger allows to edit it; raise the refusal otherwise."""
    answer = await ctx.uow.answers.find_latest(ticket.id)
    if not is_allowed(ticket.state, Step.CORRECT) or answer is None:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    if not await can_correct(ctx, answer, ticket):
        raise CannotCorrect(number=ticket.id)
    return answer


async def can_correct(ctx: UseCaseContext, answer: Answer, ticket: Ticket) -> bool:
    """Return whether the text of *answer* can be replaced where the author of *ticket* reads it."""
    if system_curators.system_of(ctx, ticket) is not None:
        return await ctx.uow.system_entries.was_entered(answer.id, ticket.id)
    return bool(await list_correctable(ctx, answer, ticket))


async def list_correctable(
    ctx: UseCaseContext, answer: Answer, ticket: Ticket | None = None
) -> list[tuple[Publication, Message]]:
    """List the publications of *answer* that can be edited; with *ticket*, only those of that member of a problem."""
    correctable = []
    for publication in await ctx.uow.answers.list_publications(answer.id, ticket.id if ticket else None):
        message = await ctx.uow.messages.get(publication.message_id)
        bot_account = ctx.municipality.bot_accounts.get(message.account) if message else None
        if message is None or bot_account is None or publication.state is not PublicationState.POSTED:
            continue
        is_posted_by_bot = publication.external_ids and publication.poster in (None, Poster.BOT)
        if is_posted_by_bot and ChatKind(message.chat_kind) in bot_account.capabilities.can_edit_in:
            correctable.append((publication, message))
    return correctable


async def correct_answer(ctx: UseCaseContext, ticket_id: int, publisher: Person, text: str) -> Ticket:
    """Edit the published text wherever the messenger allows it.

    Only :mod:`bot.services.answers.approvals` may call it: it knows that *publisher* may release the text.
    """
    ticket = await workflow.get(ctx, ticket_id)
    answer = await _get_correctable(ctx, ticket)
    posted = [one for one in await ctx.uow.answers.list_publications(answer.id) if one.state is PublicationState.POSTED]
    await ctx.uow.answers.set_visible_text([one.id for one in posted], answer.text, if_unknown=True)
    await ctx.uow.answers.update_text(answer.id, text)
    corrected = replace(answer, text=text, revision=answer.revision + 1)
    await answer_check.record(ctx, ticket, corrected, DraftKind.CORRECTION)
    await entries.request_corrected_copy(ctx, ticket, corrected)
    if answer.problem_id is not None:
        if (uneditable_id := await broadcast.queue_corrections(ctx, answer)) is not None:
            await on_correction_failed(ctx, ticket.id, uneditable_id, "no_edits")
        return await workflow.transition(ctx, ticket, Step.CORRECT, publisher)
    correctable = await list_correctable(ctx, answer)
    for publication, message in correctable:
        await publications.queue_answer(
            ctx, OutboxKind.CORRECTION, ticket, publication, message, was=publication.text or answer.text
        )
    editable_ids = {publication.id for publication, _ in correctable}
    for publication in posted:
        if publication.id not in editable_ids:
            await on_correction_failed(ctx, ticket.id, publication.id, "no_edits")
    return await workflow.transition(ctx, ticket, Step.CORRECT, publisher)


async def on_corrected(ctx: UseCaseContext, publication_id: int, text: str) -> None:
    """Record that a messenger has confirmed the new text of a publication."""
    await ctx.uow.answers.set_visible_text([publication_id], text)


async def on_correction_failed(ctx: UseCaseContext, ticket_id: int, publication_id: int, reason: str) -> None:
    """Notify the author of a correction that failed for one publication.

    If it failed for all of them, the answer gets its published text back.
    """
    ticket = await workflow.get(ctx, ticket_id)
    await _restore_published_text(ctx, ticket, publication_id)
    for person in await cards.answer_owners(ctx, ticket, ticket.assignee_id):
        await notify.notify(
            ctx,
            person,
            CorrectionFailed(ticket_id=ticket.id, publication_id=publication_id, reason=reason),
            ticket=ticket,
        )


async def _restore_published_text(ctx: UseCaseContext, ticket: Ticket, publication_id: int) -> None:
    publication = await ctx.uow.answers.get_publication(publication_id)
    answer = await ctx.uow.answers.get(publication.answer_id) if publication is not None else None
    if answer is None:
        return
    posted = [one for one in await ctx.uow.answers.list_publications(answer.id) if one.state is PublicationState.POSTED]
    is_edit_pending = await ctx.uow.outbox.has_pending(OutboxKind.CORRECTION, [one.id for one in posted])
    visible_texts = [one.text for one in posted if one.text is not None]
    if is_edit_pending or not visible_texts or answer.text in visible_texts:
        return
    await ctx.uow.answers.update_text(answer.id, visible_texts[0])
    facts = {"answer": answer.id}
    await ctx.uow.audit_log.record("correction_failed", ctx.now, ticket_id=ticket.id, facts=facts)
    await cards.sync(ctx, ticket)
