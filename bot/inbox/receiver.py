"""The common part of polling and webhooks: storing updates, and reporting a messenger that fails."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain.channels import Direction
from bot.messengers.errors import BadCredentials, Conflict, MessengerError, RetryAfter, TemporaryFailure
from bot.messengers.port import Messenger, RawUpdate
from bot.runtime.backoff import delay_after
from bot.runtime.options import POLL_RETRY_DELAYS_SECONDS
from bot.runtime.runtime import Runtime
from bot.services.monitoring.health import Health

if TYPE_CHECKING:
    from bot.inbox.worker import InboxWorker

logger = logging.getLogger(__name__)

CREDENTIALS_RETRY_SECONDS = 30.0

MAX_POLL_PAUSE_SECONDS = 300.0
"""Seconds: a messenger that asks for a day is asked again before, because a wrong number would make the bot deaf."""

GAP_MARGIN = timedelta(minutes=5)
"""Time before the last poll at which a gap is taken to begin, because clocks differ."""

GAP_RETRY_DELAYS_SECONDS = (1.0, 5.0, 30.0, 120.0, 600.0)
"""Seconds between attempts to read the history; the last repeats."""


async def _at_once() -> None:
    pass


class TokenInUse(Exception):
    """Another program was receiving an account's updates before this one did. The message is the account."""


@dataclass(slots=True)
class UpdateReceiver:
    """Storage of one account's updates."""

    messenger: Messenger
    runtime: Runtime
    health: Health
    on_token_in_use: Callable[[TokenInUse], None]
    retry_delays: Sequence[float] = POLL_RETRY_DELAYS_SECONDS
    until_working: Callable[[], Awaitable[object]] = _at_once
    """Returns when people can be notified: polling begins before the rest of the bot is loaded."""
    find_worker: "Callable[[], InboxWorker | None]" = lambda: None
    """Returns the worker that updates may be handed over to; without one it finds what is stored."""
    failures: int = 0
    _has_polled: bool = False  # this process, or on a shared database one before it
    _gap_since: datetime | None = None
    _gap_attempts: int = 0
    _gap_retry_at: float = 0.0
    _recorded_failing: bool | None = None  # the state in the database; None: unknown

    async def load_cursor(self) -> None:
        """Continue from the stored cursor."""
        async with self.runtime.database.read() as uow:
            cursor, self._gap_since = await uow.inbox.load_cursor(self.messenger.account)
            self.messenger.set_cursor(cursor)
            # A former leader that was frozen may still poll when this process takes over.
            self._has_polled = self._has_polled or (self.runtime.database.is_shared and cursor is not None)

    async def store_updates(self, updates: Sequence[RawUpdate], cursor: str | None, *, gap: bool = False) -> None:
        """Store *updates* and the cursor after them, if it is known.

        *gap*: record that updates before them may be missing.
        """
        if not updates and cursor is None:
            return
        now = self.runtime.clock.now()
        account = self.messenger.account
        worker, presses = self.find_worker(), sum(one.is_press for one in updates)
        if worker is not None:
            worker.expect_presses(account, presses)
        async with self.runtime.database.begin(priority=bool(presses)) as uow:
            await uow.inbox.store(account, [(one.key, one.conversation, one.payload) for one in updates], now)
            if gap:
                logger.warning("gap in updates", extra={"account": account})
                await uow.inbox.record_gap(account)
                self._gap_since = await uow.inbox.get_gap_start(account)
            if cursor is not None:
                await uow.inbox.set_cursor(account, cursor, now)
            claimed = await worker.claim_for_receiver(uow) if worker is not None and updates else ()
        if worker is not None and claimed:
            worker.hand_over(claimed)
        elif updates:
            self.runtime.inbox_wake_up.set()

    async def recover_gap(self) -> None:
        """Fill a gap from the messenger's history, if there is one.

        A failed attempt is repeated later, also by the next process; new updates do not wait for it.
        """
        since, moment = self._gap_since, asyncio.get_running_loop().time()
        if since is None or moment < self._gap_retry_at:
            return
        account = self.messenger.account
        try:
            updates = await self.messenger.fetch_missed(since - GAP_MARGIN)
        except MessengerError as error:
            self._gap_attempts += 1
            self._gap_retry_at = moment + delay_after(self._gap_attempts, GAP_RETRY_DELAYS_SECONDS)
            logger.warning("history cannot be read: %s", type(error).__name__, extra={"account": account})
            return
        async with self.runtime.database.begin() as uow:
            rows = [(one.key, one.conversation, one.payload) for one in updates]
            await uow.inbox.store(account, rows, self.runtime.clock.now())
            await uow.inbox.close_gap(account)
        self._gap_since, self._gap_attempts = None, 0
        logger.info("gap read back", extra={"account": account, "updates": len(updates)})
        self.runtime.inbox_wake_up.set()

    async def on_success(self) -> None:
        """Record that the messenger has answered: an outage is over."""
        self.failures = 0
        self._has_polled = True
        await self._record_outage(is_failing=False)
        self.health.failing_since.pop(self.messenger.account, None)

    def on_caught_up(self) -> None:
        """Record that the updates which the messenger kept for the bot are stored."""
        self.health.not_caught_up.discard(self.messenger.account)

    async def on_error(self, error: MessengerError) -> float:
        """Record *error* and return the seconds to wait before the next attempt."""
        self.failures += 1
        self.health.failing_since.setdefault(self.messenger.account, self.runtime.clock.now())
        logger.warning(
            "intake failed: %s", type(error).__name__, extra={"account": self.messenger.account, "reason": str(error)}
        )
        if isinstance(error, TemporaryFailure | BadCredentials):  # neither a rate limit nor a second poller
            await self._record_outage(is_failing=True)
        match error:
            case RetryAfter():
                return min(error.seconds, MAX_POLL_PAUSE_SECONDS)
            case BadCredentials():
                await self._report_bad_credentials()
                return CREDENTIALS_RETRY_SECONDS
            case Conflict():
                await self._report_conflict()
                return self.retry_delays[-1]
        return delay_after(self.failures, self.retry_delays)

    async def _report_conflict(self) -> None:
        """Give way to a program that was there before; otherwise go on and notify the administrator."""
        if not self._has_polled:
            self.on_token_in_use(TokenInUse(self.messenger.account))
            return
        await self.until_working()
        from bot.services.monitoring import foreign_activity

        async with self.runtime.database.begin() as uow:
            await foreign_activity.report_second_poller(
                self.runtime.context(uow), self.messenger.account, self.messenger.title
            )
        self.runtime.outbox_wake_up.set()

    async def _record_outage(self, *, is_failing: bool) -> None:
        """Record when the messenger begins to fail, and when it works again."""
        if self._recorded_failing is is_failing:
            return
        account = self.messenger.account
        async with self.runtime.database.begin() as uow:
            if is_failing:
                await uow.outages.start(account, Direction.IN, self.runtime.clock.now())
            else:
                await uow.outages.resolve(account, Direction.IN)
        self._recorded_failing = is_failing

    async def _report_bad_credentials(self) -> None:
        logger.error(
            "%s: токен не принят. Проверьте токен в настройках; бот будет пробовать снова. "
            "Остальные мессенджеры работают.",
            self.messenger.title,
        )
        await self.until_working()
        from bot.services.notifications import notify

        async with self.runtime.database.begin() as uow:
            ctx = self.runtime.context(uow)
            await notify.notify_bad_credentials(ctx, self.messenger.account, self.messenger.title)
        self.runtime.outbox_wake_up.set()
