"""How fast one account of ours may write: overall, to one chat, to one group. Obeyed before the messenger complains,
and slower for a while after it has.

Times are seconds of a monotonic clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.messengers.events import ChatKind
from bot.messengers.port import Limits
from bot.messengers.rate_limits import Brake, Place, Rate, Spacing, Window

HURRY_BURST = 8
"""How many messages in a row somebody may cause who is pressing buttons and looks at the screen."""

CATCH_UP = 4
"""Messages that may follow at once where we were late: the even pace is for those who wait behind, the window is what
the messenger asks for."""

FORGET_AFTER = 500
"""Chats whose pace is remembered before those that have rested are forgotten."""

LONG_AGO = 60.0


@dataclass(slots=True)
class Slot:
    """The right to one call at its time. Begin it or not, and end it."""

    pace: "Pace"
    chat: "_Chat | None"
    cost: int
    places: list[Place]
    has_begun: bool = False

    def wait(self, now: float) -> float:
        """Seconds until the call may begin: nearly always 0.0, since it was planned."""
        return self.pace.window.wait(now, self.cost)

    def begin(self, now: float) -> None:
        """The call begins."""
        self.pace.promised -= self.cost
        self.has_begun = True
        self.places += self.pace.window.take(now, self.cost)

    def end(self, now: float) -> None:
        """The messenger has answered, whatever it was; or nothing was sent after all."""
        if self.has_begun:
            for place in self.places:
                place.answered(now)
            return
        self.pace.promised -= self.cost
        self.pace.spacing.give_back(self.cost)
        for place in self.places:
            place.give_back()
        if self.chat is not None:
            self.chat.give_back(self.cost)


class _Chat:
    """One chat's own limits: hard ones, and such as allow bursts."""

    def __init__(self, rates: Sequence[Rate]) -> None:
        self.brake = Brake()
        self.windows = [Window(rate, self.brake) for rate in rates if rate.burst is None]
        self.spacings = [Spacing(rate, self.brake) for rate in rates if rate.burst is not None]

    def wait(self, now: float, cost: int, *, in_a_hurry: bool) -> float:
        waits = [window.wait(now, cost) for window in self.windows]
        for spacing in self.spacings:
            burst = max(spacing.rate.burst or 1, HURRY_BURST) if in_a_hurry else None
            waits.append(spacing.wait(now, cost, burst))
        return max(waits, default=0.0)

    def take(self, start: float, cost: int) -> list[Place]:
        for spacing in self.spacings:
            spacing.take(start, cost)
        return [place for window in self.windows for place in window.take(start, cost)]

    def give_back(self, cost: int) -> None:
        for spacing in self.spacings:
            spacing.give_back(cost)

    def is_idle(self, now: float) -> bool:
        """Whether nothing of it needs to be remembered."""
        rested = all(window.is_idle(now) for window in self.windows)
        return rested and all(one.is_idle(now) for one in self.spacings) and self.brake.share(now) >= 1.0


class Pace:
    """One account's."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._brake = Brake()
        overall = limits.overall
        self.window = Window(overall, self._brake)
        self.spacing = Spacing(Rate(overall.most, overall.seconds, CATCH_UP), self._brake)
        self.promised = 0
        self._chats: dict[str, _Chat] = {}
        self._last: dict[str, float] = {}

    def last(self, chat_id: str) -> float:
        """When something was last planned for *chat_id*, as far as that is remembered: those who have waited longest
        come first."""
        return self._last.get(chat_id, float("-inf"))

    def most(self, now: float, ahead: float) -> int:
        """How many messages leave in *ahead* seconds at best, as far as all chats together go; at least one."""
        overall = self._limits.overall
        return max(1, int(overall.most / overall.seconds * ahead * self._brake.share(now)))

    def room(self, now: float, ahead: float) -> int:
        """How many more messages may be planned for the next *ahead* seconds, as far as all chats together go."""
        soon = now + ahead
        return max(0, min(self.window.free(soon), self.most(now, ahead) - self.promised, self.spacing.free(soon)))

    def wait(self, chat_id: str, kind: ChatKind, now: float, cost: int = 1, *, in_a_hurry: bool = False) -> float:
        """Seconds until *cost* messages may go to *chat_id*; 0.0: now. *in_a_hurry*: somebody has pressed a button and
        looks at the screen."""
        chat = self._chat(chat_id, kind)
        own = 0.0 if chat is None else chat.wait(now, cost, in_a_hurry=in_a_hurry)
        return max(own, self.window.wait(now, cost), self.spacing.wait(now, cost))

    def take(self, chat_id: str, kind: ChatKind, start: float, cost: int = 1) -> Slot:
        """Plan a call of *cost* messages for *start*."""
        self.promised += cost
        self._last[chat_id] = start
        self.spacing.take(start, cost)
        chat = self._chat(chat_id, kind)
        places = [] if chat is None else chat.take(start, cost)
        self._forget(start)
        return Slot(self, chat, cost, places)

    def recall(self, chat_id: str, kind: ChatKind, at: float, cost: int = 1) -> None:
        """Somebody (a process before us) sent *cost* messages *at* that moment; the oldest first, please."""
        slot = self.take(chat_id, kind, at, cost)
        slot.begin(at)
        slot.end(at)

    def resting(self, now: float, *, in_a_hurry: bool = False) -> list[str]:
        """Chats that may not be written to at *now*, which may be a little ahead."""
        return [chat_id for chat_id, chat in self._chats.items() if chat.wait(now, 1, in_a_hurry=in_a_hurry) > 0]

    def complain(self, chat_id: str | None, now: float) -> None:
        """The messenger has complained though we kept the pace: slower for a while, into that chat or (``None``)
        everywhere."""
        if chat_id is None:
            self._brake.complain(now)
        elif chat_id in self._chats:
            self._chats[chat_id].brake.complain(now)

    def _chat(self, chat_id: str, kind: ChatKind) -> _Chat | None:
        rates = self._limits.private if kind is ChatKind.PRIVATE else self._limits.group
        if not rates:
            return None
        if chat_id not in self._chats:
            self._chats[chat_id] = _Chat(rates)
        return self._chats[chat_id]

    def _forget(self, now: float) -> None:
        if len(self._last) > FORGET_AFTER:
            self._last = {chat_id: at for chat_id, at in self._last.items() if at > now - LONG_AGO}
        if len(self._chats) > FORGET_AFTER:
            self._chats = {chat_id: chat for chat_id, chat in self._chats.items() if not chat.is_idle(now)}
