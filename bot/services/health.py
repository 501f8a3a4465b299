"""What the loops know about how the bot is doing: shown by ``/readyz``, judged by the auditor."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.services.silence import Hush
from bot.services.watchdog import Trouble


@dataclass(slots=True)
class Health:
    """``ready``: started and not about to stop. ``failing``: since when an account has not answered us. ``troubles``:
    what the auditor found at last. ``silent``: accounts that have not told yet what they kept for us. ``hushes``: what
    is silent for unusually long. ``faults``: where the last check of our rights found something wrong, by account."""

    ready: bool = False
    silent: set[str] = field(default_factory=set)
    hushes: list[Hush] = field(default_factory=list)
    faults: dict[str, list[str]] = field(default_factory=dict)
    failing: dict[str, datetime] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
