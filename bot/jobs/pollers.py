"""Durable intake: updates are stored together with the cursor; only then is the messenger asked for more."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.domain.clock import Clock
from bot.jobs.health import Health
from bot.jobs.supervisor import Bell
from bot.messengers.base import Messenger, RawUpdate
from bot.messengers.errors import BadCredentials, Conflict, MessengerError, RetryAfter
from bot.services import notes
from bot.services.centre import Centre, Work
from storage.database import Database

logger = logging.getLogger(__name__)

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0)
CREDENTIALS_PAUSE = 30.0


@dataclass(slots=True)
class Poller:
    """Asks one account of ours for news, for ever."""

    messenger: Messenger
    database: Database
    centre: Callable[[], Centre]
    clock: Clock
    inbox_bell: Bell
    outbox_bell: Bell
    health: Health
    failures: int = 0

    async def run(self) -> None:
        async with self.database.read() as uow:
            self.messenger.resume(await uow.inbox.cursor(self.messenger.account))
        while True:
            try:
                batch = await self.messenger.fetch()
                self.health.failing.pop(self.messenger.account, None)
                missed: Sequence[RawUpdate] = ()
                if batch.gap:
                    logger.warning("gap in updates", extra={"account": self.messenger.account})
                    # Before the new place is stored: whoever falls here meets the same gap again.
                    missed = await self.messenger.missed()
                await self.store((*missed, *batch.updates), batch.cursor)
                self.failures = 0
            except MessengerError as error:
                await asyncio.sleep(await self._after(error))

    async def store(self, updates: Sequence[RawUpdate], cursor: str | None) -> None:
        """Keep *updates*, and how far the account has been read, in one transaction."""
        if not updates and cursor is None:
            return
        now = self.clock.now()
        account = self.messenger.account
        async with self.database.begin() as uow:
            await uow.inbox.store(account, [(one.key, one.conversation, one.payload) for one in updates], now)
            await uow.inbox.move_cursor(account, cursor, now)
        if updates:
            self.inbox_bell.ring()

    async def _after(self, error: MessengerError) -> float:
        """How long to wait after *error*, in seconds."""
        self.failures += 1
        self.health.failing.setdefault(self.messenger.account, self.clock.now())
        logger.warning(
            "polling failed: %s", type(error).__name__, extra={"account": self.messenger.account, "reason": str(error)}
        )
        match error:
            case RetryAfter():
                return error.seconds
            case BadCredentials():
                await self._tell_credentials()
                return CREDENTIALS_PAUSE
            case Conflict():
                return PAUSES[-1]
        return PAUSES[min(self.failures - 1, len(PAUSES) - 1)]

    async def _tell_credentials(self) -> None:
        logger.error(
            "%s: токен не принят. Проверьте токен в настройках; бот будет пробовать снова. "
            "Остальные мессенджеры работают.",
            self.messenger.title,
        )
        async with self.database.begin() as uow:
            work = Work(self.centre(), uow, self.clock.now())
            await notes.bad_credentials(work, self.messenger.account, self.messenger.title)
        self.outbox_bell.ring()
