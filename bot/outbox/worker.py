"""The outbox worker: it claims due rows, keeps the messengers' rate limits and starts deliveries.

Only the leader runs it (ADR 10): a rate limit shared by several processes would need the database for every message.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain import channels
from bot.domain.outbox import NextPending, OutboxKind, OutboxRow, Priority, is_read_by_citizens
from bot.messengers.errors import RetryAfter
from bot.messengers.events import ChatKind
from bot.messengers.port import SendRateLimits
from bot.outbox.delivery import Delivery
from bot.outbox.free_slots import FreeSlots
from bot.outbox.permits import Permit
from bot.outbox.rate_limiter import RateLimiter
from bot.runtime.runtime import Runtime
from bot.runtime.supervisor import Supervisor
from storage.database import Database
from storage.unit_of_work import UnitOfWork

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

LEASE = timedelta(minutes=2)
IDLE_POLL_SECONDS = 0.25
_WHOLE_ACCOUNT = "*"  # in place of a chat id
_CALLBACK_ANSWERS = ""  # their chat id

LOOKAHEAD_SECONDS = 0.2
"""Seconds by which messages are claimed before their time: enough to render them, too few to delay something urgent."""

MIN_BATCH_WHEN_SATURATED = 3
"""Messages that must have room before a saturated account's queue is read again: reading for each would be slow."""

SATURATED_POLL_SECONDS = 0.05
"""Seconds until the next reading of a saturated queue."""

RATE_WINDOW = timedelta(minutes=1)
"""The longest window of any messenger's rate limit; messages sent within it count after a restart."""

TAKEOVER_GRACE_SECONDS = 7.0
"""Seconds that the former leader has to finish its deliveries: a process that has lost the database notices after two
and lets its messages arrive for five (`SHUTDOWN_TIMEOUT_SECONDS` of the supervisor)."""

WHOLE_ACCOUNT_REFUSAL_SECONDS = 1.0
"""Seconds within which a refusal for a second chat means that the whole account is limited."""

NON_MESSAGE_KINDS = (OutboxKind.CALLBACK_ANSWER, OutboxKind.MENU)


