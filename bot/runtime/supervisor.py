"""The only place that starts tasks: it restarts failed loops and stops everything at the end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from bot.runtime.backoff import delay_after

logger = logging.getLogger(__name__)

AsyncFunction = Callable[[], Awaitable[None]]

RESTART_DELAYS_SECONDS = (0.5, 1.0, 2.0, 5.0, 15.0)
"""Seconds before a failed loop is started again; the last repeats."""

EXPECTED_ERROR_DELAY_SECONDS = 1.0
"""Seconds before a loop is started again after an expected error, such as an unavailable database: the loop is not at
fault and must go on soon after the end of the outage."""

STABLE_AFTER_SECONDS = 60.0
"""Seconds that a loop must run for its earlier failures to be forgotten."""

SHUTDOWN_TIMEOUT_SECONDS = 5.0
"""Seconds that a busy task may take to finish when everything stops."""


class _FailureHistory:
    """Failures of one loop in a row."""

    def __init__(self) -> None:
        self.count = 0
        self.last_was_expected = False


class Supervisor:
    """Owner of every task of the process."""

    def __init__(
        self,
        is_busy: Callable[[asyncio.Task[None]], bool] = lambda task: False,
        is_expected_error: Callable[[Exception], bool] = lambda error: False,
    ) -> None:
        """*is_busy*: True if a task should finish its present step before it is cancelled. *is_expected_error*: True
        for errors that are logged elsewhere in plain words."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._must_finish: set[asyncio.Task[None]] = set()
        self._is_busy = is_busy
        self._is_expected_error = is_expected_error
        self.is_stopping = False
        """True when everything ends: a task that may finish its step starts nothing any more."""
        self.restart_counts: dict[str, int] = {}

    def run_forever(self, name: str, loop: AsyncFunction) -> None:
        """Run *loop* until `stop`; when it fails or returns, start it again after a pause."""
        self._start_task(self._restart_forever(name, loop), name)

    def run_once(self, name: str, coroutine: Coroutine[Any, Any, None], *, finish: bool = False) -> None:
        """Run *coroutine* once in the background and log a failure.

        *finish*: `stop` waits for it, up to SHUTDOWN_TIMEOUT_SECONDS, instead of cancelling it.
        """
        task = self._start_task(self._log_if_failed(name, coroutine), name)
        task.add_done_callback(lambda _: coroutine.close())  # a task cancelled before its first step never awaits it
        if finish:
            self._must_finish.add(task)
            task.add_done_callback(self._must_finish.discard)

    async def retry(self, name: str, function: AsyncFunction) -> None:
        """Call *function* until it succeeds, with the pauses of `run_forever`."""
        history = _FailureHistory()
        while (error := await self._error_of(function)) is not None:
            await self._pause(name, history, error)

    async def stop(self) -> None:
        """Cancel every task and wait for the end.

        Busy tasks are cancelled after their present step, or after SHUTDOWN_TIMEOUT_SECONDS.
        """
        self.is_stopping = True
        loop = asyncio.get_running_loop()
        deadline = loop.time() + SHUTDOWN_TIMEOUT_SECONDS
        while self._tasks:
            is_late = loop.time() > deadline
            for task in list(self._tasks):
                if is_late or not (task in self._must_finish or self._is_busy(task)):
                    task.cancel()
            await asyncio.wait(list(self._tasks), timeout=0.02)

    def _start_task(self, coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(coroutine, name=name)  # noqa: TID251 - this is the supervisor
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _restart_forever(self, name: str, loop: AsyncFunction) -> None:
        history, clock = _FailureHistory(), asyncio.get_running_loop()
        while True:
            started_at = clock.time()
            error = await self._error_of(loop)
            if clock.time() - started_at > STABLE_AFTER_SECONDS:
                history = _FailureHistory()
            await self._pause(name, history, error)

    async def _error_of(self, function: AsyncFunction) -> Exception | None:
        try:
            await function()
        except Exception as error:  # noqa: BLE001 - logged, and tried again
            return error
        return None

    async def _pause(self, name: str, history: _FailureHistory, error: Exception | None) -> None:
        """Count and log the end of a loop, and wait before the next start."""
        is_expected = error is not None and self._is_expected_error(error)
        if error is not None and not (is_expected and history.last_was_expected):  # an outage may last for hours
            self._log_error("loop failed", error, {"loop": name})
        history.count += not is_expected
        history.last_was_expected = is_expected
        self.restart_counts[name] = self.restart_counts.get(name, 0) + 1
        await asyncio.sleep(
            EXPECTED_ERROR_DELAY_SECONDS if is_expected else delay_after(history.count, RESTART_DELAYS_SECONDS)
        )

    async def _log_if_failed(self, name: str, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            await coroutine
        except Exception as error:  # noqa: BLE001 - the task ends with it
            self._log_error("task failed", error, {"task_name": name})

    def _log_error(self, message: str, error: Exception, extra: dict[str, str]) -> None:
        logger.error(message, extra=extra, exc_info=None if self._is_expected_error(error) else error)


class WakeUp:
    """A signal that wakes a loop before the end of its pause."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._has_come = False

    def set(self) -> None:
        self._has_come = True
        self._event.set()

    def end_pause(self) -> None:
        """Wake the loop without the signal: it may go on with what it knows."""
        self._event.set()

    def clear(self) -> None:
        """Forget the signal: the caller is about to look for everything that it can stand for."""
        self._has_come = False
        self._event.clear()

    async def wait(self, seconds: float) -> bool:
        """Wait for the signal, at most *seconds*, and clear it; return whether it came."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            pass
        has_come, self._has_come = self._has_come, False
        self._event.clear()
        return has_come
