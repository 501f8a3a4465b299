"""Failpoints: wrappers around the bot's database and messengers that kill or freeze the process at a named point.

The product knows nothing of this: the same application is built with these wrappers in place of its own parts.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.messengers.content import Content
from bot.messengers.events import Chat, ChatKind
from bot.messengers.port import Batch, Messenger, Sent, Target
from crashtest.call_log import CallLog
from storage.database import Database
from storage.engine import IDLE_TRANSACTION_SECONDS
from storage.unit_of_work import UnitOfWork


class CrashPoint(StrEnum):
    """Places at which a process is killed."""

    ANYWHERE = "at a random moment"
    FETCHED = "after fetch, before store"
    STORED = "after store, before offset"
    HANDLING = "in a handler"
    HANDLED = "handled, before commit"
    COMMITTED = "after commit, before send"
    CLAIMED = "claimed, before send"
    SENT = "after send, before mark"
    CHANGED = "after edit, before mark"
    SELECTING = "in a transaction of the sender"
    TICKING = "in a periodic task"


class Effect(StrEnum):
    """Ways to stop a process at a failpoint."""

    KILL = "kill"
    FREEZE = "freeze"
    """As SIGSTOP, a paused machine or a hung disk does; it goes on after SIGCONT."""
    HANG = "hang"
    """The task alone hangs; the process lives."""


@dataclass(slots=True)
class Failpoint:
    """Death, or another *effect*, at the *passage*-th time that *point* is passed, counted from when it is *armed*."""

    point: CrashPoint
    passage: int
    armed: bool = True
    effect: Effect = Effect.KILL

    async def hit(self, point: CrashPoint) -> None:
        """Stop at *point* if its time has come."""
        if point is not self.point or not self.armed:
            return
        self.passage -= 1
        if self.passage > 0:
            return
        self.armed = False
        match self.effect:
            case Effect.KILL:
                os.kill(os.getpid(), signal.SIGKILL)
            case Effect.FREEZE:
                os.kill(os.getpid(), signal.SIGSTOP)
            case Effect.HANG:
                await asyncio.Event().wait()


class FailpointDatabase(Database):
    """A database whose transactions may be the last thing that happens."""

    def __init__(self, url: str, failpoint: Failpoint) -> None:
        super().__init__(url, idle_transaction_seconds=IDLE_TRANSACTION_SECONDS)
        self._failpoint = failpoint

    @asynccontextmanager
    async def begin(self, *, priority: bool = False) -> AsyncIterator[UnitOfWork]:
        async with super().begin(priority=priority) as uow:
            yield _with_failpoint(uow, self._failpoint)
            spoke = uow.outbox.has_new_work
            if spoke:
                await self._failpoint.hit(CrashPoint.HANDLED)
            if _task_name() == "outbox":
                await self._failpoint.hit(CrashPoint.SELECTING)
        if spoke:
            await self._failpoint.hit(CrashPoint.COMMITTED)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[UnitOfWork]:
        async with super().read() as uow:
            if _task_name().startswith("periodic task"):  # most runs only ask what is due
                await self._failpoint.hit(CrashPoint.TICKING)
            yield uow


def _task_name() -> str:
    task = asyncio.current_task()
    return task.get_name() if task else ""


def _with_failpoint(uow: UnitOfWork, failpoint: Failpoint) -> UnitOfWork:
    record = uow.audit_log.record

    async def last_record(action: str, *what: Any, **facts: Any) -> None:
        if action != "settings_applied":  # the start writes it, no handler
            await failpoint.hit(CrashPoint.HANDLING)
        await record(action, *what, **facts)

    uow.audit_log.record = last_record  # type: ignore[method-assign]
    return uow


class FailpointMessenger:
    """A messenger that may not live to see the answer written down; everything else is the real one's."""

    def __init__(self, messenger: Messenger, failpoint: Failpoint, calls: CallLog | None = None) -> None:
        self._messenger = messenger
        self._failpoint = failpoint
        self._calls = calls or CallLog(Path(os.devnull))
        self._has_fetched_updates = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._messenger, name)

    async def fetch(self) -> Batch:
        if self._has_fetched_updates:
            await self._failpoint.hit(CrashPoint.STORED)
        batch = await self._messenger.fetch()
        self._has_fetched_updates = bool(batch.updates)
        if self._has_fetched_updates:
            await self._failpoint.hit(CrashPoint.FETCHED)
        return batch

    async def send(self, target: Target, part: Content, *, key: str, silent: bool = False) -> Sent:
        is_private = target.chat.kind is ChatKind.PRIVATE
        call = self._calls.write_begin(self._messenger.account, is_private=is_private)
        try:
            await self._failpoint.hit(CrashPoint.CLAIMED)
            sent = await self._messenger.send(target, part, key=key, silent=silent)
        finally:
            self._calls.write_end(self._messenger.account, call, is_private=is_private)
        await self._failpoint.hit(CrashPoint.SENT)
        return sent

    async def edit(self, chat: Chat, message_id: str, part: Content) -> None:
        await self._messenger.edit(chat, message_id, part)
        await self._failpoint.hit(CrashPoint.CHANGED)


def with_failpoints(
    messengers: Mapping[str, Messenger], failpoint: Failpoint, calls: CallLog | None = None
) -> dict[str, Any]:
    return {account: FailpointMessenger(one, failpoint, calls) for account, one in messengers.items()}
