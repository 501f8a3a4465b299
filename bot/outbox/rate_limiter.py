"""How fast one account of ours may write: overall, to one chat, to one group. Obeyed before the messenger complains,
and slower for a while after it has.

Times are seconds of a monotonic clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.messengers.events import ChatKind
from bot.messengers.port import SendRateLimits
from bot.messengers.rate_limits import AdaptiveFactor, Gcra, Rate, SlidingWindow, WindowSlot

INTERACTIVE_BURST = 8
"""How many messages in a row somebody may cause who is pressing buttons and looks at the screen."""

CATCH_UP_BURST = 4
"""Messages that may follow at once where we were late: the even pace is for those who wait behind, the window is what
the messenger asks for."""

MAX_REMEMBERED_CHATS = 500
"""Chats whose pace is remembered before those that have rested are forgotten."""

LAST_PLANNED_RETENTION_SECONDS = 60.0


@dataclass(slots=True)
class Reservation:
    """The right to one call at its time. Begin it or not, and end it."""

    limiter: "RateLimiter"
    chat: "_ChatLimiter | None"
    cost: int
    window_slots: list[WindowSlot]
    has_started: bool = False

    def delay(self, now: float) -> float:
        """Seconds until the call may begin: nearly always 0.0, since it was planned."""
        return self.limiter.window.delay(now, self.cost)

    def start(self, now: float) -> None:
        """The call begins."""
        self.limiter.reserved -= self.cost
        self.has_started = True
        self.window_slots += self.limiter.window.acquire(now, self.cost)

    def finish(self, now: float) -> None:
        """The messenger has answered, whatever it was; or nothing was sent after all."""
        if self.has_started:
            for place in self.window_slots:
                place.on_answered(now)
            return
        self.limiter.reserved -= self.cost
        self.limiter.gcra.release(self.cost)
        for place in self.window_slots:
            place.release()
        if self.chat is not None:
            self.chat.give_back(self.cost)


class _ChatLimiter:
    """One chat's own limits: hard ones, and such as allow bursts."""

    def __init__(self, rates: Sequence[Rate]) -> None:
        self.adaptive_factor = AdaptiveFactor()
        self.windows = [SlidingWindow(rate, self.adaptive_factor) for rate in rates if rate.burst is None]
        self.gcras = [Gcra(rate, self.adaptive_factor) for rate in rates if rate.burst is not None]

    def delay(self, now: float, cost: int, *, interactive: bool) -> float:
        waits = [window.delay(now, cost) for window in self.windows]
        for spacing in self.gcras:
            burst = max(spacing.rate.burst or 1, INTERACTIVE_BURST) if interactive else None
            waits.append(spacing.delay(now, cost, burst))
        return max(waits, default=0.0)

    def reserve(self, start: float, cost: int) -> list[WindowSlot]:
        for spacing in self.gcras:
            spacing.acquire(start, cost)
        return [place for window in self.windows for place in window.acquire(start, cost)]

    def give_back(self, cost: int) -> None:
        for spacing in self.gcras:
            spacing.release(cost)

    def is_idle(self, now: float) -> bool:
        """Whether nothing of it needs to be remembered."""
        rested = all(window.is_idle(now) for window in self.windows)
        return rested and all(one.is_idle(now) for one in self.gcras) and self.adaptive_factor.value(now) >= 1.0


class RateLimiter:
    """One account's."""

    def __init__(self, limits: SendRateLimits) -> None:
        self._limits = limits
        self._adaptive_factor = AdaptiveFactor()
        overall = limits.overall
        self.window = SlidingWindow(overall, self._adaptive_factor)
        self.gcra = Gcra(Rate(overall.max_calls, overall.seconds, CATCH_UP_BURST), self._adaptive_factor)
        self.reserved = 0
        self._chat_limiters: dict[str, _ChatLimiter] = {}
        self._last_planned_at: dict[str, float] = {}

    def last_planned_at(self, chat_id: str) -> float:
        """When something was last planned for *chat_id*, as far as that is remembered: those who have waited longest
        come first."""
        return self._last_planned_at.get(chat_id, float("-inf"))

    def max_in(self, now: float, ahead: float) -> int:
        """How many messages leave in *ahead* seconds at best, as far as all chats together go; at least one."""
        overall = self._limits.overall
        return max(1, int(overall.max_calls / overall.seconds * ahead * self._adaptive_factor.value(now)))

    def capacity(self, now: float, ahead: float) -> int:
        """How many more messages may be planned for the next *ahead* seconds, as far as all chats together go."""
        soon = now + ahead
        return max(
            0, min(self.window.available(soon), self.max_in(now, ahead) - self.reserved, self.gcra.available(soon))
        )

    def delay(self, chat_id: str, kind: ChatKind, now: float, cost: int = 1, *, interactive: bool = False) -> float:
        """Seconds until *cost* messages may go to *chat_id*; 0.0: now. *in_a_hurry*: somebody has pressed a button and
        looks at the screen."""
        chat = self._chat_limiter(chat_id, kind)
        own = 0.0 if chat is None else chat.delay(now, cost, interactive=interactive)
        return max(own, self.window.delay(now, cost), self.gcra.delay(now, cost))

    def reserve(self, chat_id: str, kind: ChatKind, start: float, cost: int = 1) -> Reservation:
        """Plan a call of *cost* messages for *start*."""
        self.reserved += cost
        self._last_planned_at[chat_id] = start
        self.gcra.acquire(start, cost)
        chat = self._chat_limiter(chat_id, kind)
        places = [] if chat is None else chat.reserve(start, cost)
        self._evict_idle(start)
        return Reservation(self, chat, cost, places)

    def replay(self, chat_id: str, kind: ChatKind, at: float, cost: int = 1) -> None:
        """Somebody (a process before us) sent *cost* messages *at* that moment; the oldest first, please."""
        slot = self.reserve(chat_id, kind, at, cost)
        slot.start(at)
        slot.finish(at)

    def blocked_chats(self, now: float, *, interactive: bool = False) -> list[str]:
        """Chats that may not be written to at *now*, which may be a little ahead."""
        return [
            chat_id for chat_id, chat in self._chat_limiters.items() if chat.delay(now, 1, interactive=interactive) > 0
        ]

    def slow_down(self, chat_id: str | None, now: float) -> None:
        """The messenger has complained though we kept the pace: slower for a while, into that chat or (``None``)
        everywhere."""
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
