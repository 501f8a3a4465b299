"""Due moments become notices: to those who must act, to those who watch, and along the chain of the ticket."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.deadlines import POSTING_DEADLINE, POSTING_REMINDER, DeadlineKind, DueKind
from bot.domain.dialogs import ANSWER_STEPS
from bot.domain.drafts import DraftDeadline
from bot.domain.escalation import After
from bot.domain.people import Person
from bot.domain.recipients import Audience
from bot.domain.reminders import DueRow
from bot.domain.tickets import UNACCEPTED_STATES, Ticket
from bot.services.context import UseCaseContext, responsibility
from bot.services.deadlines import (
    breaches,
    chains,
    draft_clocks,
    first_word_clock,
    not_ours_clock,
    notice_plan,
    outage_summary,
)
from bot.services.notifications import cards
from bot.services.notifications.isolation import isolated

BATCH_SIZE = 25
"""Moments of one transaction, whose tickets nobody else can change meanwhile."""


async def create_due_notices(ctx: UseCaseContext) -> bool:
    """Turn due moments into notices for their recipients; return whether there may be more of them."""
    taken = await ctx.uow.deadlines.claim_due(ctx.now, BATCH_SIZE)
    for due in taken:
        async with isolated(ctx, "reminders", due.ticket_id):
            await _create_notices(ctx, due)
    return len(taken) >= BATCH_SIZE


async def _create_notices(ctx: UseCaseContext, due: DueRow) -> None:
    ticket = await ctx.uow.tickets.get(due.ticket_id)
    due_at = outage_summary.due_moment(ctx, due.at)
    if ticket is not None and due.limit == POSTING_DEADLINE:
        await _create_posting_notices(ctx, ticket, due_at)
        return
    if ticket is not None and due.limit in set(DraftDeadline):
        await draft_clocks.create_notices(ctx, ticket, DraftDeadline(due.limit), due_at)
        await chains.start(ctx, ticket, After.of_deadline(due.limit), due.at)
        return
    if ticket is not None and due.limit == not_ours_clock.NOT_OURS_DEADLINE:
        await not_ours_clock.create_notices(ctx, ticket, due_at)
        await chains.start(ctx, ticket, After.NOT_OURS, due.at)
        return
    if ticket is not None and due.limit == first_word_clock.FIRST_WORD_DEADLINE:
        await first_word_clock.create_notices(ctx, ticket, due_at)
        return
    if ticket is not None and due.limit == DeadlineKind.SOLVE:
        await chains.start(ctx, ticket, After.SOLVE, due.at)
        return
    if ticket is None or not _is_still_relevant(ticket, due):
        return
    code = f"{due.limit}_{due.kind}"
    recipients = await cards.recipients(ctx, ticket)
    writers = await _writers(ctx, ticket) if code == "accept_reminder" else frozenset()
    listeners = notice_plan.reminded_too(ctx, ticket) if due.kind == DueKind.REMINDER else ()
    for person in dict.fromkeys((*recipients, *listeners)):
        if person.id not in writers:
            await ctx.uow.deadlines.add_notice(person.id, ticket.id, code, due_at)
    if due.kind == DueKind.OVERDUE:
        after = After.of_deadline(due.limit)
        await ctx.uow.audit_log.record("overdue", ctx.now, ticket_id=ticket.id, facts={"limit": due.limit})
        if not chains.chain_of(ctx, ticket).replaces_watchers(after):
            for person in _watchers(ctx, ticket, recipients):
                await notify_watcher(ctx, person, ticket, due_at)
        await chains.start(ctx, ticket, after, due.at)
        await breaches.on_missed(ctx, ticket, due.at)
        await cards.sync(ctx, ticket, can_wait=True)


async def notify_watcher(ctx: UseCaseContext, person: Person, ticket: Ticket, due_at: datetime) -> None:
    """Let *person*, who watches deadlines, hear that one of *ticket* has passed at *due_at*."""
    await ctx.uow.deadlines.add_notice(person.id, ticket.id, notice_plan.WATCHER_NOTICE, due_at)


async def _writers(ctx: UseCaseContext, ticket: Ticket) -> frozenset[int]:
    """Return the people who write the answer to *ticket*: they need not be reminded to accept it."""
    drafts = await ctx.uow.drafts.list_open(ticket.id)
    return frozenset((*(draft.author_id for draft in drafts), *await find_typing(ctx, ticket)))


async def find_typing(ctx: UseCaseContext, ticket: Ticket) -> frozenset[int]:
    """Return the people who are in the middle of wording something for the citizen."""
    accounts = await ctx.uow.dialogs.list_writers(ticket.id, ANSWER_STEPS, ctx.now)
    people = (ctx.municipality.find_official(account, user_id) for account, user_id in accounts)
    return frozenset(one.id for one in people if one is not None)


async def _create_posting_notices(ctx: UseCaseContext, ticket: Ticket, due_at: datetime) -> None:
    """Remind the author of an answer that waits to be posted by hand, or else the responsible people."""
    awaiting = await ctx.uow.answers.list_manual_pending_of(ticket.id)
    answer = await ctx.uow.answers.get(awaiting[-1].answer_id) if awaiting else None
    if answer is None:
        return
    author = ctx.municipality.staff.find_by_id(answer.person_id)
    is_reachable = author is not None and await ctx.can_reach(author)
    for person in (author,) if is_reachable and author else await responsibility.acting_people(ctx, ticket):
        await ctx.uow.deadlines.add_notice(person.id, ticket.id, POSTING_REMINDER, due_at)


def _is_still_relevant(ticket: Ticket, due: DueRow) -> bool:
    return ticket.state in UNACCEPTED_STATES if due.limit == DeadlineKind.ACCEPT else ticket.is_open


def _watchers(ctx: UseCaseContext, ticket: Ticket, exclude: Iterable[Person]) -> list[Person]:
    """Return the curators (or else the managers) and the curators of the ticket's block."""
    staff = ctx.municipality.staff
    people = (
        *staff.recipients(Audience.OVERDUE, ticket.sector, ticket.district),
        *staff.recipients(Audience.OVERDUE_IN_BLOCK, ticket.sector, ticket.district),
    )
    skip = {person.id for person in exclude}
    return list({person.id: person for person in people if person.id not in skip}.values())
