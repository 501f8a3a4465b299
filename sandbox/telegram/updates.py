"""The queue of updates that the bot has not confirmed yet."""

import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

Json = dict[str, Any]

# How long an update waits for the bot: a day, but a press only as long as somebody may look at its spinner.
UPDATE_LIFETIME = timedelta(days=1)
CALLBACK_LIFETIME = timedelta(seconds=150)
_MAX_OFFSET_AHEAD = 10  # an offset further ahead than this is taken for a mistake
_OPT_IN_KINDS = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass(frozen=True, slots=True)
class _PendingUpdate:
    body: Json
    expires: datetime


class UpdateQueue:
    """Updates in order of their ids. Asking with an offset confirms, that is forgets, all before it."""

    def __init__(self, first_id: int = 700_000_001) -> None:
        self._next_id = first_id
        self._waiting: list[_PendingUpdate] = []
        self.allowed: frozenset[str] | None = None  # the latest setting; None is the server's default

    @property
    def next_id(self) -> int:
        return self._next_id

    def is_allowed(self, kind: str) -> bool:
        """Return whether updates of this kind are queued, by the latest ``allowed_updates``."""
        if self.allowed is None:
            return kind not in _OPT_IN_KINDS
        return kind in self.allowed

    def add(self, body: Json, now: datetime) -> int:
        """Queue *body* (an update without its id) and return the id it got."""
        update_id = self._next_id
        self._next_id += 1
        lifetime = CALLBACK_LIFETIME if "callback_query" in body else UPDATE_LIFETIME
        self._waiting.append(_PendingUpdate({"update_id": update_id, **copy.deepcopy(body)}, now + lifetime))
        return update_id

    def get(self, offset: int | None, limit: int, now: datetime) -> list[Json]:
        """Return the updates for a ``getUpdates`` call."""
        self._waiting = [one for one in self._waiting if one.expires > now]
        if offset is not None and offset < 0:
            self._waiting = self._waiting[offset:]
        elif offset and offset <= self._next_id + _MAX_OFFSET_AHEAD:
            self._waiting = [one for one in self._waiting if one.body["update_id"] >= offset]
        return [copy.deepcopy(one.body) for one in self._waiting[:limit]]

    def confirm(self, update_id: int) -> None:
        """This one was taken."""
        self._waiting = [one for one in self._waiting if one.body["update_id"] != update_id]

    def clear(self) -> None:
        """``drop_pending_updates``."""
        self._waiting.clear()

    @property
    def pending(self) -> list[Json]:
        """Return the updates that are not confirmed."""
        return [one.body for one in self._waiting]
