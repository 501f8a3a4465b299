"""«Передать вне центра»: a body outside decides about the matter, and the citizen learns which.

The state table has no state for a matter that others decide about. What the citizen is told is therefore the answer:
the ticket is answered, and its control date keeps silence from ending it and brings it back to mind.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.errors import OutdatedButton
from bot.domain.inquiries import InquiryKind, InquiryState
from bot.domain.json_types import Json
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.tickets import State, Ticket
from bot.services.answers import answers, early_texts
from bot.services.context import UseCaseContext
from bot.services.notifications import cards
from bot.services.tickets import draft_requests, promises, workflow

MAX_BODY_CHARS = 150


async def check_can_refer(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """Return the ticket if *person* may pass its matter to a body outside now."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.REFER, ticket)
    await answers.check_answerable(ctx, ticket, person)
    return ticket


async def prepare(ctx: UseCaseContext, ticket: Ticket, person: Person, body: str, control_at: datetime) -> None:
    """Keep the *body* and the control date until the words to the citizen are approved."""
    await early_texts.keep_prepared(ctx, ticket, InquiryKind.REFERRAL, person, control_at, unit=body)


async def release(
    ctx: UseCaseContext, ticket: Ticket, owner: Person, publisher: Person, text: str, media: Sequence[Json]
) -> Ticket:
    """Answer the ticket with the words of the referral, and put it under control; only ``approvals`` may call it."""
    prepared = await ctx.uow.inquiries.find_open(ticket.id, InquiryKind.REFERRAL)
    if prepared is None:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    if ticket.state is not State.ANSWERING:
        await answers.check_answerable(ctx, ticket, publisher)
        ticket = await answers.start_answering(ctx, ticket, publisher, owner)
    ticket = await answers.approve(ctx, ticket, publisher)
    await draft_requests.cancel_all(ctx, ticket, publisher)
    ticket = await answers.publish(ctx, ticket, owner, publisher, text, media)
    control_at = promises.morning_of(ctx, prepared.due_at)
    values = {"state": InquiryState.ANSWERED.value, "answered_at": ctx.now, "answered_by": publisher.id}
    await ctx.uow.inquiries.update(prepared.id, **values, control_at=prepared.due_at)
    await ctx.uow.solutions.update(ticket.id, control_at=control_at, control_by=prepared.asker_id)
    facts = {"inquiry": prepared.id}
    await ctx.uow.audit_log.record("referred", ctx.now, person_id=publisher.id, ticket_id=ticket.id, facts=facts)
    await cards.sync(ctx, ticket, actor=publisher)
    return ticket
