"""Notifications to systemd: the bot is ready, it stops, it goes on.

The protocol is one datagram for each message to the socket in ``NOTIFY_SOCKET``
(https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html).
"""

import asyncio
import logging
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.runtime.progress import MAX_CHECK_INTERVAL_SECONDS

logger = logging.getLogger(__name__)

PINGS_PER_LIMIT = 3
"""Pings within the time after which systemd restarts a service that sends none: one may be late."""

MAX_PING_INTERVAL_SECONDS = MAX_CHECK_INTERVAL_SECONDS / 2


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """systemd's end of the socket, or nobody."""

    address: str | None = None
    watchdog_seconds: float | None = None
    """Seconds without a ping after which the service is restarted; ``None``: no watchdog."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], process_id: int) -> "ServiceManager":
        """Return the service manager that has started this process."""
        address, limit = environment.get("NOTIFY_SOCKET"), environment.get("WATCHDOG_USEC", "")
        is_for_us = environment.get("WATCHDOG_PID", str(process_id)) == str(process_id)
        seconds = int(limit) / 1_000_000 if address and is_for_us and limit.isdigit() and int(limit) else None
        return cls(address or None, seconds)

    def notify(self, message: str) -> None:
        """Send *message*, such as ``READY=1``; raises ``OSError`` if nobody listens at the address."""
        if self.address is None:
            return
        # A name that begins with "@" is in Linux' abstract namespace, which begins with a zero byte.
        target = f"\0{self.address[1:]}" if self.address.startswith("@") else self.address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sending:
            sending.sendto(message.encode(), target)

    async def ping(self, list_stalled: Callable[[], Sequence[str]]) -> None:
        """Ping the watchdog until cancelled, except while *list_stalled* names loops that do not go on."""
        if self.watchdog_seconds is None:
            await asyncio.Event().wait()
            return
        reported: Sequence[str] = ()
        while True:
            if not (stalled := list_stalled()):
                self.notify("WATCHDOG=1")
            elif stalled != reported:
                logger.error("a loop does not go on, the watchdog gets no signs of life: %s", ", ".join(stalled))
            reported = stalled
            await asyncio.sleep(min(self.watchdog_seconds / PINGS_PER_LIMIT, MAX_PING_INTERVAL_SECONDS))
