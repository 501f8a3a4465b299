"""Sends what is due: claims rows, keeps the pace that the messengers allow, hands each row to the courier.

One process does it (the leader, ADR 10): a pace that several keep together would need the database for every message.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain import channels
from bot.domain.clock import Clock
from bot.domain.outbox import OutboxKind, OutboxRow, Priority, Waiting
from bot.messengers.errors import RetryAfter
from bot.messengers.events import ChatKind
from bot.messengers.port import Messenger
from bot.outbox.delivery import Courier
from bot.outbox.permits import FreeTurn, PacedTurn, Turn
from bot.outbox.rate_limiter import Pace
from bot.runtime.supervisor import Bell, Supervisor
from bot.services.context import Centre
from storage.database import Database

AT_ONCE = 24
"""Rows that are on their way at the same time."""

UNDER_WAY = 4
"""Messages of an account that are in hand where they leave one by one (:mod:`bot.outbox.in_flight`): one travels, the
others are drawn meanwhile. More would only be in the way of something urgent."""

LEASE = timedelta(minutes=2)
IDLE = 0.25
_WHOLE_ACCOUNT = "*"  # stands for every chat of an account
_PRESSES = ""  # the chat of answers to presses

AHEAD = 0.2
"""Seconds for which messages are taken from the queue before their turn: enough to have them drawn in time, too few to
be in the way of something urgent."""

WORTH_A_LOOK = 3
"""While a queue waits, it is looked through for so many messages at a time, not for each."""

SOON = 0.05
"""Seconds until the next look then."""

LOOK_BACK = timedelta(minutes=1)
"""The longest window of any messenger: what was sent within it still counts after a restart."""

GRACE = 7.0
"""Seconds that whoever led before is given to finish what was on its way: a process that has merely lost the database
needs two to notice, and lets its messages arrive for five (:data:`bot.runtime.supervisor.PATIENCE`)."""

SAME_COMPLAINT = 1.0
"""Seconds: when a messenger refuses a second chat so soon after the first, it means the whole account."""

NO_MESSAGES = (OutboxKind.PRESS, OutboxKind.MENU)


@dataclass(slots=True)
class OutboxWorker:
    """One for all accounts of ours."""

    database: Database
    messengers: Mapping[str, Messenger]
    centre: Callable[[], Centre]
    clock: Clock
    bell: Bell
    supervisor: Supervisor
    moment: Callable[[], float]  # a monotonic clock, in seconds
    _paces: dict[str, Pace] = field(default_factory=dict)
    _held: dict[tuple[str, str], float] = field(default_factory=dict)
    _refused: dict[str, tuple[str, float]] = field(default_factory=dict)  # account → the chat refused last, and when
    _courier: Courier = field(init=False)
    _in_hand: dict[int, OutboxRow] = field(default_factory=dict)
    _crowded: set[str] = field(default_factory=set)  # accounts for which more waits than may leave
    _renewed: float = 0.0

    def __post_init__(self) -> None:
        self._courier = Courier(self.database, self.messengers, self.centre, self.clock, self._hold)

    async def run(self) -> None:
        """Begins anew whenever this process becomes the one that sends; what it had in hand before it still sees to."""
        await self._recall()
        self.supervisor.spawn("inheritance of the outbox", self._inherit())
        while True:
            await self._renew_leases()
            chosen = await self._choose()
            if chosen:
                taken_at = self.clock.now()
                await self._begin(await self._claim(chosen, taken_at), taken_at)
            await self.bell.wait(SOON if self._crowded else IDLE)

    async def _recall(self) -> None:
        """A restart, or taking over from a process that has died, does not begin the messengers' minutes anew; and what
        others are sending has a little time left, however long we all were without the database."""
        now, moment = self.clock.now(), self.moment()
        async with self.database.begin() as uow:
            if self.database.is_shared:
                await uow.outbox.spare(now + timedelta(seconds=GRACE))
            for account, messenger in self.messengers.items():
                pace = self._paces[account] = Pace(messenger.capabilities.limits)
                for sent in await uow.outbox.sent_since(account, now - LOOK_BACK):
                    ago = max((now - (sent.at or now)).total_seconds(), 0.0)
                    pace.recall(sent.chat_id, ChatKind(sent.chat_kind), moment - ago, sent.messages)
            self._courier.failing |= await uow.outages.failing(channels.Way.OUT)

    async def _inherit(self) -> None:
        """One process sends: what others are sending now will be sent by nobody once they had their time. A press
        may be answered twice, and a person looks at the button: that does not wait."""
        async with self.database.read() as uow:
            holders = await uow.outbox.holders(but=self._in_hand)
        if not holders:
            return
        await self._release(holders, NO_MESSAGES)
        await asyncio.sleep(GRACE)
        await self._release(holders, tuple(OutboxKind))

    async def _release(self, holders: Collection[str], kinds: Collection[OutboxKind]) -> None:
        async with self.database.begin() as uow:
            await uow.outbox.release_leases(holders, kinds)
        self.bell.ring()

    async def _choose(self) -> list[int]:
        """What shall leave now: as much of every account as there are hands and its pace allows for a moment ahead."""
        now, moment = self.clock.now(), self.moment()
        self._held = {place: until for place, until in self._held.items() if until > moment}
        hands = self._free_hands()
        rooms = {account: self._room(account, most, moment) for account, most in hands.items()}
        accounts = tuple(self.messengers)
        async with self.database.read() as uow:
            presses = await uow.outbox.presses(now, accounts, AT_ONCE) if hands else []
            waiting = await uow.outbox.waiting(now, accounts) if any(rooms.values()) else []
        chosen: list[int] = []
        for account, most in hands.items():
            mine = self._answers(account, presses)[:most]
            if rooms[account]:
                rows = self._may_leave(account, [row for row in waiting if row.account == account], moment)
                room = min(rooms[account], most - len(mine))
                (self._crowded.add if len(rows) > room else self._crowded.discard)(account)
                mine += [row.id for row in rows[:room]]
            chosen += mine
        return chosen

    def _free_hands(self) -> dict[str, int]:
        """How many more rows of each account may be on their way: one that hangs must not stop the others."""
        busy = Counter(row.account for row in self._in_hand.values())
        share = max(AT_ONCE // len(self.messengers), UNDER_WAY)
        return {account: share - busy[account] for account in self.messengers if busy[account] < share}

    def _room(self, account: str, most: int, moment: float) -> int:
        """How many messages may leave soon; none while a look is not worth it."""
        pace = self._paces[account]
        if (account, _WHOLE_ACCOUNT) in self._held:
            self._crowded.discard(account)
            return 0
        if not self.messengers[account].capabilities.idempotent:
            rows = [row for row in self._in_hand.values() if row.account == account and row.kind not in NO_MESSAGES]
            most = min(most, UNDER_WAY - len(rows))
        room = min(pace.room(moment, AHEAD), most)
        return room if room >= (min(WORTH_A_LOOK, pace.most(moment, AHEAD)) if account in self._crowded else 1) else 0

    def _answers(self, account: str, presses: list[Waiting]) -> list[int]:
        """Answers to presses that may leave now."""
        if (account, _WHOLE_ACCOUNT) in self._held or (account, _PRESSES) in self._held:
            return []
        return [row.id for row in presses if row.account == account and row.id not in self._in_hand]

    def _may_leave(self, account: str, rows: list[Waiting], moment: float) -> list[Waiting]:
        """Those whose chats may be written to, the most urgent first, then who has waited longest."""
        pace, soon = self._paces[account], moment + AHEAD
        held = {chat_id for name, chat_id in self._held if name == account}
        held.update(pace.resting(soon, in_a_hurry=True))
        resting = set(pace.resting(soon))
        found = [
            row
            for row in rows
            if row.id not in self._in_hand
            and row.chat_id not in held
            and (row.priority == Priority.PRESS or row.chat_id not in resting)
        ]
        return sorted(found, key=lambda row: (row.priority, pace.last(row.chat_id), row.id))

    async def _claim(self, ids: list[int], now: datetime) -> list[OutboxRow]:
        async with self.database.begin() as uow:
            return await uow.outbox.claim(ids, now, LEASE)

    async def _begin(self, rows: list[OutboxRow], taken_at: datetime) -> None:
        """Let *rows* leave, each at its time."""
        too_early = []
        for row in rows:
            turn = self._turn(row)
            if turn is None:
                too_early.append(row)
                continue
            self._in_hand[row.id] = row
            # Cut off, its outcome would be unknown, and it would be sent again at the next start.
            self.supervisor.spawn("delivery", self._send(row, turn, taken_at), finish=True)
        if too_early:
            async with self.database.begin() as uow:
                for row in too_early:
                    await uow.outbox.put_back(row)

    def _turn(self, row: OutboxRow) -> Turn | None:
        pace = self._paces[row.account]
        if row.kind in NO_MESSAGES:
            return FreeTurn()
        kind, now = ChatKind(row.chat_kind), self.moment()
        hurry = row.priority == Priority.PRESS
        wait = pace.wait(row.chat_id, kind, now, in_a_hurry=hurry)
        if wait > AHEAD:
            return None
        slot = pace.take(row.chat_id, kind, now + wait)
        return PacedTurn(pace, slot, row.chat_id, kind, hurry, self.moment, now + wait)

    async def _renew_leases(self) -> None:
        """A long upload must not be taken for the work of a process that has died."""
        moment = asyncio.get_running_loop().time()
        rows = list(self._in_hand.values())
        if rows and moment - self._renewed > LEASE.total_seconds() / 4:
            async with self.database.begin() as uow:
                await uow.outbox.renew(rows, self.clock.now() + LEASE)
                # Who led before us may have written down a failure since we began.
                self._courier.failing |= await uow.outages.failing(channels.Way.OUT)
            self._renewed = moment

    async def _send(self, row: OutboxRow, turn: Turn, taken_at: datetime) -> None:
        try:
            await self._courier.deliver(row, turn, taken_at)
        finally:
            turn.close()
            self._in_hand.pop(row.id, None)
            self.bell.ring()

    def _hold(self, row: OutboxRow, error: RetryAfter) -> None:
        """The messenger asks for patience: nothing more for as long as it says, then slower for a while."""
        now = self.moment()
        chat_id, at = self._refused.get(row.account, (row.chat_id, now))
        self._refused[row.account] = (row.chat_id, now)
        everywhere = error.whole_account or (chat_id != row.chat_id and now - at < SAME_COMPLAINT)
        place = _WHOLE_ACCOUNT if everywhere else row.chat_id
        self._held[row.account, place] = max(self._held.get((row.account, place), 0.0), now + error.seconds)
        self._paces[row.account].complain(None if everywhere else row.chat_id, now)
