"""Faults of servers during a crash run: answers that no client can read, absurd orders to wait, no connection left."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from sandbox.faults import Fault, FaultKind
from sandbox.server import Sandbox
from sandbox.telegram.server import api_fault

UNREADABLE_KINDS = (
    *(FaultKind.HTTP_500, FaultKind.HTML_502, FaultKind.PAGE_1251),
    *(FaultKind.ENDLESS, FaultKind.GZIP_BOMB, FaultKind.DEEP_JSON),
)
"""Faults in place of a call: the sandbox does not carry it out, so that a repetition is no message too many."""

DAY_SECONDS = 86_400


def order_server_fault(sandbox: Sandbox, random: Random, *, may_ask_for_a_day: bool) -> str:
    """Let the next poll or the next message of one messenger fail; return a description.

    *may_ask_for_a_day*: Telegram may also refuse a poll for a day, which ends with the process.
    """
    faults, *methods = random.choice(
        (
            (sandbox.telegram.faults, "getUpdates", "sendMessage"),
            (sandbox.vk.faults, "longpoll", "messages.send"),
            (sandbox.max.faults, "getUpdates", "sendMessage"),
        )
    )
    if may_ask_for_a_day and random.random() < 0.1:
        fault = api_fault(429, f"Too Many Requests: retry after {DAY_SECONDS}", retry_after=DAY_SECONDS)
        sandbox.telegram.faults.order("getUpdates", fault)
        return "a poll of Telegram has to wait for a day"
    method, kind = random.choice(methods), random.choice(UNREADABLE_KINDS)
    faults.order(method, Fault(kind))
    return f"{kind} at {method}"


@asynccontextmanager
async def no_connection_free(database: str) -> AsyncIterator[None]:
    """Take all connections to this PostgreSQL *database* until the block ends, also those that the bot has now.

    Its owner must not be a superuser: no limit holds for those.
    """
    url = make_url(database)
    engine = create_async_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    limit = f'ALTER DATABASE "{url.database}" CONNECTION LIMIT'
    close = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"{limit} 0"))
            try:
                await connection.execute(close, {"name": url.database})
                yield
            finally:
                await connection.execute(text(f"{limit} -1"))
    finally:
        await engine.dispose()
