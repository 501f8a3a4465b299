"""Intake by webhook.

A request is acknowledged after its update is stored. Until then the messenger repeats it, so no update is lost.

A stranger's request costs little: a secret in a header (Telegram, MAX) is compared before the body is read; a body that
holds the secret (VK) is bounded in size, time and depth and parsed once.
"""

import asyncio
import hmac
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.config.fields import url_path
from bot.domain.clock import Clock
from bot.messengers.errors import MessengerError
from bot.messengers.http_body import parse_json
from bot.messengers.port import WebhookReceiver
from storage.database import Database
from storage.errors import DATABASE_ERRORS

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 1024 * 1024
"""Size limit of a request; the messengers' updates are far smaller."""

BODY_TIMEOUT_SECONDS = 15.0
"""Time for the body of a request; messengers and proxies send it at once."""

REFUSAL_LOG_INTERVAL = timedelta(minutes=1)
"""Time between two lines about refused requests: otherwise anybody could fill the disk with them."""


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

    def matches(self, shown: str) -> bool:
        """Return whether *shown* is the secret, in a time that does not depend on where they differ."""
        return hmac.compare_digest(shown.encode(errors="replace"), self.secret.encode())


@dataclass(slots=True)
class Webhooks:
    """The handler of webhook requests.

    ``endpoints``, by account, are set when the messengers are built. Until then, and while the database is unavailable,
    requests get status 503, and the messenger repeats them.
    """

    database: Database
    clock: Clock
    on_stored: Callable[[], None]
    on_press: Callable[[str], None] = lambda _: None
    """Called with the account of a press that is about to be stored."""
    endpoints: Mapping[str, WebhookEndpoint] = field(default_factory=dict)
    _refused: int = field(init=False, default=0)  # since the last line in the log
    _refusal_logged_at: datetime | None = field(init=False, default=None)

    async def handle_request(self, request: web.BaseRequest) -> web.Response:
        """Store one update and acknowledge it."""
        at_path = [one for one in self.endpoints.values() if one.path == url_path(request.path)]
        if not at_path:
            return web.Response(status=404 if self.endpoints else 503)
        in_header = {one.messenger.account: one.messenger.header_secret(request.headers) for one in at_path}
        candidates = [
            one for one in at_path if (shown := in_header[one.messenger.account]) is None or one.matches(shown)
        ]
        if not candidates:
            return self._refuse(request, 403, "wrong secret")
        payload = await self._read_payload(request)
        if isinstance(payload, web.Response):
            return payload
        endpoint = next((one for one in candidates if one.messenger.accepts(payload)), None)
        if endpoint is None:
            return self._refuse(request, 403, "for no configured account")
        is_in_body = in_header[endpoint.messenger.account] is None
        trusted = not is_in_body or endpoint.matches(endpoint.messenger.body_secret(payload))
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
            return self._refuse(request, 403, "wrong secret")
        return await self._store_update(endpoint.messenger, payload)

    async def _read_payload(self, request: web.BaseRequest) -> Mapping[str, Any] | web.Response:
        if (request.content_length or 0) > MAX_BODY_BYTES:
            return self._refuse(request, 413, "the body is too large")
        try:
            async with asyncio.timeout(BODY_TIMEOUT_SECONDS):
                body = await request.read()
        except TimeoutError:
            return self._refuse(request, 408, "the body came too slowly")
        except web.HTTPRequestEntityTooLarge:
            return self._refuse(request, 413, "the body is too large")
        except web.RequestPayloadError:
            return self._refuse(request, 400, "the body is broken off")
        payload = _parse_json_object(body)
        return self._refuse(request, 400, "not an update") if payload is None else payload

    def _refuse(self, request: web.BaseRequest, status: int, reason: str) -> web.Response:
        """Return the refusal, and log it unless one was logged a moment ago."""
        self._refused += 1
        now = self.clock.now()
        if self._refusal_logged_at is None or now - self._refusal_logged_at >= REFUSAL_LOG_INTERVAL:
            logger.warning("webhook: %s", reason, extra={"path": request.path, "refused": self._refused})
            self._refused, self._refusal_logged_at = 0, now
        response = web.Response(status=status)
        response.force_close()
        return response

    async def _store_update(self, messenger: WebhookReceiver, payload: Mapping[str, Any]) -> web.Response:
        update = messenger.receive(payload)
        if update.is_press:
            self.on_press(messenger.account)
        try:
            async with self.database.begin(priority=update.is_press) as uow:
                rows = [(update.key, update.conversation, update.payload)]
                await uow.inbox.store(messenger.account, rows, self.clock.now())
        except DATABASE_ERRORS as error:
            logger.error("webhook: not stored: %s", type(error).__name__, extra={"account": messenger.account})
            return web.Response(status=503)
        self.on_stored()
        return web.Response(text=messenger.ack_body)


def _parse_json_object(body: bytes) -> Mapping[str, Any] | None:
    try:
        found = parse_json(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
