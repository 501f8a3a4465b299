"""The roles of a municipality: the built-in ones, with the changes and additions of its configuration."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.domain.recipients import HEARINGS, RECIPIENTS, Audience, Hearing
from bot.domain.roles import BLOCK_ROLES, RIGHTS, Right, Role, Scope


@dataclass(frozen=True, slots=True)
class RoleChange:
    """A role of the configuration: a change of a built-in one, or a new one made of its ``base``."""

    code: str
    base: str | None = None
    title: str | None = None
    may: frozenset[Right] = frozenset()
    may_not: frozenset[Right] = frozenset()
    hears: frozenset[Hearing] = frozenset()
    hears_not: frozenset[Hearing] = frozenset()


@dataclass(frozen=True, slots=True)
class RoleDefinition:
    """A role as it is: ``base`` is the built-in role whose place on the ladders it has."""

    base: Role
    rights: Mapping[Right, Scope]
    title: str | None = None
    hears: frozenset[Hearing] = frozenset()
    hears_not: frozenset[Hearing] = frozenset()

    @property
    def is_in_block(self) -> bool:
        """True if sectors and districts bound it."""
        return self.base in BLOCK_ROLES

    def changed(self, change: RoleChange) -> "RoleDefinition":
        """Return this role with *change*: an added right extends to own tickets in a block, to all elsewhere."""
        added = dict.fromkeys(change.may, Scope.OWN if self.is_in_block else Scope.ALL)
        rights = {right: scope for right, scope in {**self.rights, **added}.items() if right not in change.may_not}
        return RoleDefinition(
            self.base,
            rights,
            change.title or self.title,
            (self.hears | change.hears) - change.hears_not,
            (self.hears_not - change.hears) | change.hears_not,
        )


class InvalidRole(ValueError):
    """A role whose base is unknown, or leads back to the role."""


@dataclass(frozen=True, slots=True)
class RoleBook:
    """All roles by code. A code that is not here (of an older configuration) gives no right and hears of nothing."""

    changes: tuple[RoleChange, ...] = ()
    definitions: Mapping[str, RoleDefinition] = field(init=False, compare=False, repr=False)
    _ladders: Mapping[Audience, tuple[tuple[str, ...], ...]] = field(init=False, compare=False, repr=False)
    _listening: Mapping[Hearing, frozenset[str]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        known = {role.value: RoleDefinition(role, RIGHTS[role]) for role in Role}
        open_changes = list(self.changes)
        while open_changes:
            ready = next((one for one in open_changes if (one.base or one.code) in known), None)
            if ready is None:
                raise InvalidRole(open_changes[0].code)
            open_changes.remove(ready)
            known[ready.code] = known[ready.base or ready.code].changed(ready)
        object.__setattr__(self, "definitions", known)
        listening = {h: frozenset(code for code, one in known.items() if h in one.hears) for h in Hearing}
        object.__setattr__(self, "_listening", listening)
        object.__setattr__(self, "_ladders", {audience: self._build_ladder(audience) for audience in Audience})

    def _build_ladder(self, audience: Audience) -> tuple[tuple[str, ...], ...]:
        hearing = HEARINGS.get(audience)
        return tuple(
            tuple(
                code
                for role in rung
                for code, one in self.definitions.items()
                if one.base is role and hearing not in one.hears_not
            )
            for rung in RECIPIENTS[audience]
        )

    def ladder(self, audience: Audience) -> tuple[tuple[str, ...], ...]:
        """Return the codes on each rung of *audience*, without the roles that do not hear of it."""
        return self._ladders[audience]

    def listening(self, hearing: Hearing) -> frozenset[str]:
        """Return the codes that hear of it in addition to the ladder."""
        return self._listening[hearing]

    def is_in_block(self, code: str) -> bool:
        """Return whether the role is bounded by sectors and districts."""
        known = self.definitions.get(code)
        return known is not None and known.is_in_block

    def bases(self, codes: Iterable[str]) -> frozenset[Role]:
        """Return the built-in roles that *codes* are made of."""
        return frozenset(self.definitions[code].base for code in codes if code in self.definitions)

    def scopes(self, codes: Iterable[str], right: Right) -> frozenset[Scope]:
        """Return the scopes in which any of *codes* gives *right*; none: it is not given."""
        known = (self.definitions[code].rights for code in codes if code in self.definitions)
        return frozenset(rights[right] for rights in known if right in rights)

    def titles(self) -> dict[str, str]:
        """Return the titles that the municipality has given to roles, by code."""
        return {code: one.title for code, one in self.definitions.items() if one.title is not None}


BUILT_IN_ROLES = RoleBook()
