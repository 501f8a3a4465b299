"""Bounds on the messages that were sent and are not recorded yet, for messengers that show repeated sends.

Telegram and MAX have no key that makes a repeated send harmless. A message that was sent but not recorded when the
process dies is sent again at the next start. What citizens read leaves one message at a time, so that a crash repeats
one of them at most. What officials read may have as many under way as the distance asks for (ADR 23).
"""

import asyncio
import math
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

MAX_WAIT_SECONDS = 1.0
"""Seconds that the next message waits for a call that hangs, or a large photo. People's time is worth more than a
repetition after a crash at this very moment."""

MIN_LIMIT, MAX_LIMIT = 3, 32
"""Bounds of the messages that may be under way at once to officials through one account.

With two, a second call that hangs within a second of the first stopped the account until one of them was overdue: of
thirty messages a second with one call in a hundred that hangs, that took a twentieth of the rate."""

LIMIT_MARGIN = 1.5
"""The messages under way vary; what they need on average would hold the rate back half of the time."""

MAX_OVERDUE = 16
"""Messages whose calls hang and that others need not wait for: with one call in a hundred that hangs for ten seconds,
thirty messages a second have three of them on average."""

OVERDUE_FACTOR = 3.0
"""A call that lasts so many times as long as the average hangs, and at least `MAX_WAIT_SECONDS`."""

_MIN_WEIGHT = 0.05
_MAX_SAMPLE_SECONDS = 2.0


@dataclass(slots=True)
class InFlightMessage:
    """A message that is being sent, or has been sent and is not recorded."""

    max_wait_seconds: float
    on_begun: Callable[[], None] = lambda: None
    wait_until: float = 0.0
    is_accepted: bool = False
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    recorded: asyncio.Event = field(default_factory=asyncio.Event)

    def mark_begun(self) -> None:
        """Record that the call begins: the time that others wait for it is counted from now.

        What comes before, as a look into a busy database, repeats nothing, and must not let two messages leave at once.
        """
        self.wait_until = asyncio.get_running_loop().time() + self.max_wait_seconds
        self.begun.set()
        self.on_begun()

    def mark_accepted(self) -> None:
        """Record that the messenger has confirmed the message: the next one waits until it is recorded."""
        self.is_accepted = True


@dataclass(slots=True)
class InFlightGuard:
    """The guards of all accounts."""

    max_wait_seconds: float = MAX_WAIT_SECONDS
    _locks: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _current: dict[str, InFlightMessage] = field(default_factory=dict)

    @asynccontextmanager
    async def acquire(self, account: str) -> AsyncIterator[InFlightMessage]:
        """Wait in order for the previous message; the next one waits until the block ends."""
        async with self._locks[account]:
            before = self._current.get(account)
            if before is not None:
                await _wait_until_recorded(before)
            mine = self._current[account] = InFlightMessage(self.max_wait_seconds)
        try:
            yield mine
        finally:
            mine.begun.set()
            mine.recorded.set()
            if self._current.get(account) is mine:
                del self._current[account]


async def _wait_until_recorded(message: InFlightMessage) -> None:
    """Wait until *message* is recorded, or until `wait_until` if the messenger has not confirmed it by then."""
    await message.begun.wait()
    try:
        async with asyncio.timeout_at(message.wait_until):
            await message.recorded.wait()
    except TimeoutError:
        if message.is_accepted:
            await message.recorded.wait()


@dataclass(slots=True)
class InFlightLimit:
    """The number of messages that the distance to a messenger asks for (Little's law: rate × time under way)."""

    rate: float  # the most messages a second
    average_seconds: float = 0.0  # from a call's beginning until its record
    _samples: int = 0

    def record(self, seconds: float) -> None:
        """Record how long a message was under way."""
        self._samples += 1
        weight = max(_MIN_WEIGHT, 1 / self._samples)
        self.average_seconds += (min(seconds, _MAX_SAMPLE_SECONDS) - self.average_seconds) * weight

    @property
    def value(self) -> int:
        needed = math.ceil(self.rate * self.average_seconds * LIMIT_MARGIN)
        return min(max(needed, MIN_LIMIT), MAX_LIMIT)

    @property
    def overdue_after_seconds(self) -> float:
        """Return the seconds after which others need not wait for a call any more."""
        return max(MAX_WAIT_SECONDS, self.average_seconds * OVERDUE_FACTOR)


class InFlightWindow:
    """The messages to officials that are under way through one account."""

    def __init__(self, rate: float) -> None:
        self.limit = InFlightLimit(rate)
        self.overdue = 0
        self._under_way = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def acquire(self, *, first: bool = False) -> AsyncIterator[InFlightMessage]:
        """Wait in order (*first*: before the others) for room.

        The message is under way until the block ends, which is when it is recorded.
        """
        await self._enter(first=first)
        loop, is_overdue = asyncio.get_running_loop(), False
        timer: asyncio.TimerHandle | None = None
        counted_seconds = math.inf

        def start_timer() -> None:
            nonlocal timer, counted_seconds
            counted_seconds = self.limit.overdue_after_seconds
            timer = loop.call_later(counted_seconds, become_overdue)

        def become_overdue() -> None:
            nonlocal is_overdue
            if not message.is_accepted:  # of one that has arrived, the record alone is missing
                is_overdue = True
                self.overdue += 1
                self._admit()

        message = InFlightMessage(MAX_WAIT_SECONDS, start_timer)
        try:
            yield message
        finally:
            if timer is not None:
                timer.cancel()
            self._under_way -= 1
            self.overdue -= is_overdue
            if message.is_accepted:
                seconds = loop.time() - message.wait_until + MAX_WAIT_SECONDS
                self.limit.record(counted_seconds if is_overdue else seconds)  # `overdue` makes room for the rest
            self._admit()

    @property
    def size(self) -> int:
        """Return how many messages may be under way now."""
        return self.limit.value + min(self.overdue, MAX_OVERDUE)

    @property
    def has_room(self) -> bool:
        """Return whether another message may leave."""
        return self._under_way < self.size

    async def _enter(self, *, first: bool) -> None:
        if self.has_room and not self._waiting:
            self._under_way += 1
            return
        turn = asyncio.get_running_loop().create_future()
        (self._waiting.appendleft if first else self._waiting.append)(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # there was room for it already
                self._under_way -= 1
                self._admit()
            raise

    def _admit(self) -> None:
        while self._waiting and self.has_room:
            turn = self._waiting.popleft()
            if not turn.done():
                self._under_way += 1
                turn.set_result(None)
