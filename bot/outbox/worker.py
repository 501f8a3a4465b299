"""The outbox worker: it claims due rows, keeps the messengers' rate limits and starts deliveries.

Only the leader runs it (ADR 10): a rate limit shared by several processes would need the database for every message.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from bot.domain import channels
from bot.domain.outbox import OutboxRow, Priority
from bot.messengers.errors import RetryAfter
from bot.messengers.events import ChatKind
from bot.messengers.port import SendRateLimits
from bot.outbox.delivery import Delivery
from bot.outbox.permits import Permit
from bot.outbox.rate_limiter import RateLimiter
from bot.outbox.row_selection import LOOKAHEAD_SECONDS, NON_MESSAGE_KINDS, WHOLE_ACCOUNT, RowSelection
from bot.runtime.commit_retry import retry_until_committed
from bot.runtime.runtime import Runtime
from bot.runtime.supervisor import Supervisor
from storage.database import Database
from storage.unit_of_work import UnitOfWork

LEASE = timedelta(minutes=2)
POLL_SECONDS = 0.25
"""Seconds until the next reading while anything waits for its moment, its rate, or what goes before it."""

IDLE_POLL_SECONDS = 1.0
"""Seconds until the next look at an empty queue: what queues a message wakes the loop, unless it is a command, or a
process whose notification is lost."""

SATURATED_POLL_SECONDS = 0.05
"""Seconds until the next reading of a saturated queue."""

MAX_PRESS_LOOKS, PRESS_LOOK_SECONDS = 10, 0.005
"""Looks for the effect of a press before a saturated queue is read all the same, and seconds between two of them."""

RATE_WINDOW = timedelta(minutes=1)
"""The longest window of any messenger's rate limit; messages sent within it count after a restart."""

TAKEOVER_GRACE_SECONDS = 7.0
"""Seconds that the former leader has to finish its deliveries: a process that has lost the database notices after two
and lets its messages arrive for five (`SHUTDOWN_TIMEOUT_SECONDS` of the supervisor)."""

WHOLE_ACCOUNT_REFUSAL_SECONDS = 1.0
"""Seconds within which a refusal for a second chat means that the whole account is limited."""


