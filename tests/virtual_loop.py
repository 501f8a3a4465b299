"""An event loop whose time is virtual: nothing is waited for, and every run takes the same way."""

import asyncio
from collections.abc import Coroutine
from typing import Any

ROUND_SECONDS = 1e-6
"""Seconds that every round takes: a sleep too short for a float of this size would never end."""


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """A loop that jumps to its next timer as soon as nothing is left to do at this moment; it serves no sockets."""

    def __init__(self) -> None:
        super().__init__()
        self._moment = 0.0
        self._selector.select = self._jump  # type: ignore[attr-defined]

    def time(self) -> float:
        return self._moment

    def _jump(self, timeout: float | None = None) -> list[object]:
        assert timeout is not None, "everybody waits, and nobody for a moment"
        self._moment += max(timeout, ROUND_SECONDS)
        return []


def run_virtually(main: Coroutine[Any, Any, None]) -> None:
    """Run *main* in a loop of virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(main)
