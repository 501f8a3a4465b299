"""Bounds on open connections: clients that send nothing, or send slowly, cannot keep the messengers out."""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestHandler

logger = logging.getLogger(__name__)

MAX_CONNECTIONS = 128
"""Open connections; the usual limit of open files of a service is 1024, and the database and messengers need theirs."""

IDLE_TIMEOUT_SECONDS = 75.0
"""Time for the headers of a request; longer than the 60 s for which nginx keeps an idle connection to use it again.

https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive_timeout
"""

_LINGERING_SECONDS = 2.0
"""Time for which the unread body of a refused request is thrown away, so that the client can read the refusal."""

RequestFunction = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class BoundedServer(web.Server):
    """aiohttp's server with at most *limit* open connections.

    aiohttp itself has no such limit. A new connection above it ends the oldest one whose client has not sent a whole
    request yet. A request that has arrived whole is never cut off.
    """

    def __init__(self, on_request: RequestFunction, limit: int) -> None:
        super().__init__(
            self._handle,
            access_log=None,
            logger=_ServerLogger(logger),
            keepalive_timeout=IDLE_TIMEOUT_SECONDS,
            lingering_time=_LINGERING_SECONDS,
            auto_decompress=False,  # messengers send no compressed bodies, and a small one can unpack to gigabytes
        )
        self._on_request = on_request
        self._limit = limit
        self._current_requests: dict[RequestHandler, web.BaseRequest] = {}

    def connection_made(self, handler: Any, transport: Any) -> None:
        super().connection_made(handler, transport)
        still_open = [one for one in self.connections if one.transport is not None]
        excess = len(still_open) - self._limit
        if excess > 0:
            for one in [one for one in still_open if self._waits_for_client(one)][:excess]:
                one.force_close()

    def _waits_for_client(self, connection: Any) -> bool:
        request = self._current_requests.get(connection)
        return request is None or not request.content.is_eof()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self._current_requests[request.protocol] = request
        try:
            return await self._on_request(request)
        finally:
            self._current_requests.pop(request.protocol, None)


class _ServerLogger(logging.LoggerAdapter[logging.Logger]):
    """A logger that keeps malformed requests out of the log: anybody could fill the disk with their tracebacks."""

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        return msg, kwargs

    def exception(self, msg: object, *args: object, exc_info: Any = True, **kwargs: Any) -> None:
        level = logging.DEBUG if isinstance(exc_info, HttpProcessingError) else logging.ERROR
        self.log(level, msg, *args, exc_info=exc_info, **kwargs)
