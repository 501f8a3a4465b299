"""«Продлить»: a later deadline with a reason. Who approves it is a matter of the rules; the citizen learns the new day.

The reason and the new deadline are kept like a referral until they are approved. The words to the citizen are a fixed
template, and where nothing is said to citizens, the deadline alone moves.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.audit import changed_facts
from bot.domain.clocks import ClockEvent, ClockEventKind
from bot.domain.deadlines import DeadlineKind
from bot.domain.drafts import Wording
from bot.domain.errors import ExtensionUnsuitable, OutdatedButton, PartOfProblem, TermUnsuitable
from bot.domain.inquiries import MAX_TERM, InquiryKind, InquiryState
from bot.domain.json_types import Json
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.tickets import State, Ticket
from bot.domain.written_terms import parse_term, split_term
from bot.services.answers import early_texts
from bot.services.context import UseCaseContext, responsibility
from bot.services.deadlines import deadlines, draft_clocks
from bot.services.notifications import cards
from bot.services.tickets import member_clocks, workflow

MAX_REASON_CHARS = 500

_NOT_EXTENDED = frozenset({State.TRIAGE, State.PUBLISHING})


async def check_can_extend(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """Return the ticket if *person* may ask for a later deadline of its answer now."""
    ticket = await workflow.get(ctx, ticket_id)
    if not await responsibility.has_right(ctx, person, Right.SET_TERMS, ticket):
        await workflow.check_right(ctx, person, Right.ANSWER, ticket)
    if ticket.lead_id is not None:
        raise PartOfProblem(number=ticket.id, lead=ticket.lead_id)
    if not ticket.is_open or ticket.state in _NOT_EXTENDED:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    return ticket


def read_request(ctx: UseCaseContext, ticket: Ticket, text: str) -> tuple[str, datetime]:
    """Return the reason and the new deadline in «Ждём подрядчика, до 01.12»; raise a refusal if they do not fit."""
    reason, term = split_term(text)
    if term is None or not reason:
        raise ExtensionUnsuitable(number=ticket.id)
    try:
        due = parse_term(term, ctx.municipality.calendar, ctx.now)
    except TermUnsuitable:
        raise ExtensionUnsuitable(number=ticket.id) from None
    _check_due(ctx, ticket, due)
    return reason[:MAX_REASON_CHARS], due


def _check_due(ctx: UseCaseContext, ticket: Ticket, due: datetime) -> None:
    if due <= max(ctx.now, ticket.answer_due) or due > ctx.now + MAX_TERM:
        raise ExtensionUnsuitable(number=ticket.id)


async def prepare(ctx: UseCaseContext, ticket: Ticket, person: Person, reason: str, due: datetime) -> None:
    """Keep the *reason* and the new deadline until they are approved."""
    await early_texts.keep_prepared(ctx, ticket, InquiryKind.EXTENSION, person, due, question=reason)


async def release(
    ctx: UseCaseContext, ticket: Ticket, owner: Person, publisher: Person, text: str, media: Sequence[Json]
) -> Ticket:
    """Move the deadline to the approved moment, and tell the citizen; only ``approvals`` may call it."""
    prepared = await ctx.uow.inquiries.find_open(ticket.id, InquiryKind.EXTENSION)
    if prepared is None or not ticket.is_open:
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    _check_due(ctx, ticket, prepared.due_at)
    event = ClockEvent(ClockEventKind.EXTEND, ctx.now, DeadlineKind.ANSWER, prepared.due_at)
    await ctx.uow.clock_events.add(ticket.id, event, publisher.id)
    await member_clocks.follow(ctx, ticket, event, publisher.id)
    changed = await deadlines.recompute(ctx, ticket)
    await draft_clocks.reschedule_draft(ctx, changed)
    values = {"state": InquiryState.ANSWERED.value, "answered_at": ctx.now, "answered_by": publisher.id}
    await ctx.uow.inquiries.update(prepared.id, **values)
    facts = {"inquiry": prepared.id} | changed_facts(
        {"answer_due": ticket.answer_due.isoformat()}, {"answer_due": changed.answer_due.isoformat()}
    )
    await ctx.uow.audit_log.record("extended", ctx.now, person_id=owner.id, ticket_id=ticket.id, facts=facts)
    await early_texts.publish(ctx, changed, owner, publisher, Wording.EXTENSION, text, media, to_all=True)
    await cards.sync(ctx, changed, actor=publisher)
    return changed
