"""Selection of the rows to send: for every account as many as its free slots and rate limits allow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.outbox import NextPending, OutboxKind, OutboxRow, Priority, WaitingRows, is_read_by_citizens
from bot.messengers.events import ChatKind
from bot.messengers.port import Messenger
from bot.outbox.free_slots import FreeSlots
from bot.outbox.in_flight import InFlightWindow
from bot.outbox.rate_limiter import RateLimiter
from storage.repositories.outbox import Outbox

MAX_CALLBACK_ANSWERS = 16
"""Answers to presses of an account that are sent at the same time: they wait for no message and no message for them."""

MAX_AHEAD = 6
"""Rows of an account in hand besides those under way: they are rendered until their turn comes. More would only delay
something urgent."""

MAX_INTERACTIVE = 8
"""Effects of presses in hand of an account, in addition to what its rate has room for: they take the next place."""

MAX_CITIZEN_ROWS = 4
"""Rows of an account in hand of which one leaves at a time (see `bot.outbox.in_flight`): the others are rendered
meanwhile. More would only delay something urgent."""

CHAT_ORDER_SECONDS = 1.0
"""Seconds for which the next message into a private chat waits for the one before it, unless somebody has pressed a
button: a call that hangs longer must not stop the chat."""

LOOKAHEAD_SECONDS = 0.2
"""Seconds by which messages are claimed before their time: enough to render them, too few to delay something urgent."""

MIN_BATCH_WHEN_SATURATED = 3
"""Messages that must have room before a saturated account's queue is read again: reading for each would be slow."""

NON_MESSAGE_KINDS = (OutboxKind.CALLBACK_ANSWER, OutboxKind.MENU)

WHOLE_ACCOUNT = "*"  # in place of a chat id
_CALLBACK_ANSWERS = ""  # their chat id


