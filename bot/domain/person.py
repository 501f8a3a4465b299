"""One official, and their accounts in messengers."""

from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from bot.domain.roles import Role


class MessengerName(StrEnum):
    """A messenger in which a person may have an account."""

    TELEGRAM = "telegram"
    VK = "vk"
    MAX = "max"


MESSENGER_TITLES: dict[MessengerName, str] = {
    MessengerName.TELEGRAM: "Telegram",
    MessengerName.VK: "VK",
    MessengerName.MAX: "MAX",
}
"""The messengers' names for people."""


@dataclass(frozen=True, slots=True)
class StaffAccount:
    """A person's account in a messenger; ``user_id`` is the messenger's, as text."""

    messenger: MessengerName
    user_id: str


_BUILT_IN = frozenset(role.value for role in Role)


@dataclass(frozen=True, slots=True)
class Person:
    """An official. ``sectors`` and ``districts`` bound the block roles; no district means all districts.

    ``title`` is the post; ``stands_in`` names the posts whose work falls to this person while their holders are away;
    ``systems`` are the foreign systems of a system curator; ``digest_at`` is an hour of their own for the daily digest.
    ``roles`` are codes of the municipality's roles, ``bases`` the built-in roles that they are made of.
    """

    id: int
    name: str
    roles: frozenset[str]
    sectors: frozenset[str] = frozenset()
    districts: frozenset[str] = frozenset()
    accounts: tuple[StaffAccount, ...] = ()
    title: str = ""
    stands_in: tuple[str, ...] = ()
    systems: frozenset[str] = frozenset()
    digest_at: time | None = None
    bases: frozenset[Role] = field(default=frozenset(), compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.bases:
            object.__setattr__(self, "bases", frozenset(Role(code) for code in self.roles if code in _BUILT_IN))

    def holds(self, role: str) -> bool:
        """Return whether the person has *role*, or one made of it."""
        return role in self.roles or role in self.bases

    def is_named_for(self, other: "Person") -> bool:
        """Return whether this person is named to work for *other* while they cannot."""
        return self.id != other.id and not {other.title, other.name}.isdisjoint(self.stands_in)

    def covers(self, sector: str | None, district: str | None = None) -> bool:
        """Return whether a ticket of *sector* and *district* lies within this person's own sectors and districts."""
        if self.sectors and (sector is None or sector not in self.sectors):
            return False
        if self.districts and district is not None and district not in self.districts:
            return False
        return bool(self.sectors or self.districts)
