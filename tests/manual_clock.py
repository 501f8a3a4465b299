"""A clock for tests."""

from datetime import UTC, datetime, timedelta


class ManualClock:
    """A clock that does not run until a test moves it."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock needs an aware moment")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, step: timedelta) -> None:
        """Move forward (or, to play a faulty machine, backward)."""
        self._now += step

    def set(self, moment: datetime) -> None:
        """Jump to *moment*."""
        self._now = moment.astimezone(UTC)
