"""The reasons for urgency, and the dangers in which a person is answered at once."""

from collections.abc import Mapping
from enum import StrEnum


class Urgency(StrEnum):
    """A reason for urgency, the gravest first."""

    SUICIDE = "suicide"  # somebody intends to end their life
    CRIME = "crime"  # violence, weapons, a bomb
    DANGER = "danger"  # life or health: an open hatch, gas, a live wire, a collapse, a missing child
    OUTAGE = "outage"  # water, heat, light or gas off for a house or more, right now

    @property
    def may_notify_at_night(self) -> bool:
        """True if it may wake people; outages at night are repaired by those on duty anyway."""
        return self is not Urgency.OUTAGE

    def is_graver_than(self, other: "Urgency | None") -> bool:
        """Return whether this is graver than *other* (``None``: not urgent)."""
        order = list(Urgency)
        return other is None or order.index(self) < order.index(other)

    @property
    def needs_duty_officer(self) -> bool:
        """True if the duty officer is notified, regardless of the sector."""
        return self in (Urgency.SUICIDE, Urgency.CRIME)


class Danger(StrEnum):
    """A danger whose author is told at once where to call. The first that fits a text counts. Stored: never change."""

    SUICIDE = "suicide"
    VIOLENCE = "violence"  # also weapons and bombs
    GAS = "gas"
    FIRE = "fire"
    WIRE = "wire"  # electricity
    CHILD = "child"  # lost, locked in, on a roof or on thin ice

    @property
    def is_private(self) -> bool:
        """True if the bot must not speak of it in public."""
        return self in (Danger.SUICIDE, Danger.VIOLENCE)

    def is_graver_than(self, other: "Danger | None") -> bool:
        """Return whether this is graver than *other* (``None``: no danger)."""
        order = list(Danger)
        return other is None or order.index(self) < order.index(other)

    @property
    def urgency(self) -> Urgency:
        return _URGENCIES.get(self, Urgency.DANGER)


class AdviceWay(StrEnum):
    """The way in which the bot tells the author of a message about a danger where to call. Stored: never change."""

    REPLY = "reply"  # in reply to the message
    PRIVATE = "private"  # in a private chat, if the messenger allows it
    NONE = "none"  # not by the bot


_URGENCIES: Mapping[Danger, Urgency] = {Danger.SUICIDE: Urgency.SUICIDE, Danger.VIOLENCE: Urgency.CRIME}
