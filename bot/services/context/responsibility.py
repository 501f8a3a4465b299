"""Responsibility for tickets: which post has one, who of it acts now, and what each person may do with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.people import Person
from bot.domain.posts import Responsibility, StandIn
from bot.domain.role_book import RoleBook
from bot.domain.roles import RESPONSIBLE_RIGHTS, Right, Scope
from bot.domain.ticket_changes import NewTicket
from bot.domain.tickets import UNACCEPTED_STATES, State, Ticket
from bot.services.context.use_case import UseCaseContext

ELSEWHERE = ""
"""A district that nobody's post is bounded by."""


def responsibility_for(ctx: UseCaseContext, ticket: Ticket | NewTicket) -> Responsibility:
    """Return the post that is responsible for *ticket*, and who takes its place."""
    return ctx.municipality.staff.responsibility_for(_sector_of(ticket), ticket.district)


def _sector_of(ticket: Ticket | NewTicket) -> str | None:
    return None if ticket.state is State.TRIAGE else ticket.sector


async def acting_people(ctx: UseCaseContext, ticket: Ticket) -> tuple[Person, ...]:
    """Return the people who have to work on *ticket* now: only they have live buttons.

    That is the person who has taken it, or to whom a chain has handed it over; else the holders of its post; if none of
    them can be reached, the deputies of the post, while one of them is away the curators of the block, then the ladder.
    If nobody can be reached, the ticket waits for the first of them.
    """
    holder = await find_taker(ctx, ticket) or await _find_handed_to(ctx, ticket)
    return (holder,) if holder else await _first_present(ctx, responsibility_for(ctx, ticket))


async def acting_on_new(ctx: UseCaseContext, ticket: NewTicket) -> tuple[Person, ...]:
    """Return the people who will have to work on a ticket that is not registered yet."""
    return await _first_present(ctx, responsibility_for(ctx, ticket))


async def sorting_people(ctx: UseCaseContext) -> tuple[Person, ...]:
    """Return the people who sort messages now."""
    return await _first_reachable(ctx, ctx.municipality.staff.responsibility_for(None).ladder)


async def find_taker(ctx: UseCaseContext, ticket: Ticket) -> Person | None:
    """Return the person who has taken the open *ticket*, while they can be reached and it is within their posts."""
    if ticket.assignee_id is None or not ticket.is_open or ticket.state in UNACCEPTED_STATES:
        return None
    person = ctx.municipality.staff.find_by_id(ticket.assignee_id)
    found = responsibility_for(ctx, ticket)
    if person is None or not (found.is_on_ladder(person) or await _has_stood_in(ctx, person, found)):
        return None
    return person if await is_available(ctx, person) else None


async def _find_handed_to(ctx: UseCaseContext, ticket: Ticket) -> Person | None:
    """Return the person to whom a chain has handed *ticket* over, while nobody has accepted it and they are there."""
    if ticket.handed_to is None or ticket.state not in UNACCEPTED_STATES:
        return None
    person = ctx.municipality.staff.find_by_id(ticket.handed_to)
    return person if person is not None and await is_available(ctx, person) else None


async def _has_stood_in(ctx: UseCaseContext, person: Person, found: Responsibility) -> bool:
    """Return whether *person* has taken the ticket for a colleague who was away: it stays with them."""
    plan = await ctx.absence_plan()
    return plan.has_stood_in(person.id, (one.id for group in found.absence_ladder for one in group))


async def is_available(ctx: UseCaseContext, person: Person) -> bool:
    """Return whether *person* can work on tickets now: they can be reached in some messenger, and are not away."""
    return await ctx.can_reach(person) and not (await ctx.absence_plan()).is_away(person.id, ctx.today)


async def find_stand_in(ctx: UseCaseContext, person: Person) -> Person | None:
    """Return the colleague who acts for *person*, who is away, if they can be reached."""
    stand_in_id = (await ctx.absence_plan()).stand_in_for(person.id, ctx.today)
    stand_in = ctx.municipality.staff.find_by_id(stand_in_id or 0)
    return stand_in if stand_in is not None and await ctx.can_reach(stand_in) else None


async def acting_for(ctx: UseCaseContext, person: Person) -> Person:
    """Return *person*, or while they are away the colleague who acts for them."""
    return await find_stand_in(ctx, person) or person


async def list_represented(ctx: UseCaseContext, stand_in: Person) -> list[Person]:
    """List the absent people for whom *stand_in* acts."""
    away = {one.person_id for one in (await ctx.absence_plan()).absences if one.covers(ctx.today)}
    people = [one for one in ctx.municipality.staff.people if one.id in away]
    return [one for one in people if await find_stand_in(ctx, one) == stand_in]


async def list_replacements(ctx: UseCaseContext, person: Person) -> list[Person]:
    """List who takes the place of *person* while they are not there: first the agreed stand-in, then ``stands_in``."""
    if await is_available(ctx, person):
        return []
    agreed = await find_stand_in(ctx, person)
    named = [one for one in ctx.municipality.staff.people if one.is_named_for(person)]
    return [*([agreed] if agreed else []), *[one for one in named if one != agreed and await is_available(ctx, one)]]


async def _present_ladder(ctx: UseCaseContext, found: Responsibility) -> tuple[tuple[Person, ...], ...]:
    """Return who takes the place of the post today: an absence brings in the curators of its block."""
    if not found.curators:
        return found.ladder
    plan = await ctx.absence_plan()
    is_away = any(plan.is_away(one.id, ctx.today) for one in found.post.members)
    return found.absence_ladder if is_away else found.ladder


