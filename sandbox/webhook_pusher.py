"""The other way of updates: posted to registered addresses, one at a time each, again and again until they are taken.

The real servers wait longer before they come again: Telegram up to two minutes, MAX a minute and then ever longer.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from sandbox.change_log import ChangeLog

_RETRY_SECONDS = 0.2  # seconds
_RESPONSE_TIMEOUT_SECONDS = 10.0
LOOPBACK = "http://127.0.0.1:"
"""Nothing else is ever called: the sandbox keeps to this machine."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """One update for one address. ``taken`` is told what was answered, and says whether the server is content; then
    the update is off the queue."""

    url: str
    body: Json
    on_response: Callable[[int, str], bool]
    headers: dict[str, str] = field(default_factory=dict)


class WebhookPusher:
    """Delivers what *waiting* names: at most one update for an address, its oldest."""

    def __init__(self, change_log: ChangeLog, pending: Callable[[], Sequence[WebhookDelivery]]) -> None:
        self.change_log = change_log
        self.pending = pending

    async def context(self, app: web.Application) -> AsyncIterator[None]:
        """For ``app.cleanup_ctx``: pushes while the application runs."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_RESPONSE_TIMEOUT_SECONDS)) as session:
            task = asyncio.get_running_loop().create_task(self._push_loop(session))
            yield
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _push_loop(self, session: aiohttp.ClientSession) -> None:
        while True:
            revision = self.change_log.revision
            deliveries = [one for one in self.pending() if one.url.startswith(LOOPBACK)]
            if not deliveries:
                await self.change_log.wait_for_change(revision, 3600)
                continue
            taken = [await self._post(session, one) for one in deliveries]
            if any(taken):
                await self.change_log.notify()
            if not all(taken):
                await asyncio.sleep(_RETRY_SECONDS)

    async def _post(self, session: aiohttp.ClientSession, delivery: WebhookDelivery) -> bool:
        try:
            async with session.post(delivery.url, json=delivery.body, headers=delivery.headers) as answer:
                status, text = answer.status, await answer.text(errors="replace")
        except (aiohttp.ClientError, TimeoutError):
            return False
        return delivery.on_response(status, text)
