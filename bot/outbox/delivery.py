"""Delivery of one outbox row: render, send, record the outcome."""

import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.domain import channels
from bot.domain.notifications.administrator import SendingLimited, Undelivered, Unrecorded
from bot.domain.notifications.base import Notification
from bot.domain.notifications.citizens import DangerAdvice
from bot.domain.notifications.registry import CITIZEN_NOTES, citizen_note_of, notification_of
from bot.domain.outbox import DeliveryEnd, LastError, OutboxKind, OutboxRow, OutboxStatus, Priority
from bot.messengers.errors import (
    BadCredentials,
    BrokenCall,
    CallbackExpired,
    ChatMigrated,
    MessageGone,
    MessengerError,
    RecipientUnreachable,
    Rejected,
    RejectReason,
    RetryAfter,
    TemporaryFailure,
)
from bot.messengers.port import Messenger
from bot.outbox.failure_reasons import failure_reason
from bot.outbox.handlers import OUTBOX_HANDLERS
from bot.outbox.outcomes import AfterCommit, OutcomeRecorder
from bot.outbox.outgoing import Operation, OutgoingMessage, SendResult, record_buttons
from bot.outbox.permits import Permit
from bot.outbox.sender import DeliveryAttempt, LeaseLost, Sender
from bot.outbox.shown_content import forget_shown
from bot.runtime.backoff import exponential_delay
from bot.runtime.commit_retry import retry_until_committed
from bot.runtime.runtime import Runtime
from bot.services.answers import answers, corrections
from bot.services.context import UseCaseContext
from bot.services.deadlines import urgent_alerts
from bot.services.intake import danger_advice
from bot.services.notifications import held_notes, notify
from bot.services.sources import sources
from bot.services.staff import access, failover, reachability
from bot.services.tickets import card_doubles
from bot.views.render_context import RenderContext
from storage.errors import LeadershipLost, classify_error
from storage.repositories.base import MAX_WAIT
from storage.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)

MAX_DELIVERY_AGE = timedelta(hours=72)
"""Age at which an undelivered message is given up and a person is notified: a messenger that is away for a day, or for
a weekend, is nothing that people have to act on."""

MAX_NAMED_WAIT_SECONDS = 30 * 86400.0
"""Seconds: a longer wait is told as this one."""

CREDENTIALS_PAUSE = timedelta(seconds=30)
MAX_RETRY_PAUSE_SECONDS = 60
MAX_BROKEN_ATTEMPTS = 5
"""Attempts after which a row is given up because of an error in this program."""


