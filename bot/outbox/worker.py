"""Sends what is due: claims rows, keeps the pace that the messengers allow, hands each row to the courier.

One process does it (the leader, ADR 10): a pace that several keep together would need the database for every message.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain import channels
from bot.domain.outbox import NextPending, OutboxKind, OutboxRow, Priority
from bot.messengers.errors import RetryAfter
from bot.messengers.events import ChatKind
from bot.messengers.port import SendRateLimits
from bot.outbox.delivery import Delivery
from bot.outbox.permits import Permit, RateLimitedPermit, UnlimitedPermit
from bot.outbox.rate_limiter import RateLimiter
from bot.runtime.runtime import Runtime
from bot.runtime.supervisor import Supervisor

MAX_CONCURRENT = 24
"""Rows that are on their way at the same time."""

MAX_IN_FLIGHT_PER_ACCOUNT = 4
"""Messages of an account that are in hand where they leave one by one (:mod:`bot.outbox.in_flight`): one travels, the
others are drawn meanwhile. More would only be in the way of something urgent."""

LEASE = timedelta(minutes=2)
IDLE_POLL_SECONDS = 0.25
_WHOLE_ACCOUNT = "*"  # stands for every chat of an account
_CALLBACK_ANSWERS = ""  # the chat of answers to presses

LOOKAHEAD_SECONDS = 0.2
"""Seconds for which messages are taken from the queue before their turn: enough to have them drawn in time, too few to
be in the way of something urgent."""

MIN_BATCH_WHEN_SATURATED = 3
"""While a queue waits, it is looked through for so many messages at a time, not for each."""

SATURATED_POLL_SECONDS = 0.05
"""Seconds until the next look then."""

RATE_WINDOW = timedelta(minutes=1)
"""The longest window of any messenger: what was sent within it still counts after a restart."""

TAKEOVER_GRACE_SECONDS = 7.0
"""Seconds that whoever led before is given to finish what was on its way: a process that has merely lost the database
needs two to notice, and lets its messages arrive for five (:data:`bot.runtime.supervisor.PATIENCE`)."""

WHOLE_ACCOUNT_REFUSAL_SECONDS = 1.0
"""Seconds: when a messenger refuses a second chat so soon after the first, it means the whole account."""

NON_MESSAGE_KINDS = (OutboxKind.CALLBACK_ANSWER, OutboxKind.MENU)


@dataclass(slots=True)
class OutboxWorker:
    """One for all accounts of ours."""

    runtime: Runtime
    supervisor: Supervisor
    monotonic: Callable[[], float]  # in seconds
    rate_limits: SendRateLimits | None = None  # None: those of each messenger
    _limiters: dict[str, RateLimiter] = field(default_factory=dict)
    _paused_until: dict[tuple[str, str], float] = field(default_factory=dict)
    _last_refusal: dict[str, tuple[str, float]] = field(
        default_factory=dict
    )  # account → the chat refused last, and when
    _delivery: Delivery = field(init=False)
    _in_flight: dict[int, OutboxRow] = field(default_factory=dict)
    _saturated_accounts: set[str] = field(default_factory=set)  # accounts for which more waits than may leave
    _leases_extended_at: float = 0.0

    def __post_init__(self) -> None:
        self._delivery = Delivery(self.runtime, self._pause)

    async def run(self) -> None:
        """Begins anew whenever this process becomes the one that sends; what it had in hand before it still sees to."""
        await self._restore_rate_limits()
        self.supervisor.run_once("inheritance of the outbox", self._release_stale_claims())
        while True:
            await self._extend_leases()
            chosen = await self._select_rows()
            if chosen:
                taken_at = self.runtime.clock.now()
                await self._dispatch(await self._claim_rows(chosen, taken_at), taken_at)
            await self.runtime.outbox_wake_up.wait(
                SATURATED_POLL_SECONDS if self._saturated_accounts else IDLE_POLL_SECONDS
            )

    async def _restore_rate_limits(self) -> None:
        """A restart, or taking over from a process that has died, does not begin the messengers' minutes anew; and what
        others are sending has a little time left, however long we all were without the database."""
        now, moment = self.runtime.clock.now(), self.monotonic()
        async with self.runtime.database.begin() as uow:
            if self.runtime.database.is_shared:
                await uow.outbox.extend_running_leases(now + timedelta(seconds=TAKEOVER_GRACE_SECONDS))
            for account, messenger in self.runtime.messengers.items():
                pace = self._limiters[account] = RateLimiter(self.rate_limits or messenger.capabilities.rate_limits)
                for sent in await uow.outbox.list_sent_since(account, now - RATE_WINDOW):
                    ago = max((now - (sent.at or now)).total_seconds(), 0.0)
                    pace.replay(sent.chat_id, ChatKind(sent.chat_kind), moment - ago, sent.messages)
            self._delivery.failing_accounts |= await uow.outages.list_failing_accounts(channels.Direction.OUT)

    async def _release_stale_claims(self) -> None:
        """One process sends: what others are sending now will be sent by nobody once they had their time. A press
        may be answered twice, and a person looks at the button: that does not wait."""
        async with self.runtime.database.read() as uow:
            holders = await uow.outbox.list_holders(exclude_ids=self._in_flight)
        if not holders:
            return
        await self._release_claims(holders, NON_MESSAGE_KINDS)
        await asyncio.sleep(TAKEOVER_GRACE_SECONDS)
        await self._release_claims(holders, tuple(OutboxKind))

    async def _release_claims(self, holders: Collection[str], kinds: Collection[OutboxKind]) -> None:
        async with self.runtime.database.begin() as uow:
            await uow.outbox.release_leases(holders, kinds)
        self.runtime.outbox_wake_up.set()

    async def _select_rows(self) -> list[int]:
        """What shall leave now: as much of every account as there are hands and its pace allows for a moment ahead."""
        now, moment = self.runtime.clock.now(), self.monotonic()
        self._paused_until = {place: until for place, until in self._paused_until.items() if until > moment}
        hands = self._free_slots()
        rooms = {account: self._capacity(account, most, moment) for account, most in hands.items()}
        accounts = tuple(self.runtime.messengers)
        async with self.runtime.database.read() as uow:
            presses = await uow.outbox.next_callback_answers(now, accounts, MAX_CONCURRENT) if hands else []
            waiting = await uow.outbox.next_per_chat(now, accounts) if any(rooms.values()) else []
        chosen: list[int] = []
        for account, most in hands.items():
            mine = self._callback_answers(account, presses)[:most]
            if rooms[account]:
                rows = self._eligible_rows(account, [row for row in waiting if row.account == account], moment)
                room = min(rooms[account], most - len(mine))
                (self._saturated_accounts.add if len(rows) > room else self._saturated_accounts.discard)(account)
                mine += [row.id for row in rows[:room]]
            chosen += mine
        return chosen

    def _free_slots(self) -> dict[str, int]:
        """How many more rows of each account may be on their way: one that hangs must not stop the others."""
        busy = Counter(row.account for row in self._in_flight.values())
        share = max(MAX_CONCURRENT // len(self.runtime.messengers), MAX_IN_FLIGHT_PER_ACCOUNT)
        return {account: share - busy[account] for account in self.runtime.messengers if busy[account] < share}

    def _capacity(self, account: str, free_slots: int, moment: float) -> int:
        """How many messages may leave soon; none while a look is not worth it."""
        pace = self._limiters[account]
        if (account, _WHOLE_ACCOUNT) in self._paused_until:
            self._saturated_accounts.discard(account)
            return 0
        if not self.runtime.messengers[account].capabilities.idempotent:
            rows = [
                row for row in self._in_flight.values() if row.account == account and row.kind not in NON_MESSAGE_KINDS
            ]
            free_slots = min(free_slots, MAX_IN_FLIGHT_PER_ACCOUNT - len(rows))
        room = min(pace.capacity(moment, LOOKAHEAD_SECONDS), free_slots)
        return (
            room
            if room
            >= (
                min(MIN_BATCH_WHEN_SATURATED, pace.max_in(moment, LOOKAHEAD_SECONDS))
                if account in self._saturated_accounts
                else 1
            )
            else 0
        )

    def _callback_answers(self, account: str, waiting: list[NextPending]) -> list[int]:
        """Answers to presses that may leave now."""
        if (account, _WHOLE_ACCOUNT) in self._paused_until or (account, _CALLBACK_ANSWERS) in self._paused_until:
            return []
        return [row.id for row in waiting if row.account == account and row.id not in self._in_flight]

    def _eligible_rows(self, account: str, rows: list[NextPending], moment: float) -> list[NextPending]:
        """Those whose chats may be written to, the most urgent first, then who has waited longest."""
        pace, soon = self._limiters[account], moment + LOOKAHEAD_SECONDS
        held = {chat_id for name, chat_id in self._paused_until if name == account}
        held.update(pace.blocked_chats(soon, interactive=True))
        resting = set(pace.blocked_chats(soon))
        found = [
            row
            for row in rows
            if row.id not in self._in_flight
            and row.chat_id not in held
            and (row.priority == Priority.INTERACTIVE or row.chat_id not in resting)
        ]
        return sorted(found, key=lambda row: (row.priority, pace.last_planned_at(row.chat_id), row.id))

    async def _claim_rows(self, ids: list[int], now: datetime) -> list[OutboxRow]:
        async with self.runtime.database.begin() as uow:
            return await uow.outbox.claim(ids, now, LEASE)

    async def _dispatch(self, rows: list[OutboxRow], claimed_at: datetime) -> None:
        """Let *rows* leave, each at its time."""
        too_early = []
        for row in rows:
            turn = self._permit_for(row)
            if turn is None:
                too_early.append(row)
                continue
            self._in_flight[row.id] = row
            # Cut off, its outcome would be unknown, and it would be sent again at the next start.
            self.supervisor.run_once("delivery", self._deliver(row, turn, claimed_at), finish=True)
        if too_early:
            async with self.runtime.database.begin() as uow:
                for row in too_early:
                    await uow.outbox.unclaim(row)

    def _permit_for(self, row: OutboxRow) -> Permit | None:
        pace = self._limiters[row.account]
        if row.kind in NON_MESSAGE_KINDS:
            return UnlimitedPermit()
        kind, now = ChatKind(row.chat_kind), self.monotonic()
        hurry = row.priority == Priority.INTERACTIVE
        wait = pace.delay(row.chat_id, kind, now, interactive=hurry)
        if wait > LOOKAHEAD_SECONDS:
            return None
        slot = pace.reserve(row.chat_id, kind, now + wait)
        return RateLimitedPermit(pace, slot, row.chat_id, kind, hurry, self.monotonic, now + wait)

    async def _extend_leases(self) -> None:
        """A long upload must not be taken for the work of a process that has died."""
        moment = asyncio.get_running_loop().time()
        rows = list(self._in_flight.values())
        if rows and moment - self._leases_extended_at > LEASE.total_seconds() / 4:
            async with self.runtime.database.begin() as uow:
                await uow.outbox.extend_leases(rows, self.runtime.clock.now() + LEASE)
                # Who led before us may have written down a failure since we began.
                self._delivery.failing_accounts |= await uow.outages.list_failing_accounts(channels.Direction.OUT)
            self._leases_extended_at = moment

    async def _deliver(self, row: OutboxRow, permit: Permit, claimed_at: datetime) -> None:
        try:
            await self._delivery.run(row, permit, claimed_at)
        finally:
            permit.close()
            self._in_flight.pop(row.id, None)
            self.runtime.outbox_wake_up.set()

    def _pause(self, row: OutboxRow, error: RetryAfter) -> None:
        """The messenger asks for patience: nothing more for as long as it says, then slower for a while."""
        now = self.monotonic()
        chat_id, at = self._last_refusal.get(row.account, (row.chat_id, now))
        self._last_refusal[row.account] = (row.chat_id, now)
        everywhere = error.whole_account or (chat_id != row.chat_id and now - at < WHOLE_ACCOUNT_REFUSAL_SECONDS)
        place = _WHOLE_ACCOUNT if everywhere else row.chat_id
        self._paused_until[row.account, place] = max(
            self._paused_until.get((row.account, place), 0.0), now + error.seconds
        )
        self._limiters[row.account].slow_down(None if everywhere else row.chat_id, now)