async def list_successors(ctx: UseCaseContext, away: Person) -> list[Person]:
    """List who works now on the tickets of the posts that *away* holds, in whose place no colleague acts."""
    staff, found = ctx.municipality.staff, dict[Person, None]()
    districts: list[str | None] = [*sorted(away.districts)] or [None]
    for sector in ctx.municipality.sectors:
        for district in districts:
            answer = staff.responsibility_for(sector, district)
            if answer.post.in_block and away in answer.post.people:
                found |= dict.fromkeys(await _first_present(ctx, answer))
    return [one for one in found if one != away]


async def _first_reachable(ctx: UseCaseContext, ladder: tuple[tuple[Person, ...], ...]) -> tuple[Person, ...]:
    for group in ladder:
        reached = [person for person in group if await is_available(ctx, person)]
        reached += [one for one in (await _represented(ctx, group)) if one not in reached]
        if reached:
            return tuple(reached)
    return ladder[0] if ladder else ()


async def _first_present(ctx: UseCaseContext, found: Responsibility) -> tuple[Person, ...]:
    return await _first_reachable(ctx, await _present_ladder(ctx, found))


async def _represented(ctx: UseCaseContext, group: Iterable[Person]) -> dict[Person, list[Person]]:
    """Return who stands in for the absent people of *group*, and for whom."""
    plan, found = await ctx.absence_plan(), dict[Person, list[Person]]()
    if not plan.absences:
        return found
    for away in group:
        stand_in = await find_stand_in(ctx, away)
        if stand_in is not None:
            found.setdefault(stand_in, []).append(away)
    return found


async def list_sectors(ctx: UseCaseContext, person: Person) -> tuple[list[str], list[str]]:
    """Return the sectors with tickets of *person*: of any district, and only where the district is unknown."""
    staff, whole, unplaced = ctx.municipality.staff, [], []
    for code in ctx.municipality.sectors:
        places = [staff.responsibility_for(code, district) for district in (ELSEWHERE, *staff.districts)]
        if person.covers(code) or any([person in await _first_present(ctx, found) for found in places]):
            whole.append(code)
        elif person in await _first_present(ctx, staff.responsibility_for(code)):
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
    represented: Mapping[Person, Sequence[Person]]
    """Those who act for colleagues who are away, or have taken the ticket while they did, each with the colleagues."""
    is_post_away: bool = False
    is_handed_over: bool = False
    """True if a chain has handed it over to the one who acts: the post itself has lost it."""

    @property
    def stand_in(self) -> StandIn | None:
        """The reason why others than the holders of the block's post have it; ``None`` if the holders do."""
        if self.taker is not None or not self.ticket.is_open:
            return None
        if self.responsibility.needs_district:
            return StandIn.DISTRICT_UNKNOWN
        if self.is_handed_over or set(self.acting) & set(self.responsibility.post.people):
            return None
        return StandIn.AWAY if self.is_post_away else StandIn.UNAVAILABLE

    def rights_of(self, person: Person) -> frozenset[Right]:
        """Return everything that *person* may do with the ticket."""
        return frozenset(right for right in Right if self.permits(person, right))

    def permits(self, person: Person, right: Right) -> bool:
        """Return whether *person* may do what *right* permits, in their own name or for a colleague who is away.

        Rights of the responsible post are held by those who act; its other members, who may stand in, have them until
        somebody takes the ticket.
        """
        if self._permits(person, right, is_acting=person in self.acting):
            return True
        acts = person in self.acting
        return acts and any(self._permits(one, right, is_acting=True) for one in self.represented.get(person, ()))

    def _is_represented(self, person: Person) -> bool:
        """Return whether *person* is away and a colleague acts for them."""
        return any(person in absent for absent in self.represented.values())

    def _permits(self, person: Person, right: Right, *, is_acting: bool) -> bool:
        scopes = self.roles.scopes(person.roles, right)
        if Scope.ALL in scopes or not scopes:
            return bool(scopes)
        if is_acting:
            return True
        if Scope.OWN in scopes:
            if right not in RESPONSIBLE_RIGHTS and person.covers(_sector_of(self.ticket), self.ticket.district):
                return True
            if person in self.responsibility.post.members and not self._is_represented(person):
                is_free = self.taker is None and not self.is_handed_over
                return is_free or right not in RESPONSIBLE_RIGHTS
        ended_by_them = not self.ticket.is_open and person.id == self.ticket.assignee_id
        return ended_by_them and self.responsibility.is_on_ladder(person)


async def standing_of(ctx: UseCaseContext, ticket: Ticket) -> Standing:
    """Return who is concerned with *ticket* now."""
    found, taker = responsibility_for(ctx, ticket), await find_taker(ctx, ticket)
    handed_to = await _find_handed_to(ctx, ticket) if taker is None else None
    holder = taker or handed_to
    acting = (holder,) if holder else await _first_present(ctx, found)
    represented = await _represented(ctx, (one for group in found.absence_ladder for one in group))
    plan = await ctx.absence_plan()
    if taker is not None and not found.is_on_ladder(taker):
        ladder = (one for group in found.absence_ladder for one in group)
        represented[taker] = [one for one in ladder if plan.has_stood_in(taker.id, (one.id,))]
    is_away = any(plan.is_away(one.id, ctx.today) for one in found.post.people)
    return Standing(
        ticket, found, taker, acting, ctx.municipality.staff.roles, represented, is_away, handed_to is not None
    )


async def has_right(ctx: UseCaseContext, person: Person, right: Right, ticket: Ticket) -> bool:
    """Return whether *person* may do with *ticket* what *right* permits."""
    return (await standing_of(ctx, ticket)).permits(person, right)
