"""Registration of a ticket: one of its own, or a member of a known problem."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.applicants import Applicant
from bot.domain.deadlines import DeadlineKind
from bot.domain.errors import NumberKnown
from bot.domain.messages import Message
from bot.domain.people import Person
from bot.domain.sources import author_key
from bot.domain.systems import source_code
from bot.domain.ticket_changes import NewTicket, TicketChange
from bot.domain.ticket_history import Facts, registration_facts
from bot.domain.tickets import State, Step, Ticket, next_state
from bot.services.answers import entered
from bot.services.context import UseCaseContext
from bot.services.deadlines import deadlines, draft_clocks, not_ours_clock
from bot.services.notifications import cards
from bot.services.tickets import member_clocks, problem_matching, problem_members, workflow
from bot.services.tickets.problem_matching import ProblemMatch
from bot.services.tickets.search import build_search_text
from bot.understanding.reading import Reading


@dataclass(frozen=True, slots=True)
class Registration:
    """A request to register a ticket. ``answer_due`` is another system's deadline, which replaces the usual term."""

    text: str
    reading: Reading
    source: str
    account: str | None = None
    author_id: str | None = None
    author_name: str | None = None
    applicant: Applicant | None = None  # None: as the text says
    place: str | None = None
    district: str | None = None
    point: tuple[float, float] | None = None  # sent by the citizen
    text_key: str | None = None
    sector: str | None = None
    external_number: str | None = None
    answer_due: datetime | None = None
    created_by: Person | None = None
    message: Message | None = None
    previous_ticket: Ticket | None = None  # the author got an answer to it
    wait_for_album: bool = False  # the first card waits for the rest of an album
    divided_from: Ticket | None = None  # it is another matter of this ticket's message
    joins_problem: bool = True  # false: it speaks of several matters, and among others one would be lost


async def register_ticket(ctx: UseCaseContext, new: Registration) -> Ticket:
    """Create a ticket and route it: to its sector if the reading is confident, else to the coordinator.

    Raises :class:`NumberKnown` if another ticket has its number in another system.
    """
    ticket = await _register(ctx, new)
    await claim_number(ctx, ticket)
    return ticket


async def claim_number(ctx: UseCaseContext, ticket: Ticket) -> None:
    """Store the number in another system that *ticket* has; a number comes once only.

    Raises :class:`NumberKnown`.
    """
    if ticket.external_number is None:
        return
    system, number = source_code(ticket.source), ticket.external_number
    if not await ctx.uow.imports.claim(system, number, ticket.id, ctx.now):
        raise NumberKnown(number=await ctx.uow.imports.find_ticket_id(system, number))


async def _register(ctx: UseCaseContext, new: Registration) -> Ticket:
    reading = new.reading
    sector = new.sector or (reading.sector if reading.is_confident else None)
    match, lead = await _find_lead(ctx, new, sector)
    if match is not None and lead is not None:
        return await _join_problem(ctx, new, sector, match, lead)
    made = _new_ticket(ctx, new, _first_state(ctx, sector), sector)
    beginning = deadlines.begin(ctx, made, new.answer_due)
    ticket = await ctx.uow.tickets.add(
        replace(
            made,
            accept_due=beginning.plan.accept_due,
            answer_due=beginning.plan.answer_due,
            first_word_due=deadlines.planned_due(beginning.plan, DeadlineKind.FIRST_WORD),
            solve_due=deadlines.planned_due(beginning.plan, DeadlineKind.SOLVE),
            evidence=reading.evidence if sector in (None, reading.sector) else None,
            subject_family=match.subject_family if match is not None else None,
            fingerprint=match.event.to_record() if match is not None else None,
        )
    )
    await deadlines.store_beginning(ctx, ticket, beginning)
    await draft_clocks.schedule_draft(ctx, ticket, ticket.registered_at)
    await not_ours_clock.on_registered(ctx, ticket)
    first: Facts = {"from": new.divided_from.id} if new.divided_from else {}
    await _record_registration(ctx, ticket, new.created_by, first)
    await cards.sync(ctx, ticket, wait_for_album=new.wait_for_album)
    return ticket


def _first_state(ctx: UseCaseContext, sector: str | None) -> State:
    """Return the state of a new ticket: a town without sectors has nothing to choose."""
    return next_state(State.NEW, Step.ROUTE if sector or not ctx.municipality.sectors else Step.UNSURE)


