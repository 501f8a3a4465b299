"""Repetition of a write until the database accepts it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.runtime.backoff import delay_after
from storage.errors import classify_error

T = TypeVar("T")

COMMIT_RETRY_DELAYS_SECONDS = (0.2, 1.0, 3.0)
"""Seconds between attempts to record what has been done; the last repeats."""


async def retry_until_committed(write: Callable[[], Awaitable[T]]) -> T:
    """Repeat *write* as long as the database as a whole fails; raise every other error."""
    failures = 0
    while True:
        try:
            return await write()
        except Exception as error:
            if classify_error(error) is None:
                raise
        failures += 1
        await asyncio.sleep(delay_after(failures, COMMIT_RETRY_DELAYS_SECONDS))
