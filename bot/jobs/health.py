"""What the loops know about how the bot is doing: shown by ``/readyz``, judged by the auditor."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.services.watchdog import Trouble


@dataclass(slots=True)
class Health:
    """``failing``: since when an account has not answered a poll. ``troubles``: what the auditor found at last."""

    failing: dict[str, datetime] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
