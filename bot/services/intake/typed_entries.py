"""Messages that officials type in: what of another system is known already, and the ticket."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.applicants import Applicant
from bot.domain.errors import NotAllowed, NumberKnown
from bot.domain.people import Person
from bot.domain.roles import Right
from bot.domain.systems import source_code
from bot.domain.text_normal import fold
from bot.domain.tickets import Ticket
from bot.services.context import UseCaseContext
from bot.services.deadlines import urgent_alerts
from bot.services.intake import register
from bot.services.tickets import data_changes


@dataclass(frozen=True, slots=True)
class TypedEntry:
    """A message as it was typed in. ``deadline`` is the other system's, ``own_deadline`` the town's."""

    text: str
    source: str
    number: str | None
    deadline: datetime | None
    own_deadline: datetime | None
    district: str | None
    applicant: Applicant


def check_may_enter(ctx: UseCaseContext, person: Person) -> None:
    """Raise :class:`NotAllowed` unless *person* may type messages in."""
    if not ctx.municipality.has_right_anywhere(person, Right.TYPE_IN):
        raise NotAllowed(right=Right.TYPE_IN.value)


def list_systems(ctx: UseCaseContext) -> tuple[str, ...]:
    """Return the codes of the systems that the municipality names: in its file, at its curators, in its rules."""
    town = ctx.municipality
    curated = sorted(system for person in town.staff.people for system in person.systems)
    ruled = sorted(source for rule in town.rules.rules for source in rule.condition.source)
    return tuple(code for code in dict.fromkeys((*town.systems.own_titles, *curated, *ruled)) if code in town.systems)


async def check_number(ctx: UseCaseContext, source: str, number: str) -> Ticket | None:
    """Raise :class:`NumberKnown` if a ticket has this number of the same system; return one of another system."""
    known = await ctx.uow.tickets.list_with_number(number)
    code = source_code(ctx.municipality.systems.stored_name(source))
    for ticket in known:
        if source_code(ticket.source) == code:
            raise NumberKnown(number=ticket.id)
    return known[0] if known else None


def find_official(ctx: UseCaseContext, name: str | None) -> Person | None:
    """Return the official of this name: an applicant is rarely one."""
    wanted = fold(name or "").strip()
    return next((one for one in ctx.municipality.staff.people if wanted and fold(one.name) == wanted), None)


async def enter(ctx: UseCaseContext, person: Person, typed: TypedEntry) -> Ticket:
    """Register what *person* has typed in, with the town's own term if they may set one."""
    check_may_enter(ctx, person)
    if typed.number is not None:
        await check_number(ctx, typed.source, typed.number)
    ticket = await register.register_ticket(
        ctx,
        register.Registration(
            text=typed.text,
            reading=ctx.municipality.understanding.read(typed.text),
            source=typed.source,
            external_number=typed.number,
            answer_due=typed.deadline,
            district=typed.district,
            applicant=typed.applicant,
            created_by=person,
        ),
    )
    if typed.own_deadline is not None and ticket.lead_id is None and may_set_terms(ctx, person):
        ticket = await data_changes.change_term(ctx, ticket.id, person, typed.own_deadline)
    await urgent_alerts.alert_watchers(ctx, ticket)
    return ticket


def may_set_terms(ctx: UseCaseContext, person: Person) -> bool:
    """Return whether *person* may give the message a term of the town's own."""
    return ctx.municipality.has_right_anywhere(person, Right.SET_TERMS)
