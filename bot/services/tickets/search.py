"""Search for tickets: waiting for a person, by number, by text."""

import re

from bot.domain.audit import JournalAction
from bot.domain.errors import NotAllowed, QueryTooLong
from bot.domain.people import Person
from bot.domain.roles import Right, Scope
from bot.domain.systems import source_code, source_names
from bot.domain.text_normal import fold
from bot.domain.tickets import State, Ticket
from bot.services.context import UseCaseContext, responsibility
from bot.services.tickets import workflow

MAX_QUERY_WORDS, MAX_QUERY_CHARS = 20, 300
"""A query's limits: every word is a condition of the SQL statement, and SQLite nests no more than a thousand."""


async def list_waiting_tickets(ctx: UseCaseContext, person: Person, limit: int) -> list[Ticket]:
    """List the tickets that wait for *person*, the earliest deadline first."""
    sectors, unplaced = await responsibility.list_sectors(ctx, person)
    triage = person in await responsibility.sorting_people(ctx)
    sources = [name for code in sorted(person.systems) for name in source_names(code)]
    found = await ctx.uow.tickets.list_open(
        sectors, person.id, unplaced=unplaced, triage=triage, limit=limit, sources=sources
    )
    return [ticket for ticket in found if await _concerns(ctx, person, ticket)]


async def _concerns(ctx: UseCaseContext, person: Person, ticket: Ticket) -> bool:
    """Return whether *ticket* is in the person's own sectors and districts, or they have to work on it now."""
    if not await responsibility.has_right(ctx, person, Right.SEE_TICKET, ticket):
        return False
    if source_code(ticket.source) in person.systems:
        return True
    is_own = person.covers(None if ticket.state is State.TRIAGE else ticket.sector, ticket.district)
    return is_own or person.id == ticket.assignee_id or person in await responsibility.acting_people(ctx, ticket)


async def get_by_number(ctx: UseCaseContext, person: Person, number: int) -> Ticket:
    """Handle ``/find 142`` and «Открыть»; who has looked at the ticket, and so at its author's data, is on record."""
    ticket = await workflow.get(ctx, number)
    await workflow.check_right(ctx, person, Right.SEE_TICKET, ticket)
    await _record_search(ctx, person, len(str(number)), 1, opened=ticket.id)
    return ticket


async def list_by_text(ctx: UseCaseContext, person: Person, text: str, limit: int) -> list[Ticket]:
    """Handle ``/find`` with words: list visible tickets that contain all of them, the newest first."""
    if not ctx.municipality.has_right_anywhere(person, Right.FIND):
        raise NotAllowed(right=Right.FIND.value)
    pieces = list(dict.fromkeys(build_search_text(text).split()))
    if not pieces:
        return []
    if len(pieces) > MAX_QUERY_WORDS or len(text) > MAX_QUERY_CHARS:
        raise QueryTooLong()
    staff = ctx.municipality.staff
    sees_all = Scope.ALL in staff.roles.scopes(person.roles, Right.SEE_TICKET)
    visible_sectors = [code for code in ctx.municipality.sectors if staff.has_right(person, Right.SEE_TICKET, code)]
    triage = staff.has_right(person, Right.SEE_TICKET, None)
    found = await ctx.uow.tickets.search(pieces, None if sees_all else visible_sectors, limit, triage=triage)
    seen = [t for t in found if ctx.municipality.staff.has_right(person, Right.SEE_TICKET, t.sector, t.district)]
    await _record_search(ctx, person, len(text), len(seen), by_phone=is_phone(text))
    return seen


def is_phone(text: str) -> bool:
    """Return whether *text* looks like a telephone number."""
    return bool(re.fullmatch(r"\+?[\d\s()-]+", text.strip())) and sum(one.isdigit() for one in text) >= 6


async def _record_search(
    ctx: UseCaseContext,
    person: Person,
    chars: int,
    found: int,
    *,
    by_phone: bool = False,
    opened: int | None = None,
) -> None:
    """Record who searched, never for what: the words may be a citizen's name. *opened*: the ticket that was shown."""
    facts: dict[str, int] = {"chars": chars, "found": found} | ({"phone": True} if by_phone else {})
    if opened is not None:
        facts["opened"] = opened
    await ctx.uow.audit_log.record(JournalAction.SEARCHED.value, ctx.now, person_id=person.id, facts=facts)


def build_search_text(*pieces: str | None) -> str:
    """Return the text that ``/find`` searches: case-folded, «ё» as «е» (SQLite folds Latin letters only)."""
    return " ".join(fold(piece) for piece in pieces if piece)
