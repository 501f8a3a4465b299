"""Intake by webhook.

A request is acknowledged after its update is stored. Until then the messenger repeats it, so no update is lost.
"""

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
"""Size limit of a request; the messengers' updates are far smaller."""


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """The endpoint of one account.

    ``url`` is the address from outside, ``path`` the path of an incoming request. Accounts may share an address. The
    messenger proves its identity with the ``secret``.
    """

    path: str
    url: str
    messenger: WebhookReceiver
    secret: str = field(repr=False)


@dataclass(slots=True)
class Webhooks:
    """The handler of webhook requests.

    ``endpoints``, by account, are set when the messengers are built. Until then, and while the database is unavailable,
    requests get status 503, and the messenger repeats them.
    """

    database: Database
    clock: Clock
    on_stored: Callable[[], None]
    endpoints: Mapping[str, WebhookEndpoint] = field(default_factory=dict)

    async def handle_request(self, request: web.Request) -> web.Response:
        """Store one update and acknowledge it."""
        candidates = [one for one in self.endpoints.values() if one.path == url_path(request.path)]
        if not candidates:
            return web.Response(status=404 if self.endpoints else 503)
        payload = _parse_json_object(await request.read())
        if payload is None:
            return web.Response(status=400)
        endpoint = next((one for one in candidates if one.messenger.accepts(payload)), None)
        if endpoint is None:
            logger.warning("webhook: for no configured account", extra={"path": request.path})
            return web.Response(status=403)
        shown = endpoint.messenger.secret_of(request.headers, payload)
        trusted = hmac.compare_digest(shown.encode(errors="replace"), endpoint.secret.encode())
        try:
            greeting = await endpoint.messenger.handshake(payload, trusted=trusted)
        except MessengerError as error:
            logger.warning(
                "webhook: handshake failed: %s", type(error).__name__, extra={"account": endpoint.messenger.account}
            )
            return web.Response(status=503)
        if greeting is not None:
            return web.Response(text=greeting)
        if not trusted:
            logger.warning("webhook: wrong secret", extra={"account": endpoint.messenger.account})
            return web.Response(status=403)
        return await self._store_update(endpoint.messenger, payload)

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