async def _find_lead(
    ctx: UseCaseContext, new: Registration, sector: str | None
) -> tuple[ProblemMatch | None, Ticket | None]:
    """Return the match of *new*, and the lead of the problem that it joins."""
    if not new.joins_problem:
        return None, None
    while True:
        match = await problem_matching.find_matching_problem(
            ctx, new.text, new.reading, new.message, sector, _answered_problem_id(new)
        )
        if match is None or match.candidate is None:
            return match, None
        lead = await problem_members.find_or_create_lead(ctx, match)
        if lead is not None:
            return match, lead
        ctx.uow.problems.clear_candidates()  # another process has changed this one since they were fetched


def _answered_problem_id(new: Registration) -> int | None:
    """Return the problem whose answer the author received: an author who writes again is not satisfied with it."""
    return new.previous_ticket.problem_id if new.previous_ticket is not None else None


async def _join_problem(
    ctx: UseCaseContext, new: Registration, sector: str | None, match: ProblemMatch, lead: Ticket
) -> Ticket:
    """Register a member of the problem of *lead*, without a card and reminders of its own."""
    made = _new_ticket(ctx, new, problem_members.inherited_state(lead), lead.sector)
    beginning = deadlines.begin(ctx, made, new.answer_due)
    member = replace(
        made,
        accept_due=beginning.plan.accept_due,
        answer_due=beginning.plan.answer_due,
        first_word_due=deadlines.planned_due(beginning.plan, DeadlineKind.FIRST_WORD),
        solve_due=deadlines.planned_due(beginning.plan, DeadlineKind.SOLVE),
        assignee_id=lead.assignee_id,
        problem_id=lead.problem_id,
        lead_id=lead.id,
    )
    await problem_members.add_member(ctx, lead, member.author_key, match)
    ticket = await ctx.uow.tickets.add(member)
    await deadlines.store_beginning(ctx, ticket, beginning)
    await _record_registration(ctx, ticket, new.created_by, {"with": lead.id})
    await member_clocks.join(ctx, lead, ticket)
    if lead.state is State.TRIAGE and sector is not None:
        chosen = await workflow.transition(ctx, lead, Step.CHOOSE_SECTOR, None, TicketChange(sector=sector))
        await deadlines.recompute(ctx, chosen)  # another post, and perhaps another rule
        return await workflow.get(ctx, ticket.id)
    if new.message is None:
        await entered.answer_latecomer(ctx, ticket)
    await cards.sync(ctx, lead, can_wait=True)
    return ticket


async def _record_registration(ctx: UseCaseContext, ticket: Ticket, person: Person | None, more: Facts) -> None:
    facts = registration_facts(ticket) | more
    person_id = person.id if person else None
    await ctx.uow.audit_log.record("registered", ctx.now, person_id=person_id, ticket_id=ticket.id, facts=facts)


def _new_ticket(ctx: UseCaseContext, new: Registration, state: State, sector: str | None) -> NewTicket:
    """Return the ticket to add, still without deadlines."""
    reading = new.reading
    latitude, longitude = new.point or (reading.place.point if reading.place else None) or (None, None)
    settlement = reading.place.settlement if reading.place else None
    place = new.place or (reading.place.text if reading.place else None)
    applicant = new.applicant or ctx.municipality.understanding.read_applicant(new.text)
    return NewTicket(
        state=state,
        sector=sector,
        topic=reading.topic,
        theme=ctx.municipality.theme_within(sector, reading.theme),
        likely=reading.top_sectors,
        source=ctx.municipality.systems.stored_name(new.source)[:64],
        text=new.text,
        search=build_search_text(new.text, place, new.external_number, new.author_name),
        text_key=new.text_key,
        place=place,
        street=reading.place.street if reading.place else None,
        house=reading.place.house if reading.place else None,
        settlement=settlement,
        district=new.district or reading.district,
        latitude=latitude,
        longitude=longitude,
        urgent=reading.urgent,
        urgency=reading.urgency,
        danger=reading.danger,
        account=new.account,
        author_key=author_key(new.account, new.author_id) if new.account and new.author_id else None,
        author_id=new.author_id,
        author_name=new.author_name,
        applicant_name=applicant.name,
        phone=applicant.phone,
        applicant_kind=applicant.kind,
        registered_at=ctx.now,
        touched_at=ctx.now,
        accept_due=ctx.now,
        answer_due=ctx.now,
        external_due=new.answer_due,
        previous_id=new.previous_ticket.id if new.previous_ticket else None,
        divided_from=new.divided_from.id if new.divided_from else None,
        external_number=new.external_number,
        created_by=new.created_by.id if new.created_by else None,
    )
