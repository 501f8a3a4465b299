"""Entering of rows: one transaction for a batch, in which each number comes once. Nobody's phone rings for old rows."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.deadlines import DeadlineKind
from bot.domain.import_files import LONGEST_REST, RECENT_WORKING_DAYS, ImportCounts, SystemFacts
from bot.domain.people import Person
from bot.domain.recipients import Audience
from bot.domain.systems import source_names
from bot.domain.ticket_changes import NewTicket
from bot.domain.ticket_history import registration_facts
from bot.domain.tickets import State, Step, Ticket, next_state
from bot.services.context import UseCaseContext, responsibility
from bot.services.deadlines import deadlines, draft_clocks, not_ours_clock, urgent_alerts
from bot.services.imports import updating
from bot.services.imports.fates import Fate, FateKind, decide
from bot.services.imports.prepared import PreparedRow, is_fresh
from bot.services.notifications import cards
from bot.services.tickets.search import build_search_text
from storage.repositories.imports import UNLISTED_NEVER

ROWS_BEFORE_TURN = 10
"""Rows after which the event loop has a turn: their inserts are only gathered, so nothing else gives it one."""

_BY_KIND = {
    FateKind.NEW: ImportCounts(new=1),
    FateKind.JOINED: ImportCounts(known=1, joined=1),
    FateKind.CHANGED: ImportCounts(updated=1),
    FateKind.TYPED: ImportCounts(known=1),
    FateKind.KNOWN: ImportCounts(known=1),
}


async def enter(
    ctx: UseCaseContext, system: str, batch: Sequence[PreparedRow], by: Person | None = None
) -> ImportCounts:
    """Enter *batch* and return what became of its rows; *by*: the person who has sent the file."""
    await ctx.uow.imports.lock(system)
    counts = ImportCounts()
    fates = await decide(ctx, system, batch)
    for number, fate in enumerate(fates):
        if number % ROWS_BEFORE_TURN == ROWS_BEFORE_TURN - 1:
            await asyncio.sleep(0)  # others answer presses and send meanwhile; only writers wait for the end
        match fate.kind:
            case FateKind.NEW:
                await _register(ctx, system, fate, by)
            case FateKind.JOINED:
                await updating.join(ctx, system, fate, by)
            case FateKind.CHANGED | FateKind.TYPED:
                await updating.update(ctx, system, fate, by)
            case FateKind.KNOWN:
                pass
        counts = counts.plus(count_fate(fate))
    return counts.plus(ImportCounts(known=len(batch) - len(fates)))


def count_fate(fate: Fate) -> ImportCounts:
    """Return one row's part of the figures; phones are counted apart."""
    found = _BY_KIND[fate.kind]
    if fate.kind is FateKind.NEW:
        is_finished = fate.prepared.row.is_finished
        found = replace(found, finished=int(is_finished), doubtful=int(fate.similar_id is not None and not is_finished))
    return found


async def list_rung(ctx: UseCaseContext, system: str, fates: Sequence[Fate]) -> set[int]:
    """Return the people whose phones ring when these rows are entered: those of fresh dangers alone."""
    people: set[int] = set()
    for fate in fates:
        if fate.kind is FateKind.NEW and _rings(ctx, fate.prepared):
            new = _new_ticket(ctx, system, fate.prepared, None)
            holders = await responsibility.acting_on_new(ctx, new)
            watchers = ctx.municipality.staff.recipients(Audience.URGENT, new.sector, new.district)
            duty = new.urgency is not None and new.urgency.needs_duty_officer
            officers = ctx.municipality.staff.recipients(Audience.DUTY) if duty else ()
            people |= {person.id for person in (*holders, *watchers, *officers) if await ctx.can_reach(person)}
    return people


def _rings(ctx: UseCaseContext, prepared: PreparedRow) -> bool:
    row = prepared.row
    return not row.is_finished and prepared.reading.urgent and is_fresh(row, ctx.now)


