"""The officials of a municipality: who is responsible for a ticket, and who may do what."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from bot.domain.person import MESSENGER_TITLES as MESSENGER_TITLES
from bot.domain.person import MessengerName as MessengerName
from bot.domain.person import Person as Person
from bot.domain.person import StaffAccount as StaffAccount
from bot.domain.posts import USUAL_ROUTING, Post, PostTable, Responsibility, Routing
from bot.domain.recipients import HEARINGS, OF_TICKETS, WITHIN_BLOCK, Audience, Hearing
from bot.domain.role_book import BUILT_IN_ROLES, RoleBook
from bot.domain.roles import Right, Scope


@dataclass(frozen=True, slots=True)
class Staff:
    """All officials of the municipality: who is responsible for a ticket, and who may do what.

    ``version`` changes with every change of people or accounts in the database.
    """

    people: tuple[Person, ...]
    routing: Routing = USUAL_ROUTING
    version: str = field(default="", compare=False)
    roles: RoleBook = BUILT_IN_ROLES
    _posts: PostTable = field(init=False, repr=False, compare=False)
    _by_id: dict[int, Person] = field(init=False, repr=False, compare=False)
    _by_account: dict[tuple[str, str], Person] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        people = tuple(replace(one, bases=self.roles.bases(one.roles)) for one in self.people)
        object.__setattr__(self, "people", people)
        object.__setattr__(self, "_posts", PostTable(self.people, self.routing))
        by_account = [((one.messenger.value, one.user_id), person) for person in people for one in person.accounts]
        object.__setattr__(self, "_by_id", {person.id: person for person in reversed(people)})
        object.__setattr__(self, "_by_account", dict(reversed(by_account)))

    def with_people(self, stored: "Staff") -> "Staff":
        """Return the people of *stored* under the rules of these."""
        return replace(self, people=stored.people, version=stored.version)

    def find_by_id(self, person_id: int) -> Person | None:
        return self._by_id.get(person_id)

    def find_by_account(self, messenger: str, user_id: str) -> Person | None:
        """Return the official behind an account, or ``None`` for a citizen."""
        return self._by_account.get((messenger, user_id))

    @property
    def districts(self) -> tuple[str, ...]:
        """The districts by which posts are bounded, as in the file."""
        return tuple(dict.fromkeys(district for person in self.people for district in sorted(person.districts)))

    def rungs(
        self, audience: Audience, sector: str | None = None, district: str | None = None
    ) -> Iterator[tuple[Person, ...]]:
        """Yield the people on each rung of the ladder of *audience*, in order, without rungs that nobody holds.

        *sector* and *district* are those of the ticket, for audiences :data:`WITHIN_BLOCK`.
        """
        for rung in self.roles.ladder(audience):
            people = {
                person.id: person
                for code in rung
                for person in self.people
                if code in person.roles
                and (audience not in WITHIN_BLOCK or self._is_within(person, code, sector, district))
            }
            if people:
                yield tuple(people.values())

    def recipients(
        self, audience: Audience, sector: str | None = None, district: str | None = None
    ) -> tuple[Person, ...]:
        """Return the people on the first rung of the ladder of *audience* that somebody holds, and all who hear of it
        in addition."""
        first = next(self.rungs(audience, sector, district), ())
        hearing = HEARINGS.get(audience)
        if hearing is None or audience is Audience.OVERDUE_IN_BLOCK:  # who hears of overdue tickets is in OVERDUE
            return first
        return tuple(dict.fromkeys((*first, *self.listeners(hearing, sector, district, audience in OF_TICKETS))))

    def listeners(
        self, hearing: Hearing, sector: str | None = None, district: str | None = None, of_ticket: bool = True
    ) -> tuple[Person, ...]:
        """Return the people whose roles the configuration lets hear of a subject; in a block, of its tickets alone."""
        codes = self.roles.listening(hearing)
        if not codes:  # as everywhere without [[roles]]; every card asks
            return ()
        return tuple(
            person
            for person in self.people
            for code in person.roles & codes
            if not of_ticket or self._is_within(person, code, sector, district)
        )

    def _is_within(self, person: Person, role: str, sector: str | None, district: str | None) -> bool:
        """Return whether *role* lets *person* hear of a ticket there: roles of a block hear of their own.

        Who watches districts does not hear of a ticket whose district is unknown.
        """
        if not self.roles.is_in_block(role):
            return True
        return person.covers(sector, district) and not (person.districts and district is None)

    def responsibility_for(self, sector: str | None, district: str | None = None) -> Responsibility:
        """Return the post responsible for a ticket of *sector* (none: it is to be sorted), and who takes its place."""
        return self._posts.responsibility_for(sector, district)

    def post_for(self, sector: str | None, district: str | None = None) -> Post:
        """Return the one post that is responsible for a ticket of *sector* in *district*."""
        return self.responsibility_for(sector, district).post

    def rivals(self, sector: str, district: str | None = None) -> tuple[Post, ...]:
        """Return the posts that fit equally well, if there are several: the first of them is responsible."""
        return self._posts.rivals(sector, district)

    def acting_for(self, sector: str | None, district: str | None = None) -> tuple[Person, ...]:
        """Return the first group on the ladder in which somebody has joined.

        :mod:`bot.services.responsibility` knows more: who can be reached now, and who has taken a ticket.
        """
        ladder = self.responsibility_for(sector, district).ladder
        joined = (group for group in ladder if any(person.accounts for person in group))
        return next(joined, ladder[0] if ladder else ())

    def has_right(self, person: Person, right: Right, sector: str | None = None, district: str | None = None) -> bool:
        """Return whether one of the roles of *person* gives *right* over a ticket of *sector*."""
        scopes = self.roles.scopes(person.roles, right)
        return any(self._is_in_scope(person, scope, sector, district) for scope in scopes)

    def _is_in_scope(self, person: Person, scope: Scope, sector: str | None, district: str | None) -> bool:
        match scope:
            case Scope.ALL:
                return True
            case Scope.OWN:
                return person.covers(sector, district) or person in self.acting_for(sector, district)
            case Scope.STAND_IN:
                return person in self.acting_for(sector, district)
