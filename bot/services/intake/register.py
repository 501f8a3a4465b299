"""A message becomes a ticket: one of its own, or a member of a problem that is known."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.domain.deadlines import DeadlinePlan
from bot.domain.messages import Message
from bot.domain.people import Person
from bot.domain.ticket_changes import NewTicket, TicketChange
from bot.domain.tickets import State, Step, Ticket, next_state
from bot.services.context import UseCaseContext, author_key
from bot.services.deadlines import deadlines
from bot.services.notifications import cards
from bot.services.tickets import problem_matching, problem_members, workflow
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
    place: str | None = None
    district: str | None = None
    point: tuple[float, float] | None = None  # where the citizen says it is, on the map
    text_key: str | None = None
    sector: str | None = None
    external_number: str | None = None
    answer_due: datetime | None = None
    created_by: Person | None = None
    message: Message | None = None
    previous_ticket: Ticket | None = None  # what the author has had an answer to
    wait_for_album: bool = False  # its first card waits for the rest of an album


async def register_ticket(ctx: UseCaseContext, new: Registration) -> Ticket:
    """Make a ticket and route it: to its sector when that is sure, else to the coordinator."""
    reading = new.reading
    sector = new.sector or (reading.sector if reading.is_confident else None)
    found, lead = await _find_lead(ctx, new, sector)
    if found is not None and lead is not None:
        return await _join_problem(ctx, new, sector, found, lead)
    terms = deadlines.compute(ctx, reading.urgency, ctx.now, answer_due=new.answer_due)
    ticket = await ctx.uow.tickets.add(
        replace(
            _new_ticket(new, terms, ctx.now, next_state(State.NEW, Step.ROUTE if sector else Step.UNSURE), sector),
            evidence=reading.evidence if sector in (None, reading.sector) else None,
            subject_family=found.subject_family if found is not None else None,
            fingerprint=found.event.to_record() if found is not None else None,
        )
    )
    await deadlines.schedule(ctx, ticket, terms.due_moments)
    await _record_registration(ctx, ticket, new.created_by, sector=sector)
    await cards.sync(ctx, ticket, wait_for_album=new.wait_for_album)
    return ticket


async def _find_lead(
    ctx: UseCaseContext, new: Registration, sector: str | None
) -> tuple[ProblemMatch | None, Ticket | None]:
    """What *new* resembles, and the ticket that it joins."""
    while True:
        found = await problem_matching.find_matching_problem(
            ctx, new.text, new.reading, new.message, sector, _answered_problem_id(new)
        )
        if found is None or found.candidate is None:
            return found, None
        lead = await problem_members.find_or_create_lead(ctx, found)
        if lead is not None:
            return found, lead
        ctx.uow.problems.clear_candidates()  # they were fetched before another process changed this one


def _answered_problem_id(new: Registration) -> int | None:
    """The problem whose answer the author has had: who writes again is not satisfied with it."""
    return new.previous_ticket.problem_id if new.previous_ticket is not None else None


async def _join_problem(
    ctx: UseCaseContext, new: Registration, sector: str | None, found: ProblemMatch, lead: Ticket
) -> Ticket:
    """A ticket about what *lead* is about: no card and no reminders of its own."""
    terms = deadlines.compute(ctx, new.reading.urgency, ctx.now, answer_due=new.answer_due)
    member = replace(
        _new_ticket(new, terms, ctx.now, problem_members.inherited_state(lead), lead.sector),
        assignee_id=lead.assignee_id,
        problem_id=lead.problem_id,
        lead_id=lead.id,
    )
    await problem_members.add_member(ctx, lead, member.author_key, found)
    ticket = await ctx.uow.tickets.add(member)
    await _record_registration(ctx, ticket, new.created_by, sector=lead.sector, **{"with": lead.id})
    if lead.state is State.TRIAGE and sector is not None:
        await workflow.transition(ctx, lead, Step.CHOOSE_SECTOR, None, TicketChange(sector=sector))
        return await workflow.get(ctx, ticket.id)
    await cards.sync(ctx, lead, counters_only=True)
    return ticket


async def _record_registration(ctx: UseCaseContext, ticket: Ticket, person: Person | None, **facts: Any) -> None:
    person_id, facts = person.id if person else None, facts | {"state": ticket.state.value}
    await ctx.uow.audit_log.record("registered", ctx.now, person_id=person_id, ticket_id=ticket.id, facts=facts)


def _new_ticket(new: Registration, plan: DeadlinePlan, now: datetime, state: State, sector: str | None) -> NewTicket:
    reading = new.reading
    latitude, longitude = new.point or (reading.place.point if reading.place else None) or (None, None)
    place = new.place or (reading.place.text if reading.place else None)
    return NewTicket(
        state=state,
        sector=sector,
        topic=reading.topic,
        likely=reading.top_sectors,
        source=new.source[:64],
        text=new.text,
        search=build_search_text(new.text, place, new.external_number, new.author_name),
        text_key=new.text_key,
        place=place,
        street=reading.place.street if reading.place else None,
        house=reading.place.house if reading.place else None,
        district=new.district or (reading.place.district if reading.place else None),
        latitude=latitude,
        longitude=longitude,
        urgent=reading.urgent,
        urgency=reading.urgency,
        account=new.account,
        author_key=author_key(new.account, new.author_id) if new.account and new.author_id else None,
        author_id=new.author_id,
        author_name=new.author_name,
        registered_at=now,
        touched_at=now,
        accept_due=plan.accept_due,
        answer_due=plan.answer_due,
        previous_id=new.previous_ticket.id if new.previous_ticket else None,
        external_number=new.external_number,
        created_by=new.created_by.id if new.created_by else None,
    )
