"""Answers that wait for a person's word after the database was restored, since they may be published already."""

from bot.domain.answers import Publication, PublicationState
from bot.domain.errors import OutdatedButton
from bot.domain.notifications.administrator import DatabaseRestored
from bot.domain.once_keys import RESTORED_AT
from bot.domain.outbox import OutboxKind
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.tickets import State, Step, Ticket, is_allowed
from bot.services.answers import answers, publications
from bot.services.answers.restored_database import RESTORED_KEY
from bot.services.context import UseCaseContext
from bot.services.notifications import notify
from bot.services.tickets import workflow

_DECLINED = "declined"


async def hold_after_restore(ctx: UseCaseContext) -> None:
    """At the first start after a restore: hold old answers that are still to be published, and notify people.

    Anything that was to be sent may have been sent between the copy and the restore. VK recognises for an hour what it
    has got; a younger answer is published, as a citizen waits for it.
    """
    if await ctx.uow.once_keys.get(RESTORED_KEY) is None:
        return
    await ctx.uow.outbox.release_leases()
    await ctx.uow.outbox.mark_uncertain(ctx.now)
    held = await ctx.uow.outbox.pending_publications(ctx.now - ctx.municipality.hold_after_restore)
    for row in held:
        if await ctx.uow.outbox.withdraw(row.id, ctx.now):
            await answers.on_publication_failed(ctx, row.subject_id or 0, answers.HELD_REASON)
    await notify.notify_administrator(ctx, DatabaseRestored(held=len(held)))
    await ctx.uow.once_keys.set(RESTORED_AT, ctx.now)
    await ctx.uow.once_keys.delete(RESTORED_KEY)


async def publish(ctx: UseCaseContext, ticket_id: int, person: Person, publication_id: int) -> Ticket:
    """Handle «Опубликовать»: queue the answer wherever it was held."""
    ticket, held = await _find_held(ctx, ticket_id, person, publication_id)
    if is_allowed(ticket.state, Step.ANSWER):
        ticket = await answers.start_publishing(ctx, ticket.id, person)
    await ctx.uow.answers.requeue_publications([one.id for one in held])
    for publication in held:
        message = await ctx.uow.messages.get(publication.message_id)
        if message is not None:
            await publications.queue_answer(ctx, OutboxKind.PUBLICATION, ticket, publication, message)
    return ticket


async def decline(ctx: UseCaseContext, ticket_id: int, person: Person, publication_id: int) -> Ticket:
    """Handle «Не публиковать»: the ticket stays as it is."""
    ticket, held = await _find_held(ctx, ticket_id, person, publication_id)
    for publication in held:
        await ctx.uow.answers.update_publication(publication.id, PublicationState.FAILED, error=_DECLINED)
    facts = {"publications": [one.id for one in held]}
    await ctx.uow.audit_log.record(
        "publication_declined", ctx.now, person_id=person.id, ticket_id=ticket.id, facts=facts
    )
    return ticket


async def _find_held(
    ctx: UseCaseContext, ticket_id: int, person: Person, publication_id: int
) -> tuple[Ticket, list[Publication]]:
    """Return the ticket and the held publications of its latest answer; refuse if there are none any more."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.ANSWER, ticket)
    answer = await ctx.uow.answers.find_latest(ticket.id)
    publications = await ctx.uow.answers.list_publications(answer.id, ticket.id) if answer is not None else []
    held = [one for one in publications if one.state is PublicationState.FAILED and one.error == answers.HELD_REASON]
    may_go_on = is_allowed(ticket.state, Step.ANSWER) or ticket.state in (State.PUBLISHING, State.ANSWERED)
    if publication_id not in {one.id for one in held} or not may_go_on:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    return ticket, held
