"""The recipients of everything the bot tells officials unasked: one ladder of roles per audience."""

from collections.abc import Mapping
from enum import StrEnum, auto

from bot.domain.roles import Role

Ladder = tuple[tuple[Role, ...], ...]
"""Rungs, the preferred first. A rung may name several roles: all their holders are recipients together."""


class Audience(StrEnum):
    """An occasion on which officials are written to. Stored: never change."""

    TICKET = auto()  # a ticket of a sector
    TRIAGE = auto()  # a ticket whose sector is unknown, and the review queue
    SUBSTITUTES = auto()  # a ticket whose responsible people cannot be reached
    DUTY = auto()  # a threat of suicide, a crime, or a danger that the bot may not answer
    URGENT = auto()  # any urgent ticket, in addition to the people responsible for it
    OVERDUE = auto()  # a missed deadline, in addition to the people responsible
    OVERDUE_IN_BLOCK = auto()  # the same, for those who watch one block
    OUTAGE = auto()  # the messages that came while the bot was down, in addition to the people responsible
    SPIKE = auto()  # more messages about a topic or a street than usual
    DIGEST = auto()  # the daily digest
    PAGES = auto()  # the weekly report on official pages
    NOT_JOINED = auto()  # officials without an account, in addition to those who may invite them
    DECISION = auto()  # a question that the management has to decide
    OPERATION = auto()  # a fault of the bot, of a messenger or of the settings


_CENTRE: Ladder = ((Role.COORDINATOR,), (Role.CENTRE_STAFF,), (Role.MANAGER,), (Role.ADMINISTRATOR,))
_SUBSTITUTES: Ladder = (*_CENTRE, (Role.HEAD,), (Role.DEPUTY,))

SORTS: tuple[Role, ...] = tuple(role for rung in _CENTRE for role in rung)
"""The roles that sort messages unless the configuration says otherwise, the preferred first."""

_READERS: Ladder = ((Role.CURATOR, Role.MANAGER), (Role.COORDINATOR,))

RECIPIENTS: Mapping[Audience, Ladder] = {
    Audience.TICKET: ((Role.HEAD,), (Role.DEPUTY,), *_CENTRE),
    Audience.TRIAGE: _SUBSTITUTES,
    Audience.SUBSTITUTES: _SUBSTITUTES,
    Audience.DUTY: ((Role.DUTY,), *_CENTRE),
    Audience.URGENT: ((Role.COORDINATOR,),),
    Audience.OVERDUE: ((Role.CURATOR,), (Role.MANAGER,)),
    Audience.OVERDUE_IN_BLOCK: ((Role.BLOCK_CURATOR,),),
    Audience.OUTAGE: ((Role.CURATOR, Role.MANAGER, Role.ADMINISTRATOR),),
    Audience.SPIKE: ((Role.COORDINATOR,), (Role.MANAGER,), (Role.CURATOR,)),
    Audience.DIGEST: _READERS,
    Audience.PAGES: _READERS,
    Audience.NOT_JOINED: ((Role.COORDINATOR,),),
    Audience.DECISION: ((Role.MANAGER,), (Role.COORDINATOR,)),
    Audience.OPERATION: ((Role.ADMINISTRATOR,), (Role.MANAGER,), (Role.COORDINATOR,)),
}
"""The ladder of each audience. Recipients are the people on the first rung that somebody holds. In a
municipality with neither coordinator, manager nor administrator, triage falls to the heads of blocks."""


OF_TICKETS = frozenset({Audience.URGENT, Audience.OVERDUE})
"""Audiences of one ticket: a role in a block hears of its own tickets alone."""

WITHIN_BLOCK = frozenset({Audience.TICKET, Audience.OVERDUE_IN_BLOCK})
"""Audiences in which holders of a block role are recipients only for tickets of their own sectors and districts."""


class Hearing(StrEnum):
    """A subject that the configuration lets a role hear of, or not."""

    CARDS = "cards"  # a card without actions of every ticket that the person may see
    REMINDERS = "reminders"
    OVERDUE = "overdue"
    DAILY_DIGEST = "daily_digest"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    CONFLICTS = "conflicts"
    DANGER = "danger"
    FAULTS = "faults"
    PAGES = "pages"


HEARINGS: Mapping[Audience, Hearing] = {
    Audience.URGENT: Hearing.DANGER,
    Audience.OVERDUE: Hearing.OVERDUE,
    Audience.OVERDUE_IN_BLOCK: Hearing.OVERDUE,
    Audience.DIGEST: Hearing.DAILY_DIGEST,
    Audience.PAGES: Hearing.PAGES,
    Audience.OPERATION: Hearing.FAULTS,
}
"""The subjects of audiences: a role that does not hear of one is not on its ladders. The other audiences are people who
have to act, whom no configuration can silence."""


def roles_on(audience: Audience) -> frozenset[Role]:
    """Return all roles on the ladder of *audience*."""
    return frozenset(role for rung in RECIPIENTS[audience] for role in rung)
