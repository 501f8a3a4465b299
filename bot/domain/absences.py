"""Absences of officials: who is away, and who acts for them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.domain.errors import Refusal

REMINDER_DAYS = (14, 7, 3, 1)
"""Days before an absence on which a missing stand-in is mentioned."""

TIME_TO_CHOOSE = timedelta(hours=1)
"""Time after the question who stands in during which nobody is reminded of it: the colleague has to be asked, too."""

MAX_DAYS = 400
"""Days that an absence may last, or lie ahead: more is taken for a typing error."""


class AbsenceUnsuitable(Refusal):
    """An absence cannot be as it was asked for; ``code`` says why."""

    code = "absence_unread"


class AbsenceBackwards(AbsenceUnsuitable):
    code = "absence_backwards"


class AbsencePast(AbsenceUnsuitable):
    code = "absence_past"


class AbsenceFar(AbsenceUnsuitable):
    code = "absence_far"


class AlreadyAway(AbsenceUnsuitable):
    """The person is away on one of these days already."""

    code = "already_away"


class StandInAway(AbsenceUnsuitable):
    """The chosen colleague is away as well and nobody stands in for them, or it would be a circle."""

    code = "stand_in_away"


class AbsenceGone(AbsenceUnsuitable):
    """The absence was cancelled, or somebody else was chosen."""

    code = "absence_gone"


@dataclass(frozen=True, slots=True)
class Absence:
    """An absence: from the first day to the last, both included. Nobody acts for the person until they agree."""

    id: int
    person_id: int
    first_day: date
    last_day: date
    stand_in_id: int | None = None
    agreed_at: datetime | None = None
    started_at: datetime | None = None  # when the tickets went over
    ended_at: datetime | None = None  # when they came back, or when it was cancelled
    reminded_days: int | None = None  # the last of REMINDER_DAYS that was mentioned
    created_at: datetime | None = None

    def covers(self, day: date) -> bool:
        """Return whether the person is away on *day*."""
        return self.ended_at is None and self.first_day <= day <= self.last_day

    def overlaps(self, first: date, last: date) -> bool:
        return self.ended_at is None and self.first_day <= last and first <= self.last_day

    @property
    def agreed_stand_in(self) -> int | None:
        """The person who acts, once they have agreed."""
        return self.stand_in_id if self.agreed_at is not None else None


@dataclass(frozen=True, slots=True)
class AbsencePlan:
    """All absences that are not long over."""

    absences: tuple[Absence, ...] = ()

    def find(self, absence_id: int) -> Absence | None:
        return next((one for one in self.absences if one.id == absence_id), None)

    def of(self, person_id: int) -> list[Absence]:
        """Return the absences of *person_id* that are not over."""
        return [one for one in self.absences if one.person_id == person_id and one.ended_at is None]

    def current(self, person_id: int, day: date) -> Absence | None:
        """Return the absence of *person_id* on *day*."""
        return next((one for one in self.absences if one.person_id == person_id and one.covers(day)), None)

    def is_away(self, person_id: int, day: date) -> bool:
        return self.current(person_id, day) is not None

    def stand_in_for(self, person_id: int, day: date) -> int | None:
        """Return who acts for *person_id* on *day*, along the chain of stand-ins who are away as well."""
        seen = {person_id}
        while (away := self.current(person_id, day)) is not None:
            if away.agreed_stand_in is None or away.agreed_stand_in in seen:
                return None
            person_id = away.agreed_stand_in
            seen.add(person_id)
        return person_id if len(seen) > 1 else None

    def has_stood_in(self, stand_in_id: int, person_ids: Iterable[int]) -> bool:
        """Return whether *stand_in_id* acts, or has acted, for one of *person_ids*."""
        wanted = set(person_ids)
        return any(
            one.agreed_stand_in == stand_in_id and one.person_id in wanted and one.started_at is not None
            for one in self.absences
        )

    def was_standing_in(self, stand_in_id: int, person_id: int, moment: datetime) -> bool:
        """Return whether *stand_in_id* acted for *person_id* at *moment*."""
        return any(
            one.person_id == person_id
            and one.agreed_stand_in == stand_in_id
            and one.started_at is not None
            and one.started_at <= moment
            and (one.ended_at is None or moment <= one.ended_at)
            for one in self.absences
        )

    def check_days(self, person_id: int, first: date, last: date, today: date) -> None:
        """Raise the refusal that says why *person_id* cannot be away from *first* to *last*."""
        if last < first:
            raise AbsenceBackwards()
        if last < today:
            raise AbsencePast()
        if (last - today).days > MAX_DAYS:
            raise AbsenceFar()
        if any(one.overlaps(first, last) for one in self.of(person_id)):
            raise AlreadyAway()

    def check_stand_in(self, absence: Absence, stand_in_id: int) -> None:
        """Raise :class:`StandInAway` unless *stand_in_id*, or who acts for them, is there on every day.

        Two people who stand in for each other, and longer circles, are refused on the days that they share.
        """
        if stand_in_id == absence.person_id:
            raise StandInAway()
        others = tuple(one for one in self.absences if one.id != absence.id)
        trial = AbsencePlan((*others, _agreed(absence, stand_in_id)))
        if any(trial.stand_in_for(absence.person_id, day) is None for day in _days(absence)):
            raise StandInAway()


def _agreed(absence: Absence, stand_in_id: int) -> Absence:
    moment = datetime.combine(absence.first_day, datetime.min.time(), UTC)
    return Absence(absence.id, absence.person_id, absence.first_day, absence.last_day, stand_in_id, agreed_at=moment)


def _days(absence: Absence) -> Iterator[date]:
    for number in range((absence.last_day - absence.first_day).days + 1):
        yield absence.first_day + timedelta(days=number)


_DAY = r"(\d{1,2})\.(\d{1,2})(?:\.(\d{4}|\d{2}))?"
_RANGE = re.compile(rf"(?:с\s+)?{_DAY}\s*(?:-|–|—|по|до)\s*{_DAY}")
_WORDS = {"сегодня": 0, "завтра": 1, "послезавтра": 2}


def parse_days(text: str, today: date) -> tuple[date, date]:
    """Parse «01.12–14.12», «с 1.12 по 14.12.2026», «завтра»; raise :class:`AbsenceUnsuitable` for anything else.

    Without a year it is the next such day.
    """
    said = text.strip().casefold()
    if said in _WORDS:
        day = today + timedelta(days=_WORDS[said])
        return day, day
    match = _RANGE.fullmatch(said) or re.fullmatch(_DAY, said)
    if match is None:
        raise AbsenceUnsuitable()
    parts = match.groups()
    first = _to_day(parts[:3], today)
    last = _to_day(parts[3:6], first) if len(parts) > 3 else first
    return first, last


def _to_day(parts: Sequence[str | None], since: date) -> date:
    day, month, year = parts
    try:
        if year is not None:
            return date(int(year) + (2000 if len(year) == 2 else 0), int(month or 0), int(day or 0))
        found = date(since.year, int(month or 0), int(day or 0))
        return found if (since - found).days <= MAX_DAYS // 2 else found.replace(year=since.year + 1)
    except ValueError:
        raise AbsenceUnsuitable() from None
