"""Who works in the centre, and what each role may do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Role(StrEnum):
    """The roles of the regulations. One person may hold several."""

    HEAD = "head"  # руководитель отраслевого блока
    DEPUTY = "deputy"  # заместитель руководителя блока
    EMPLOYEE = "employee"  # сотрудник блока
    BLOCK_CURATOR = "block_curator"  # куратор блока
    COORDINATOR = "coordinator"  # координатор
    MANAGER = "manager"  # руководитель МЦУ, ответственный исполнитель
    CURATOR = "curator"  # куратор МЦУ
    ADMINISTRATOR = "administrator"  # администратор
    DUTY = "duty"  # дежурный: ему сообщают о преступлениях и угрозе самоубийства


class MessengerName(StrEnum):
    """Where a person may have an account."""

    TELEGRAM = "telegram"
    VK = "vk"
    MAX = "max"


MESSENGER_TITLES: dict[MessengerName, str] = {
    MessengerName.TELEGRAM: "Telegram",
    MessengerName.VK: "VK",
    MessengerName.MAX: "MAX",
}
"""Their names as people write them."""


class Right(StrEnum):
    """What a person can be allowed to do."""

    ACCEPT = "accept"
    ANSWER = "answer"
    HAND_OVER = "hand_over"
    DISMISS = "dismiss"
    TRIAGE = "triage"
    CORRECT = "correct"
    REOPEN = "reopen"
    SEE_TICKET = "see_ticket"
    TYPE_IN = "type_in"
    DIGEST = "digest"
    LIST_OWN = "list_own"
    FIND = "find"
    INVITE = "invite"
    GROUP = "group"  # put messages about one event together, take them apart


class Scope(StrEnum):
    """How far a right reaches."""

    ALL = "all"  # every ticket
    OWN = "own"  # tickets of the person's own sectors and districts, and those that fall to the person
    STAND_IN = "stand_in"  # tickets that fall to the person because nobody nearer stands for them


_BLOCK_RIGHTS = {
    Right.ACCEPT: Scope.OWN,
    Right.ANSWER: Scope.OWN,
    Right.HAND_OVER: Scope.OWN,
    Right.DISMISS: Scope.OWN,
    Right.CORRECT: Scope.OWN,
    Right.REOPEN: Scope.OWN,
    Right.GROUP: Scope.OWN,
    Right.SEE_TICKET: Scope.OWN,
    Right.LIST_OWN: Scope.OWN,
    Right.FIND: Scope.OWN,
}

RIGHTS: dict[Role, dict[Right, Scope]] = {
    Role.HEAD: _BLOCK_RIGHTS | {Right.TRIAGE: Scope.STAND_IN},
    Role.DEPUTY: _BLOCK_RIGHTS | {Right.TRIAGE: Scope.STAND_IN},
    Role.EMPLOYEE: {Right.SEE_TICKET: Scope.OWN, Right.LIST_OWN: Scope.OWN, Right.FIND: Scope.OWN},
    Role.BLOCK_CURATOR: {Right.SEE_TICKET: Scope.OWN, Right.LIST_OWN: Scope.OWN, Right.FIND: Scope.OWN},
    Role.COORDINATOR: {
        Right.TRIAGE: Scope.ALL,
        Right.HAND_OVER: Scope.ALL,
        Right.DISMISS: Scope.ALL,
        Right.REOPEN: Scope.ALL,
        Right.GROUP: Scope.ALL,
        Right.SEE_TICKET: Scope.ALL,
        Right.TYPE_IN: Scope.ALL,
        Right.DIGEST: Scope.ALL,
        Right.LIST_OWN: Scope.ALL,
        Right.FIND: Scope.ALL,
        Right.ACCEPT: Scope.STAND_IN,
        Right.ANSWER: Scope.STAND_IN,
        Right.CORRECT: Scope.STAND_IN,
    },
    Role.MANAGER: {
        Right.TRIAGE: Scope.ALL,
        Right.HAND_OVER: Scope.ALL,
        Right.DISMISS: Scope.ALL,
        Right.REOPEN: Scope.ALL,
        Right.GROUP: Scope.ALL,
        Right.SEE_TICKET: Scope.ALL,
        Right.TYPE_IN: Scope.ALL,
        Right.DIGEST: Scope.ALL,
        Right.INVITE: Scope.ALL,
        Right.LIST_OWN: Scope.ALL,
        Right.FIND: Scope.ALL,
        Right.ACCEPT: Scope.STAND_IN,
        Right.ANSWER: Scope.STAND_IN,
        Right.CORRECT: Scope.STAND_IN,
    },
    Role.CURATOR: {
        Right.SEE_TICKET: Scope.ALL,
        Right.FIND: Scope.ALL,
        Right.DIGEST: Scope.ALL,
    },
    Role.ADMINISTRATOR: {
        Right.TRIAGE: Scope.STAND_IN,
        Right.HAND_OVER: Scope.STAND_IN,
        Right.DISMISS: Scope.STAND_IN,
        Right.REOPEN: Scope.STAND_IN,
        Right.GROUP: Scope.STAND_IN,
        Right.ACCEPT: Scope.STAND_IN,
        Right.ANSWER: Scope.STAND_IN,
        Right.CORRECT: Scope.STAND_IN,
        Right.SEE_TICKET: Scope.STAND_IN,
        Right.LIST_OWN: Scope.STAND_IN,
        Right.FIND: Scope.STAND_IN,
        Right.TYPE_IN: Scope.STAND_IN,
        Right.INVITE: Scope.ALL,
    },
    Role.DUTY: {},  # is told, with the words and a link; works in systems of their own
}
"""The one table of rights. Absent means no."""

ESCALATION_ORDER: tuple[Role, ...] = (Role.HEAD, Role.DEPUTY, Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR)
"""To whom a ticket of a sector falls, the nearest first."""

TRIAGE_ESCALATION_ORDER: tuple[Role, ...] = (Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR, Role.HEAD, Role.DEPUTY)
"""To whom falls what the machine is unsure of; in a town of block heads alone, to all of them."""

_BLOCK_ROLES = frozenset({Role.HEAD, Role.DEPUTY, Role.EMPLOYEE, Role.BLOCK_CURATOR})


@dataclass(frozen=True, slots=True)
class StaffAccount:
    """A person's account in a messenger; ``user_id`` is the messenger's, as text."""

    messenger: MessengerName
    user_id: str


@dataclass(frozen=True, slots=True)
class Person:
    """An official. ``sectors`` and ``districts`` bound the block roles; no district means all of them."""

    id: int
    name: str
    roles: frozenset[Role]
    sectors: frozenset[str] = frozenset()
    districts: frozenset[str] = frozenset()
    accounts: tuple[StaffAccount, ...] = ()

    def covers(self, sector: str | None, district: str | None = None) -> bool:
        """Whether a ticket of *sector* and *district* lies in this person's own field."""
        if self.sectors and (sector is None or sector not in self.sectors):
            return False
        if self.districts and district is not None and district not in self.districts:
            return False
        return bool(self.sectors or self.districts)


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody who works in the centre, and the answers to «whose is it» and «may they»."""

    people: tuple[Person, ...]

    def find_by_id(self, person_id: int) -> Person | None:
        return next((person for person in self.people if person.id == person_id), None)

    def find_by_account(self, messenger: str, user_id: str) -> Person | None:
        """The official behind an account, or ``None`` for a citizen."""
        for person in self.people:
            if any(a.messenger == messenger and a.user_id == user_id for a in person.accounts):
                return person
        return None

    def with_account(self, person_id: int, own: StaffAccount) -> "Staff":
        """The same people, one of them with an account more."""
        return Staff(
            tuple(
                replace(person, accounts=(*person.accounts, own)) if person.id == person_id else person
                for person in self.people
            )
        )

    def with_accounts(self, owned: Mapping[int, tuple[StaffAccount, ...]]) -> "Staff":
        """The same people, each with the accounts that *owned* knows (by the person's id)."""
        return Staff(tuple(replace(person, accounts=owned.get(person.id, ())) for person in self.people))

    def with_role(self, role: Role) -> tuple[Person, ...]:
        return tuple(person for person in self.people if role in person.roles)

    def responsible_for(self, sector: str | None, district: str | None = None) -> tuple[Person, ...]:
        """Who must act on a ticket of *sector* (``None``: it waits for triage): the first rung with anybody on it who
        has joined. Who is named in the configuration but has no account yet sees nothing, so it falls further."""
        if sector is None:
            return self._first_joined(self.with_role(role) for role in TRIAGE_ESCALATION_ORDER)
        return self._first_joined(
            tuple(p for p in self.with_role(role) if role not in _BLOCK_ROLES or p.covers(sector, district))
            for role in ESCALATION_ORDER
        )

    @staticmethod
    def _first_joined(rungs: Iterable[tuple[Person, ...]]) -> tuple[Person, ...]:
        ladder = [rung for rung in rungs if rung]
        joined = (rung for rung in ladder if any(person.accounts for person in rung))
        return next(joined, ladder[0] if ladder else ())

    def has_right(self, person: Person, right: Right, sector: str | None = None, district: str | None = None) -> bool:
        """Whether *person* holds *right* over a ticket of *sector*: the union over his roles."""
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
