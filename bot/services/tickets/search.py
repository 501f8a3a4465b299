"""Finding tickets: one's own, by number, by words."""

from bot.domain.errors import NotAllowed
from bot.domain.people import RIGHTS, Person, Right, Scope
from bot.domain.tickets import Ticket
from bot.services.context import Work
from bot.services.tickets import workflow


async def tickets_of(work: Work, person: Person, most: int) -> list[Ticket]:
    """What waits for *person*, the soonest term first."""
    staff = work.centre.staff
    sectors = [code for code in work.centre.sectors if person in staff.responsible(code) or person.stands_for(code)]
    triage = person in staff.responsible(None)
    found = await work.uow.tickets.open_of(sectors, person.id, triage=triage, most=most)
    return [ticket for ticket in found if staff.may(person, Right.SEE_TICKET, ticket.sector, ticket.district)]


async def list_own(work: Work, person: Person, most: int) -> list[Ticket]:
    """``/my``."""
    if not work.centre.may_ever(person, Right.LIST_OWN):
        raise NotAllowed(right=Right.LIST_OWN.value)
    return await tickets_of(work, person, most)


async def by_number(work: Work, person: Person, number: int) -> Ticket:
    """``/find 142``."""
    ticket = await workflow.get(work, number)
    workflow.permit(work, person, Right.SEE_TICKET, ticket)
    return ticket


async def by_words(work: Work, person: Person, words: str, most: int) -> list[Ticket]:
    """``/find`` with words: tickets that contain all of them, within what the person may see; the newest first."""
    if not work.centre.may_ever(person, Right.FIND):
        raise NotAllowed(right=Right.FIND.value)
    pieces = searched(words).split()
    if not pieces:
        return []
    staff = work.centre.staff
    sees_all = any(RIGHTS[role].get(Right.SEE_TICKET) is Scope.ALL for role in person.roles)
    seen = [code for code in work.centre.sectors if staff.may(person, Right.SEE_TICKET, code)]
    triage = staff.may(person, Right.SEE_TICKET, None)
    found = await work.uow.tickets.find(pieces, None if sees_all else seen, most, triage=triage)
    return [t for t in found if work.centre.staff.may(person, Right.SEE_TICKET, t.sector, t.district)]


def searched(*pieces: str | None) -> str:
    """What ``/find`` looks through: case-folded, «ё» as «е» (SQLite folds Latin letters alone)."""
    return " ".join(piece.casefold().replace("ё", "е") for piece in pieces if piece)
