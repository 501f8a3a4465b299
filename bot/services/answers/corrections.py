"""Corrections: other words than those that stand already under the citizen's message."""

from bot.domain.answers import Answer, Poster, Publication, PublicationState
from bot.domain.errors import CannotCorrect, EmptyAnswer, OutdatedButton
from bot.domain.messages import Message
from bot.domain.outbox import OutboxKind
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.tickets import Step, Ticket, is_allowed
from bot.messengers.events import ChatKind
from bot.services.answers import answers, broadcast
from bot.services.context import UseCaseContext
from bot.services.notifications import cards, notify
from bot.services.tickets import workflow


async def check_can_correct(ctx: UseCaseContext, ticket_id: int, person: Person) -> tuple[Ticket, Answer]:
    """The answered ticket and its answer, if *person* may change the words and some messenger lets us."""
    ticket = await workflow.get(ctx, ticket_id)
    workflow.check_right(ctx, person, Right.CORRECT, ticket)
    answer = await ctx.uow.answers.find_latest(ticket.id)
    if not is_allowed(ticket.state, Step.CORRECT) or answer is None:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    if not await list_correctable(ctx, answer, ticket):
        raise CannotCorrect(number=ticket.id)
    return ticket, answer


async def list_correctable(
    ctx: UseCaseContext, answer: Answer, ticket: Ticket | None = None
) -> list[tuple[Publication, Message]]:
    """Where the published words of *answer* can be changed; with *ticket* only for that member of a problem."""
    places = []
    for publication in await ctx.uow.answers.list_publications(answer.id, ticket.id if ticket else None):
        place = await ctx.uow.messages.get(publication.message_id)
        office = ctx.municipality.bot_accounts.get(place.account) if place else None
        if place is None or office is None or publication.state is not PublicationState.POSTED:
            continue
        ours = publication.external_ids and publication.poster in (None, Poster.BOT)
        if ours and ChatKind(place.chat_kind) in office.capabilities.can_edit_in:
            places.append((publication, place))
    return places


async def correct_answer(ctx: UseCaseContext, ticket_id: int, person: Person, text: str) -> Ticket:
    """«Исправить»: the published words change wherever the messenger allows it."""
    if not text.strip():
        raise EmptyAnswer()
    ticket, answer = await check_can_correct(ctx, ticket_id, person)
    stands = [one for one in await ctx.uow.answers.list_publications(answer.id) if one.state is PublicationState.POSTED]
    await ctx.uow.answers.set_visible_text([one.id for one in stands], answer.text, if_unknown=True)
    await ctx.uow.answers.update_text(answer.id, text)
    if answer.problem_id is not None:
        if (fixed := await broadcast.queue_corrections(ctx, answer)) is not None:
            await on_correction_failed(ctx, ticket.id, fixed, "no_edits")
        return await workflow.transition(ctx, ticket, Step.CORRECT, person)
    places = await list_correctable(ctx, answer)
    for publication, place in places:
        await answers.queue_answer(
            ctx, OutboxKind.CORRECTION, ticket, publication, place, was=publication.text or answer.text
        )
    changing = {publication.id for publication, _ in places}
    for publication in stands:
        if publication.id not in changing:
            await on_correction_failed(ctx, ticket.id, publication.id, "no_edits")
    return await workflow.transition(ctx, ticket, Step.CORRECT, person)


async def on_corrected(ctx: UseCaseContext, publication_id: int, text: str) -> None:
    """The messenger has confirmed the new words of a publication."""
    await ctx.uow.answers.set_visible_text([publication_id], text)


async def on_correction_failed(ctx: UseCaseContext, ticket_id: int, publication_id: int, reason: str) -> None:
    """The published words could not be changed somewhere: whoever corrected them is told. Where they could be changed
    nowhere, the answer is again what everybody reads."""
    ticket = await workflow.get(ctx, ticket_id)
    await _restore_published_text(ctx, ticket, publication_id)
    for person in cards.answer_owners(ctx, ticket, ticket.assignee_id):
        await notify.notify(
            ctx,
            person,
            "correction_failed",
            ticket=ticket,
            number=ticket.id,
            publication_id=publication_id,
            reason=reason,
        )


async def _restore_published_text(ctx: UseCaseContext, ticket: Ticket, publication_id: int) -> None:
    publication = await ctx.uow.answers.get_publication(publication_id)
    answer = await ctx.uow.answers.get(publication.answer_id) if publication is not None else None
    if answer is None:
        return
    stands = [one for one in await ctx.uow.answers.list_publications(answer.id) if one.state is PublicationState.POSTED]
    hopeful = await ctx.uow.outbox.has_pending(OutboxKind.CORRECTION, [one.id for one in stands])
    words = [one.text for one in stands if one.text is not None]
    if hopeful or not words or answer.text in words:
        return
    await ctx.uow.answers.update_text(answer.id, words[0])
    facts = {"answer": answer.id}
    await ctx.uow.audit_log.record("correction_failed", ctx.now, ticket_id=ticket.id, facts=facts)
    await cards.sync(ctx, ticket)
