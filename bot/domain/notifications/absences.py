"""Notifications about absences and stand-ins."""

from datetime import date
from typing import NamedTuple

from bot.domain.notifications.base import Notification, stored


class Candidate(NamedTuple):
    """A colleague who may stand in."""

    person_id: int
    name: str


class PlannedAbsence(NamedTuple):
    """An absence in a list; ``stand_in`` is empty if nobody was chosen."""

    absence_id: int
    first_day: date
    last_day: date
    stand_in: str
    is_agreed: bool


class AskAbsenceDays(Notification, code="absence_days"):
    """Prompt for the days; the absences that are planned are listed with a button that cancels each."""

    name: str
    is_own: bool
    planned: tuple[PlannedAbsence, ...] = stored(default=())


class ChooseStandIn(Notification, code="absence_choose"):
    """The colleagues who may stand in, as buttons."""

    absence_id: int
    name: str
    is_own: bool
    first_day: date
    last_day: date
    candidates: tuple[Candidate, ...]


class StandInAsked(Notification, code="absence_asked"):
    """The question to the colleague: «Согласен», «Не могу»."""

    absence_id: int
    name: str
    first_day: date
    last_day: date


class StandInChosen(Notification, code="absence_chosen"):
    """Confirmation for who planned the absence."""

    name: str
    stand_in: str
    first_day: date
    last_day: date
    is_agreed: bool


class StandInAgreed(Notification, code="absence_agreed"):
    """A colleague stands in."""

    name: str
    first_day: date
    last_day: date


class StandInRefused(Notification, code="absence_refused"):
    """A colleague cannot stand in; somebody else has to be chosen."""

    absence_id: int
    name: str


class AbsenceBegins(Notification, code="absence_begins"):
    """The tickets of somebody who is away have gone over, and the ``approvals`` that were asked of them.

    ``successors``: who works on them, if nobody stands in; ``asked``: the colleague who has not answered yet
    whether they stand in.
    """

    name: str
    stand_in: str | None
    last_day: date
    tickets: int
    approvals: int = stored(default=0, omit_default=True)
    successors: tuple[str, ...] = stored(default=(), omit_default=True)
    asked: str | None = stored(default=None, omit_default=True)


class AbsenceEnds(Notification, code="absence_ends"):
    """Somebody is back."""

    name: str
    is_own: bool


class AbsenceNeedsStandIn(Notification, code="absence_needs"):
    """Nobody stands in for an absence that begins soon."""

    absence_id: int
    name: str
    first_day: date
