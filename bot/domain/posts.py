"""Posts («должности»): the one that is responsible for a ticket, and those who take its place.

Officials with the same title hold one post; without a title, those with the same roles, sectors and districts do.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.person import Person
from bot.domain.recipients import RECIPIENTS, SORTS, Audience
from bot.domain.roles import BLOCK_ROLES, Role

_BLOCK_RUNGS = tuple(rung for rung in RECIPIENTS[Audience.TICKET] if BLOCK_ROLES.issuperset(rung))


class Prefer(StrEnum):
    """The post that is more specific, if one is bounded by a sector and another by a district."""

    DISTRICT = "district"
    SECTOR = "sector"


@dataclass(frozen=True, slots=True)
class Routing:
    """Rules of responsibility. ``sorts``: the roles that sort messages, the preferred first."""

    prefer: Prefer = Prefer.DISTRICT
    sorts: tuple[str, ...] = SORTS


USUAL_ROUTING = Routing()


class StandIn(StrEnum):
    """The reason why others than the holders of its block's post work on a ticket."""

    UNAVAILABLE = "unavailable"  # none of the holders can be reached
    AWAY = "away"  # a holder is away, and a colleague stands in
    DISTRICT_UNKNOWN = "district_unknown"  # the posts are divided by district


@dataclass(frozen=True, slots=True)
class Post:
    """A post, the officials who hold it, and their deputies for the ticket that was asked about."""

    title: str
    people: tuple[Person, ...]
    deputies: tuple[Person, ...] = ()
    in_block: bool = False  # it answers for a sector or a district; otherwise it sorts messages

    @property
    def members(self) -> tuple[Person, ...]:
        """The officials who may act on the post's tickets: holders and deputies."""
        return self.people + self.deputies


@dataclass(frozen=True, slots=True)
class Responsibility:
    """The responsible post, and everybody who takes its place in turn.

    ``ladder``: groups of people; those of the first group in which somebody can be reached act. ``needs_district``:
    the posts are divided by district and the ticket's is unknown, so that the post is the one that sorts.
    ``curators``: those of the block, who act while a holder is away and nobody of the first ``block_groups`` is left.
    """

    post: Post
    ladder: tuple[tuple[Person, ...], ...]
    needs_district: bool = False
    curators: tuple[Person, ...] = ()
    block_groups: int = 0

    @property
    def absence_ladder(self) -> tuple[tuple[Person, ...], ...]:
        """The ladder while a holder of the post is away: the curators of the block come before those who sort."""
        if not self.curators:
            return self.ladder
        return (*self.ladder[: self.block_groups], self.curators, *self.ladder[self.block_groups :])

    def is_on_ladder(self, person: Person) -> bool:
        return any(person in group for group in self.absence_ladder)


