"""The queue of updates. A marker names the next one wanted; giving it confirms, that is forgets, all before it."""

import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

Json = dict[str, Any]

UPDATE_LIFETIME = timedelta(days=1)
FIRST_MARKER = 25_493_000


@dataclass(frozen=True, slots=True)
class _PendingUpdate:
    number: int
    body: Json
    expires: datetime


class UpdateQueue:
    """Updates in the order of their numbers, which the bot never sees but in the marker."""

    def __init__(self) -> None:
        self.next = FIRST_MARKER
        self._waiting: list[_PendingUpdate] = []

    def add(self, body: Json, now: datetime) -> int:
        """Queue *body*; the marker that asks for it."""
        self._waiting.append(_PendingUpdate(self.next, copy.deepcopy(body), now + UPDATE_LIFETIME))
        self.next += 1
        return self.next - 1

    def get(self, marker: int | None, limit: int, now: datetime) -> tuple[list[Json], int | None]:
        """Updates and the next marker. Without a marker: only the latest update; ``None`` if there never was any."""
        self._waiting = [one for one in self._waiting if one.expires > now]
        if marker is None:
            latest = self._waiting[-1:]
            return [copy.deepcopy(one.body) for one in latest], self.next if self.next > FIRST_MARKER else None
        self._waiting = [one for one in self._waiting if one.number >= marker]
        found = self._waiting[:limit]
        return [copy.deepcopy(one.body) for one in found], found[-1].number + 1 if found else marker

    def clear(self) -> None:
        """Nothing waits any more; the numbers go on."""
        self._waiting.clear()

    def confirm(self, body: Json) -> None:
        """This one of :attr:`waiting` was taken by a subscriber."""
        self._waiting = [one for one in self._waiting if one.body is not body]

    @property
    def pending(self) -> list[Json]:
        """Return the updates that the bot has not confirmed."""
        return [one.body for one in self._waiting]
