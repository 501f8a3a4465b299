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
from bot.domain.outbox import PATIENCE, UNKNOWN_OUTCOME, OutboxKind, OutboxRow
from bot.messengers.errors import (
    BadCredentials,
    ChatMigrated,
    FileUnavailable,
    MessageGone,
    MessengerError,
    PressExpired,
    RecipientUnreachable,
    Rejected,
    RejectReason,
    ReplyTargetGone,
    RetryAfter,
    TemporaryFailure,
)
from bot.messengers.port import Messenger
from bot.outbox.permits import Turn
from bot.outbox.renderer import Parcel, Way, prepare
from bot.outbox.sender import Carried, Carrier, Lost, Trip, written
from bot.services.answers import answers, corrections
from bot.services.context import Centre, Work
from bot.services.notifications import notify
from bot.services.sources import sources
from bot.services.staff import failover, reachability
from storage.database import Database
from storage.errors import refusal_of
from storage.repositories.base import LONGEST_WAIT

logger = logging.getLogger(__name__)

GIVE_UP = timedelta(hours=24)
"""A message that could not be delivered for so long is given up, and a person is told."""

CREDENTIALS_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = 60
DRAWING_TRIES = 5


@dataclass(slots=True)
class Courier:
    """Delivers rows; knows every account of ours."""

    database: Database
    messengers: Mapping[str, Messenger]
    centre: Callable[[], Centre]
    clock: Clock
    hold: Callable[[OutboxRow, RetryAfter], None]
    failing: set[str] = field(default_factory=set)
    """Accounts through which nothing may have gone out since a failure. One too many does no harm."""
    carrier: Carrier = field(init=False)
    _undrawn: Counter[int] = field(default_factory=Counter)  # row → how often it could not be drawn

    def __post_init__(self) -> None:
        self.carrier = Carrier(self.database, self.messengers, self.clock)

    async def deliver(self, row: OutboxRow, turn: Turn, taken_at: datetime) -> None:
        """Deliver a row that was claimed then, whatever happens; raises nothing that a messenger does. *turn* is asked
        before every message."""
        messenger = self.messengers[row.account]
        if row.expires_at is not None and row.expires_at <= self.clock.now():
            await self._close(row, "dropped", "expired")
            return
        if not await self.carrier.is_ours(row, taken_at):
            self._lost(row)
            return
        try:
            async with self.database.read() as uow:
                parcel = await prepare(Work(self.centre(), uow, self.clock.now()), row, messenger.capabilities)
        except Exception as error:  # noqa: BLE001 - one row that cannot be drawn must not hold up those behind it
            await written(partial(self._broken, row, error))
            return
        self._undrawn.pop(row.id, None)
        if parcel is None:
            await self._close(row, "dropped", "not needed")
            return
        async with AsyncExitStack() as unmarked:
            trip = Trip(row, taken_at, messenger, turn, unmarked)
            try:
                carried = await self.carrier.carry(trip, parcel)
            except MessengerError as error:
                await written(partial(self._trouble, row, error, messenger))
            except Lost:
                self._lost(row)
            else:
                await written(partial(self._delivered, trip, parcel, carried))

    async def _delivered(self, trip: Trip, parcel: Parcel, carried: Carried) -> None:
        """It has arrived: what follows."""
        row, (sent, pressable) = trip.row, carried
        works_again = row.account in self.failing and parcel.way in (Way.SEND, Way.EDIT)
        async with self.database.begin(first=True) as uow:
            work = Work(self.centre(), uow, self.clock.now())
            ours = await uow.outbox.finish(row, work.now)
            if (row.may_have_arrived or not ours) and not trip.messenger.capabilities.idempotent:
                await uow.chronicle.record("resent", work.now, ticket_id=row.ticket_id, facts={"outbox": row.id})
            if not ours:
                self._lost(row)
                return
            if works_again:
                await uow.outages.end(row.account, channels.Way.OUT)
            # First the dialog, then its letters: so does who presses the button meanwhile.
            if parcel.asked is not None and pressable is not None:
                await parcel.asked(work, pressable)
            if parcel.arrived is not None:
                await parcel.arrived(work, sent)
        if works_again:
            self.failing.discard(row.account)

    def _lost(self, row: OutboxRow) -> None:
        """We were asleep for longer than our lease: others have taken the row, and see to it."""
        logger.warning("the row is in other hands", extra={"outbox": row.id, "kind": row.kind.value})

    async def _trouble(self, row: OutboxRow, error: MessengerError, messenger: Messenger) -> None:
        """What becomes of a row after *error*."""
        now = self.clock.now()
        logger.warning(
            "delivery failed: %s",
            type(error).__name__,
            extra={"outbox": row.id, "kind": row.kind.value, "account": row.account, "reason": str(error)},
        )
        async with self.database.begin(first=True) as uow:
            if not await uow.outbox.is_held(row):
                self._lost(row)
                return
            work = Work(self.centre(), uow, now)
            if isinstance(error, TemporaryFailure | BadCredentials):
                self.failing.add(row.account)
                await uow.outages.begin(row.account, channels.Way.OUT, now)
            match error:
                case RetryAfter():
                    self.hold(row, error)
                    pause = min(timedelta(seconds=error.seconds), LONGEST_WAIT)  # longer is for the hold to know
                    await uow.outbox.retry(row, now + pause, PATIENCE, counts=False)
                case ChatMigrated():
                    await sources.migrated(work, row.account, row.chat_id, error.new_id)
                    await uow.outbox.retry(row, now, "migrated", counts=False)
                    await uow.outbox.redirect(row.account, row.chat_id, error.new_id)
                case BadCredentials():
                    await notify.bad_credentials(work, row.account, messenger.title)
                    await uow.outbox.retry(row, now + CREDENTIALS_PAUSE, "credentials", counts=False)
                case PressExpired():
                    await uow.outbox.finish(row, now, "dropped", "expired")
                case TemporaryFailure() if now - row.created_at < GIVE_UP:
                    pause = timedelta(seconds=min(2 ** (row.attempts - 1), LONGEST_PAUSE))
                    reason = UNKNOWN_OUTCOME if error.outcome_unknown else "temporary"
                    await uow.outbox.retry(row, now + pause, reason)
                case _:
                    await self._give_up(work, row, error)

    async def _give_up(self, work: Work, row: OutboxRow, error: MessengerError) -> None:
        """The final failure reaches a person."""
        await work.uow.outbox.finish(row, work.now, "failed", f"{type(error).__name__}: {error}")
        if row.kind is OutboxKind.PUBLICATION and row.subject_id is not None:
            await answers.failed(work, row.subject_id, _reason(error))
            return
        if row.kind is OutboxKind.CORRECTION:
            await corrections.correction_failed(work, row.ticket_id or 0, row.subject_id or 0, _reason(error))
            return
        if isinstance(error, RecipientUnreachable) and row.person_id is not None:
            await reachability.became_unreachable(work, row.account, row.chat_id)
            await failover.redirect(work, row)
            return
        if row.kind in (OutboxKind.CARD, OutboxKind.NOTE) and not isinstance(error, MessageGone):
            day = work.now.date().isoformat()
            once = f"undelivered:{row.kind}:{type(error).__name__}:{day}"
            await notify.tell_administrator(work, "undelivered", once=once, row=row.id, reason=_reason(error))

    async def _broken(self, row: OutboxRow, error: Exception) -> None:
        """The row cannot be drawn: tried again a few times, then given up and told to the administrator. What is the
        database's fault is not counted."""
        logger.error("row cannot be drawn: %s", type(error).__name__, extra={"outbox": row.id, "kind": row.kind.value})
        logger.debug("row cannot be drawn", exc_info=error)
        tries = self._undrawn[row.id] + (refusal_of(error) is None)
        async with self.database.begin() as uow:
            if not await uow.outbox.is_held(row):
                self._lost(row)
            elif tries < DRAWING_TRIES:
                pause = timedelta(seconds=2**tries)
                await uow.outbox.retry(row, self.clock.now() + pause, type(error).__name__, counts=False)
            else:
                refused = Rejected(f"cannot be drawn: {type(error).__name__}", RejectReason.BAD_REQUEST)
                await self._give_up(Work(self.centre(), uow, self.clock.now()), row, refused)
        self._undrawn[row.id] = tries
        if tries >= DRAWING_TRIES:
            del self._undrawn[row.id]

    async def _close(self, row: OutboxRow, status: str, why: str) -> None:
        async with self.database.begin() as uow:
            await uow.outbox.finish(row, self.clock.now(), status, why)


def _reason(error: MessengerError) -> str:
    if isinstance(error, Rejected):
        return error.reason.value
    if isinstance(error, RecipientUnreachable):
        return "unreachable"
    if isinstance(error, FileUnavailable):
        return "file"
    return "gone" if isinstance(error, MessageGone | ReplyTargetGone) else "temporary"
