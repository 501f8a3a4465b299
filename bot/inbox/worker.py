"""Stored updates become events, events become changes. Several share a transaction; if one of them fails, each is done
anew behind a savepoint of its own."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.clock import Clock
from bot.domain.messages import InboxRow
from bot.domain.people import Staff
from bot.handlers.router import handle
from bot.messengers.errors import MalformedUpdate, UnknownUpdate
from bot.messengers.events import Event
from bot.messengers.port import Messenger
from bot.runtime.supervisor import Bell
from bot.services.context import Ahead, Centre, Understood, Work
from bot.services.intake.prefetch import foresee, read_ahead
from bot.services.notifications import notify
from storage.database import Database
from storage.errors import FAILURES, refusal_of

logger = logging.getLogger(__name__)

BATCH = 50
LEASE = timedelta(seconds=60)
IDLE = 1.0
TRIES = 6
"""After so many failures an update is set aside; the pauses between grow from one second to half a minute."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A row and what it says: events, or why it cannot be read."""

    row: InboxRow
    events: Sequence[Event] = ()
    unknown_kind: str | None = None
    malformed: str | None = None
    failure: Exception | None = None
    """What went wrong that should not have: a fault of ours, which may be gone at another try."""


Apply = Callable[[Work, Parsed], Awaitable[bool]]


