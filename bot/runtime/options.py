"""Settings of a process that no configuration file has: tests, the demo and the benchmarks change them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.config import Config
from bot.domain.clock import Clock, SystemClock
from bot.messengers.port import Messenger, SendRateLimits
from storage.database import Database
from storage.engine import IDLE_TRANSACTION_SECONDS
from storage.postgres.leader_lease import LEASE_SECONDS

if TYPE_CHECKING:
    from bot.understanding.analyzer import TextAnalyzer

MessengerFactory = Callable[[Config, Clock, int, int | None], dict[str, Messenger]]

DRAIN_SECONDS = 3.0
"""Seconds between "not ready" and the end: a load balancer in front of several processes asks every second or two."""

SELF_CHECK_SECONDS = 3 * 3600.0
"""Seconds between checks of tokens, rights and settings, which may be changed while the bot runs."""

POLL_RETRY_DELAYS_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds to wait after the first, second … failure of a messenger in a row; the last repeats."""


def open_database(url: str, connections: int) -> Database:
    """Open the database of a process that runs for long, with at most so many *connections*."""
    return Database(url, idle_transaction_seconds=IDLE_TRANSACTION_SECONDS, connections=connections)


@dataclass(frozen=True, slots=True)
class RuntimeOptions:
    """Clocks, intervals and seams of a process."""

    clock: Clock = field(default_factory=SystemClock)
    monotonic: Callable[[], float] = time.monotonic  # for rate limits, in seconds
    tick_seconds: float = 0.5  # between the runs of the most frequent periodic tasks
    model_poll_seconds: float = 10.0  # between looks for a new model, and for the hour of the nightly training
    poll_seconds: int = 25
    call_seconds: int | None = None  # for any call but a poll; None: as each messenger's package says
    card_edit_interval: timedelta = timedelta(seconds=1)
    collect_additions: timedelta | None = None
    """The time for which a citizen's additions are gathered into one note; ``None``: as the configuration says."""
    retry_delays: Sequence[float] = POLL_RETRY_DELAYS_SECONDS
    drain_seconds: float = DRAIN_SECONDS
    self_check_seconds: float = SELF_CHECK_SECONDS
    rate_limits: SendRateLimits | None = None  # None: those of each messenger
    understanding: "TextAnalyzer | None" = None  # None: built from the configuration
    lease_seconds: float = LEASE_SECONDS
    head_start_seconds: float = 0.5
    """Seconds, at most, for which the rest of the bot is not loaded while the first poll begins; 0: both at once."""
    patience: float = 1.0  # see `bot.runtime.progress.Progress`
    make_database: Callable[[str, int], Database] = open_database
    make_messengers: MessengerFactory | None = None  # None: `bot.bootstrap.messengers.build_messengers`
