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


class Hasty:
    """The machine's clocks, hurried."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._began, self._at = time.monotonic(), SystemClock().now()

    def now(self) -> datetime:
        return self._at + timedelta(seconds=(time.monotonic() - self._began) * self._speed)

    def moment(self) -> float:
        return time.monotonic() * self._speed


def main(speed: float, path: Path) -> None:
    hasty = Hasty(speed)
    app = App(config.load(path), clock=hasty, moment=hasty.moment)
    asyncio.run(run_until_signal(app, [signal.SIGTERM]))


if __name__ == "__main__":
    main(float(sys.argv[1]), Path(sys.argv[2]))