@dataclass(slots=True)
class OutboxWorker:
    """The worker of all accounts."""

    runtime: Runtime
    supervisor: Supervisor
    monotonic: Callable[[], float]  # in seconds
    rate_limits: SendRateLimits | None = None  # None: those of each messenger
    _limiters: dict[str, RateLimiter] = field(default_factory=dict)
    _paused_until: dict[tuple[str, str], float] = field(default_factory=dict)
    _last_refusal: dict[str, tuple[str, float]] = field(default_factory=dict)  # account → chat and moment
    _delivery: Delivery = field(init=False)
    _in_flight: dict[int, OutboxRow] = field(default_factory=dict)
    _claimed_at: dict[int, float] = field(default_factory=dict)  # row in flight → moment
    _saturated_accounts: set[str] = field(default_factory=set)  # more rows are due than may be sent
    _leases_extended_at: float = 0.0
    _database: Database = field(init=False)
    """The leader's fenced database."""

    def __post_init__(self) -> None:
        self._database = self.runtime.database
        self._delivery = Delivery(self.runtime, self._pause)

    async def run(self, leader: Runtime) -> None:
        """Send with the database of *leader* until cancelled; started again whenever this process becomes the leader.

        Running deliveries go on: each records its outcome under its own claim, which a new leader makes void.
        """
        self._database = leader.database
        leader.progress.report("outbox")
        await self._take_over()
        while True:
            leader.progress.report("outbox")
            await self._extend_leases()
            chosen = await self._select_rows()
            if chosen:
                taken_at = self.runtime.clock.now()
                await self._dispatch(await self._claim_rows(chosen, taken_at), taken_at)
            await self.runtime.outbox_wake_up.wait(
                SATURATED_POLL_SECONDS if self._saturated_accounts else IDLE_POLL_SECONDS
            )

    def max_in_flight(self, account: str) -> int:
        """Return how many messages to officials may be under way through *account*."""
        return self._delivery.sender.window(self.runtime.messengers[account]).size

    async def _take_over(self) -> None:
        """Limit the time of what others are still sending, and restore the rate limiters.

        Their answers to presses are sent again at once: a repetition is harmless, and a person is waiting.
        """
        now = self.runtime.clock.now()
        self._delivery.sender.edits.forget_all()
        async with self._database.begin() as uow:
            holders = await uow.outbox.list_holders(exclude_ids=self._in_flight)
            await uow.outbox.release_leases(holders, NON_MESSAGE_KINDS)
            grace_ends_at = now + timedelta(seconds=TAKEOVER_GRACE_SECONDS)
            await uow.outbox.limit_leases(grace_ends_at, exclude_ids=self._in_flight)
            await self._restore_rate_limits(uow, now)
            self._delivery.failing_accounts |= await uow.outages.list_failing_accounts(channels.Direction.OUT)

    async def _restore_rate_limits(self, uow: UnitOfWork, now: datetime) -> None:
        """Count what was sent recently, so that a restart or takeover does not exceed the limits."""
        moment = self.monotonic()
        for account, messenger in self.runtime.messengers.items():
            limiter = self._limiters[account] = RateLimiter(self.rate_limits or messenger.capabilities.rate_limits)
            for sent in await uow.outbox.list_sent_since(account, now - RATE_WINDOW):
                ago = max((now - (sent.at or now)).total_seconds(), 0.0)
                limiter.replay(sent.chat_id, ChatKind(sent.chat_kind), moment - ago, sent.messages)

    async def _select_rows(self) -> list[int]:
        """Return the ids of rows to send: for every account as many as its free slots and rate limits allow."""
        now, moment = self.runtime.clock.now(), self.monotonic()
        self._paused_until = {key: until for key, until in self._paused_until.items() if until > moment}
        accounts = tuple(self.runtime.messengers)
        slots = {account: self._free_slots(account) for account in accounts}
        capacities = {account: self._capacity(account, slots[account], moment) for account in accounts}
        async with self._database.read() as uow:
            callbacks = await uow.outbox.next_callback_answers(now, accounts, MAX_CALLBACK_ANSWERS)
            interactive = await uow.outbox.next_interactive(now, accounts, MAX_INTERACTIVE)
            waiting = await uow.outbox.next_per_chat(now, accounts) if any(capacities.values()) else []
            if waiting or interactive:  # what a change of people has queued is rendered for the people of that moment
                await self.runtime.follow_changes(uow)
        chosen: list[int] = []
        for account in accounts:
            chosen += self._callback_answers(account, callbacks)
            if (account, _WHOLE_ACCOUNT) in self._paused_until:
                continue
            answers = self._interactive_rows(account, interactive, moment)
            chosen += answers
            if capacities[account]:
                rows = self._eligible_rows(account, [row for row in waiting if row.account == account], moment)
                rows = [row for row in rows if row.id not in answers]
                taken = slots[account].choose(rows, capacities[account])
                (self._saturated_accounts.add if len(rows) > len(taken) else self._saturated_accounts.discard)(account)
                chosen += taken
        return chosen

    def _free_slots(self, account: str) -> FreeSlots:
        """Return how many more deliveries of *account* may start: an account that hangs must not stop the others."""
        messenger, limiter = self.runtime.messengers[account], self._limiters[account]
        mine = [row for row in self._in_flight.values() if row.account == account and row.kind not in NON_MESSAGE_KINDS]
        ahead = min(limiter.max_in(self.monotonic(), LOOKAHEAD_SECONDS), MAX_AHEAD)
        in_hand = self._delivery.sender.window(messenger).size + ahead
        if messenger.capabilities.idempotent:
            return FreeSlots(max(in_hand - len(mine), 0), None)
        citizens = sum(is_read_by_citizens(row.kind) for row in mine)
        return FreeSlots(max(in_hand - len(mine) + citizens, 0), max(MAX_CITIZEN_ROWS - citizens, 0))

    def _capacity(self, account: str, slots: FreeSlots, moment: float) -> int:
        """Return how many messages may leave soon; 0 while reading the queue is not worth it."""
        limiter = self._limiters[account]
        if (account, _WHOLE_ACCOUNT) in self._paused_until:
            self._saturated_accounts.discard(account)
            return 0
        capacity = min(limiter.capacity(moment, LOOKAHEAD_SECONDS), slots.total)
        smallest_batch = 1
        if account in self._saturated_accounts:
            smallest_batch = min(MIN_BATCH_WHEN_SATURATED, limiter.max_in(moment, LOOKAHEAD_SECONDS))
        return capacity if capacity >= smallest_batch else 0

    def _callback_answers(self, account: str, waiting: list[NextPending]) -> list[int]:
        """Return the ids of callback answers that may leave now."""
        if (account, _WHOLE_ACCOUNT) in self._paused_until or (account, _CALLBACK_ANSWERS) in self._paused_until:
            return []
        busy = sum(row.account == account and row.kind in NON_MESSAGE_KINDS for row in self._in_flight.values())
        free = [row.id for row in waiting if row.account == account and row.id not in self._in_flight]
        return free[: max(MAX_CALLBACK_ANSWERS - busy, 0)]

    def _interactive_rows(self, account: str, waiting: list[NextPending], moment: float) -> list[int]:
        """Return the ids of the effects of presses that may leave now: they wait for no room in the account's rate."""
        rows = self._eligible_rows(account, [row for row in waiting if row.account == account], moment)
        mine = [row for row in self._in_flight.values() if row.account == account]
        busy = sum(row.priority == Priority.INTERACTIVE and row.kind not in NON_MESSAGE_KINDS for row in mine)
        return [row.id for row in rows[: max(MAX_INTERACTIVE - busy, 0)]]

    def _eligible_rows(self, account: str, rows: list[NextPending], moment: float) -> list[NextPending]:
        """Return the rows whose chats may be written to: most urgent first, then the chat that has waited longest."""
        limiter, soon = self._limiters[account], moment + LOOKAHEAD_SECONDS
        blocked = {chat_id for name, chat_id in self._paused_until if name == account}
        blocked.update(limiter.blocked_chats(soon, interactive=True))
        blocked_for_bulk = {*limiter.blocked_chats(soon), *self._chats_in_hand(account, moment)}
        found = [
            row
            for row in rows
            if row.id not in self._in_flight
            and row.chat_id not in blocked
            and (row.priority == Priority.INTERACTIVE or row.chat_id not in blocked_for_bulk)
        ]
        return sorted(found, key=lambda row: (row.priority, limiter.last_planned_at(row.chat_id), row.id))

    def _chats_in_hand(self, account: str, moment: float) -> set[str]:
        """Return the private chats into which a message is under way, unless it hangs: the order there is kept."""
        return {
            row.chat_id
            for row in self._in_flight.values()
            if row.account == account
            and row.chat_kind == ChatKind.PRIVATE
            and moment - self._claimed_at[row.id] < CHAT_ORDER_SECONDS
        }

    async def _claim_rows(self, ids: list[int], now: datetime) -> list[OutboxRow]:
        async with self._database.begin() as uow:
            return await uow.outbox.claim(ids, now, LEASE)

    async def _dispatch(self, rows: list[OutboxRow], claimed_at: datetime) -> None:
        """Start the deliveries of *rows*, each at its time."""
        too_early = []
        for row in rows:
            is_message = row.kind not in NON_MESSAGE_KINDS
            permit = self._permit_for(row) if is_message else None
            if is_message and permit is None:
                too_early.append(row)
                continue
            self._in_flight[row.id] = row
            self._claimed_at[row.id] = self.monotonic()
            # A cancelled send has an unknown outcome and would be repeated at the next start.
            self.supervisor.run_once("delivery", self._deliver(row, permit, claimed_at), finish=True)
        if too_early:
            async with self._database.begin() as uow:
                for row in too_early:
                    await uow.outbox.unclaim(row)

    def _permit_for(self, row: OutboxRow) -> Permit | None:
        """Reserve the row's first message; return ``None`` if its time is too far ahead."""
        limiter, kind, now = self._limiters[row.account], ChatKind(row.chat_kind), self.monotonic()
        interactive = row.priority == Priority.INTERACTIVE
        delay = limiter.delay(row.chat_id, kind, now, interactive=interactive)
        if delay > LOOKAHEAD_SECONDS:
            return None
        reservation = limiter.reserve(row.chat_id, kind, now + delay, interactive=interactive)
        return Permit(limiter, reservation, row.chat_id, kind, interactive, self.monotonic, now + delay)

    async def _extend_leases(self) -> None:
        """Extend the leases of running deliveries: a long upload must not look like the work of a dead process."""
        moment = asyncio.get_running_loop().time()
        rows = list(self._in_flight.values())
        if rows and moment - self._leases_extended_at > LEASE.total_seconds() / 4:
            async with self._database.begin() as uow:
                await uow.outbox.extend_leases(rows, self.runtime.clock.now() + LEASE)
                # The former leader may have recorded a failure since this one started.
                self._delivery.failing_accounts |= await uow.outages.list_failing_accounts(channels.Direction.OUT)
            self._leases_extended_at = moment

    async def _deliver(self, row: OutboxRow, permit: Permit | None, claimed_at: datetime) -> None:
        try:
            await self._delivery.run(row, permit, claimed_at)
        finally:
            if permit is not None:
                permit.close()
            self._in_flight.pop(row.id, None)
            self._claimed_at.pop(row.id, None)
            self.runtime.outbox_wake_up.set()

    def _pause(self, row: OutboxRow, error: RetryAfter) -> None:
        """Pause the chat, or the whole account, for as long as the messenger asks; then send slower for a while."""
        now = self.monotonic()
        chat_id, at = self._last_refusal.get(row.account, (row.chat_id, now))
        self._last_refusal[row.account] = (row.chat_id, now)
        everywhere = error.whole_account or (chat_id != row.chat_id and now - at < WHOLE_ACCOUNT_REFUSAL_SECONDS)
        paused = _WHOLE_ACCOUNT if everywhere else row.chat_id
        self._paused_until[row.account, paused] = max(
            self._paused_until.get((row.account, paused), 0.0), now + error.seconds
        )
        self._limiters[row.account].slow_down(None if everywhere else row.chat_id, now)
