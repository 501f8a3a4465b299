"""Channels to an official with accounts in several messengers: preferences and failover."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """The purpose of a message to an official, who chooses a messenger for each (``/settings``)."""

    CARDS = "cards"  # cards, notifications about them, reminders; may come to several messengers
    REPORTS = "reports"  # digests and reports; come to one messenger


class Direction(StrEnum):
    """The direction in which a messenger fails: it may deliver updates and still refuse to send."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Address:
    """A private chat: the bot's ``account`` and the person's user id, which is also the chat's id."""

    account: str
    user_id: str

    @property
    def chat_id(self) -> str:
        return self.user_id


@dataclass(frozen=True, slots=True)
class Channel:
    """One account of an official.

    ``blocked``: the person has not opened the bot there, or has blocked it; ``unavailable``: the messenger has failed
    for too long; ``diverted``: messages have gone elsewhere because of that.
    """

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
    """The addresses of a message. ``unavailable_channels`` were chosen by the person and do not work."""

    addresses: tuple[Address, ...]
    unavailable_channels: tuple[Channel, ...] = ()


def preferred_channels(channels: Sequence[Channel], purpose: Purpose) -> tuple[Channel, ...]:
    """Return the channels that the person has chosen; without a choice, the first one."""
    return tuple(one for one in channels if purpose in one.purposes) or tuple(channels[:1])


def choose_route(channels: Sequence[Channel], purpose: Purpose) -> Route:
    """Return the route of a message for *purpose*: the chosen channels that work, else the next one that does.

    If no channel works, the message waits for the chosen ones.
    """
    wanted = preferred_channels(channels, purpose)
    missed = tuple(one for one in wanted if not one.is_open)
    working = [one for one in wanted if one.is_open] or [one for one in channels if one.is_open][:1]
    if working:
        return Route(tuple(one.address for one in working), missed)
    waiting = [one for one in (*wanted, *channels) if not one.blocked] or wanted
    return Route(tuple(one.address for one in waiting[:1]))
