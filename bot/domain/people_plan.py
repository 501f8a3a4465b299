"""The difference between the people of the database and those of a file: who comes, who changes, who goes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.people import Person, StaffAccount


class PersonField(StrEnum):
    """A part of a person that can differ. Stored in notifications: never change."""

    NAME = "name"
    TITLE = "title"
    ROLES = "roles"
    SECTORS = "sectors"
    DISTRICTS = "districts"
    STANDS_IN = "stands_in"
    SYSTEMS = "systems"
    DIGEST_AT = "digest_at"
    ACCOUNTS = "accounts"


@dataclass(frozen=True, slots=True)
class PersonChange:
    """A person as stored and as wanted; ``after`` has the stored id."""

    before: Person
    after: Person

    @property
    def fields(self) -> tuple[PersonField, ...]:
        return tuple(one for one in PersonField if _value(self.before, one) != _value(self.after, one))

    @property
    def lost_accounts(self) -> tuple[StaffAccount, ...]:
        return tuple(own for own in self.before.accounts if own not in self.after.accounts)

    @property
    def new_accounts(self) -> tuple[StaffAccount, ...]:
        return tuple(own for own in self.after.accounts if own not in self.before.accounts)


@dataclass(frozen=True, slots=True)
class PeoplePlan:
    """The steps from the stored people to the wanted ones."""

    added: tuple[Person, ...] = ()
    changed: tuple[PersonChange, ...] = ()
    dismissed: tuple[Person, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.dismissed)


def compare(stored: Sequence[Person], wanted: Sequence[Person]) -> PeoplePlan:
    """Return the steps from *stored* to *wanted*.

    A person is recognised by any of the accounts, else by the name. An account that joined by a code stays, unless
    *wanted* names only accounts that this person never had: that is a successor under the same name. The hour of the
    daily summary, which people choose for themselves, changes only if *wanted* names one.
    """
    known = recognize(stored, wanted)
    found = [(known.get(index), one) for index, one in enumerate(wanted)]
    changes = (PersonChange(before, _merge(before, one)) for before, one in found if before is not None)
    kept = {before.id for before in known.values()}
    return PeoplePlan(
        added=tuple(one for before, one in found if before is None),
        changed=tuple(one for one in changes if one.fields),
        dismissed=tuple(one for one in stored if one.id not in kept),
    )


def recognize(stored: Sequence[Person], wanted: Sequence[Person]) -> dict[int, Person]:
    """Return which stored person each of *wanted*, by its position, is; accounts tell more than names."""
    owners = {own: one for one in stored for own in one.accounts}
    found: dict[int, Person] = {}
    free = {one.id: one for one in stored}
    for index, one in enumerate(wanted):
        owner = next((owners[own] for own in one.accounts if own in owners and owners[own].id in free), None)
        if owner is not None:
            found[index] = free.pop(owner.id)
    for index, one in enumerate(wanted):
        if index not in found:
            namesake = next((other for other in free.values() if other.name == one.name), None)
            if namesake is not None:
                found[index] = free.pop(namesake.id)
    return found


def _merge(before: Person, wanted: Person) -> Person:
    accounts = (*wanted.accounts, *_kept_accounts(before, wanted))
    return replace(wanted, id=before.id, accounts=accounts, digest_at=wanted.digest_at or before.digest_at)


def _kept_accounts(before: Person, wanted: Person) -> Iterator[StaffAccount]:
    """Yield the accounts of *before* that stay although *wanted* does not name them."""
    named = {own.messenger: own in before.accounts for own in wanted.accounts}
    is_same_person = any(named.values()) or not named
    for own in before.accounts:
        if own not in wanted.accounts and is_same_person and named.get(own.messenger, True):
            yield own


def _value(person: Person, name: PersonField) -> object:
    value = getattr(person, name.value)
    return frozenset(value) if name in (PersonField.ACCOUNTS, PersonField.STANDS_IN) else value
