"""Rate limits of one account: overall, per private chat, per group.

They are obeyed before the messenger refuses; after a refusal the limiter slows down for a while. Times are seconds of a
monotonic clock.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from bot.messengers.events import ChatKind
from bot.messengers.port import SendRateLimits
from bot.messengers.rate_limits import AdaptiveFactor, Gcra, Rate, SlidingWindow, WindowSlot
from bot.messengers.round_trips import RoundTrips

INTERACTIVE_BURST = 8
"""Burst for a person who presses buttons and waits for the result, in messages."""

CATCH_UP_BURST = 4
"""Burst after a delay, in messages. Even spacing is only for fairness; the hard limit is the sliding window."""

SATURATED_PLACES = 4
"""Free places of the account's window up to which its messages are spaced evenly."""

SPACING_SHARE = 0.9
"""The least time between two messages of a saturated account, as a share of what its rate gives to one. Messages that
leave in clumps do so again a second later, and a person who has pressed a button meets no free place between two of
them, for a tenth of a second. With a little less than the whole share the clumps dissolve, nearly without a loss."""

EXPECTED_SECONDS = 0.2
"""Seconds for which the next free place is kept for the effect of a press that has been received: a busy machine's time
for handling it."""

MAX_EXPECTED = 3
"""Places that are kept at the same time: not every press has an effect, and a tenth of the rate is enough for them."""

MAX_REMEMBERED_CHATS = 500
"""Chats that are remembered before idle ones are forgotten."""

LAST_PLANNED_RETENTION_SECONDS = 60.0


@dataclass(slots=True)
class Reservation:
    """A reserved call. Call `start` when it begins, if it does, and `finish` in any case."""

    limiter: "RateLimiter"
    chat: "_ChatLimiter | None"
    cost: int
    window_slots: list[WindowSlot]
    interactive: bool = False
    started_at: float | None = None
    has_left_queue: bool = False

    def delay(self, now: float) -> float:
        """Return the seconds until the call may begin: nearly always 0.0, as it was reserved for this moment.

        Where a person waits, the next free place is theirs.
        """
        limiter = self.limiter
        if self.interactive:
            return limiter.window.delay(now, self.cost)
        before = limiter.interactive_waiting + limiter.count_expected(now)
        return max(limiter.window.delay(now, self.cost + before), limiter.spacing(now))

    def start(self, now: float) -> None:
        """Record that the call begins."""
        self.leave_queue()
        self.started_at = now
        self.limiter.on_started(now, self.cost)
        for slot in self.window_slots:
            slot.on_started(now)
        self.window_slots += self.limiter.window.acquire(now, self.cost)

    def leave_queue(self) -> None:
        """Let others be reserved in addition: this call waits for something else than its rate."""
        if self.has_left_queue:
            return
        self.has_left_queue = True
        if self.interactive:
            self.limiter.interactive_waiting -= self.cost
        else:
            self.limiter.reserved -= self.cost

    def finish(self, now: float, *, is_answered: bool = True) -> None:
        """Record the end of the call, or give the reservation back if it never began.

        *is_answered*: the end says how long a round trip takes.
        """
        if self.started_at is not None:
            if is_answered:
                self.limiter.trips.record(now, now - self.started_at)
            for slot in self.window_slots:
                slot.on_answered(now)
            return
        self.leave_queue()
        self.limiter.gcra.release(self.cost)
        for slot in self.window_slots:
            slot.release()
        if self.chat is not None:
            self.chat.give_back(self.cost)


class _ChatLimiter:
    """The limits of one chat: sliding windows, and GCRA for rates that allow bursts."""

    def __init__(self, rates: Sequence[Rate]) -> None:
        self.adaptive_factor = AdaptiveFactor()
        self.windows = [SlidingWindow(rate, self.adaptive_factor) for rate in rates if rate.burst is None]
        self.gcras = [Gcra(rate, self.adaptive_factor) for rate in rates if rate.burst is not None]

    def delay(self, now: float, cost: int, *, interactive: bool) -> float:
        delays = [window.delay(now, cost) for window in self.windows]
        for gcra in self.gcras:
            burst = max(gcra.rate.burst or 1, INTERACTIVE_BURST) if interactive else None
            delays.append(gcra.delay(now, cost, burst))
        return max(delays, default=0.0)

    def reserve(self, start: float, cost: int) -> list[WindowSlot]:
        for gcra in self.gcras:
            gcra.acquire(start, cost)
        return [place for window in self.windows for place in window.acquire(start, cost)]

    def give_back(self, cost: int) -> None:
        for gcra in self.gcras:
            gcra.release(cost)

    def is_idle(self, now: float) -> bool:
        """Return whether this chat can be forgotten."""
        are_windows_idle = all(window.is_idle(now) for window in self.windows)
        return (
            are_windows_idle and all(one.is_idle(now) for one in self.gcras) and self.adaptive_factor.value(now) >= 1.0
        )


