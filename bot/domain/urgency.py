"""Why a message cannot wait."""

from enum import StrEnum


class Urgency(StrEnum):
    """What makes it urgent, the gravest first."""

    SUICIDE = "suicide"  # somebody means to end their life
    CRIME = "crime"  # violence, weapons, a bomb
    DANGER = "danger"  # life or health: an open hatch, gas, a live wire, a collapse, a missing child
    OUTAGE = "outage"  # water, heat, light or gas off for a house or more, right now

    @property
    def may_notify_at_night(self) -> bool:
        """Whether it may wake people. Supplies that are off at night are mended by those on duty anyway."""
        return self is not Urgency.OUTAGE

    def is_graver_than(self, other: "Urgency | None") -> bool:
        """Whether *other* (``None``: nothing is urgent) must give way to this."""
        order = list(Urgency)
        return other is None or order.index(self) < order.index(other)

    @property
    def needs_duty_officer(self) -> bool:
        """Whether it is a matter for the duty officer, whoever's sector it is."""
        return self in (Urgency.SUICIDE, Urgency.CRIME)
