"""``python -m bench.time_warp SPEED CONFIG``: the product's own bot, whose clocks run *SPEED* times as fast."""

import asyncio
import signal
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from bot import config
from bot.app import App, run_until_signal
from bot.domain.clock import SystemClock
from bot.runtime.options import RuntimeOptions
from bot.runtime.service_manager import ServiceManager


class WarpedClock:
    """The machine's clocks, hurried."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._began, self._at = time.monotonic(), SystemClock().now()

    def now(self) -> datetime:
        return self._at + timedelta(seconds=(time.monotonic() - self._began) * self._speed)

    def monotonic(self) -> float:
        return time.monotonic() * self._speed


def main(speed: float, path: Path) -> None:
    hasty = WarpedClock(speed)
    app = App(config.load_config(path), RuntimeOptions(clock=hasty, monotonic=hasty.monotonic))
    asyncio.run(run_until_signal(app, [signal.SIGTERM], ServiceManager()))


if __name__ == "__main__":
    main(float(sys.argv[1]), Path(sys.argv[2]))
