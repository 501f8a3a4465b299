"""Ways to a person who has accounts in several messengers: what goes where, and where instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """What somebody is written to about. For each a person may say where it shall come (``/settings``)."""

    CARDS = "cards"  # cards, notes about them, reminders; several places at once are fine
    REPORTS = "reports"  # digests and reports; one place


class Direction(StrEnum):
    """The direction in which a messenger fails. Who can ask for news may still be unable to send."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Address:
    """A private chat: our ``account``, and the person's own number there. In every messenger that we speak that number
    names the chat, too."""

    account: str
    user_id: str

    @property
    def chat_id(self) -> str:
        return self.user_id


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to a person. ``blocked``: the person does not let us write there. ``silent``: the messenger itself has
    failed for too long. ``diverted``: something went elsewhere because of that."""

    address: Address
    purposes: frozenset[Purpose] = frozenset()
    blocked: bool = False
    unavailable: bool = False
    diverted: bool = False

    @property
    def is_open(self) -> bool:
        return not (self.blocked or self.unavailable)


@dataclass(frozen=True, slots=True)
class Route:
    """Where something goes now. ``missed``: ways that were asked for and do not work, while others do."""

    addresses: tuple[Address, ...]
    unavailable_channels: tuple[Channel, ...] = ()


def preferred_channels(channels: Sequence[Channel], purpose: Purpose) -> tuple[Channel, ...]:
    """What the person has chosen; without a choice, the first account gets everything."""
    return tuple(one for one in channels if purpose in one.purposes) or tuple(channels[:1])


def choose_route(channels: Sequence[Channel], purpose: Purpose) -> Route:
    """Where something for *purpose* goes: to what was asked for, as far as it works; else to the next that does. Where
    nothing works it waits for what was asked for."""
    wanted = preferred_channels(channels, purpose)
    missed = tuple(one for one in wanted if not one.is_open)
    working = [one for one in wanted if one.is_open] or [one for one in channels if one.is_open][:1]
    if working:
        return Route(tuple(one.address for one in working), missed)
    waiting = [one for one in (*wanted, *channels) if not one.blocked] or wanted
    return Route(tuple(one.address for one in waiting[:1]))