class PostTable:
    """The posts of one staff. Answers are kept: every ticket asks, and there are few sectors and districts."""

    def __init__(self, people: Iterable[Person], routing: Routing) -> None:
        self._routing = routing
        self._groups: dict[object, list[Person]] = {}
        for person in people:
            self._groups.setdefault(post_key(person), []).append(person)
        self._known: dict[tuple[str | None, str | None], Responsibility] = {}

    def responsibility_for(self, sector: str | None, district: str | None) -> Responsibility:
        """Return who is responsible for a ticket of *sector* in *district*.

        Without a sector it waits to be sorted, or the town has no blocks.
        """
        known = self._known.get((sector, district))
        if known is None:
            known = self._known[sector, district] = self._find(sector, district)
        return known

    def rivals(self, sector: str, district: str | None) -> tuple[Post, ...]:
        """Return the posts that fit equally well, if there are several: the first of them is responsible."""
        for rung in _BLOCK_RUNGS:
            if found := self._ranked(rung, sector, district):
                equal = tuple(post for rank, post in found if rank == found[0][0])
                return equal if len(equal) > 1 else ()
        return ()

    def _find(self, sector: str | None, district: str | None) -> Responsibility:
        sorting = list(self._sorting_posts(sector, district))
        if not sector:
            return _responsibility(sorting)
        for index, rung in enumerate(_BLOCK_RUNGS):
            fitting = [post for _, post in self._ranked(rung, sector, district)]
            if not fitting:
                if district is None and self._is_divided(rung, sector):
                    return _responsibility(sorting, needs_district=True)
                continue
            post = fitting[0]
            # Deputies of a post that is bounded by districts are those of its districts.
            near = district or min((one for person in post.people for one in person.districts), default=None)
            below = fitting[1:] if index else []  # a further head is no deputy
            deputies = [one for later in _BLOCK_RUNGS[index + 1 :] for _, one in self._ranked(later, sector, near)]
            named = [_post([one]) for one in self._all_people() if _stands_in_for(one, post)]
            block = [post, *named, *below, *deputies]
            found = _responsibility([*block, *sorting], deputies=[*below, *deputies])
            curators = tuple(self._curators(sector, district))
            return replace(found, curators=curators, block_groups=len({one.people for one in block}))
        return _responsibility(sorting)

    def _ranked(self, rung: Iterable[Role], sector: str, district: str | None) -> list[tuple[int, Post]]:
        """Return the posts of *rung* that fit, the most specific first, with their ranks; equal ones as in the file.

        Where the district is unknown, a post that is bounded by districts fits only if it is the only one.
        """
        found = []
        for people in self._groups.values():
            fitting = [one for one in people if one.bases.intersection(rung) and one.covers(sector, district)]
            if fitting:
                rank = max(self._rank(one) for one in fitting)
                found.append((rank, _post(fitting, in_block=True), all(one.districts for one in fitting)))
        if district is None:
            free = [one for one in found if not one[2]]
            found = free or (found if len(found) == 1 else [])
        return [(rank, post) for rank, post, _ in sorted(found, key=lambda one: -one[0])]

    def _curators(self, sector: str, district: str | None) -> Iterator[Person]:
        """Yield the curators of the block; those of districts do not know a ticket whose district is unknown."""
        for rung in RECIPIENTS[Audience.OVERDUE_IN_BLOCK]:
            for one in self._all_people():
                is_near = one.covers(sector, district) and not (one.districts and district is None)
                if one.bases.intersection(rung) and is_near:
                    yield one

    def _is_divided(self, rung: Iterable[Role], sector: str) -> bool:
        return any(one.bases.intersection(rung) and one.covers(sector) for one in self._all_people())

    def _rank(self, person: Person) -> int:
        prefers_district = self._routing.prefer is Prefer.DISTRICT
        by_sector, by_district = (1, 2) if prefers_district else (2, 1)
        return by_sector * bool(person.sectors) + by_district * bool(person.districts)

    def _sorting_posts(self, sector: str | None, district: str | None) -> Iterator[Post]:
        """Yield the posts that sort, in order: the roles of the configuration, then the usual ones."""
        usual: Iterable[str] = (role for rung in RECIPIENTS[Audience.TRIAGE] for role in rung)
        for role in dict.fromkeys((*self._routing.sorts, *usual)):
            for people in self._groups.values():
                holders = [one for one in people if one.holds(role)]
                bounded = role in BLOCK_ROLES and bool(sector)
                fitting = [one for one in holders if not bounded or one.covers(sector, district)]
                if fitting:
                    yield _post(fitting)

    def _all_people(self) -> Iterator[Person]:
        return (person for people in self._groups.values() for person in people)


def _stands_in_for(person: Person, post: Post) -> bool:
    """Return whether *person* is named to work for *post* while its holders cannot."""
    names = {post.title, *(one.name for one in post.people)}
    return person not in post.people and not names.isdisjoint(person.stands_in)


def post_key(person: Person) -> object:
    return person.title or (person.roles, person.sectors, person.districts)


def _post(people: Iterable[Person], *, in_block: bool = False) -> Post:
    people = tuple(people)
    return Post(people[0].title or ", ".join(person.name for person in people), people, in_block=in_block)


def _responsibility(
    posts: Iterable[Post], *, deputies: Iterable[Post] = (), needs_district: bool = False
) -> Responsibility:
    posts = list(posts)
    if not posts:
        return Responsibility(Post("", ()), (), needs_district)
    first = posts[0]
    stand_ins = tuple(dict.fromkeys(person for post in deputies for person in post.people))
    post = Post(first.title, first.people, stand_ins, first.in_block)
    return Responsibility(post, tuple(dict.fromkeys(one.people for one in posts)), needs_district)
