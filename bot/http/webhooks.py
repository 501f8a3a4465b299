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
from bot.messengers.port import WebhookReceiver
from storage.database import Database
from storage.errors import DATABASE_ERRORS

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 1024 * 1024
"""Bytes of one update; the messengers' own are far smaller."""


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """What one account of ours is brought: ``url`` as it is seen from outside, ``path`` as it arrives here. Several may
    share an address; the messenger shows the ``secret``."""

    path: str
    url: str
    messenger: WebhookReceiver
    secret: str = field(repr=False)


@dataclass(slots=True)
class Webhooks:
    """Takes what the messengers bring. ``hooks``, by account, are filled in when the messengers are there; until then,
    and while the database does not answer, whoever comes is asked to come again."""

    database: Database
    clock: Clock
    on_stored: Callable[[], None]
    endpoints: Mapping[str, WebhookEndpoint] = field(default_factory=dict)

    async def handle_request(self, request: web.Request) -> web.Response:
        """One update."""
        here = [hook for hook in self.endpoints.values() if hook.path == url_path(request.path)]
        if not here:
            return web.Response(status=404 if self.endpoints else 503)
        payload = _parse_json_object(await request.read())
        if payload is None:
            return web.Response(status=400)
        hook = next((one for one in here if one.messenger.accepts(payload)), None)
        if hook is None:
            logger.warning("webhook: for no account of ours", extra={"path": request.path})
            return web.Response(status=403)
        shown = hook.messenger.secret_of(request.headers, payload)
        trusted = hmac.compare_digest(shown.encode(errors="replace"), hook.secret.encode())
        try:
            greeting = await hook.messenger.handshake(payload, trusted=trusted)
        except MessengerError as error:
            logger.warning("webhook: no greeting: %s", type(error).__name__, extra={"account": hook.messenger.account})
            return web.Response(status=503)
        if greeting is not None:
            return web.Response(text=greeting)
        if not trusted:
            logger.warning("webhook: wrong secret", extra={"account": hook.messenger.account})
            return web.Response(status=403)
        return await self._store_update(hook.messenger, payload)

    async def _store_update(self, messenger: WebhookReceiver, payload: Mapping[str, Any]) -> web.Response:
        update = messenger.receive(payload)
        try:
            async with self.database.begin() as uow:
                rows = [(update.key, update.conversation, update.payload)]
                await uow.inbox.store(messenger.account, rows, self.clock.now())
        except DATABASE_ERRORS as error:
            logger.error("webhook: not stored: %s", type(error).__name__, extra={"account": messenger.account})
            return web.Response(status=503)
        self.on_stored()
        return web.Response(text=messenger.ack_body)


def _parse_json_object(body: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