@dataclass(slots=True)
class RowSelection:
    """The rows in hand of all accounts, and the choice of those that come next."""

    messengers: Mapping[str, Messenger]
    window: Callable[[Messenger], InFlightWindow]
    limiters: dict[str, RateLimiter] = field(default_factory=dict)
    paused_until: dict[tuple[str, str], float] = field(default_factory=dict)  # account and chat → moment
    in_hand: dict[int, OutboxRow] = field(default_factory=dict)
    _taken_at: dict[int, float] = field(default_factory=dict)  # row in hand → moment
    _saturated_accounts: set[str] = field(default_factory=set)  # more rows are due than may be sent
    pressed_chats: set[tuple[str, str]] = field(default_factory=set)
    """Account and chat of effects of presses, each until a delivery there has ended."""

    @property
    def is_saturated(self) -> bool:
        """Return whether an account has more to send than it may."""
        return bool(self._saturated_accounts)

    def is_effect_awaited(self, moment: float) -> bool:
        """Return whether a press is being handled, or its effect has not left yet."""
        return any(limiter.interactive_waiting or limiter.count_expected(moment) for limiter in self.limiters.values())

    def take(self, row: OutboxRow, moment: float) -> None:
        """Record that the delivery of *row* begins."""
        self.in_hand[row.id] = row
        self._taken_at[row.id] = moment

    def drop(self, row: OutboxRow) -> bool:
        """Record that the delivery of *row* has ended; return whether another row may have waited for it.

        Of a saturated queue the next rows are known to wait for their rate, except for the effects of presses.
        """
        self.in_hand.pop(row.id, None)
        self._taken_at.pop(row.id, None)
        chat = (row.account, row.chat_id)
        if chat not in self.pressed_chats:
            return not self.is_saturated
        if all((one.account, one.chat_id) != chat for one in self.in_hand.values()):
            self.pressed_chats.discard(chat)
        return True

    async def read_waiting(self, outbox: Outbox, now: datetime, *, presses: bool, chats: bool) -> WaitingRows:
        """Read what may leave: what people wait for who have pressed a button, and the next rows of the *chats*."""
        limits = MAX_CALLBACK_ANSWERS, MAX_INTERACTIVE
        return await outbox.next_waiting(now, tuple(self.messengers), *limits, presses=presses, chats=chats)

    def choose_callback_answers(self, waiting: Sequence[NextPending], moment: float) -> list[int]:
        """Return the ids of answers to presses that may leave now."""
        self._forget_pauses(moment)
        return [one for account in self.messengers for one in self._callback_answers(account, waiting)]

    def choose_effects(self, waiting: Sequence[NextPending], moment: float) -> list[int]:
        """Return the ids of the effects of presses that may leave now: they wait for no room in the account's rate."""
        self._forget_pauses(moment)
        running = (account for account in self.messengers if (account, WHOLE_ACCOUNT) not in self.paused_until)
        return [one for account in running for one in self._effects(account, waiting, moment)]

    def list_with_room(self, moment: float) -> dict[str, int]:
        """Return how many messages may leave soon, by account, where reading the queue is worth it."""
        self._forget_pauses(moment)
        found = {account: self._capacity(account, moment) for account in self.messengers}
        return {account: capacity for account, capacity in found.items() if capacity}

    def choose_messages(
        self, capacities: Mapping[str, int], waiting: Sequence[NextPending], moment: float, *, without: Sequence[int]
    ) -> list[int]:
        """Return the ids of the rows *waiting* that may leave soon, except *without*."""
        chosen: list[int] = []
        for account, capacity in capacities.items():
            rows = self._eligible_rows(account, [row for row in waiting if row.account == account], moment)
            rows = [row for row in rows if row.id not in without]
            taken = self._free_slots(account, moment).choose(rows, capacity)
            (self._saturated_accounts.add if len(rows) > len(taken) else self._saturated_accounts.discard)(account)
            chosen += taken
        return chosen

    def _forget_pauses(self, moment: float) -> None:
        self.paused_until = {key: until for key, until in self.paused_until.items() if until > moment}

    def _free_slots(self, account: str, moment: float) -> FreeSlots:
        """Return how many more deliveries of *account* may start: an account that hangs must not stop the others."""
        messenger, limiter = self.messengers[account], self.limiters[account]
        mine = [row for row in self.in_hand.values() if row.account == account and row.kind not in NON_MESSAGE_KINDS]
        ahead = min(limiter.max_in(moment, LOOKAHEAD_SECONDS), MAX_AHEAD)
        in_hand = self.window(messenger).size + ahead
        if messenger.capabilities.idempotent:
            return FreeSlots(max(in_hand - len(mine), 0), None)
        citizens = sum(is_read_by_citizens(row.kind) for row in mine)
        return FreeSlots(max(in_hand - len(mine) + citizens, 0), max(MAX_CITIZEN_ROWS - citizens, 0))

    def _capacity(self, account: str, moment: float) -> int:
        """Return how many messages may leave soon; 0 while reading the queue is not worth it."""
        limiter = self.limiters[account]
        if (account, WHOLE_ACCOUNT) in self.paused_until:
            self._saturated_accounts.discard(account)
            return 0
        capacity = min(limiter.capacity(moment, LOOKAHEAD_SECONDS), self._free_slots(account, moment).total)
        smallest_batch = 1
        if account in self._saturated_accounts:
            smallest_batch = min(MIN_BATCH_WHEN_SATURATED, limiter.max_in(moment, LOOKAHEAD_SECONDS))
        return capacity if capacity >= smallest_batch else 0

    def _callback_answers(self, account: str, waiting: Sequence[NextPending]) -> list[int]:
        """Return the ids of callback answers that may leave now."""
        if (account, WHOLE_ACCOUNT) in self.paused_until or (account, _CALLBACK_ANSWERS) in self.paused_until:
            return []
        busy = sum(row.account == account and row.kind in NON_MESSAGE_KINDS for row in self.in_hand.values())
        free = [row.id for row in waiting if row.account == account and row.id not in self.in_hand]
        return free[: max(MAX_CALLBACK_ANSWERS - busy, 0)]

    def _effects(self, account: str, waiting: Sequence[NextPending], moment: float) -> list[int]:
        rows = self._eligible_rows(account, [row for row in waiting if row.account == account], moment)
        mine = [row for row in self.in_hand.values() if row.account == account]
        busy = sum(row.priority == Priority.INTERACTIVE and row.kind not in NON_MESSAGE_KINDS for row in mine)
        return [row.id for row in rows[: max(MAX_INTERACTIVE - busy, 0)]]

    def _eligible_rows(self, account: str, rows: list[NextPending], moment: float) -> list[NextPending]:
        """Return the rows whose chats may be written to: most urgent first, then the chat that has waited longest."""
        if not rows:
            return []
        limiter, soon = self.limiters[account], moment + LOOKAHEAD_SECONDS
        paused = {chat_id for name, chat_id in self.paused_until if name == account}
        in_hand = self._chats_in_hand(account, moment)

        def is_eligible(row: NextPending) -> bool:
            is_interactive = row.priority == Priority.INTERACTIVE
            if row.id in self.in_hand or row.chat_id in paused or (row.chat_id in in_hand and not is_interactive):
                return False
            return not limiter.is_blocked(row.chat_id, soon, interactive=is_interactive)

        found = filter(is_eligible, rows)
        return sorted(found, key=lambda row: (row.priority, limiter.last_planned_at(row.chat_id), row.id))

    def _chats_in_hand(self, account: str, moment: float) -> set[str]:
        """Return the private chats into which a message is under way, unless it hangs: the order there is kept."""
        return {
            row.chat_id
            for row in self.in_hand.values()
            if row.account == account
            and row.chat_kind == ChatKind.PRIVATE
            and moment - self._taken_at[row.id] < CHAT_ORDER_SECONDS
        }
