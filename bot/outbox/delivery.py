"""Takes one parcel to its messenger, part by part, and writes down what became of it."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from bot.domain import channels
from bot.domain.clock import Clock
from bot.domain.outbox import RATE_LIMITED, UNKNOWN_OUTCOME, OutboxKind, OutboxRow
from bot.messengers.errors import (
    BadCredentials,
    CallbackExpired,
    ChatMigrated,
    FileUnavailable,
    MessageGone,
    MessengerError,
    RecipientUnreachable,
    Rejected,
    RejectReason,
    ReplyTargetGone,
    RetryAfter,
    TemporaryFailure,
)
from bot.messengers.port import Messenger
from bot.outbox.permits import Permit
from bot.outbox.renderer import Operation, OutgoingMessage, render
from bot.outbox.sender import DeliveryAttempt, LeaseLost, Sender, SendResult, retry_until_committed
from bot.services.answers import answers, corrections
from bot.services.context import Municipality, UseCaseContext
from bot.services.notifications import notify
from bot.services.sources import sources
from bot.services.staff import failover, reachability
from storage.database import Database
from storage.errors import classify_error
from storage.repositories.base import MAX_WAIT

logger = logging.getLogger(__name__)

MAX_DELIVERY_AGE = timedelta(hours=24)
"""A message that could not be delivered for so long is given up, and a person is told."""

CREDENTIALS_PAUSE = timedelta(seconds=30)
MAX_RETRY_PAUSE_SECONDS = 60
MAX_RENDER_ATTEMPTS = 5


@dataclass(slots=True)
class Delivery:
    """Delivers rows; knows every account of ours."""

    database: Database
    messengers: Mapping[str, Messenger]
    municipality: Callable[[], Municipality]
    clock: Clock
    on_rate_limited: Callable[[OutboxRow, RetryAfter], None]
    failing_accounts: set[str] = field(default_factory=set)
    """Accounts through which nothing may have gone out since a failure. One too many does no harm."""
    sender: Sender = field(init=False)
    _render_failures: Counter[int] = field(default_factory=Counter)  # row → how often it could not be drawn

    def __post_init__(self) -> None:
        self.sender = Sender(self.database, self.messengers, self.clock)

    async def run(self, row: OutboxRow, permit: Permit, claimed_at: datetime) -> None:
        """Deliver a row that was claimed then, whatever happens; raises nothing that a messenger does. *turn* is asked
        before every message."""
        messenger = self.messengers[row.account]
        if row.expires_at is not None and row.expires_at <= self.clock.now():
            await self._finish_unsent(row, "dropped", "expired")
            return
        if not await self.sender.is_still_claimed(row, claimed_at):
            self._log_lost_lease(row)
            return
        try:
            async with self.database.read() as uow:
                parcel = await render(
                    UseCaseContext(self.municipality(), uow, self.clock.now()), row, messenger.capabilities
                )
        except Exception as error:  # noqa: BLE001 - one row that cannot be drawn must not hold up those behind it
            await retry_until_committed(partial(self._handle_render_error, row, error))
            return
        self._render_failures.pop(row.id, None)
        if parcel is None:
            await self._finish_unsent(row, "dropped", "not needed")
            return
        async with AsyncExitStack() as unmarked:
            trip = DeliveryAttempt(row, claimed_at, messenger, permit, unmarked)
            try:
                carried = await self.sender.send(trip, parcel)
            except MessengerError as error:
                await retry_until_committed(partial(self._handle_send_error, row, error, messenger))
            except LeaseLost:
                self._log_lost_lease(row)
            else:
                await retry_until_committed(partial(self._record_delivery, trip, parcel, carried))

    async def _record_delivery(self, attempt: DeliveryAttempt, message: OutgoingMessage, result: SendResult) -> None:
        """It has arrived: what follows."""
        row, (sent, pressable) = attempt.row, result
        works_again = row.account in self.failing_accounts and message.operation in (Operation.SEND, Operation.EDIT)
        async with self.database.begin(priority=True) as uow:
            ctx = UseCaseContext(self.municipality(), uow, self.clock.now())
            ours = await uow.outbox.finish(row, ctx.now)
            if (row.may_be_delivered or not ours) and not attempt.messenger.capabilities.idempotent:
                await uow.audit_log.record("resent", ctx.now, ticket_id=row.ticket_id, facts={"outbox": row.id})
            if not ours:
                self._log_lost_lease(row)
                return
            if works_again:
                await uow.outages.resolve(row.account, channels.Direction.OUT)
            # First the dialog, then its letters: so does who presses the button meanwhile.
            if message.on_keyboard_delivered is not None and pressable is not None:
                await message.on_keyboard_delivered(ctx, pressable)
            if message.on_delivered is not None:
                await message.on_delivered(ctx, sent)
        if works_again:
            self.failing_accounts.discard(row.account)

    def _log_lost_lease(self, row: OutboxRow) -> None:
        """We were asleep for longer than our lease: others have taken the row, and see to it."""
        logger.warning("the row is in other hands", extra={"outbox": row.id, "kind": row.kind.value})

    async def _handle_send_error(self, row: OutboxRow, error: MessengerError, messenger: Messenger) -> None:
        """What becomes of a row after *error*."""
        now = self.clock.now()
        logger.warning(
            "delivery failed: %s",
            type(error).__name__,
            extra={"outbox": row.id, "kind": row.kind.value, "account": row.account, "reason": str(error)},
        )
        async with self.database.begin(priority=True) as uow:
            if not await uow.outbox.is_claimed_by_us(row):
                self._log_lost_lease(row)
                return
            ctx = UseCaseContext(self.municipality(), uow, now)
            if isinstance(error, TemporaryFailure | BadCredentials):
                self.failing_accounts.add(row.account)
                await uow.outages.start(row.account, channels.Direction.OUT, now)
            match error:
                case RetryAfter():
                    self.on_rate_limited(row, error)
                    pause = min(timedelta(seconds=error.seconds), MAX_WAIT)  # longer is for the hold to know
                    await uow.outbox.retry(row, now + pause, RATE_LIMITED, counts_as_attempt=False)
                case ChatMigrated():
                    await sources.on_chat_migrated(ctx, row.account, row.chat_id, error.new_id)
                    await uow.outbox.retry(row, now, "migrated", counts_as_attempt=False)
                    await uow.outbox.change_chat_id(row.account, row.chat_id, error.new_id)
                case BadCredentials():
                    await notify.notify_bad_credentials(ctx, row.account, messenger.title)
                    await uow.outbox.retry(row, now + CREDENTIALS_PAUSE, "credentials", counts_as_attempt=False)
                case CallbackExpired():
                    await uow.outbox.finish(row, now, "dropped", "expired")
                case TemporaryFailure() if now - row.created_at < MAX_DELIVERY_AGE:
                    pause = timedelta(seconds=min(2 ** (row.attempts - 1), MAX_RETRY_PAUSE_SECONDS))
                    reason = UNKNOWN_OUTCOME if error.outcome_unknown else "temporary"
                    await uow.outbox.retry(row, now + pause, reason)
                case _:
                    await self._fail_permanently(ctx, row, error)

    async def _fail_permanently(self, ctx: UseCaseContext, row: OutboxRow, error: MessengerError) -> None:
        """The final failure reaches a person."""
        await ctx.uow.outbox.finish(row, ctx.now, "failed", f"{type(error).__name__}: {error}")
        if row.kind is OutboxKind.PUBLICATION and row.subject_id is not None:
            await answers.on_publication_failed(ctx, row.subject_id, _failure_reason(error))
            return
        if row.kind is OutboxKind.CORRECTION:
            await corrections.on_correction_failed(ctx, row.ticket_id or 0, row.subject_id or 0, _failure_reason(error))
            return
        if isinstance(error, RecipientUnreachable) and row.person_id is not None:
            await reachability.on_unreachable(ctx, row.account, row.chat_id)
            await failover.reroute(ctx, row)
            return
        if row.kind in (OutboxKind.CARD, OutboxKind.NOTE) and not isinstance(error, MessageGone):
            day = ctx.now.date().isoformat()
            once = f"undelivered:{row.kind}:{type(error).__name__}:{day}"
            await notify.notify_administrator(
                ctx, "undelivered", once_key=once, row=row.id, reason=_failure_reason(error)
            )

    async def _handle_render_error(self, row: OutboxRow, error: Exception) -> None:
        """The row cannot be drawn: tried again a few times, then given up and told to the administrator. What is the
        database's fault is not counted."""
        logger.error("row cannot be drawn: %s", type(error).__name__, extra={"outbox": row.id, "kind": row.kind.value})
        logger.debug("row cannot be drawn", exc_info=error)
        tries = self._render_failures[row.id] + (classify_error(error) is None)
        async with self.database.begin() as uow:
            if not await uow.outbox.is_claimed_by_us(row):
                self._log_lost_lease(row)
            elif tries < MAX_RENDER_ATTEMPTS:
                pause = timedelta(seconds=2**tries)
                await uow.outbox.retry(row, self.clock.now() + pause, type(error).__name__, counts_as_attempt=False)
            else:
                refused = Rejected(f"cannot be drawn: {type(error).__name__}", RejectReason.BAD_REQUEST)
                await self._fail_permanently(UseCaseContext(self.municipality(), uow, self.clock.now()), row, refused)
        self._render_failures[row.id] = tries
        if tries >= MAX_RENDER_ATTEMPTS:
            del self._render_failures[row.id]

    async def _finish_unsent(self, row: OutboxRow, status: str, reason: str) -> None:
        async with self.database.begin() as uow:
            await uow.outbox.finish(row, self.clock.now(), status, reason)


def _failure_reason(error: MessengerError) -> str:
    if isinstance(error, Rejected):
        return error.reason.value
    if isinstance(error, RecipientUnreachable):
        return "unreachable"
    if isinstance(error, FileUnavailable):
        return "file"
    return "gone" if isinstance(error, MessageGone | ReplyTargetGone) else "temporary"
