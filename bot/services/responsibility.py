"""Responsibility for tickets: which post has one, who of it acts now, and what each person may do with it."""

from dataclasses import dataclass

from bot.domain.people import Person
from bot.domain.posts import Responsibility, StandIn
from bot.domain.role_book import RoleBook
from bot.domain.roles import RESPONSIBLE_RIGHTS, Right, Scope
from bot.domain.tickets import UNACCEPTED_STATES, State, Ticket
from bot.services.context import UseCaseContext

ELSEWHERE = ""
"""A district that nobody's post is bounded by."""


def responsibility_for(ctx: UseCaseContext, ticket: Ticket) -> Responsibility:
    """Return the post that is responsible for *ticket*, and who takes its place."""
    return ctx.municipality.staff.responsibility_for(_sector_of(ticket), ticket.district)


def _sector_of(ticket: Ticket) -> str | None:
    return None if ticket.state is State.TRIAGE else ticket.sector


async def acting_people(ctx: UseCaseContext, ticket: Ticket) -> tuple[Person, ...]:
    """Return the people who have to work on *ticket* now: only they have live buttons.

    That is the person who has taken it; else the holders of its post; if none of them can be reached, the deputies of
    the post, then the ladder. If nobody can be reached, the ticket waits for the first of them.
    """
    return (await standing_of(ctx, ticket)).acting


async def sorting_people(ctx: UseCaseContext) -> tuple[Person, ...]:
    """Return the people who sort messages now."""
    return await _first_reachable(ctx, ctx.municipality.staff.responsibility_for(None).ladder)


async def find_taker(ctx: UseCaseContext, ticket: Ticket) -> Person | None:
    """Return the person who has taken the open *ticket*, while they can be reached and it is within their posts."""
    if ticket.assignee_id is None or not ticket.is_open or ticket.state in UNACCEPTED_STATES:
        return None
    person = ctx.municipality.staff.find_by_id(ticket.assignee_id)
    if person is None or not responsibility_for(ctx, ticket).is_on_ladder(person):
        return None
    return person if await is_available(ctx, person) else None


async def is_available(ctx: UseCaseContext, person: Person) -> bool:
    """Return whether *person* can work on tickets now: they can be reached in some messenger."""
    return await ctx.can_reach(person)


async def _first_reachable(ctx: UseCaseContext, ladder: tuple[tuple[Person, ...], ...]) -> tuple[Person, ...]:
    for group in ladder:
        if reached := tuple([person for person in group if await is_available(ctx, person)]):
            return reached
    return ladder[0] if ladder else ()


async def list_sectors(ctx: UseCaseContext, person: Person) -> tuple[list[str], list[str]]:
    """Return the sectors with tickets of *person*: of any district, and only where the district is unknown."""
    staff, whole, unplaced = ctx.municipality.staff, [], []
    for code in ctx.municipality.sectors:
        places = [staff.responsibility_for(code, district).ladder for district in (ELSEWHERE, *staff.districts)]
        if person.covers(code) or any([person in await _first_reachable(ctx, ladder) for ladder in places]):
            whole.append(code)
        elif person in await _first_reachable(ctx, staff.responsibility_for(code).ladder):
            unplaced.append(code)
    return whole, unplaced


@dataclass(frozen=True, slots=True)
class Standing:
    """The people concerned with one ticket now, for callers that ask several things about them."""

    ticket: Ticket
    responsibility: Responsibility
    taker: Person | None
    acting: tuple[Person, ...]
    roles: RoleBook

    @property
    def stand_in(self) -> StandIn | None:
        """The reason why others than the holders of the block's post have it; ``None`` if the holders do."""
        if self.taker is not None or not self.ticket.is_open:
            return None
        if self.responsibility.needs_district:
            return StandIn.DISTRICT_UNKNOWN
        return None if set(self.acting) & set(self.responsibility.post.people) else StandIn.UNAVAILABLE

    def rights_of(self, person: Person) -> frozenset[Right]:
        """Return everything that *person* may do with the ticket."""
        return frozenset(right for right in Right if self.permits(person, right))

    def permits(self, person: Person, right: Right) -> bool:
        """Return whether *person* may do what *right* permits.

        Rights of the responsible post are held by those who act; its other members, who may stand in, have them until
        somebody takes the ticket.
        """
        scopes = self.roles.scopes(person.roles, right)
        if Scope.ALL in scopes or not scopes:
            return bool(scopes)
        if person in self.acting:
            return True
        if Scope.OWN in scopes:
            if right not in RESPONSIBLE_RIGHTS and person.covers(_sector_of(self.ticket), self.ticket.district):
                return True
            if person in self.responsibility.post.members:
                return self.taker is None or right not in RESPONSIBLE_RIGHTS
        ended_by_them = not self.ticket.is_open and person.id == self.ticket.assignee_id
        return ended_by_them and self.responsibility.is_on_ladder(person)


async def standing_of(ctx: UseCaseContext, ticket: Ticket) -> Standing:
    """Return who is concerned with *ticket* now."""
    found, taker = responsibility_for(ctx, ticket), await find_taker(ctx, ticket)
    acting = (taker,) if taker else await _first_reachable(ctx, found.ladder)
    return Standing(ticket, found, taker, acting, ctx.municipality.staff.roles)


async def has_right(ctx: UseCaseContext, person: Person, right: Right, ticket: Ticket) -> bool:
    """Return whether *person* may do with *ticket* what *right* permits."""
    return (await standing_of(ctx, ticket)).permits(person, right)
