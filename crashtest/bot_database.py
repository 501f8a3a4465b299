"""Reads from the bot's database while the bot runs."""

import asyncio
import csv
import io
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot.domain.clock import SystemClock
from bot.domain.inbox import InboxStatus
from bot.domain.outbox import OutboxStatus
from crashtest.bot_process import bot_environment
from sandbox.server import Sandbox
from storage.database import Database

START_TIMEOUT_SECONDS = 300.0
"""Seconds that a process may take to start, on a machine with fifteen times more work than cores."""


@asynccontextmanager
async def open_database(database: str) -> AsyncIterator[Database]:
    """The bot's database, to look into."""
    books = Database(database)
    try:
        yield books
    finally:
        await books.close()


async def wait_for_cursors(database: Database, sandbox: Sandbox, accounts: Collection[str]) -> None:
    """Wait until the bot has stored its cursors: VK and MAX give a new reader only what comes from now on."""
    async with asyncio.timeout(START_TIMEOUT_SECONDS):
        while not await _has_cursors(database, accounts):
            await sandbox.change_log.wait_for_change(sandbox.change_log.revision, 0.2)


async def _has_cursors(database: Database, accounts: Collection[str]) -> bool:
    try:
        async with database.read() as uow:
            return all([await uow.inbox.get_cursor(account) for account in accounts])
    except DBAPIError:
        return False  # no tables yet


async def wait_until_idle(database: Database, sandbox: Sandbox) -> None:
    """Until everything that came has been handled and everything that is to be said has been said."""
    while True:
        async with database.read() as uow:
            incoming, outgoing = await uow.inbox.count_by_status(), await uow.outbox.count_by_status()
        waits = InboxStatus.NEW in incoming or {OutboxStatus.QUEUED, OutboxStatus.SENDING} & outgoing.keys()
        if not waits and not sandbox.telegram.pending_updates:
            return
        await sandbox.change_log.wait_for_change(sandbox.change_log.revision, 0.2)


async def wait_until_nothing_is_due(database: Database) -> None:
    """Until every moment that has come was handled: deadlines, reminders, steps of chains."""
    while True:
        async with database.read() as uow:
            if not await uow.deadlines.has_due(SystemClock().now()):
                return
        await asyncio.sleep(0.5)


async def export_tickets(config: Path) -> list[dict[str, str]]:
    """Every ticket, as ``python -m bot export`` has it."""
    command = (sys.executable, "-m", "bot", "export", "--codes", "--config", str(config))
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=DEVNULL, env=bot_environment())
    out, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"the export ended with {process.returncode}")
    return list(csv.DictReader(io.StringIO(out.decode("utf-8-sig"))))
