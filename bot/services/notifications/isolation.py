"""Isolation of the rows that one periodic task works on: a bad one must not stop the others."""

import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

from bot.domain.notifications.administrator import WorkSkipped
from bot.services.context import UseCaseContext
from bot.services.notifications import notify
from storage.errors import classify_error

logger = logging.getLogger(__name__)


@asynccontextmanager
async def isolated(ctx: UseCaseContext, task: str, ticket_id: int | None = None) -> AsyncIterator[None]:
    """Do one row's part of *task* in a savepoint; if that fails, undo it, go on, and notify the administrator.

    A fault of the whole database is raised: then the task is repeated.
    """
    try:
        async with ctx.uow.savepoint():
            yield
    except Exception as error:
        if classify_error(error) is not None:
            raise
        _log_skipped(error, task, ticket_id)
        await report_skipped(ctx, task, ticket_id)


async def succeeds(reading: Awaitable[None], task: str, ticket_id: int | None) -> bool:
    """Await *reading*, which writes nothing, and return whether it did not fail for a reason in its own row."""
    try:
        await reading
    except Exception as error:
        if classify_error(error) is not None:
            raise
        _log_skipped(error, task, ticket_id)
        return False
    return True


async def report_skipped(ctx: UseCaseContext, task: str, ticket_id: int | None) -> None:
    """Tell the administrator, once a day for each task and ticket, that a row was skipped."""
    note = WorkSkipped(ticket_id=ticket_id or 0)
    await notify.notify_administrator(ctx, note, once_key=f"skipped:{task}:{ticket_id}:{ctx.now.date()}")


def _log_skipped(error: Exception, task: str, ticket_id: int | None) -> None:
    logger.error("row skipped: %s", type(error).__name__, extra={"task": task, "ticket": ticket_id})
    logger.debug("row skipped", exc_info=error)
