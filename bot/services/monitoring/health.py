"""What the loops know about how the bot is doing: shown by ``/readyz``, judged by the auditor."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.services.monitoring.inactivity import InactiveSource


@dataclass(slots=True)
class Health:
    """``ready``: started and not about to stop. The rest is known to who leads. ``failing``: since when an account has
    not answered us. ``silent``: accounts that have not told yet what they kept for us. ``hushes``: what is silent for
    unusually long; ``None`` before the first look. ``faults``: where the last check of our rights found something
    wrong, by account."""

    ready: bool = False
    not_caught_up: set[str] = field(default_factory=set)
    inactive: list[InactiveSource] | None = None
    rights_faults: dict[str, list[str]] = field(default_factory=dict)
    failing_since: dict[str, datetime] = field(default_factory=dict)

    def reset(self) -> None:
        """Another process leads now."""
        self.failing_since.clear()
        self.inactive = None
        self.rights_faults.clear()
