"""Health of this process, updated by its workers: shown by ``/readyz`` and read by the watchdog."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.services.monitoring.inactivity import InactiveSource


@dataclass(slots=True)
class Health:
    """State of this process; only the leader knows more than ``ready``."""

    ready: bool = False
    """Started and not stopping."""
    not_caught_up: set[str] = field(default_factory=set)
    """Accounts whose backlog of updates has not been fetched yet."""
    inactive: "list[InactiveSource] | None" = None
    """Sources that have been silent for unusually long; ``None`` before the first check."""
    rights_faults: dict[str, list[str]] = field(default_factory=dict)
    """Faults that the last check of the bot's rights has found, by account."""
    failing_since: dict[str, datetime] = field(default_factory=dict)
    """Start of the current failure of each account that does not answer."""

    def reset(self) -> None:
        """Forget what only the leader knows: another process leads now."""
        self.failing_since.clear()
        self.inactive = None
        self.rights_faults.clear()
