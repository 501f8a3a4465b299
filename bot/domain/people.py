"""The officials of a municipality: who is responsible for a ticket, and who may do what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bot.domain.person import MESSENGER_TITLES as MESSENGER_TITLES
from bot.domain.person import MessengerName as MessengerName
from bot.domain.person import Person as Person
from bot.domain.person import StaffAccount as StaffAccount
from bot.domain.recipients import RECIPIENTS, WITHIN_BLOCK, Audience
from bot.domain.roles import BLOCK_ROLES, RIGHTS, Right, Role, Scope


@dataclass(frozen=True, slots=True)
class Staff:
    """All officials of the municipality: who is responsible for a ticket, and who may do what."""

    people: tuple[Person, ...]

    def find_by_id(self, person_id: int) -> Person | None:
        return next((person for person in self.people if person.id == person_id), None)

    def find_by_account(self, messenger: str, user_id: str) -> Person | None:
        """Return the official behind an account, or ``None`` for a citizen."""
        for person in self.people:
            if any(a.messenger == messenger and a.user_id == user_id for a in person.accounts):
                return person
        return None

    def with_account(self, person_id: int, own: StaffAccount) -> "Staff":
        """Return the same people, one of them with another account."""
        return Staff(
            tuple(
                replace(person, accounts=(*person.accounts, own)) if person.id == person_id else person
                for person in self.people
            )
        )

    def without_account(self, own: StaffAccount) -> "Staff":
        """Return the same people, none of them with that account."""
        return Staff(
            tuple(
                replace(person, accounts=tuple(one for one in person.accounts if one != own)) for person in self.people
            )
        )

    def with_accounts(self, owned: Mapping[int, tuple[StaffAccount, ...]]) -> "Staff":
        """Return the same people, each with their accounts in *owned* (by person id)."""
        return Staff(tuple(replace(person, accounts=owned.get(person.id, ())) for person in self.people))

    def with_role(self, role: Role) -> tuple[Person, ...]:
        return tuple(person for person in self.people if role in person.roles)

    def rungs(
        self, audience: Audience, sector: str | None = None, district: str | None = None
    ) -> Iterator[tuple[Person, ...]]:
        """Yield the people on each rung of the ladder of *audience*, in order, without rungs that nobody holds.

        *sector* and *district* are those of the ticket, for audiences :data:`WITHIN_BLOCK`.
        """
        for rung in RECIPIENTS[audience]:
            people = {
                person.id: person
                for role in rung
                for person in self.with_role(role)
                if audience not in WITHIN_BLOCK or role not in BLOCK_ROLES or person.covers(sector, district)
            }
            if people:
                yield tuple(people.values())

    def recipients(
        self, audience: Audience, sector: str | None = None, district: str | None = None
    ) -> tuple[Person, ...]:
        """Return the people on the first rung of the ladder of *audience* that somebody holds; none if nobody does."""
        return next(self.rungs(audience, sector, district), ())

    def responsible_for(self, sector: str | None, district: str | None = None) -> tuple[Person, ...]:
        """Return the people who must act on a ticket of *sector* (``None``: it waits for triage).

        They are on the first rung that has somebody with an account: officials who have not joined yet see nothing, so
        the ticket goes further up the ladder.
        """
        audience = Audience.TRIAGE if sector is None else Audience.TICKET
        ladder = list(self.rungs(audience, sector, district))
        joined = (rung for rung in ladder if any(person.accounts for person in rung))
        return next(joined, ladder[0] if ladder else ())

    def has_right(self, person: Person, right: Right, sector: str | None = None, district: str | None = None) -> bool:
        """Return whether one of the roles of *person* gives *right* over a ticket of *sector*."""
        return any(
            self._is_in_scope(person, role, RIGHTS[role][right], sector, district)
            for role in person.roles
            if right in RIGHTS[role]
        )

    def _is_in_scope(self, person: Person, role: Role, scope: Scope, sector: str | None, district: str | None) -> bool:
        match scope:
            case Scope.ALL:
                return True
            case Scope.OWN:
                return person.covers(sector, district) or person in self.responsible_for(sector, district)
            case Scope.STAND_IN:
                return person in self.responsible_for(sector, district)
