"""The bot's own books, looked into beside it."""

import asyncio
import csv
import io
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from crashtest.bot_process import around
from sandbox.server import Sandbox
from storage.database import Database


@asynccontextmanager
async def opened(database: str) -> AsyncIterator[Database]:
    """The bot's database, to look into."""
    books = Database(database)
    try:
        yield books
    finally:
        await books.close()


async def until_listening(books: Database, sandbox: Sandbox, accounts: Collection[str]) -> None:
    """VK and MAX tell a newcomer what comes from now on only: until the bot has stored where it stands."""
    async with asyncio.timeout(60):
        while not await _has_place(books, accounts):
            await sandbox.change_log.wait_newer(sandbox.change_log.revision, 0.2)


async def _has_place(books: Database, accounts: Collection[str]) -> bool:
    try:
        async with books.read() as uow:
            return all([await uow.inbox.cursor(account) for account in accounts])
    except DBAPIError:
        return False  # no tables yet


async def until_calm(books: Database, sandbox: Sandbox) -> None:
    """Until everything that came has been handled and everything that is to be said has been said."""
    while True:
        async with books.read() as uow:
            incoming, outgoing = await uow.inbox.counts(), await uow.outbox.counts()
        waits = incoming.get("new") or outgoing.get("queued") or outgoing.get("sending")
        if not waits and not sandbox.telegram.unconfirmed:
            return
        await sandbox.change_log.wait_newer(sandbox.change_log.revision, 0.2)


async def exported(config: Path) -> list[dict[str, str]]:
    """Every ticket, as ``python -m bot export`` has it."""
    command = (sys.executable, "-m", "bot", "export", "--config", str(config))
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=DEVNULL, env=around())
    out, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"the export ended with {process.returncode}")
    return list(csv.DictReader(io.StringIO(out.decode("utf-8-sig"))))
