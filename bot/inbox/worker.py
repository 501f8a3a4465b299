"""The inbox worker: it parses stored updates into events and applies them.

A batch shares one transaction. If an event fails, every update of the batch gets a transaction of its own, so that the
failure is counted for the update that has caused it, whatever raises it: a handler, a statement, or the commit.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from bot.domain.inbox import InboxRow
from bot.domain.notifications.administrator import DeadUpdate, UnknownUpdateKind
from bot.domain.outbox import OutboxRow
from bot.domain.topic_book import TopicBook
from bot.handlers.router import handle_event
from bot.messengers.errors import MalformedUpdate, UnknownUpdate
from bot.messengers.events import ButtonPressed, ChatChange, ChatChanged, Event
from bot.runtime.backoff import exponential_delay
from bot.runtime.commit_retry import retry_until_committed
from bot.runtime.press_delivery import PressDelivery
from bot.runtime.runtime import Runtime
from bot.services.context import UseCaseContext
from bot.services.context.use_case import PrefetchedReading, PrefetchedReadings
from bot.services.intake.prefetch import classify_batch, prefetch
from bot.services.notifications import notify
from storage.errors import classify_error
from storage.unit_of_work import UnitOfWork

logger = logging.getLogger(__name__)

BATCH_SIZE = 50
LEASE = timedelta(seconds=60)
IDLE_POLL_SECONDS = 1.0

MAX_AWAITED_BATCH = 10
"""Updates of a batch that goes before other writers on SQLite because somebody has pressed a button: a larger one would
hold up deliveries whose outcome has to be recorded."""

LOOK_UP_SECONDS = 120.0
"""Seconds that a batch may wait for messengers that are asked who wrote."""

MAX_RETRY_SECONDS = 30
RIGHTS_CHANGES = frozenset(
    {ChatChange.BOT_REMOVED, ChatChange.BOT_MUTED, ChatChange.BOT_DEAFENED, ChatChange.RIGHTS_CHANGED}
)
"""Changes after which ``/readyz`` must show at once what the bot may read and write."""

MAX_ATTEMPTS = 6
"""Failures after which an update is moved to the dead letters; the pauses grow from 2 to MAX_RETRY_SECONDS."""

MAX_SHARED_ATTEMPTS = 2
"""Attempts at an update together with others. A process that dies (out of memory, a fault of native code) counts for
its whole batch, so that the next attempts have one row each: only the update that ends the process is set aside."""

PROVEN_SECONDS = 60.0
"""Seconds that a process must have lived before it claims an update that MAX_ATTEMPTS attempts did not finish. If the
processes die of something else (a loop of restarts, a machine that loses its power), they die younger, and the update
at the head of the queue is in their hands each time without being to blame."""

MAX_PROVEN_ATTEMPTS = 2
"""Attempts of such processes, after which an update is set aside: they lived while they did not handle it."""


@dataclass(frozen=True, slots=True)
class ParsedUpdate:
    """An inbox row with its events, or with the reason why it cannot be read."""

    row: InboxRow
    events: Sequence[Event] = ()
    unknown_kind: str | None = None
    malformed: str | None = None
    failure: Exception | None = None
    """An unexpected error of the bot, which may be gone at the next attempt."""

    @property
    def is_press(self) -> bool:
        return any(isinstance(event, ButtonPressed) for event in self.events)


@dataclass(frozen=True, slots=True)
class ReadAhead:
    """Texts that were classified before the transaction, and the town's words of that moment."""

    readings: PrefetchedReadings
    words: TopicBook


