"""Hours of the day at which lists are sent."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.local_time import local_to_utc, to_utc

USUAL_LIST_HOURS = (time(12), time(17))
"""Before lunch and before the end of the working day: there is time to call somebody."""


def find_last_hour(moment: datetime, hours: Iterable[time], zone: ZoneInfo) -> datetime | None:
    """Return the latest of *hours* in *zone* that has come by *moment*; ``None`` without any hours."""
    today = to_utc(moment).astimezone(zone).date()
    days = (today, today - timedelta(days=1))
    found = [local_to_utc(day, hour, zone) for day in days for hour in hours]
    return max((one for one in found if one <= moment), default=None)