@dataclass(slots=True)
class InboxWorker:
    """Handles stored updates in order per conversation."""

    database: Database
    messengers: Mapping[str, Messenger]
    centre: Callable[[], Centre]
    clock: Clock
    bell: Bell
    outbox_bell: Bell
    staff_changed: Callable[[Staff], None]

    async def run(self) -> None:
        while True:
            # Unseen, we take nothing: should we die, it would wait for our lease. Who becomes visible is rung for.
            if not self.database.is_seen or await self.turn() < BATCH:  # what has come since has rung
                await self.bell.wait(IDLE)

    async def turn(self) -> int:
        """Handle one batch; how many updates there were."""
        async with self.database.begin() as uow:
            rows = await uow.inbox.claim(self.clock.now(), LEASE, BATCH, self.database.presence)
        if not rows:
            return 0
        parsed = await asyncio.gather(*(self._parse(row) for row in rows))
        try:
            ahead = await self._read_ahead(parsed)
            if not await self._all_at_once(parsed, ahead):
                await self._commit(parsed, ahead, self._apply_apart)
        except Exception:
            with suppress(*FAILURES):  # then their lease runs out
                await self._release(rows)
            raise
        self.outbox_bell.ring()
        return len(rows)

    async def _parse(self, row: InboxRow) -> Parsed:
        messenger = self.messengers.get(row.account)
        if messenger is None:
            return Parsed(row, malformed="account is not configured any more")
        try:
            return Parsed(row, [await messenger.enrich(event) for event in messenger.parse(row.payload)])
        except UnknownUpdate as error:
            return Parsed(row, unknown_kind=error.kind)
        except MalformedUpdate as error:
            return Parsed(row, malformed=str(error))
        except Exception as error:  # noqa: BLE001 - the event boundary
            return Parsed(row, failure=error)

    async def _read_ahead(self, batch: Sequence[Parsed]) -> Ahead:
        """What the words mean is found out before a transaction begins. What cannot be read is the event's own trouble,
        and comes again when its turn is."""
        centre = self.centre()
        found: dict[tuple[str, str | None], Understood] = {}
        for one in batch:
            await asyncio.sleep(0)  # presses and deliveries need not wait for the whole batch
            try:
                found |= read_ahead(centre, one.events)
            except Exception as error:  # noqa: BLE001 - the event boundary
                logger.info("not read ahead: %s", type(error).__name__, extra={"inbox": one.row.id})
        return found

    async def _all_at_once(self, batch: Sequence[Parsed], ahead: Ahead) -> bool:
        """Whether it went well. Most batches do, and need no savepoints."""
        try:
            await self._commit(batch, ahead, self._apply)
        except Exception as error:
            if refusal_of(error) is not None:
                raise
            logger.info("a batch failed: %s", type(error).__name__, extra={"updates": len(batch)})
            return False
        return True

    async def _commit(self, batch: Sequence[Parsed], ahead: Ahead, apply: Apply) -> None:
        async with self.database.begin() as uow:
            work = Work(self.centre(), uow, self.clock.now(), ahead=ahead)
            known = work.centre.staff
            await self._handle(work, batch, apply)
        if work.centre.staff is not known:
            self.staff_changed(work.centre.staff)

    async def _handle(self, work: Work, batch: Sequence[Parsed], apply: Apply) -> None:
        done: list[int] = []
        untouched: list[InboxRow] = []
        held = await work.uow.inbox.hold([one.row for one in batch], work.now + LEASE)
        # What others have taken because we were too slow is theirs, and what follows it waits for them.
        stuck = {one.row.conversation for one in batch if one.row.id not in held}
        if stuck:
            logger.warning("too slow: others have taken updates over", extra={"updates": len(batch) - len(held)})
        await foresee(work, [event for one in batch if one.row.id in held for event in one.events])
        for one in batch:
            row = one.row
            await asyncio.sleep(0)  # presses and deliveries need not wait for the whole batch
            if row.conversation in stuck:
                untouched.append(row)
            elif one.unknown_kind is not None or one.malformed is not None:
                await self._set_aside(work, one)
            elif one.failure is not None:
                await self._failed(work, row, one.failure)
                stuck.add(row.conversation)
            elif await apply(work, one):
                done.append(row.id)
            else:
                stuck.add(row.conversation)
        await work.uow.inbox.finish(done, work.now)
        await work.uow.inbox.release(untouched)

    async def _apply(self, work: Work, one: Parsed) -> bool:
        """Let the update have its effect; raises whatever goes wrong."""
        for event in one.events:
            await handle(work, event)
        return True

    async def _apply_apart(self, work: Work, one: Parsed) -> bool:
        """Whether the update has had its effect. The event boundary: whatever goes wrong stays in its savepoint."""
        centre = work.centre
        try:
            async with work.uow.savepoint():
                await self._apply(work, one)
        except Exception as error:
            if refusal_of(error) is not None:
                raise  # nobody's fault: all of it is tried again
            work.centre = centre
            work.forget()
            await self._failed(work, one.row, error)
            return False
        return True

    async def _failed(self, work: Work, row: InboxRow, error: Exception) -> None:
        # The traceback names code, not words of people; the exception's own text may hold them and is left out.
        logger.error("event failed: %s", type(error).__name__, extra={"inbox": row.id, "attempt": row.attempts})
        logger.debug("event failed", exc_info=error)
        name = type(error).__name__
        if row.attempts < TRIES:
            await work.uow.inbox.postpone(row.id, work.now + timedelta(seconds=min(2**row.attempts, 30)), name)
            return
        await work.uow.inbox.bury(row.id, work.now, name)
        await notify.tell_administrator(work, "dead_update", title=self._title(row.account), row=row.id)

    async def _set_aside(self, work: Work, one: Parsed) -> None:
        row = one.row
        reason = f"unknown kind {one.unknown_kind}" if one.unknown_kind else one.malformed or "malformed"
        logger.warning("update set aside: %s", reason, extra={"inbox": row.id, "account": row.account})
        await work.uow.inbox.bury(row.id, work.now, reason)
        if one.unknown_kind is not None:
            await notify.tell_administrator(
                work,
                "unknown_update",
                once=f"unknown:{row.account}:{one.unknown_kind}"[:160],
                title=self._title(row.account),
                kind=one.unknown_kind[:40],
            )
        else:
            day = work.now.date().isoformat()
            await notify.tell_administrator(
                work,
                "dead_update",
                once=f"malformed:{row.account}:{day}",
                title=self._title(row.account),
                row=row.id,
            )

    def _title(self, account: str) -> str:
        messenger = self.messengers.get(account)
        return messenger.title if messenger else account

    async def _release(self, rows: Sequence[InboxRow]) -> None:
        async with self.database.begin() as uow:
            await uow.inbox.release(rows)
