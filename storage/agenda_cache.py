"""The agenda of a process: read in one statement, and again when it may have changed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.agenda import Agenda

MAX_AGE_SECONDS = 1.0
"""Seconds for which an agenda is believed: a command, or another process whose notification is lost, may write
meanwhile."""


@dataclass(slots=True)
class AgendaCache:
    """The last agenda. It is believed until this process commits something, or another one says that it has."""

    read: "Callable[[], Awaitable[Agenda]]"
    max_age_seconds: float = MAX_AGE_SECONDS
    revision: int = 0
    """Grows with every commit of this process that may have written."""
    _known: "Agenda | None" = None
    _known_state: int = -1
    _state: int = 0
    _read_at: float = 0.0
    _reads_begun: int = 0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def on_change(self) -> None:
        """Read again when it is next asked for: something was committed."""
        self.revision += 1
        self._state += 1

    def forget(self) -> None:
        """Read again when it is next asked for: somebody else may have committed something."""
        self._state += 1

    async def load(self) -> "Agenda":
        """Return the agenda of now, or one that nothing is known to have changed.

        Those who ask at the same time share one reading.
        """
        if (known := self._find_fresh()) is not None:
            return known
        begun = self._reads_begun
        async with self._lock:
            if self._known is not None and self._reads_begun > begun:
                return self._known  # another caller has begun to read it after this one had asked
            if (known := self._find_fresh()) is not None:
                return known
            self._reads_begun += 1
            state, moment = self._state, asyncio.get_running_loop().time()
            self._known = known = await self.read()
            self._known_state, self._read_at = state, moment
            return known

    def _find_fresh(self) -> "Agenda | None":
        is_recent = asyncio.get_running_loop().time() - self._read_at < self.max_age_seconds
        return self._known if is_recent and self._known_state == self._state else None