@dataclass(slots=True)
class OutboxWorker:
    """The worker of all accounts."""

    runtime: Runtime
    supervisor: Supervisor
    monotonic: Callable[[], float]  # in seconds
    rate_limits: SendRateLimits | None = None  # None: those of each messenger
    _last_refusal: dict[str, tuple[str, float]] = field(default_factory=dict)  # account → chat and moment
    _delivery: Delivery = field(init=False)
    _rows: RowSelection = field(init=False)
    _leases_extended_at: float = 0.0
    _is_sending: bool = False
    _is_empty: bool = False  # nothing waited at the last look
    _presses_read_at: float = 0.0
    _database: Database = field(init=False)
    """The leader's fenced database."""

    def __post_init__(self) -> None:
        self._database = self.runtime.database
        self._delivery = Delivery(self.runtime, self._pause)
        self._rows = RowSelection(self.runtime.messengers, self._delivery.sender.window)

    async def run(self, leader: Runtime) -> None:
        """Send with the database of *leader* until cancelled; started again whenever this process becomes the leader.

        Running deliveries go on: each records its outcome under its own claim, which a new leader makes void.
        """
        self._database = leader.database
        leader.progress.report("outbox")
        await self._take_over()
        self._is_sending = True
        try:
            was_woken = True
            while True:
                leader.progress.report("outbox")
                await self._extend_leases()
                await self._let_effects_leave()
                chosen = await self._select_rows(was_woken=was_woken)
                if chosen:
                    taken_at = self.runtime.clock.now()
                    self.start(await self._claim_rows(chosen, taken_at), taken_at)
                was_woken = await self.runtime.outbox_wake_up.wait(self._pause_seconds())
        finally:
            self._is_sending = False

    def _pause_seconds(self) -> float:
        if self._rows.is_saturated:
            return SATURATED_POLL_SECONDS
        return IDLE_POLL_SECONDS if self._is_empty else POLL_SECONDS

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
            holders = await uow.outbox.list_holders(exclude_ids=self._rows.in_hand)
            await uow.outbox.release_leases(holders, NON_MESSAGE_KINDS)
            grace_ends_at = now + timedelta(seconds=TAKEOVER_GRACE_SECONDS)
            await uow.outbox.limit_leases(grace_ends_at, exclude_ids=self._rows.in_hand)
            await self._restore_rate_limits(uow, now)
            self._delivery.failing_accounts |= await uow.outages.list_failing_accounts(channels.Direction.OUT)

    async def _restore_rate_limits(self, uow: UnitOfWork, now: datetime) -> None:
        """Count what was sent recently, so that a restart or takeover does not exceed the limits."""
        moment = self.monotonic()
        for account, messenger in self.runtime.messengers.items():
            limiter = self._rows.limiters[account] = RateLimiter(self.rate_limits or messenger.capabilities.rate_limits)
            for sent in await uow.outbox.list_sent_since(account, now - RATE_WINDOW):
                ago = max((now - (sent.at or now)).total_seconds(), 0.0)
                limiter.replay(sent.chat_id, ChatKind(sent.chat_kind), moment - ago, sent.messages)

    async def _let_effects_leave(self) -> None:
        """Leave the processor to what a person waits for, who has pressed a button: the next messages are in hand.

        Reading the queue of many chats costs as much as rendering a card. On a shared database it finds the effects.
        """
        for _ in range(0 if self._database.is_shared else MAX_PRESS_LOOKS):
            if not (self._rows.is_saturated and self._rows.is_effect_awaited(self.monotonic())):
                return
            await asyncio.sleep(PRESS_LOOK_SECONDS)

    def _is_press_poll_due(self) -> bool:
        """Return whether it is time to look for presses that another process may have handled."""
        return asyncio.get_running_loop().time() >= self._presses_read_at + POLL_SECONDS

    async def _select_rows(self, *, was_woken: bool) -> list[int]:
        """Return the ids of rows to send: for every account as many as its free slots and rate limits allow.

        *was_woken*: something new may be due.
        """
        now, moment = self.runtime.clock.now(), self.monotonic()
        capacities, answers = self._rows.list_with_room(moment), list[int]()
        looks_for_presses = was_woken or self._is_press_poll_due()
        if not (capacities or looks_for_presses):
            return []
        self._is_empty = not (was_woken or self._rows.is_saturated or (await self._database.agenda.load()).outbox_waits)
        if self._is_empty:
            return []
        async with self._database.read_statements() as uow:
            if not (was_woken or self._rows.is_saturated or await uow.outbox.has_due(now)):
                return []  # nearly always; the other questions cost five times as much
            waiting = await self._rows.read_waiting(uow.outbox, now, presses=looks_for_presses, chats=bool(capacities))
            if looks_for_presses:
                self._presses_read_at = asyncio.get_running_loop().time()
                answers += self._rows.choose_callback_answers(waiting.answers, moment)
                answers += self._rows.choose_effects(waiting.effects, moment)
            if waiting.chats or answers:  # what a change of people has queued is rendered for the people of that moment
                await self.runtime.follow_changes(uow)
        return answers + self._rows.choose_messages(capacities, waiting.chats, moment, without=answers)

    async def _claim_rows(self, ids: list[int], now: datetime) -> list[OutboxRow]:
        async with self._database.begin() as uow:
            return await uow.outbox.claim(ids, now, LEASE)

    def expect(self, account: str, presses: int) -> None:
        """Keep places of the rate for the effects of *presses*, which are handled now."""
        if self._is_sending:
            for _ in range(presses):
                self._rows.limiters[account].expect_interactive(self.monotonic())

    async def claim_answers(self, uow: UnitOfWork, now: datetime) -> Sequence[OutboxRow]:
        """Claim what waits for a person who has pressed a button, with the transaction that has handled the press.

        That transaction is not fenced. An answer may come twice, a message may not: on a shared database messages
        are left to the loop, whose claims are.
        """
        if not self._is_sending:
            return ()
        self._rows.pressed_chats |= uow.outbox.interactive_chats
        await uow.flush()  # nothing waits for another transaction's locks while the claim's lock is held
        moment = self.monotonic()
        waiting = await self._rows.read_waiting(uow.outbox, now, presses=True, chats=False)
        chosen = self._rows.choose_callback_answers(waiting.answers, moment)
        if not self._database.is_shared:
            chosen += self._rows.choose_effects(waiting.effects, moment)
        return await uow.outbox.claim(chosen, now, LEASE) if chosen else ()

    def start(self, rows: Sequence[OutboxRow], claimed_at: datetime) -> None:
        """Start the deliveries of *rows*, each at its time."""
        too_early = []
        for row in rows:
            is_message = row.kind not in NON_MESSAGE_KINDS
            permit = self._permit_for(row) if is_message else None
            if is_message and permit is None:
                too_early.append(row)
                continue
            self._rows.take(row, self.monotonic())
            # A cancelled send has an unknown outcome and would be repeated at the next start.
            self.supervisor.run_once("delivery", self._deliver(row, permit, claimed_at), finish=True)
        if too_early:
            # Left claimed, they would wait for the end of their lease, and what follows them in their chats as well.
            unclaim = retry_until_committed(partial(self._unclaim, too_early))
            self.supervisor.run_once("unclaim", unclaim, finish=True)

    async def _unclaim(self, rows: Sequence[OutboxRow]) -> None:
        async with self._database.begin() as uow:
            for row in rows:
                await uow.outbox.unclaim(row)

    def _permit_for(self, row: OutboxRow) -> Permit | None:
        """Reserve the row's first message; return ``None`` if its time is too far ahead."""
        limiter, kind, now = self._rows.limiters[row.account], ChatKind(row.chat_kind), self.monotonic()
        interactive = row.priority == Priority.INTERACTIVE
        delay = limiter.delay(row.chat_id, kind, now, interactive=interactive)
        if delay > LOOKAHEAD_SECONDS:
            return None
        reservation = limiter.reserve(row.chat_id, kind, now + delay, interactive=interactive)
        return Permit(limiter, reservation, row.chat_id, kind, interactive, self.monotonic, now + delay)

    async def _extend_leases(self) -> None:
        """Extend the leases of running deliveries: a long upload must not look like the work of a dead process."""
        moment = asyncio.get_running_loop().time()
        rows = list(self._rows.in_hand.values())
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
            wake_up = self.runtime.outbox_wake_up
            (wake_up.set if self._rows.drop(row) else wake_up.end_pause)()

    def _pause(self, row: OutboxRow, error: RetryAfter) -> None:
        """Pause the chat, or the whole account, for as long as the messenger asks; then send slower for a while."""
        now = self.monotonic()
        chat_id, at = self._last_refusal.get(row.account, (row.chat_id, now))
        self._last_refusal[row.account] = (row.chat_id, now)
        everywhere = error.whole_account or (chat_id != row.chat_id and now - at < WHOLE_ACCOUNT_REFUSAL_SECONDS)
        paused = WHOLE_ACCOUNT if everywhere else row.chat_id
        self._rows.paused_until[row.account, paused] = max(
            self._rows.paused_until.get((row.account, paused), 0.0), now + error.seconds
        )
        self._rows.limiters[row.account].slow_down(None if everywhere else row.chat_id, now)