class RateLimiter:
    """The rate limiter of one account."""

    def __init__(self, limits: SendRateLimits) -> None:
        self._limits = limits
        self._adaptive_factor = AdaptiveFactor()
        overall = limits.overall
        self.trips = RoundTrips()  # a chat's window of a minute is not worth them
        self.window = SlidingWindow(overall, self._adaptive_factor, self.trips)
        self.gcra = Gcra(Rate(overall.max_calls, overall.seconds, CATCH_UP_BURST), self._adaptive_factor)
        self.reserved = 0
        self.interactive_waiting = 0  # messages that go before those that are reserved
        self._expected: deque[float] = deque(maxlen=MAX_EXPECTED)  # moments until which effects of presses are expected
        self._next_even_at = float("-inf")
        self._chat_limiters: dict[str, _ChatLimiter] = {}
        self._last_planned_at: dict[str, float] = {}

    def last_planned_at(self, chat_id: str) -> float:
        """Return the moment of the last reservation for *chat_id*, or minus infinity if it is not remembered."""
        return self._last_planned_at.get(chat_id, float("-inf"))

    def max_in(self, now: float, ahead: float) -> int:
        """Return how many messages the account may send in *ahead* seconds at best; at least one."""
        overall = self._limits.overall
        return max(1, int(overall.max_calls / overall.seconds * ahead * self._adaptive_factor.value(now)))

    def capacity(self, now: float, ahead: float) -> int:
        """Return how many more messages the account may reserve for the next *ahead* seconds."""
        soon = now + ahead
        return max(
            0, min(self.window.available(soon), self.max_in(now, ahead) - self.reserved, self.gcra.available(soon))
        )

    def delay(self, chat_id: str, kind: ChatKind, now: float, cost: int = 1, *, interactive: bool = False) -> float:
        """Return the seconds until *cost* messages may go to *chat_id*; 0.0: now.

        *interactive*: a person has pressed a button and waits.
        """
        chat = self._chat_limiter(chat_id, kind)
        own = 0.0 if chat is None else chat.delay(now, cost, interactive=interactive)
        if interactive:  # it leaves before those that are reserved
            return max(own, self.window.delay(now, cost))
        return max(own, self.window.delay(now, cost), self.gcra.delay(now, cost))

    def reserve(
        self, chat_id: str, kind: ChatKind, start: float, cost: int = 1, *, interactive: bool = False
    ) -> Reservation:
        """Reserve a call of *cost* messages for *start*."""
        if interactive:
            self.interactive_waiting += cost
            if self._expected:
                self._expected.popleft()
        else:
            self.reserved += cost
        self._last_planned_at[chat_id] = start
        self.gcra.acquire(start, cost)
        chat = self._chat_limiter(chat_id, kind)
        places = [] if chat is None else chat.reserve(start, cost)
        self._evict_idle(start)
        return Reservation(self, chat, cost, places, interactive)

    def expect_interactive(self, now: float) -> None:
        """Keep the next free place for the effect of a press that has been received and is handled now."""
        self._expected.append(now + EXPECTED_SECONDS)

    def count_expected(self, now: float) -> int:
        """Return how many places are kept."""
        while self._expected and self._expected[0] <= now:
            self._expected.popleft()
        return len(self._expected)

    def spacing(self, now: float) -> float:
        """Return the seconds until the next message may leave, if few places are free: then each waits for its turn."""
        wait = self._next_even_at - now
        return wait if wait > 0 and self.window.available(now) <= SATURATED_PLACES else 0.0

    def on_started(self, now: float, cost: int) -> None:
        """Record that *cost* messages leave."""
        overall = self._limits.overall
        self._next_even_at = now + overall.seconds / overall.max_calls * SPACING_SHARE * cost

    def replay(self, chat_id: str, kind: ChatKind, at: float, cost: int = 1) -> None:
        """Replay messages that an earlier process sent; call in chronological order."""
        slot = self.reserve(chat_id, kind, at, cost)
        slot.start(at)
        slot.finish(at, is_answered=False)

    def is_blocked(self, chat_id: str, now: float, *, interactive: bool = False) -> bool:
        """Return whether the chat must not be written to at *now*, which may be in the near future."""
        chat = self._chat_limiters.get(chat_id)
        return chat is not None and chat.delay(now, 1, interactive=interactive) > 0

    def slow_down(self, chat_id: str | None, now: float) -> None:
        """Slow down for a while after a refusal despite the limits: in one chat, or everywhere (``None``)."""
        if chat_id is None:
            self._adaptive_factor.slow_down(now)
        elif chat_id in self._chat_limiters:
            self._chat_limiters[chat_id].adaptive_factor.slow_down(now)

    def _chat_limiter(self, chat_id: str, kind: ChatKind) -> _ChatLimiter | None:
        rates = self._limits.private if kind is ChatKind.PRIVATE else self._limits.group
        if not rates:
            return None
        if chat_id not in self._chat_limiters:
            self._chat_limiters[chat_id] = _ChatLimiter(rates)
        return self._chat_limiters[chat_id]

    def _evict_idle(self, now: float) -> None:
        if len(self._last_planned_at) > MAX_REMEMBERED_CHATS:
            self._last_planned_at = {
                chat_id: at
                for chat_id, at in self._last_planned_at.items()
                if at > now - LAST_PLANNED_RETENTION_SECONDS
            }
        if len(self._chat_limiters) > MAX_REMEMBERED_CHATS:
            self._chat_limiters = {
                chat_id: chat for chat_id, chat in self._chat_limiters.items() if not chat.is_idle(now)
            }