@dataclass(slots=True)
class Delivery:
    """Delivery of outbox rows through all accounts."""

    runtime: Runtime
    on_rate_limited: Callable[[OutboxRow, RetryAfter], None]
    failing_accounts: set[str] = field(default_factory=set)
    """Accounts that may still be failing; an extra entry does no harm."""
    sender: Sender = field(init=False)
    outcomes: OutcomeRecorder = field(init=False)

    def __post_init__(self) -> None:
        self.sender = Sender(self.runtime)
        self.outcomes = OutcomeRecorder(self.runtime.database)

    async def run(self, row: OutboxRow, permit: Permit | None, claimed_at: datetime) -> None:
        """Deliver *row*, which was claimed at *claimed_at*; *permit* is acquired before every message.

        Errors of the messenger are handled here and never raised.
        """
        messenger = self.runtime.messengers[row.account]
        if row.expires_at is not None and row.expires_at <= self.runtime.clock.now():
            await retry_until_committed(partial(self._finish_unsent, row, OutboxStatus.DROPPED, "expired"))
            return
        if not await self.sender.is_still_claimed(row, claimed_at):
            self._log_lost_lease(row)
            return
        try:
            message = await self._render(row, messenger)
        except Exception as error:  # noqa: BLE001 - a row that cannot be rendered must not hold up those behind it
            failed = partial(self._handle_render_error, row, error)
            note = Undelivered(row_id=row.id, reason=RejectReason.BAD_REQUEST.value)
            await self._record_outcome(row, failed, OutboxStatus.FAILED, note)
            return
        if message is None:
            await retry_until_committed(partial(self._finish_unsent, row, OutboxStatus.DROPPED, "not needed"))
            return
        async with AsyncExitStack() as unrecorded_sends:
            attempt = DeliveryAttempt(row, claimed_at, messenger, permit, unrecorded_sends)
            try:
                result = await self.sender.send(attempt, message)
            except MessengerError as error:
                await self._record_failure(row, error, messenger, message)
            except LeaseLost:
                self._log_lost_lease(row)
            except Exception as error:
                if isinstance(error, LeadershipLost) or classify_error(error) is not None:
                    raise
                # The boundary of one delivery: left alone, the row would be sent again when its lease expires.
                logger.debug("sending failed unexpectedly", exc_info=error)
                await self._record_failure(row, BrokenCall(f"unexpected {type(error).__name__}"), messenger, message)
            else:
                # Judged now: a failure that comes while this outcome waits to be written down is not over with it.
                over = row.account in self.failing_accounts and message.operation in (Operation.SEND, Operation.EDIT)
                record = partial(self._record_delivery, attempt, message, result, over)
                delivered = partial(self.outcomes.record, record)
                await self._record_outcome(row, delivered, OutboxStatus.SENT, Unrecorded(row_id=row.id))

    async def _record_failure(
        self, row: OutboxRow, error: MessengerError, messenger: Messenger, message: OutgoingMessage[Any]
    ) -> None:
        note = Undelivered(row_id=row.id, reason=failure_reason(error))
        failed = partial(self._handle_send_error, row, error, messenger, message.message_ids)
        await self._record_outcome(row, failed, OutboxStatus.FAILED, note)

    async def _record_outcome(
        self, row: OutboxRow, write: Callable[[], Awaitable[None]], status: OutboxStatus, note: Notification
    ) -> None:
        """Commit an outcome and what follows from it, or else the outcome alone, with *note* to the administrator.

        Without either the row would be sent again whenever its lease expires.
        """
        try:
            await retry_until_committed(write)
        except Exception as error:
            logger.error("outcome not recorded: %s", type(error).__name__, extra={"outbox": row.id})
            logger.debug("outcome not recorded", exc_info=error)
            await retry_until_committed(partial(self._finish_alone, row, status, type(error).__name__, note))

    async def _finish_alone(self, row: OutboxRow, status: OutboxStatus, reason: str, note: Notification) -> None:
        async with self.runtime.database.begin(priority=True) as uow:
            ctx = self.runtime.context(uow)
            if await uow.outbox.finish(row, ctx.now, status, f"not recorded: {reason}"):
                await notify.notify_administrator(ctx, note)

    async def _render(self, row: OutboxRow, messenger: Messenger) -> OutgoingMessage[Any] | None:
        """Render *row* as things are now; return ``None`` if nobody needs it any more."""
        async with self.runtime.database.read_statements() as uow:
            ctx = self.runtime.context(uow)
            titles = ctx.municipality.staff.roles.titles()
            town = ctx.municipality
            render_context = RenderContext(town.zone, ctx.now, messenger.capabilities, titles, town.systems)
            message = await OUTBOX_HANDLERS[row.kind].render(ctx, row, render_context)
            if message is None or not message.message_ids:
                return message
            shown = await uow.sent_messages.list_shown(row.account, row.chat_id, message.message_ids)
            return replace(message, shown=shown)

    async def _record_delivery(
        self,
        attempt: DeliveryAttempt,
        message: OutgoingMessage[Any],
        result: SendResult,
        works_again: bool,
        uow: UnitOfWork,
    ) -> AfterCommit | None:
        """Mark the row as sent and apply what follows from the delivery, in one transaction.

        *works_again*: its account had failed before.
        """
        row, on_delivered = attempt.row, OUTBOX_HANDLERS[attempt.row.kind].on_delivered
        ctx = self.runtime.context(uow)
        if row.may_be_delivered and attempt.messenger.capabilities.idempotent and result.sent:
            result = replace(result, shown={})  # it shows what the first attempt said
        sent = [",".join(one.ids) for one in result.sent]
        end = await uow.outbox.finish_delivery(row, ctx.now, sent)
        may_be_second = row.may_be_delivered or end is DeliveryEnd.LEASE_LOST
        if may_be_second and not attempt.messenger.capabilities.idempotent:
            await self._record_resent(ctx, row, message)
        if end is DeliveryEnd.LEASE_LOST:
            self._log_lost_lease(row)
            if row.kind is OutboxKind.CARD and result.keyboard_message_id is not None:
                await card_doubles.replace_double(
                    ctx, row.account, row.chat_id, result.keyboard_message_id, row.ticket_id or 0
                )
            return None
        if works_again:
            await uow.outages.resolve(row.account, channels.Direction.OUT)
        if end is DeliveryEnd.RECALLED:
            await access.empty_recalled(ctx, row.account, row.chat_id, result.message_ids or message.message_ids)
            return None
        if on_delivered is not None:
            await on_delivered(ctx, row, message.snapshot, result)
        await record_buttons(ctx, row, message, result)
        if message.message_ids:
            await uow.sent_messages.set_shown(row.account, row.chat_id, result.shown)
        return partial(self.failing_accounts.discard, row.account) if works_again else None

    async def _record_resent(self, ctx: UseCaseContext, row: OutboxRow, message: OutgoingMessage[Any]) -> None:
        """Record that *message* has left once more, for every ticket of its buttons: the first copy may be pressed."""
        tickets: set[int | None] = {row.ticket_id, *message.button_tickets()} - {None, 0}
        for ticket_id in tickets or {None}:
            facts = {"outbox": row.id, card_doubles.RESENT_KIND: row.kind.value}
            await ctx.uow.audit_log.record("resent", ctx.now, ticket_id=ticket_id, facts=facts)

    def _log_lost_lease(self, row: OutboxRow) -> None:
        """Log that the lease has expired and another worker has claimed the row."""
        logger.warning("lease lost", extra={"outbox": row.id, "kind": row.kind.value})

    async def _handle_send_error(
        self, row: OutboxRow, error: MessengerError, messenger: Messenger, edited_ids: Sequence[str]
    ) -> None:
        """Retry, drop or give up *row*, depending on *error*."""
        now = self.runtime.clock.now()
        logger.warning(
            "delivery failed: %s",
            type(error).__name__,
            extra={"outbox": row.id, "kind": row.kind.value, "account": row.account, "reason": str(error)},
        )
        async with self.runtime.database.begin(priority=True) as uow:
            if not await uow.outbox.is_claimed_by_us(row, lock=True):
                self._log_lost_lease(row)
                return
            ctx = UseCaseContext(self.runtime.municipality(), uow, now)
            if isinstance(error, TemporaryFailure | BadCredentials):
                self.failing_accounts.add(row.account)
                await uow.outages.start(row.account, channels.Direction.OUT, now)
            if edited_ids and not isinstance(error, RetryAfter):
                await forget_shown(uow, row, edited_ids)
            match error:
                case RetryAfter():
                    await self._wait_for_rate_limit(ctx, row, error, messenger)
                case ChatMigrated():
                    await sources.on_chat_migrated(ctx, row.account, row.chat_id, error.new_id)
                    await uow.outbox.retry(row, now, "migrated", counts_as_attempt=False)
                    await uow.outbox.change_chat_id(row.account, row.chat_id, error.new_id)
                case BadCredentials():
                    await notify.notify_bad_credentials(ctx, row.account, messenger.title)
                    await uow.outbox.retry(row, now + CREDENTIALS_PAUSE, "credentials", counts_as_attempt=False)
                case CallbackExpired():
                    await uow.outbox.finish(row, now, OutboxStatus.DROPPED, "expired")
                case BrokenCall() if row.attempts < MAX_BROKEN_ATTEMPTS:
                    pause = exponential_delay(row.attempts - 1, MAX_RETRY_PAUSE_SECONDS)
                    await uow.outbox.retry(row, now + pause, LastError.UNKNOWN_OUTCOME)
                case TemporaryFailure() if now - row.created_at < MAX_DELIVERY_AGE:
                    pause = exponential_delay(row.attempts - 1, MAX_RETRY_PAUSE_SECONDS)
                    reason = LastError.UNKNOWN_OUTCOME if error.outcome_unknown else "temporary"
                    await uow.outbox.retry(row, now + pause, reason)
                case _:
                    await self._fail_permanently(ctx, row, error)

    async def _wait_for_rate_limit(
        self, ctx: UseCaseContext, row: OutboxRow, error: RetryAfter, messenger: Messenger
    ) -> None:
        """Try again when the messenger wants, or after `MAX_WAIT`; a longer wait is told to the administrator."""
        seconds = min(error.seconds, MAX_WAIT.total_seconds())
        self.on_rate_limited(row, RetryAfter(str(error), seconds, whole_account=error.whole_account))
        retry_at = ctx.now + timedelta(seconds=seconds)
        await ctx.uow.outbox.retry(row, retry_at, LastError.RATE_LIMITED, counts_as_attempt=False)
        if error.seconds > seconds:
            hours = math.ceil(min(error.seconds, MAX_NAMED_WAIT_SECONDS) / 3600)
            once = f"sending_limited:{row.account}:{ctx.now.date().isoformat()}"
            await notify.notify_administrator(ctx, SendingLimited(title=messenger.title, hours=hours), once_key=once)

    async def _fail_permanently(self, ctx: UseCaseContext, row: OutboxRow, error: MessengerError) -> None:
        """Give *row* up and notify the person concerned."""
        await ctx.uow.outbox.finish(row, ctx.now, OutboxStatus.FAILED, f"{type(error).__name__}: {error}")
        if row.kind is OutboxKind.PUBLICATION and row.subject_id is not None:
            await answers.on_publication_failed(ctx, row.subject_id, failure_reason(error))
            return
        if row.kind is OutboxKind.CORRECTION:
            await corrections.on_correction_failed(ctx, row.ticket_id or 0, row.subject_id or 0, failure_reason(error))
            return
        if row.kind is OutboxKind.CITIZEN_NOTE:
            unsaid = citizen_note_of(row.facts)
            if isinstance(unsaid, DangerAdvice):
                await danger_advice.on_undelivered(ctx, unsaid)
            return
        if row.kind is OutboxKind.EDIT_NOTE:
            await self._send_instead(ctx, row)
            return
        if isinstance(error, RecipientUnreachable) and row.person_id is not None:
            await reachability.on_unreachable(ctx, row.account, row.chat_id)
            if not await failover.reroute(ctx, row):
                await held_notes.on_unreachable(ctx, row)
                await urgent_alerts.on_undelivered(ctx, row)
            return
        if row.kind in (OutboxKind.CARD, OutboxKind.CARD_MEDIA, OutboxKind.NOTE) and not isinstance(error, MessageGone):
            day = ctx.now.date().isoformat()
            once = f"undelivered:{row.kind}:{type(error).__name__}:{day}"
            note = Undelivered(row_id=row.id, reason=failure_reason(error))
            await notify.notify_administrator(ctx, note, once_key=once)

    async def _send_instead(self, ctx: UseCaseContext, row: OutboxRow) -> None:
        """Send what an official waits for as a new message: they have deleted the one that was to be edited."""
        reader = ctx.municipality.find_official(row.account, row.chat_id)
        if reader is not None and row.facts["code"] not in CITIZEN_NOTES:
            note, address = notification_of(row.facts), channels.Address(row.account, row.chat_id)
            if note.is_awaited:
                await notify.notify(ctx, reader, note, priority=Priority.INTERACTIVE, to_address=address)

    async def _handle_render_error(self, row: OutboxRow, error: Exception) -> None:
        """Retry a row that cannot be rendered a few times, then give it up; faults of the database do not count."""
        logger.error(
            "row cannot be rendered: %s", type(error).__name__, extra={"outbox": row.id, "kind": row.kind.value}
        )
        logger.debug("row cannot be rendered", exc_info=error)
        counts = classify_error(error) is None
        async with self.runtime.database.begin() as uow:
            if not await uow.outbox.is_claimed_by_us(row, lock=True):
                self._log_lost_lease(row)
            elif not counts or row.attempts < MAX_BROKEN_ATTEMPTS:
                pause = exponential_delay(row.attempts, MAX_RETRY_PAUSE_SECONDS)
                await uow.outbox.retry(
                    row, self.runtime.clock.now() + pause, type(error).__name__, counts_as_attempt=counts
                )
            else:
                rejected = Rejected(f"cannot be rendered: {type(error).__name__}", RejectReason.BAD_REQUEST)
                await self._fail_permanently(self.runtime.context(uow), row, rejected)

    async def _finish_unsent(self, row: OutboxRow, status: OutboxStatus, reason: str) -> None:
        async with self.runtime.database.begin() as uow:
            await uow.outbox.finish(row, self.runtime.clock.now(), status, reason)
