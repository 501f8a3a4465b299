"""Updates that messengers bring themselves. The receipt is given only when they are stored: whatever happens after it,
nothing is lost; whatever happens before it, the messenger comes again."""

import hmac
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.config.fields import url_path
from bot.domain.clock import Clock
from bot.messengers.errors import MessengerError
from bot.messengers.port import Pushing
from storage.database import Database
from storage.errors import FAILURES

logger = logging.getLogger(__name__)

LARGEST = 1024 * 1024
"""Bytes of one update; the messengers' own are far smaller."""


@dataclass(frozen=True, slots=True)
class Hook:
    """What one account of ours is brought: ``url`` as it is seen from outside, ``path`` as it arrives here. Several may
    share an address; the messenger shows the ``secret``."""

    path: str
    url: str
    messenger: Pushing
    secret: str = field(repr=False)


@dataclass(slots=True)
class Webhooks:
    """Takes what the messengers bring. ``hooks``, by account, are filled in when the messengers are there; until then,
    and while the database does not answer, whoever comes is asked to come again."""

    database: Database
    clock: Clock
    ring: Callable[[], None]
    hooks: Mapping[str, Hook] = field(default_factory=dict)

    async def take(self, request: web.Request) -> web.Response:
        """One update."""
        here = [hook for hook in self.hooks.values() if hook.path == url_path(request.path)]
        if not here:
            return web.Response(status=404 if self.hooks else 503)
        payload = _object(await request.read())
        if payload is None:
            return web.Response(status=400)
        hook = next((one for one in here if one.messenger.is_ours(payload)), None)
        if hook is None:
            logger.warning("webhook: for no account of ours", extra={"path": request.path})
            return web.Response(status=403)
        shown = hook.messenger.shown_secret(request.headers, payload)
        trusted = hmac.compare_digest(shown.encode(errors="replace"), hook.secret.encode())
        try:
            greeting = await hook.messenger.greeting(payload, trusted=trusted)
        except MessengerError as error:
            logger.warning("webhook: no greeting: %s", type(error).__name__, extra={"account": hook.messenger.account})
            return web.Response(status=503)
        if greeting is not None:
            return web.Response(text=greeting)
        if not trusted:
            logger.warning("webhook: wrong secret", extra={"account": hook.messenger.account})
            return web.Response(status=403)
        return await self._store(hook.messenger, payload)

    async def _store(self, messenger: Pushing, payload: Mapping[str, Any]) -> web.Response:
        update = messenger.receive(payload)
        try:
            async with self.database.begin() as uow:
                rows = [(update.key, update.conversation, update.payload)]
                await uow.inbox.store(messenger.account, rows, self.clock.now())
        except FAILURES as error:
            logger.error("webhook: not stored: %s", type(error).__name__, extra={"account": messenger.account})
            return web.Response(status=503)
        self.ring()
        return web.Response(text=messenger.receipt)


def _object(body: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