@dataclass(slots=True)
class InboxWorker:
    """The worker that handles stored updates, in order per conversation."""

    runtime: Runtime
    monotonic: Callable[[], float] = time.monotonic  # in seconds
    press_delivery: PressDelivery | None = None  # None: the outbox finds the answers to presses
    _began_at: float = field(init=False)
    _is_idle: bool = False
    _handed_over: list[InboxRow] = field(default_factory=list)  # claimed by receivers

    def __post_init__(self) -> None:
        self._began_at = self.monotonic()

    async def run(self) -> None:
        while True:
            self.runtime.progress.report("inbox", LOOK_UP_SECONDS)
            # Do not claim before the presence lock is held: if this process died, the rows would stay leased for a
            # minute. Acquiring the lock wakes this loop, as does every later update.
            if not self.runtime.database.is_registered or await self.process_batch() < BATCH_SIZE:
                await self._wait_for_updates()

    async def _wait_for_updates(self) -> None:
        """Wait for new updates, or until it is time to look for those whose moment has come."""
        self._is_idle = not self._handed_over
        try:
            while not await self.runtime.inbox_wake_up.wait(IDLE_POLL_SECONDS):
                self.runtime.progress.report("inbox", LOOK_UP_SECONDS)
                if (await self.runtime.database.agenda.load()).inbox_waits:
                    return
        finally:
            self._is_idle = False

    def expect_presses(self, account: str, presses: int) -> None:
        """Prepare for the effects of *presses* that are about to be stored."""
        if self.press_delivery is not None and presses:
            self.press_delivery.expect(account, presses)

    async def claim_for_receiver(self, uow: UnitOfWork) -> Sequence[InboxRow]:
        """Claim what there is to handle in the transaction that stores updates, if this worker waits for some.

        A person who has pressed a button waits for each transaction. On a shared database a receiver that is stopped
        just then would keep the rows from the other processes until their leases end.
        """
        if not self._is_idle or self.runtime.database.is_shared:
            return ()
        return await self._claim(uow)

    def hand_over(self, rows: Sequence[InboxRow]) -> None:
        """Handle *rows* next, whose claim is committed."""
        self._handed_over += rows
        self._is_idle = False
        self.runtime.inbox_wake_up.set()

    async def process_batch(self) -> int:
        """Handle one batch and return the number of its updates."""
        rows, self._handed_over = self._handed_over, []
        if not rows:
            self.runtime.inbox_wake_up.clear()  # the notification of a server comes before and after the receiver's
            rows = await self._claim_batch()
        if not rows:
            return 0
        parsed = await asyncio.gather(*(self._parse(row) for row in rows))
        try:
            ahead = await self._classify_batch(parsed)
            if not await self._apply_batch(parsed, ahead):
                await self._apply_one_by_one(parsed, ahead)
        except Exception:
            await retry_until_committed(partial(self._release_rows, rows))  # without it an outage would be counted
            raise
        self.runtime.outbox_wake_up.set()
        changes = {event.change for one in parsed for event in one.events if isinstance(event, ChatChanged)}
        if changes & RIGHTS_CHANGES:
            self.runtime.self_check_wake_up.set()
        return len(rows)

    async def _claim_batch(self) -> list[InboxRow]:
        async with self.runtime.database.begin() as uow:
            return await self._claim(uow)

    async def _claim(self, uow: UnitOfWork) -> list[InboxRow]:
        """Claim the rows to handle next: alone what several processes did not survive, and in the end not at all."""
        is_proven = self.monotonic() - self._began_at >= PROVEN_SECONDS
        max_attempts = None if is_proven else MAX_ATTEMPTS
        ctx = self.runtime.context(uow)
        rows = await uow.inbox.claim(
            ctx.now, LEASE, BATCH_SIZE, self.runtime.database.presence_lock_id, max_attempts=max_attempts
        )
        if any(row.attempts > MAX_SHARED_ATTEMPTS for row in rows):
            await uow.inbox.release(rows[1:])
            rows = rows[:1]
            self.runtime.inbox_wake_up.set()  # the others come next, without a pause
        if rows and rows[0].attempts > MAX_ATTEMPTS + MAX_PROVEN_ATTEMPTS:
            await self._give_up(ctx, rows[0], "the process did not survive it")
            return []
        return rows

    async def _parse(self, row: InboxRow) -> ParsedUpdate:
        messenger = self.runtime.messengers.get(row.account)
        if messenger is None:
            return ParsedUpdate(row, malformed="account is not configured any more")
        try:
            return ParsedUpdate(row, [await messenger.enrich(event) for event in messenger.parse(row.payload)])
        except UnknownUpdate as error:
            return ParsedUpdate(row, unknown_kind=error.kind)
        except MalformedUpdate as error:
            return ParsedUpdate(row, malformed=str(error))
        except Exception as error:  # noqa: BLE001 - the event boundary
            return ParsedUpdate(row, failure=error)

    async def _classify_batch(self, batch: Sequence[ParsedUpdate]) -> ReadAhead:
        """Classify the texts before the transaction begins.

        An error is ignored here: it occurs again when the event is handled.
        """
        municipality = self.runtime.municipality()
        found: dict[tuple[str, str | None], PrefetchedReading] = {}
        for one in batch:
            await asyncio.sleep(0)  # button presses and deliveries must not wait for the whole batch
            try:
                found |= classify_batch(municipality, one.events)
            except Exception as error:  # noqa: BLE001 - the event boundary
                logger.info("not classified ahead: %s", type(error).__name__, extra={"inbox": one.row.id})
        return ReadAhead(found, municipality.topics)

    async def _apply_batch(self, batch: Sequence[ParsedUpdate], ahead: ReadAhead) -> bool:
        """Apply the batch in one transaction, as most batches need no more; return whether it succeeded."""
        try:
            await self._process_in_transaction(batch, ahead)
        except Exception as error:
            if classify_error(error) is not None:
                raise
            logger.info("a batch failed: %s", type(error).__name__, extra={"updates": len(batch)})
            return False
        return True

    async def _apply_one_by_one(self, batch: Sequence[ParsedUpdate], ahead: ReadAhead) -> None:
        """Apply each update in a transaction of its own; after a failure the later ones of its conversation wait."""
        waiting: set[str] = set()
        for one in batch:
            if one.row.conversation in waiting:
                await self._release_rows([one.row])
                continue
            try:
                stuck = await self._process_in_transaction([one], ahead)
            except Exception as error:
                if classify_error(error) is not None:
                    raise  # the rest of the batch is repeated
                stuck = {one.row.conversation}
                await self._count_failure(one.row, error)
            waiting |= stuck

    async def _process_in_transaction(self, batch: Sequence[ParsedUpdate], ahead: ReadAhead) -> set[str]:
        """Handle *batch* and return the conversations whose later updates must wait."""
        is_awaited = len(batch) <= MAX_AWAITED_BATCH and any(one.is_press for one in batch)
        async with self.runtime.database.begin(priority=is_awaited) as uow:
            await self.runtime.follow_changes(uow)
            town = self.runtime.municipality()
            readings = ahead.readings if town.topics is ahead.words else {}
            ctx = UseCaseContext(town, uow, self.runtime.clock.now(), prefetched=readings)
            known = ctx.municipality
            stuck = await self._handle_batch(ctx, batch)
            answers = await self._claim_answers(ctx)
        if ctx.municipality.staff is not known.staff:
            self.runtime.on_staff_changed(ctx.municipality.staff)
        if ctx.municipality.topics is not known.topics:
            self.runtime.on_topics_changed(ctx.municipality.topics)
        if self.press_delivery is not None and answers:
            self.press_delivery.start(answers, ctx.now)
        return stuck

    async def _claim_answers(self, ctx: UseCaseContext) -> Sequence[OutboxRow]:
        """Claim what the persons wait for who have pressed buttons."""
        if self.press_delivery is None or not ctx.uow.outbox.interactive_chats:
            return ()
        return await self.press_delivery.claim_answers(ctx.uow, ctx.now)

    async def _handle_batch(self, ctx: UseCaseContext, batch: Sequence[ParsedUpdate]) -> set[str]:
        done: list[int] = []
        untouched: list[InboxRow] = []
        held = await ctx.uow.inbox.extend_leases([one.row for one in batch], ctx.now + LEASE)
        # Another worker has claimed the rows whose lease expired; later updates of their conversations wait for it.
        stuck = {one.row.conversation for one in batch if one.row.id not in held}
        if stuck:
            logger.warning("too slow: another worker has claimed updates", extra={"updates": len(batch) - len(held)})
        await prefetch(ctx, [event for one in batch if one.row.id in held for event in one.events])
        for one in batch:
            row = one.row
            await asyncio.sleep(0)  # button presses and deliveries must not wait for the whole batch
            if row.conversation in stuck:
                untouched.append(row)
            elif one.unknown_kind is not None or one.malformed is not None:
                await self._dead_letter(ctx, one)
            elif one.failure is not None:
                await self._handle_failure(ctx, row, one.failure)
                stuck.add(row.conversation)
            else:
                for event in one.events:
                    await handle_event(ctx, event)
                done.append(row.id)
        await ctx.uow.inbox.finish(done, ctx.now)
        await ctx.uow.inbox.release(untouched)
        return stuck

    async def _count_failure(self, row: InboxRow, error: Exception) -> None:
        """Count the failure of an update whose transaction was rolled back, unless another worker has claimed it."""
        async with self.runtime.database.begin() as uow:
            ctx = self.runtime.context(uow)
            if await uow.inbox.extend_leases([row], ctx.now + LEASE):
                await self._handle_failure(ctx, row, error)

    async def _handle_failure(self, ctx: UseCaseContext, row: InboxRow, error: Exception) -> None:
        # A traceback contains no text that people wrote, but the exception's message may: it is left out.
        logger.error("event failed: %s", type(error).__name__, extra={"inbox": row.id, "attempt": row.attempts})
        logger.debug("event failed", exc_info=error)
        name = type(error).__name__
        if row.attempts < MAX_ATTEMPTS:
            await ctx.uow.inbox.postpone(row.id, ctx.now + exponential_delay(row.attempts, MAX_RETRY_SECONDS), name)
            return
        await self._give_up(ctx, row, name)

    async def _give_up(self, ctx: UseCaseContext, row: InboxRow, reason: str) -> None:
        logger.error("update set aside: %s", reason, extra={"inbox": row.id, "account": row.account})
        await ctx.uow.inbox.move_to_dead_letter(row.id, ctx.now, reason)
        await notify.notify_administrator(ctx, DeadUpdate(title=self._account_title(row.account), row_id=row.id))

    async def _dead_letter(self, ctx: UseCaseContext, update: ParsedUpdate) -> None:
        row = update.row
        reason = f"unknown kind {update.unknown_kind}" if update.unknown_kind else update.malformed or "malformed"
        logger.warning("update set aside: %s", reason, extra={"inbox": row.id, "account": row.account})
        await ctx.uow.inbox.move_to_dead_letter(row.id, ctx.now, reason)
        if update.unknown_kind is not None:
            await notify.notify_administrator(
                ctx,
                UnknownUpdateKind(title=self._account_title(row.account), kind=update.unknown_kind[:40]),
                once_key=f"unknown:{row.account}:{update.unknown_kind}"[:160],
            )
        else:
            day = ctx.now.date().isoformat()
            await notify.notify_administrator(
                ctx,
                DeadUpdate(title=self._account_title(row.account), row_id=row.id),
                once_key=f"malformed:{row.account}:{day}",
            )

    def _account_title(self, account: str) -> str:
        messenger = self.runtime.messengers.get(account)
        return messenger.title if messenger else account

    async def _release_rows(self, rows: Sequence[InboxRow]) -> None:
        async with self.runtime.database.begin() as uow:
            await uow.inbox.release(rows)
