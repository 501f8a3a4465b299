"""Changes that the other system made: its term, its status. What people have filled in here stays."""

from dataclasses import replace

from bot.domain.clocks import ClockEvent, ClockEventKind
from bot.domain.deadlines import DeadlineKind
from bot.domain.errors import TakenByOther
from bot.domain.import_files import SystemFacts
from bot.domain.people import Person
from bot.domain.rule_facts import facts_of
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import State, Ticket
from bot.services.context import UseCaseContext
from bot.services.deadlines import deadlines
from bot.services.imports.fates import Fate
from bot.services.notifications import cards
from bot.services.tickets import entries
from bot.services.tickets.search import build_search_text
from storage.repositories.imports import UNLISTED_NEVER


async def update(ctx: UseCaseContext, system: str, fate: Fate, by: Person | None) -> None:
    """Store what the system says now about a known number, and let its open ticket follow."""
    record, row = fate.record, fate.prepared.row
    if record is None:
        raise ValueError("only a known number is updated")
    before = record.facts or SystemFacts()
    ticket = await ctx.uow.tickets.get(record.ticket_id, lock=True)
    is_readable = ticket is not None and ticket.anonymized_at is None
    facts = before.after(row)
    facts = facts if is_readable else replace(facts, cells={})  # they may name the applicant
    changed_at = ctx.now if record.facts is not None else None
    if record.is_stored:
        ctx.uow.imports.update_record(system, row.number, facts, ctx.now, changed_at)
    else:
        ctx.uow.imports.add_record(system, row.number, record.ticket_id, facts, ctx.now, list_id=UNLISTED_NEVER)
    if ticket is None or not is_readable:
        return
    if facts.due is not None and facts.due != ticket.external_due:
        ticket = await _follow_due(ctx, ticket, facts)
    if before.is_finished and not facts.is_finished and not ticket.is_open:
        await ctx.uow.imports.unlist(system, row.number)
    await _record(ctx, system, ticket, before, facts, by)
    await refresh_cards(ctx, ticket)


async def join(ctx: UseCaseContext, system: str, fate: Fate, by: Person | None) -> None:
    """Give the number and the term of a row to the ticket of a chat that is the same message."""
    row, facts = fate.prepared.row, SystemFacts.of(fate.prepared.row)
    ticket = await ctx.uow.tickets.get(fate.ticket_id or 0, lock=True)
    if ticket is None:
        raise TakenByOther(number=fate.ticket_id)
    ctx.uow.imports.add_record(system, row.number, ticket.id, facts, ctx.now, list_id=UNLISTED_NEVER)
    await give_number(ctx, system, ticket, row.number, facts, by)


async def give_number(
    ctx: UseCaseContext, system: str, ticket: Ticket, number: str, facts: SystemFacts, by: Person | None
) -> Ticket:
    """Let *ticket* carry the number and the term of another system, and show it on its cards."""
    applicant = ticket.applicant_name or ticket.author_name
    change = TicketChange(
        external_number=number, search=build_search_text(ticket.text, ticket.place, number, applicant)
    )
    changed = await ctx.uow.tickets.update(ticket, change)
    if changed is None:
        raise TakenByOther(number=ticket.id)
    if facts.due is not None:
        changed = await _follow_due(ctx, changed, facts)
    person_id = by.id if by is not None else None
    joined = {"system": system}
    await ctx.uow.audit_log.record("joined_by_import", ctx.now, person_id=person_id, ticket_id=ticket.id, facts=joined)
    await _record(ctx, system, changed, SystemFacts(due=facts.due), facts, by)
    if changed.state is State.ANSWERED and not facts.is_finished:
        await entries.request_copies(ctx, [changed.id], in_list_only=True)
    await refresh_cards(ctx, changed)
    return changed


async def _follow_due(ctx: UseCaseContext, ticket: Ticket, facts: SystemFacts) -> Ticket:
    """Store the system's term; ours follows it, unless a person has set ours. What is late already rings for nobody."""
    due = facts.due
    if ticket.is_open and ticket.lead_id is None and due is not None and not await _has_own_term(ctx, ticket):
        is_ours = ticket.account is None and ctx.municipality.rules.find_deciding(facts_of(ticket), "answer") is None
        kind = ClockEventKind.SET if is_ours else ClockEventKind.TIGHTEN
        await ctx.uow.clock_events.add(ticket.id, ClockEvent(kind, ctx.now, DeadlineKind.ANSWER, due))
        plan = await deadlines.compute_plan(ctx, ticket)
        changed = await ctx.uow.tickets.update(ticket, replace(deadlines.dues_of(plan), external_due=due))
        if changed is None:
            raise TakenByOther(number=ticket.id)
        await deadlines.reschedule(ctx, changed, plan, was_late=deadlines.STORED_KINDS)
        return changed
    changed = await ctx.uow.tickets.update(ticket, TicketChange(external_due=due))
    if changed is None:
        raise TakenByOther(number=ticket.id)
    return changed


async def _has_own_term(ctx: UseCaseContext, ticket: Ticket) -> bool:
    """Return whether a person has set the deadline of the answer here, or it was extended."""
    events = (await ctx.uow.clock_events.list_for([ticket.id])).get(ticket.id, ())
    return any(
        event.person_id is not None and event.deadline is DeadlineKind.ANSWER
        for event in events
        if event.kind in (ClockEventKind.SET, ClockEventKind.EXTEND, ClockEventKind.TIGHTEN)
    )


async def _record(
    ctx: UseCaseContext, system: str, ticket: Ticket, before: SystemFacts, after: SystemFacts, by: Person | None
) -> None:
    """Write into the history of *ticket* what the other system has changed: its end, its return, its term."""
    facts: dict[str, object] = {"system": system}
    if before.is_finished is not after.is_finished:
        facts["finished"] = after.is_finished
    if before.due != after.due and after.due is not None:
        facts["due"] = after.due.isoformat()
    if len(facts) > 1:
        person_id = by.id if by is not None else None
        await ctx.uow.audit_log.record(
            "changed_by_import", ctx.now, person_id=person_id, ticket_id=ticket.id, facts=facts
        )


async def refresh_cards(ctx: UseCaseContext, ticket: Ticket) -> None:
    """Show the change on the cards that are there; an edit makes no sound, and no new card comes."""
    for card in await ctx.uow.cards.list_for_ticket(ticket.lead_id or ticket.id):
        await cards.refresh(ctx, ticket, card, can_wait=True)
