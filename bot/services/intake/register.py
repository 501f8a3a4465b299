"""A message becomes a ticket: one of its own, or a member of a problem that is known."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.deadlines import Plan
from bot.domain.messages import Message
from bot.domain.people import Person
from bot.domain.tickets import State, Step, Ticket, follow
from bot.services.context import Work, author_key
from bot.services.deadlines import deadlines
from bot.services.notifications import cards
from bot.services.tickets import problem_matching, problem_members, workflow
from bot.services.tickets.problem_matching import Likeness
from bot.services.tickets.search import searched
from bot.understanding.reading import Reading


@dataclass(frozen=True, slots=True)
class NewTicket:
    """What a ticket is made of. ``answer_due`` replaces our own term (another system's deadline)."""

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
    answered: Ticket | None = None  # what the author has had an answer to
    hold: bool = False  # its first card waits for the rest of an album


async def register(work: Work, new: NewTicket) -> Ticket:
    """Make a ticket and route it: to its sector when that is sure, else to the coordinator."""
    reading = new.reading
    sector = new.sector or (reading.sector if reading.sure else None)
    found, lead = await _find_lead(work, new, sector)
    if found is not None and lead is not None:
        return await _join(work, new, sector, found, lead)
    terms = deadlines.planned(work, reading.urgency, work.now, answer_due=new.answer_due)
    ticket = await work.uow.tickets.add(
        _values(new, terms, work.now)
        | {
            "state": follow(State.NEW, Step.ROUTE if sector else Step.UNSURE).value,
            "sector": sector,
            "why": list(reading.evidence) if sector in (None, reading.sector) else None,
            "matter": found.matter if found is not None else None,
            "sketch": found.event.as_record() if found is not None else None,
        }
    )
    await deadlines.remind(work, ticket, terms.dues)
    await _record(work, ticket, new.created_by, sector=sector)
    await cards.show(work, ticket, hold=new.hold)
    return ticket


async def _find_lead(work: Work, new: NewTicket, sector: str | None) -> tuple[Likeness | None, Ticket | None]:
    """What *new* resembles, and the ticket that it joins."""
    while True:
        found = await problem_matching.look(work, new.text, new.reading, new.message, sector, _had(new))
        if found is None or found.candidate is None:
            return found, None
        lead = await problem_members.lead_for(work, found)
        if lead is not None:
            return found, lead
        work.uow.problems.forget_candidates()  # they were fetched before another process changed this one


def _had(new: NewTicket) -> int | None:
    """The problem whose answer the author has had: who writes again is not satisfied with it."""
    return new.answered.problem_id if new.answered is not None else None


async def _join(work: Work, new: NewTicket, sector: str | None, found: Likeness, lead: Ticket) -> Ticket:
    """A ticket about what *lead* is about: no card and no reminders of its own."""
    values = _values(new, deadlines.planned(work, new.reading.urgency, work.now, answer_due=new.answer_due), work.now)
    await problem_members.count_in(work, lead, values["author_key"], found)
    ticket = await work.uow.tickets.add(values | problem_members.state_beside(lead))
    await _record(work, ticket, new.created_by, sector=lead.sector, **{"with": lead.id})
    if lead.state is State.TRIAGE and sector is not None:
        await workflow.move(work, lead, Step.CHOOSE_SECTOR, None, sector=sector)
        return await workflow.get(work, ticket.id)
    await cards.show(work, lead, crowd=True)
    return ticket


async def _record(work: Work, ticket: Ticket, by: Person | None, **facts: Any) -> None:
    person_id, facts = by.id if by else None, facts | {"state": ticket.state.value}
    await work.uow.chronicle.record("registered", work.now, person_id=person_id, ticket_id=ticket.id, facts=facts)


def _values(new: NewTicket, terms: Plan, now: datetime) -> dict[str, Any]:
    """A ticket's columns, but for whose it is."""
    reading = new.reading
    latitude, longitude = new.point or (reading.place.point if reading.place else None) or (None, None)
    place = new.place or (reading.place.text if reading.place else None)
    return {
        "topic": reading.topic,
        "likely": list(reading.likeliest),
        "source": new.source[:64],
        "text": new.text,
        "search": searched(new.text, place, new.external_number, new.author_name),
        "text_key": new.text_key,
        "place": place,
        "street": reading.place.street if reading.place else None,
        "house": reading.place.house if reading.place else None,
        "district": new.district or (reading.place.district if reading.place else None),
        "latitude": latitude,
        "longitude": longitude,
        "urgent": reading.urgent,
        "urgency": reading.urgency.value if reading.urgency else None,
        "account": new.account,
        "author_key": author_key(new.account, new.author_id) if new.account and new.author_id else None,
        "author_id": new.author_id,
        "author_name": new.author_name,
        "registered_at": now,
        "touched_at": now,
        "accept_due": terms.accept_due,
        "answer_due": terms.answer_due,
        "previous_id": new.answered.id if new.answered else None,
        "external_number": new.external_number,
        "created_by": new.created_by.id if new.created_by else None,
    }
