"""Group commit of outcomes: what ended while the database was writing is written together next.

A transaction costs SQLite the same whether it records one message or ten, and one is written at a time: with a
transaction for each message the disk would decide how long messages stay unrecorded, which is how many a crash repeats.
PostgreSQL commits several at once, where a transaction that locks the rows of many chats could only wait for others.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from bot.runtime.commit_retry import retry_until_committed
from storage.database import Database
from storage.unit_of_work import UnitOfWork

MAX_GROUP = 16
"""Outcomes that are written in one transaction: other writers wait for its end."""

AfterCommit = Callable[[], None]
Write = Callable[[UnitOfWork], Awaitable[AfterCommit | None]]
"""Writes one outcome; returns what happens in memory once it is committed. It may run several times."""


@dataclass(slots=True, eq=False)
class _Outcome:
    write: Write
    is_written: bool = False
    must_be_alone: bool = False


@dataclass(slots=True)
class OutcomeRecorder:
    """The outcomes that wait to be written; whichever delivery has the turn writes all of them."""

    database: Database
    _waiting: deque[_Outcome] = field(default_factory=deque)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def record(self, write: Write) -> None:
        """Commit *write*, perhaps together with others; raise its error, but not that of another one.

        While the database as a whole fails, it is repeated.
        """
        if self.database.is_shared:
            await retry_until_committed(lambda: self._commit([_Outcome(write)]))
            return
        mine = _Outcome(write)
        self._waiting.append(mine)
        try:
            async with self._turn:
                while not (mine.is_written or mine.must_be_alone):
                    await self._write_group()
        except asyncio.CancelledError:
            with suppress(ValueError):  # it was written meanwhile
                self._waiting.remove(mine)
            raise
        if not mine.is_written:
            await retry_until_committed(lambda: self._commit([mine]))

    async def _write_group(self) -> None:
        """Write what waits. If any of it cannot be written, each delivery writes its own, and finds out whose it is."""
        group = [self._waiting.popleft() for _ in range(min(len(self._waiting), MAX_GROUP))]
        try:
            await retry_until_committed(lambda: self._commit(group))
        except asyncio.CancelledError:
            self._waiting.extendleft(reversed(group))
            raise
        except Exception:  # noqa: BLE001 - raised again by the delivery whose outcome it is
            for outcome in group:
                outcome.must_be_alone = True

    async def _commit(self, group: list[_Outcome]) -> None:
        async with self.database.begin(priority=True) as uow:
            after = [await outcome.write(uow) for outcome in group]
        for outcome in group:
            outcome.is_written = True
        for act in after:
            if act is not None:
                act()
