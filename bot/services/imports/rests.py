"""Short rests of the thread that reads a file, so that the rest of the bot stays as quick as without it.

Python lets one thread work at a time, and one that computes keeps the others waiting for up to 5 ms whenever they come
back from the database or the network, as they do dozens of times for each message. Forty such steps took 30–40 ms with
a reader, 7–15 ms with one that rests, and 10 ms without (medians on a busy machine, 29.11.2026).
"""

import time
from dataclasses import dataclass

WORK_SECONDS = 0.001
"""Seconds of the reader's processor time between two rests: as long as others wait, most of the time."""

REST_SECONDS = 0.0005


@dataclass(slots=True)
class Rests:
    """The rests of one reader; it calls this after every row."""

    _since: float = 0.0

    def __call__(self) -> None:
        # The next batch may be read by another thread, whose clock shows less.
        if abs(time.thread_time() - self._since) > WORK_SECONDS:
            time.sleep(REST_SECONDS)  # noqa: TID251 - the thread of a reader, never the event loop
            self._since = time.thread_time()
