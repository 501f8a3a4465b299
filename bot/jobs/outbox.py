"""Sends what is due: claims rows, keeps the pace that the messengers allow, hands each row to the courier."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.clock import Clock
from bot.domain.records import OutboxKind, OutboxRow, Priority
from bot.jobs.courier import Courier
from bot.jobs.pace import Pace
from bot.jobs.supervisor import Bell, Supervisor
from bot.messengers.base import Messenger
from bot.messengers.errors import RetryAfter
from bot.messengers.events import ChatKind
from bot.services.centre import Centre
from storage.database import Database

AT_ONCE = 24
"""Rows that are on their way at the same time."""

LEASE = timedelta(minutes=2)
IDLE = 0.25
_WHOLE_ACCOUNT = ""  # stands for every chat of an account

SHORT_WAIT = 0.2
"""Seconds that a row may wait for its turn in hand; for longer it goes back and lets others pass."""


@dataclass(slots=True)
class OutboxWorker:
    """One for all accounts of ours."""

    database: Database
    messengers: Mapping[str, Messenger]
    centre: Callable[[], Centre]
    clock: Clock
    bell: Bell
    supervisor: Supervisor
    _paces: dict[str, Pace] = field(default_factory=dict)
    _resting: dict[tuple[str, str], float] = field(default_factory=dict)
    _held: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _in_hand: dict[int, OutboxRow] = field(default_factory=dict)
    _renewed: float = 0.0

    async def run(self) -> None:
        courier = Courier(self.database, self.messengers, self.centre, self.clock, self._hold)
        for account, messenger in self.messengers.items():
            self._paces.setdefault(account, Pace(messenger.capabilities.limits))
        while True:
            await self._renew_leases()
            rows = await self._claim()
            for row in rows:
                self._in_hand[row.id] = row
                # Cut off, its outcome would be unknown, and it would be sent again at the next start.
                self.supervisor.spawn("delivery", self._send(courier, row), finish=True)
            if not rows:
                await self.bell.wait(IDLE)

    async def _claim(self) -> list[OutboxRow]:
        busy = Counter(row.account for row in self._in_hand.values())
        share = max(AT_ONCE // len(self.messengers), 4)  # one that hangs must not stop the others
        room = min(AT_ONCE - len(self._in_hand), share)
        if room <= 0:
            return []
        now = self.clock.now()
        async with self.database.read() as uow:
            due = await uow.outbox.anything_due(now)
        if not due:
            return []
        held = self._still_held()
        accounts = [
            account for account in self.messengers if (account, _WHOLE_ACCOUNT) not in held and busy[account] < share
        ]
        async with self.database.begin() as uow:
            # What is in hand is not taken twice, also when the clock has jumped over its lease.
            return await uow.outbox.claim(
                now, LEASE, room, accounts, self._still_resting(), held, but=list(self._in_hand)
            )

    async def _renew_leases(self) -> None:
        """A long upload must not be taken for the work of a process that has died."""
        moment = asyncio.get_running_loop().time()
        if self._in_hand and moment - self._renewed > LEASE.total_seconds() / 4:
            async with self.database.begin() as uow:
                await uow.outbox.renew(list(self._in_hand.values()), self.clock.now() + LEASE)
            self._renewed = moment

    def _still_held(self) -> list[tuple[str, str]]:
        """Chats (and whole accounts) for which the messenger has asked for patience."""
        now = self.clock.now()
        self._held = {place: until for place, until in self._held.items() if until > now}
        return list(self._held)

    def _still_resting(self) -> list[tuple[str, str]]:
        """Chats that are written to as fast as is decent; their rows wait where they are, in order."""
        moment = asyncio.get_running_loop().time()
        self._resting = {chat: until for chat, until in self._resting.items() if until > moment}
        return list(self._resting)

    async def _send(self, courier: Courier, row: OutboxRow) -> None:
        try:
            wait = self._reserve(row)
            if 0 < wait <= SHORT_WAIT:
                await asyncio.sleep(wait)
                wait = self._reserve(row)
            if wait > 0:
                self._resting[row.account, row.chat_id] = asyncio.get_running_loop().time() + wait
                async with self.database.begin() as uow:
                    await uow.outbox.put_back(row)
                return
            await courier.deliver(row)
        finally:
            self._in_hand.pop(row.id, None)
            self.bell.ring()

    def _reserve(self, row: OutboxRow) -> float:
        if row.kind in (OutboxKind.PRESS, OutboxKind.MENU):
            return 0.0  # no messages
        return self._paces[row.account].reserve(
            row.chat_id,
            ChatKind(row.chat_kind),
            asyncio.get_running_loop().time(),
            in_a_hurry=row.priority == Priority.PRESS,
        )

    def _hold(self, row: OutboxRow, error: RetryAfter) -> None:
        chat_id = _WHOLE_ACCOUNT if error.whole_account else row.chat_id
        self._held[row.account, chat_id] = self.clock.now() + timedelta(seconds=error.seconds)
