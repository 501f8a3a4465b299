"""The hours in which notifications make no sound."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.local_time import local_to_utc, to_utc


def is_between(clock: time, start: time, end: time) -> bool:
    """Return whether *clock* lies between the two times, over midnight if *end* is earlier; equal times: never."""
    return start <= clock < end if start <= end else clock >= start or clock < end


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours from ``start`` to ``end`` on the wall clock of ``zone``, over midnight if ``end`` is earlier.

    The first moment is quiet, the last is not. Equal times: never quiet.
    """

    zone: ZoneInfo
    start: time
    end: time

    def is_quiet(self, moment: datetime) -> bool:
        """Return whether *moment* (aware) lies in the quiet hours."""
        return is_between(to_utc(moment).astimezone(self.zone).time(), self.start, self.end)

    def defer(self, moment: datetime) -> datetime:
        """Return *moment* in UTC if it is not quiet, else the end of the quiet hours."""
        if not self.is_quiet(moment):
            return to_utc(moment)
        today = to_utc(moment).astimezone(self.zone).date()
        candidates = (
            local_to_utc(today + timedelta(days=shift), self.end, self.zone, fold=fold)
            for shift in (0, 1, 2)
            for fold in (0, 1)
        )
        return min(c for c in candidates if c > moment and not self.is_quiet(c))
