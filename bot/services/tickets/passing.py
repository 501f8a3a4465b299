"""Tickets that nobody wants: handed on again and again, or said to be «не наше». Who sorts decides about them."""

from bot.domain.audit import AuditRow, Remark
from bot.domain.errors import NotOursUnnamed, OutdatedButton
from bot.domain.notifications.passing import NotOursSaid, PassedAround
from bot.domain.people import Person
from bot.domain.roles import Right, Scope
from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import Step, Ticket, is_allowed
from bot.services.context import UseCaseContext, responsibility
from bot.services.deadlines import not_ours_clock
from bot.services.notifications import notify
from bot.services.tickets import workflow

MAX_PASSES = 2
"""Hand-overs after which the next one goes to who sorts, counted since they decided last."""

NOT_OURS = "not_ours"
"""Kind of the remark that names whose it is; stored."""

MIN_LETTERS = 4
_EMPTY_WORDS = frozenset({"не знаю", "не наше", "не наш", "не мы", "другие", "другой", "нет данных", "ничего"})

_MOVES = (Step.HAND_OVER.value, Step.CHOOSE_SECTOR.value)


async def hand_over(ctx: UseCaseContext, ticket_id: int, person: Person, sector: str) -> Ticket:
    """Hand the ticket over, unless it was handed over too often, or *sector* has had it: then who sorts decides."""
    ticket = await workflow.get(ctx, ticket_id)
    if not is_allowed(ticket.state, Step.UNSURE) or await _sorts(ctx, person):
        return await workflow.hand_over(ctx, ticket_id, person, sector)
    rows = await ctx.uow.audit_log.list_for_ticket(ticket.id)
    route = list_route(rows)
    if sector not in route and _count_passes(rows) < MAX_PASSES:
        return await workflow.hand_over(ctx, ticket_id, person, sector)
    await workflow.check_right(ctx, person, Right.HAND_OVER, ticket)
    if sector not in ctx.municipality.sectors or sector == ticket.sector:
        raise OutdatedButton(sector=sector, state=ticket.state.value)
    await ctx.uow.audit_log.record(
        "passed_around", ctx.now, person_id=person.id, ticket_id=ticket.id, facts={"to": sector}
    )
    return await _return_to_sorting(ctx, ticket, person, PassedAround(ticket_id=ticket.id, route=(*route, sector)))


async def _sorts(ctx: UseCaseContext, person: Person) -> bool:
    """Return whether *person* may decide where any ticket goes."""
    if Scope.ALL in ctx.municipality.staff.roles.scopes(person.roles, Right.TRIAGE):
        return True
    return person in await responsibility.sorting_people(ctx)


def list_route(rows: list[AuditRow]) -> tuple[str, ...]:
    """Return the sectors that have had a ticket, in their order."""
    moves = (row.facts.get("sector") for row in rows if row.action in ("registered", *_MOVES))
    found: list[str] = []
    for sector in moves:
        if sector and found[-1:] != [sector]:
            found.append(sector)
    return tuple(found)


def _count_passes(rows: list[AuditRow]) -> int:
    """Count people's hand-overs to another sector since somebody has sorted the ticket."""
    chosen = max((at for at, row in enumerate(rows) if row.action == Step.CHOOSE_SECTOR), default=-1)
    return sum(row.action == Step.HAND_OVER and row.person_id is not None for row in rows[chosen + 1 :])


async def _return_to_sorting(
    ctx: UseCaseContext, ticket: Ticket, person: Person, note: PassedAround | NotOursSaid
) -> Ticket:
    changed = await workflow.move(ctx, ticket, Step.UNSURE, person, TicketChange(sector=None, assignee_id=None))
    for reader in await responsibility.acting_people(ctx, changed):
        if reader != person:
            await notify.notify(ctx, reader, note, ticket=changed)
    return changed


async def check_can_decline(ctx: UseCaseContext, ticket_id: int, person: Person) -> Ticket:
    """Return the ticket if *person* may say «не наше» about it now."""
    ticket = await workflow.get(ctx, ticket_id)
    await workflow.check_right(ctx, person, Right.HAND_OVER, ticket)
    if not is_allowed(ticket.state, Step.UNSURE):
        raise OutdatedButton(number=ticket.id, state=ticket.state.value)
    workflow.require_not_member(ticket, Step.UNSURE)
    return ticket


def check_named(ticket_id: int, text: str) -> str:
    """Return *text*, if it names something; refuse it otherwise."""
    words = " ".join(text.split())
    bare = words.casefold().strip(" .,!?-—")
    if sum(letter.isalpha() for letter in words) < MIN_LETTERS or bare in _EMPTY_WORDS:
        raise NotOursUnnamed(number=ticket_id)
    return words


async def decline(ctx: UseCaseContext, ticket_id: int, person: Person, body: str, known: str) -> Ticket:
    """Handle «Не наше»: *body* is whose it is, *known* what the unit knows about it; who sorts goes on with both."""
    ticket = await check_can_decline(ctx, ticket_id, person)
    body, known = check_named(ticket.id, body), check_named(ticket.id, known)
    late = await not_ours_clock.is_over(ctx, ticket)
    facts = {"sector": ticket.sector, "late": late}
    await ctx.uow.audit_log.record(NOT_OURS, ctx.now, person_id=person.id, ticket_id=ticket.id, facts=facts)
    await ctx.uow.cards.add_remark(Remark(ticket.id, person.id, NOT_OURS, f"{body}. {known}", ctx.now))
    return await _return_to_sorting(ctx, ticket, person, NotOursSaid(ticket_id=ticket.id, name=person.name, late=late))
