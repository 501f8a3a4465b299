"""The hours in which nobody is disturbed without need."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.local_time import local_to_utc, to_utc


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``start`` to ``end`` on the wall clock of ``zone``, over midnight if ``end`` is earlier.

    The first moment belongs to the quiet, the last does not. Equal times: never quiet.
    """

    zone: ZoneInfo
    start: time
    end: time

    def is_quiet(self, moment: datetime) -> bool:
        """Whether *moment* (aware) lies in the quiet hours."""
        clock = to_utc(moment).astimezone(self.zone).time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def defer(self, moment: datetime) -> datetime:
        """When what waits at *moment* may sound, in UTC: *moment* itself outside the quiet hours, their end within."""
        if not self.is_quiet(moment):
            return to_utc(moment)
        today = to_utc(moment).astimezone(self.zone).date()
        candidates = (
            local_to_utc(today + timedelta(days=shift), self.end, self.zone, fold=fold)
            for shift in (0, 1, 2)
            for fold in (0, 1)
        )
        return min(c for c in candidates if c > moment and not self.is_quiet(c))
