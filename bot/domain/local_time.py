"""Conversion of local times to UTC, across changes of the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


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
