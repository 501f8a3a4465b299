"""Measurement of how fast the outbox drains to messengers at several distances."""

from pathlib import Path

from bench.drain import drain
from bench.measurements import Figures
from sandbox.distance import Distance

ROUND_TRIPS_MS = (0, 50, 150, 300)
JITTER = 0.1
"""Each half of a round trip takes up to this share longer."""

HANG_SHARE = 0.01
"""One call in a hundred is answered ten seconds late."""

PRESS_ALLOWANCE_SECONDS = 0.05
"""Seconds from a press to its answer, and to its effect, besides the round trip."""

FIGURES = (
    *("percent_of_limit", "violations", "urgent_after_s", "presses", "cpu_ms_per_message"),
    *(f"{name}_p{share}_s" for name in ("press_to_answer", "press_to_change") for share in (50, 95, 99)),
)


async def distance(folder: Path, messages: int) -> Figures:
    """Return the share of the limit for each round trip, the least of all, and the longest waits."""
    figures: Figures = {}
    found = []
    for milliseconds in ROUND_TRIPS_MS:
        way = Distance(milliseconds / 1_000, JITTER, HANG_SHARE)
        one = await drain(folder / str(milliseconds), messages, way)
        found.append(one)
        for figure in FIGURES:
            figures[f"{milliseconds}_ms_{figure}"] = one[figure]
    figures["least_percent_of_limit"] = min(one["percent_of_limit"] for one in found)
    figures["violations"] = sum(one["violations"] for one in found)
    return figures
