"""How fast one account of ours may write: overall, to one chat, to one group. Obeyed before the messenger complains."""

from dataclasses import dataclass, field

from bot.messengers.base import Limits
from bot.messengers.events import ChatKind

CHAT_BURST = 5
"""A few messages in a row to one person do no harm; then one a second."""

HURRY_BURST = 20
"""The same while the person is pressing buttons and waits for us; should it be too much, the messenger says so."""

FORGET_AFTER = 10_000


@dataclass(slots=True)
class Pace:
    """The generic cell rate algorithm, one cell an account and one a chat. Times are seconds of a monotonic clock."""

    limits: Limits
    _overall: float = 0.0
    _chats: dict[str, float] = field(default_factory=dict)

    def reserve(self, chat_id: str, kind: ChatKind, now: float, *, in_a_hurry: bool = False) -> float:
        """How long to wait before the next message to *chat_id*, in seconds; 0.0 takes the place at once.

        A positive answer reserves nothing: ask again later. *in_a_hurry*: somebody has pressed a button and looks at
        the screen; the chat's own pace does not hold that up.
        """
        interval, burst = self._chat_rule(kind)
        if in_a_hurry:
            burst = max(burst, HURRY_BURST)
        overall = 1.0 / self.limits.per_second
        chat_at = max(self._chats.get(chat_id, 0.0), now)
        overall_at = max(self._overall, now)
        wait = max(chat_at - now - interval * (burst - 1), overall_at - now - overall * (self.limits.per_second / 2))
        if wait > 0:
            return wait
        self._overall = overall_at + overall
        if interval:
            self._remember(chat_id, chat_at + interval, now)
        return 0.0

    def _chat_rule(self, kind: ChatKind) -> tuple[float, int]:
        if kind is ChatKind.GROUP and self.limits.per_group_minute:
            return 60.0 / self.limits.per_group_minute, int(self.limits.per_group_minute)
        if kind is ChatKind.PRIVATE and self.limits.per_chat_second:
            return 1.0 / self.limits.per_chat_second, CHAT_BURST
        return 0.0, 1

    def _remember(self, chat_id: str, moment: float, now: float) -> None:
        if len(self._chats) > FORGET_AFTER:
            self._chats = {chat: at for chat, at in self._chats.items() if at > now}
        self._chats[chat_id] = moment
