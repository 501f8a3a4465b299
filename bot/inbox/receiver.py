"""What asking for updates and being brought them have in common: storing them, and saying when a messenger fails."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.channels import Way
from bot.domain.clock import Clock
from bot.messengers.errors import BadCredentials, Conflict, MessengerError, RetryAfter, TemporaryFailure
from bot.messengers.port import Messenger, RawUpdate
from bot.runtime.supervisor import Bell
from bot.services.context import Centre, Work
from bot.services.monitoring.health import Health
from bot.services.notifications import notify
from storage.database import Database

logger = logging.getLogger(__name__)

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0)
CREDENTIALS_PAUSE = 30.0

GAP_MARGIN = timedelta(minutes=5)
"""A gap begins where we last asked; clocks differ."""

GAP_PAUSES = (1.0, 5.0, 30.0, 120.0, 600.0)
"""Seconds between tries to read the history."""


@dataclass(slots=True)
class Intake:
    """The way in for one account of ours. *pauses*: seconds to wait after the first, second … failure in a row."""

    messenger: Messenger
    database: Database
    centre: Callable[[], Centre]
    clock: Clock
    inbox_bell: Bell
    outbox_bell: Bell
    health: Health
    pauses: Sequence[float] = PAUSES
    failures: int = 0
    _gap_since: datetime | None = None
    _gap_tries: int = 0
    _read_back_at: float = 0.0
    _fails: bool | None = None  # as it stands in the books; at first nobody knows

    async def resume(self) -> None:
        """Take up where the stored place says."""
        async with self.database.read() as uow:
            self.messenger.resume(await uow.inbox.cursor(self.messenger.account))
            self._gap_since = await uow.inbox.gap(self.messenger.account)

    async def store(self, updates: Sequence[RawUpdate], cursor: str | None, *, gap: bool = False) -> None:
        """Keep *updates* and, if it is known, the place behind them; with a *gap* also that something may be missing
        before them."""
        if not updates and cursor is None:
            return
        now = self.clock.now()
        account = self.messenger.account
        async with self.database.begin() as uow:
            await uow.inbox.store(account, [(one.key, one.conversation, one.payload) for one in updates], now)
            if gap:
                logger.warning("gap in updates", extra={"account": account})
                await uow.inbox.note_gap(account)
                self._gap_since = await uow.inbox.gap(account)
            if cursor is not None:
                await uow.inbox.move_cursor(account, cursor, now)
        if updates:
            self.inbox_bell.ring()

    async def read_back(self) -> None:
        """Fill a gap from the messenger's history, if there is one. When that cannot be read now it is tried again
        later, also by the next process; nobody who writes meanwhile has to wait for it."""
        since, moment = self._gap_since, asyncio.get_running_loop().time()
        if since is None or moment < self._read_back_at:
            return
        account = self.messenger.account
        try:
            updates = await self.messenger.missed(since - GAP_MARGIN)
        except MessengerError as error:
            pause = GAP_PAUSES[min(self._gap_tries, len(GAP_PAUSES) - 1)]
            self._gap_tries, self._read_back_at = self._gap_tries + 1, moment + pause
            logger.warning("history cannot be read: %s", type(error).__name__, extra={"account": account})
            return
        async with self.database.begin() as uow:
            rows = [(one.key, one.conversation, one.payload) for one in updates]
            await uow.inbox.store(account, rows, self.clock.now())
            await uow.inbox.close_gap(account)
        self._gap_since, self._gap_tries = None, 0
        logger.info("gap read back", extra={"account": account, "updates": len(updates)})
        self.inbox_bell.ring()

    async def answered(self) -> None:
        """The messenger has answered: whatever was wrong is over."""
        self.failures = 0
        await self._note(fails=False)
        self.health.failing.pop(self.messenger.account, None)

    def caught_up(self) -> None:
        """What the messenger kept for us is stored."""
        self.health.silent.discard(self.messenger.account)

    async def stumbled(self, error: MessengerError) -> float:
        """How long to wait after *error*, in seconds."""
        self.failures += 1
        self.health.failing.setdefault(self.messenger.account, self.clock.now())
        logger.warning(
            "intake failed: %s", type(error).__name__, extra={"account": self.messenger.account, "reason": str(error)}
        )
        if isinstance(error, TemporaryFailure | BadCredentials):  # not being asked for patience, nor others who poll
            await self._note(fails=True)
        match error:
            case RetryAfter():
                return error.seconds
            case BadCredentials():
                await self._tell_credentials()
                return CREDENTIALS_PAUSE
            case Conflict():
                return self.pauses[-1]
        return self.pauses[min(self.failures, len(self.pauses)) - 1]

    async def _note(self, *, fails: bool) -> None:
        """Write down when the messenger begins to fail, and when it works again."""
        if self._fails is fails:
            return
        account = self.messenger.account
        async with self.database.begin() as uow:
            if fails:
                await uow.outages.begin(account, Way.IN, self.clock.now())
            else:
                await uow.outages.end(account, Way.IN)
        self._fails = fails

    async def _tell_credentials(self) -> None:
        logger.error(
            "%s: токен не принят. Проверьте токен в настройках; бот будет пробовать снова. "
            "Остальные мессенджеры работают.",
            self.messenger.title,
        )
        async with self.database.begin() as uow:
            work = Work(self.centre(), uow, self.clock.now())
            await notify.bad_credentials(work, self.messenger.account, self.messenger.title)
        self.outbox_bell.ring()