async def _register(ctx: UseCaseContext, system: str, fate: Fate, by: Person | None) -> None:
    row = fate.prepared.row
    new, facts = _new_ticket(ctx, system, fate.prepared, by), SystemFacts.of(row)
    if row.is_finished:
        ticket = await ctx.uow.tickets.add(new)
        await _record(ctx, system, ticket, by)
        ctx.uow.imports.add_record(system, row.number, ticket.id, facts, ctx.now, list_id=UNLISTED_NEVER)
        return
    # Nobody could accept before. An older row is shown as late, and starts no chain.
    entered_at = ctx.now if _is_recent(ctx, new.registered_at) else None
    beginning = deadlines.begin(ctx.as_of(new.registered_at), new, row.due, entered_at=entered_at)
    ticket = await ctx.uow.tickets.add(
        replace(
            new,
            accept_due=beginning.plan.accept_due,
            answer_due=beginning.plan.answer_due,
            first_word_due=deadlines.planned_due(beginning.plan, DeadlineKind.FIRST_WORD),
            solve_due=deadlines.planned_due(beginning.plan, DeadlineKind.SOLVE),
        )
    )
    await deadlines.store_beginning(ctx, ticket, beginning, after=ctx.now)
    if ticket.answer_due > ctx.now:
        await draft_clocks.schedule_draft(ctx, ticket, ticket.registered_at, after=ctx.now)
        await not_ours_clock.on_registered(ctx, ticket, after=ctx.now)
    await _record(ctx, system, ticket, by)
    rings = _rings(ctx, fate.prepared)
    list_id = UNLISTED_NEVER if rings else None
    ctx.uow.imports.add_record(
        system, row.number, ticket.id, facts, ctx.now, list_id=list_id, similar_id=fate.similar_id
    )
    if rings:
        await cards.sync(ctx, ticket)
        await urgent_alerts.alert_watchers(ctx, ticket)


def _is_recent(ctx: UseCaseContext, registered_at: datetime) -> bool:
    if ctx.now - registered_at > LONGEST_REST:
        return False
    return ctx.municipality.calendar.working_days_between(registered_at, ctx.now) < RECENT_WORKING_DAYS


async def _record(ctx: UseCaseContext, system: str, ticket: Ticket, by: Person | None) -> None:
    facts = registration_facts(ticket) | {"system": system}
    person_id = by.id if by is not None else None
    await ctx.uow.audit_log.record("registered", ctx.now, person_id=person_id, ticket_id=ticket.id, facts=facts)


def _new_ticket(ctx: UseCaseContext, system: str, prepared: PreparedRow, by: Person | None) -> NewTicket:
    """Return the ticket of a row, still without deadlines. Its clocks begin when the other system registered it."""
    row, reading, place = prepared.row, prepared.reading, prepared.place
    registered_at = min(row.registered_at or ctx.now, ctx.now)
    sector = prepared.sector
    point = place.point if place is not None else None
    return NewTicket(
        state=_first_state(ctx, sector, is_finished=row.is_finished),
        sector=sector,
        topic=reading.topic,
        theme=ctx.municipality.theme_within(sector, reading.theme),
        likely=reading.top_sectors,
        evidence=reading.evidence if sector in (None, reading.sector) else None,
        source=source_names(system)[-1][:64],
        text=prepared.text,
        search=build_search_text(prepared.text, prepared.address, row.number, prepared.applicant.name),
        place=prepared.address,
        street=place.street if place is not None else None,
        house=place.house if place is not None else None,
        settlement=prepared.settlement,
        district=prepared.district,
        latitude=point[0] if point is not None else None,
        longitude=point[1] if point is not None else None,
        urgent=reading.urgent and not row.is_finished,
        urgency=reading.urgency if not row.is_finished else None,
        danger=reading.danger if not row.is_finished else None,
        applicant_name=prepared.applicant.name,
        phone=prepared.applicant.phone,
        applicant_kind=prepared.applicant.kind,
        registered_at=registered_at,
        touched_at=ctx.now,
        accept_due=registered_at,
        answer_due=row.due or registered_at,
        external_due=row.due,
        external_number=row.number,
        created_by=by.id if by is not None else None,
        ended_at=_end_of(ctx, prepared, registered_at) if row.is_finished else None,
    )


def _first_state(ctx: UseCaseContext, sector: str | None, *, is_finished: bool) -> State:
    if is_finished:
        return State.CLOSED
    return next_state(State.NEW, Step.ROUTE if sector or not ctx.municipality.sectors else Step.UNSURE)


def _end_of(ctx: UseCaseContext, prepared: PreparedRow, registered_at: datetime) -> datetime:
    """Return when the other system finished the row; where it does not say, its deadline, or its registration.

    Today would be wrong: the figures of today would show everything that an old file holds.
    """
    row = prepared.row
    return max(registered_at, min(row.finished_at or row.due or registered_at, ctx.now))
