"""What the loops know about how the bot is doing: shown by ``/readyz``, judged by the auditor."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.services.watchdog import Trouble


@dataclass(slots=True)
class Health:
    """``ready``: started and not about to stop. ``failing``: since when an account has not answered us. ``troubles``:
    what the auditor found at last. ``silent``: accounts that have not told yet what they kept for us."""

    ready: bool = False
    silent: set[str] = field(default_factory=set)
    failing: dict[str, datetime] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
