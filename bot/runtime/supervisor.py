"""The one place that starts tasks: it restarts a loop that falls, and lets nothing run on after the end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

logger = logging.getLogger(__name__)

Loop = Callable[[], Awaitable[None]]

RESTART_DELAYS_SECONDS = (0.5, 1.0, 2.0, 5.0, 15.0)
"""Seconds to wait before a fallen loop is started again: longer each time, the last for ever."""

EXPECTED_ERROR_DELAY_SECONDS = 1.0
"""Seconds to wait before a loop is started again that fell over something we know, such as a database that is away: no
fault of the loop, and when that is over everything shall go on at once."""

SHUTDOWN_TIMEOUT_SECONDS = 5.0
"""Seconds that a busy task may take to finish when everything stops."""


class Supervisor:
    """Keeps loops running and knows every task there is."""

    def __init__(
        self,
        is_busy: Callable[[asyncio.Task[None]], bool] = lambda task: False,
        is_expected_error: Callable[[Exception], bool] = lambda error: False,
    ) -> None:
        """*is_busy*: whether a task is doing something that it should finish before it is cancelled. *is_known*:
        whether an error has been told of already, in plain words."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._must_finish: set[asyncio.Task[None]] = set()
        self._is_busy = is_busy
        self._is_expected_error = is_expected_error
        self.restart_counts: dict[str, int] = {}

    def run_forever(self, name: str, loop: Loop) -> None:
        """Run *loop* until :meth:`stop`; when it fails or returns, start it again after a pause."""
        self._start_task(self._restart_forever(name, loop), name)

    def run_once(self, name: str, coroutine: Coroutine[Any, Any, None], *, finish: bool = False) -> None:
        """Run *work* once, beside everything else; a failure is logged. *finish*: at the end it is not cut off, unless
        it takes too long."""
        task = self._start_task(self._log_if_failed(name, coroutine), name)
        if finish:
            self._must_finish.add(task)
            task.add_done_callback(self._must_finish.discard)

    async def stop(self) -> None:
        """Cancel every task, a busy one when it is done with that (or after :data:`PATIENCE`), and wait for the end."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + SHUTDOWN_TIMEOUT_SECONDS
        while self._tasks:
            late = loop.time() > deadline
            for task in list(self._tasks):
                if late or not (task in self._must_finish or self._is_busy(task)):
                    task.cancel()
            await asyncio.wait(list(self._tasks), timeout=0.02)

    def _start_task(self, coroutine: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(coroutine, name=name)  # noqa: TID251 - this is the supervisor
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _restart_forever(self, name: str, loop: Loop) -> None:
        falls, known = 0, False
        while True:
            fault: Exception | None = None
            started = asyncio.get_running_loop().time()
            try:
                await loop()
            except Exception as error:  # noqa: BLE001 - told of, and started again
                fault = error
            if asyncio.get_running_loop().time() - started > 60:
                falls, known = 0, False
            again, known = known, fault is not None and self._is_expected_error(fault)
            if fault is not None and not (known and again):  # it may be away for hours
                self._log_error("loop fell", fault, {"loop": name})
            self.restart_counts[name] = self.restart_counts.get(name, 0) + 1
            await asyncio.sleep(
                EXPECTED_ERROR_DELAY_SECONDS
                if known
                else RESTART_DELAYS_SECONDS[min(falls, len(RESTART_DELAYS_SECONDS) - 1)]
            )
            falls += not known

    async def _log_if_failed(self, name: str, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            await coroutine
        except Exception as error:  # noqa: BLE001 - told of
            self._log_error("task failed", error, {"task_name": name})

    def _log_error(self, message: str, error: Exception, extra: dict[str, str]) -> None:
        logger.error(message, extra=extra, exc_info=None if self._is_expected_error(error) else error)


class WakeUp:
    """Wakes a loop that waits for work."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Until it rings, at most *seconds*."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()
