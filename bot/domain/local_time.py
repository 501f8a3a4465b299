"""Conversion of local times to UTC, across changes of the clocks."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MAX_DEADLINE_AHEAD = timedelta(days=2 * 366)
"""Time ahead beyond which a deadline is taken for a typing error."""

_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})(?:\.(\d{4}|\d{2}))?(?:[\s,]+(?:в\s+)?(\d{1,2})[:.](\d{2}))?")


def to_utc(moment: datetime) -> datetime:
    """Return the same instant in UTC. Raises ``ValueError`` for a naive datetime, which is ambiguous."""
    if moment.tzinfo is None:
        raise ValueError("an aware moment is needed")
    return moment.astimezone(UTC)


def local_to_utc(day: date, clock: time, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    """Return the instant, in UTC, at which the clocks of *zone* show *clock* on *day*.

    A reading that comes twice (clocks put back) is taken at its first coming, with ``fold=1`` at its second. A reading
    that is jumped over (clocks put forward) is the instant of the jump. So a later reading of the same day never gives
    an earlier instant, as long as *fold* is the same.
    """
    local = datetime.combine(day, clock.replace(tzinfo=None, fold=0))
    instant = local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None, fold=0) == local:
        return instant
    return _skip_gap(local, zone)


def _skip_gap(local: datetime, zone: ZoneInfo) -> datetime:
    # PEP 495: in a gap fold=0 reads with the offset before the jump (an instant after it), fold=1 with the later one.
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    old_offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(microseconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == old_offset:
            before = middle
        else:
            after = middle
    return after


def parse_moment(text: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Parse «25.11.2026 15:00», «25.11 15:00» or «25.11» (the end of that day); ``None`` for anything else.

    Without a year it is the next such day.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    day, month, year, hour, minute = match.groups()
    today = now.astimezone(zone)
    full_year = today.year if year is None else int(year) + (2000 if len(year) == 2 else 0)
    hours, minutes = (int(hour), int(minute)) if hour else (23, 59)
    try:
        moment = datetime(full_year, int(month), int(day), hours, minutes, tzinfo=zone)
        if year is None and moment < today:
            moment = moment.replace(year=full_year + 1)
    except ValueError:
        return None
    return moment


def read_deadline(text: str, zone: ZoneInfo, now: datetime) -> tuple[datetime | None, str | None]:
    """Return the moment in *text*, if it can be a deadline; else the fault: ``unread``, or that of `deadline_fault`."""
    due = parse_moment(text, zone, now)
    fault = "unread" if due is None else deadline_fault(due, now)
    return (due, None) if fault is None else (None, fault)


def deadline_fault(due: datetime, now: datetime) -> str | None:
    """Return why *due* can be no deadline: ``past``, or ``far`` for what is taken for a typing error."""
    if due <= now:
        return "past"
    return "far" if due > now + MAX_DEADLINE_AHEAD else None
