"""Updates that messengers bring themselves. 200 is said only when they are stored: whatever happens after it, nothing
is lost; whatever happens before it, the messenger comes again."""

import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy.exc import DBAPIError

from bot.domain.clock import Clock
from bot.messengers.base import Pushing
from storage.database import Database

logger = logging.getLogger(__name__)

LARGEST = 1024 * 1024
"""Bytes of one update; the messengers' own are far smaller."""


@dataclass(frozen=True, slots=True)
class Hook:
    """One address that one messenger calls: ``url`` as it is seen from outside, ``path`` as it arrives here. ``header``
    is where the messenger shows the ``secret``."""

    path: str
    url: str
    messenger: Pushing
    header: str
    secret: str


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Takes what the messengers bring."""

    hooks: tuple[Hook, ...]
    database: Database
    clock: Clock
    ring: Callable[[], None]

    def register(self, app: web.Application) -> None:
        for hook in self.hooks:
            app.router.add_post(hook.path, self._taker(hook))

    def _taker(self, hook: Hook) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def take(request: web.Request) -> web.Response:
            return await self._take(hook, request)

        return take

    async def _take(self, hook: Hook, request: web.Request) -> web.Response:
        if not hmac.compare_digest(request.headers.get(hook.header, "").encode(), hook.secret.encode()):
            logger.warning("webhook: wrong secret", extra={"account": hook.messenger.account})
            return web.Response(status=403)
        try:
            payload = json.loads(await request.read())
        except ValueError:
            payload = None
        if not isinstance(payload, dict):
            return web.Response(status=400)
        update = hook.messenger.receive(payload)
        try:
            async with self.database.begin() as uow:
                rows = [(update.key, update.conversation, update.payload)]
                await uow.inbox.store(hook.messenger.account, rows, self.clock.now())
        except (DBAPIError, OSError) as error:
            logger.error("webhook: not stored: %s", type(error).__name__, extra={"account": hook.messenger.account})
            return web.Response(status=503)
        self.ring()
        return web.Response()
