"""One official, and their accounts in messengers."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Person:
    """An official. ``sectors`` and ``districts`` bound the block roles; no district means all districts.

    ``title`` is the post; ``stands_in`` names the posts whose work falls to this person while their holders are away;
    ``systems`` are the foreign systems of a system curator; ``digest_at`` is an hour of their own for the daily digest.
    """

    id: int
    name: str
    roles: frozenset[Role]
    sectors: frozenset[str] = frozenset()
    districts: frozenset[str] = frozenset()
    accounts: tuple[StaffAccount, ...] = ()
    title: str = ""
    stands_in: tuple[str, ...] = ()
    systems: frozenset[str] = frozenset()
    digest_at: time | None = None

    def covers(self, sector: str | None, district: str | None = None) -> bool:
        """Return whether a ticket of *sector* and *district* lies within this person's own sectors and districts."""
        if self.sectors and (sector is None or sector not in self.sectors):
            return False
        if self.districts and district is not None and district not in self.districts:
            return False
        return bool(self.sectors or self.districts)
