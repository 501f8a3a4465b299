"""Authority over people: who may give a place to whom, and who may change or dismiss whom.

Nobody gives a right that they lack over that scope, and nobody changes their own place. Those who hold
:data:`Right.MANAGE_ROLES` may give any role to others: that is what this right permits. A dismissal gives nobody
anything, so that a block curator, who cannot do what a head does, may still dismiss the heads of the own block.
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
        known = [self.roles.definitions[code] for code in place.roles if code in self.roles.definitions]
        wanted = [(right, _BREADTH[scope]) for one in known for right, scope in one.rights.items()]
        if self.manages_everybody(giver):
            return all(self._breadth(giver, right) for right, _ in wanted)
        within = all(map(self.roles.is_in_block, place.roles)) and _is_within(giver, place)
        return within and all(self._breadth(giver, right) >= breadth for right, breadth in wanted)

    def may_manage(self, manager: Person, other: Person) -> bool:
        """Return whether *manager* may change or dismiss *other*: somebody else, whose whole place they could give."""
        return manager.id != other.id and self.may_give(manager, Place.of(other))

    def may_dismiss(self, manager: Person, other: Person) -> bool:
        """Return whether *manager* may dismiss *other*: they may manage them, or supervise them in the own block."""
        if self.may_manage(manager, other):
            return True
        place = Place.of(other)
        if manager.id == other.id or not place.roles <= self.roles.definitions.keys():
            return False
        bases = self.roles.bases(place.roles)
        return bool(bases) and bases <= self._supervised(manager) and _is_within(manager, place)

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
