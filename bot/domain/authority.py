"""Authority over people: who may give a place to whom, and who may change or dismiss whom.

Nobody gives a right that they lack over that scope, and nobody changes their own place. Those who hold
:data:`Right.MANAGE_ROLES` may give any role to others: that is what this right permits. In their own block, people
also give the roles that theirs supervises (:data:`SUPERVISED`): a block curator forms the block, although they cannot
do what its head does, and never do it by their own word.
"""

from dataclasses import dataclass

from bot.domain.person import Person
from bot.domain.role_book import RoleBook
from bot.domain.roles import SUPERVISED, Right, Role, Scope

_BREADTH = {Scope.STAND_IN: 1, Scope.OWN: 2, Scope.ALL: 3}


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the centre: the codes of roles, for which blocks and districts, and the post."""

    roles: frozenset[str]
    sectors: frozenset[str] = frozenset()
    districts: frozenset[str] = frozenset()
    title: str = ""

    @classmethod
    def of(cls, person: Person) -> "Place":
        return cls(person.roles, person.sectors, person.districts, person.title)


@dataclass(frozen=True, slots=True)
class Authority:
    """The authority that the roles of a municipality give."""

    roles: RoleBook

    def manages_people(self, person: Person) -> bool:
        """Return whether *person* manages some people: all of them, or those of the own block."""
        return self.manages_roles(person) or self._breadth(person, Right.MANAGE_PEOPLE) >= _BREADTH[Scope.OWN]

    def manages_everybody(self, person: Person) -> bool:
        return self.manages_roles(person) or self._breadth(person, Right.MANAGE_PEOPLE) == _BREADTH[Scope.ALL]

    def manages_roles(self, person: Person) -> bool:
        """Return whether *person* may give every role, as administrators do."""
        return self._breadth(person, Right.MANAGE_ROLES) == _BREADTH[Scope.ALL]

    def is_complete(self, place: Place) -> bool:
        """Return whether *place* has a role, and a block or a district for the roles of blocks."""
        in_block = any(self.roles.is_in_block(code) for code in place.roles)
        return bool(place.roles) and not (in_block and not (place.sectors or place.districts))

    def may_give(self, giver: Person, place: Place) -> bool:
        """Return whether *giver* may give *place* to somebody else.

        Those who manage everybody hold what they hold as stand-ins: it reaches them whenever nobody earlier on the
        ladder is there.
        """
        if not place.roles or not self.manages_people(giver):
            return False
        if self.manages_roles(giver):
            return True
        if self.manages_everybody(giver):
            known = (self.roles.definitions[code] for code in place.roles if code in self.roles.definitions)
            return all(self._breadth(giver, right) for one in known for right in one.rights)
        within = all(map(self.roles.is_in_block, place.roles)) and _is_within(giver, place)
        supervised = self._supervised(giver)
        return within and all(
            self.roles.definitions[code].base in supervised or self._holds_rights_of(giver, code)
            for code in place.roles
        )

    def may_manage(self, manager: Person, other: Person) -> bool:
        """Return whether *manager* may change or dismiss *other*: somebody else, whose whole place they could give."""
        return manager.id != other.id and self.may_give(manager, Place.of(other))

    def may_act_as(self, manager: Person, other: Person) -> bool:
        """Return whether *manager* may take the work of *other* by an own word: it gives them no right they lack."""
        return self.manages_everybody(manager) or all(self._holds_rights_of(manager, code) for code in other.roles)

    def _holds_rights_of(self, person: Person, code: str) -> bool:
        """Return whether *person* holds every right of the role *code*, as broadly."""
        known = self.roles.definitions.get(code)
        return known is None or all(self._breadth(person, one) >= _BREADTH[own] for one, own in known.rights.items())

    def _supervised(self, manager: Person) -> frozenset[Role]:
        """Return the roles below those by which *manager* manages people."""
        managing = [code for code in manager.roles if self.roles.scopes({code}, Right.MANAGE_PEOPLE)]
        return frozenset(one for base in self.roles.bases(managing) for one in SUPERVISED.get(base, ()))

    def _breadth(self, person: Person, right: Right) -> int:
        return max((_BREADTH[scope] for scope in self.roles.scopes(person.roles, right)), default=0)


def _is_within(giver: Person, place: Place) -> bool:
    """Return whether *place* reaches no block and no district beyond those of *giver*."""
    pairs = ((giver.sectors, place.sectors), (giver.districts, place.districts))
    return any(own for own, _ in pairs) and all(not own or (wanted and wanted <= own) for own, wanted in pairs)
