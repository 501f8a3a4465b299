"""HTTP for VK: aiohttp for long polls and downloads, and a ``requests`` session for each thread of ``vk_api``.

``vk_api`` has the address api.vk.ru written into it, sets no timeouts, and holds a lock while it posts. `VkApiSession`
adds the address and the timeouts. A thread that waits in a socket cannot be cancelled, so `OpenSockets` shuts the
sockets down when the client is closed, which ends every wait at once.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from weakref import WeakSet

import aiohttp
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

from bot.messengers import http_body
from bot.messengers.connections import UNSENT_ERRORS, make_connector, trouble_of
from bot.messengers.errors import ConnectionTrouble, TemporaryFailure
from bot.messengers.proxies import proxy_options, trouble_of_proxy

LIBRARY_BASE_URL = "https://api.vk.ru"
"""The address in ``VkApi.method``; vk_api has no parameter for it."""


@dataclass(frozen=True, slots=True)
class VkTimeouts:
    """Time limits, in seconds; in a worker thread *call* limits each wait for data, and *file* also their sum."""

    connect: float = 5.0
    call: float = 15.0
    poll: int = 25  # how long one long poll may stay open; VK allows up to 90
    lookup: float = 2.0  # a person's name, best effort
    file: float = 60.0


class VkHttp:
    """Requests on the event loop; every failure is a `TemporaryFailure`."""

    def __init__(self, timeouts: VkTimeouts, proxy: str | None = None) -> None:
        self._timeouts = timeouts
        self._proxy = proxy
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    def require_open(self) -> None:
        if self._closed:
            raise TemporaryFailure("VK: the connection is closed")

    async def request(
        self, method: str, url: str, *, seconds: float, limit: int | None = None, **kwargs: Any
    ) -> tuple[int, bytes]:
        """Return status and body; raise `FileUnavailable` for a file of more than *limit* bytes."""
        self.require_open()
        if self._session is None:  # created here because it belongs to the running loop
            self._session = aiohttp.ClientSession(connector=make_connector(self._proxy))
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=self._timeouts.connect)
        try:
            async with self._session.request(method, url, timeout=timeout, **kwargs) as response:
                return response.status, await http_body.read_body(response, limit, "VK")
        except UNSENT_ERRORS as error:
            words = f"VK: no connection ({type(error).__name__})"
            raise TemporaryFailure(words, trouble=trouble_of(error)) from None
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            words = f"VK: {type(error).__name__}"
            raise TemporaryFailure(words, outcome_unknown=True, trouble=trouble_of(error)) from None

    async def close(self) -> None:
        self._closed = True
        if self._session is not None:
            await self._session.close()
            self._session = None


class OpenSockets:
    """The sockets of one client's worker threads; ``shut_down`` ends every wait in them, now and later."""

    def __init__(self) -> None:
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._lock = threading.Lock()
        self._closed = False

    def add(self, connected: socket.socket) -> None:
        with self._lock:
            if self._closed:
                raise ConnectionAbortedError("the client is closed")
            self._sockets.add(connected)

    def shut_down(self) -> None:
        with self._lock:
            self._closed = True
            for one in self._sockets:
                with suppress(OSError):
                    socket.socket.shutdown(one, socket.SHUT_RDWR)  # past SSLSocket.shutdown, which is not thread-safe


class VkApiSession(requests.Session):
    """The session that ``vk_api`` posts calls and uploads with, in one thread."""

    def __init__(self, api_base: str, timeouts: VkTimeouts, sockets: OpenSockets, proxy: str | None = None) -> None:
        super().__init__()
        self.trust_env = False  # no .netrc, no proxies from the environment
        self._api_base = api_base.rstrip("/")
        self._timeouts = timeouts
        adapter = _BoundedAdapter(sockets, timeouts.file, proxy)
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        path = str(url).removeprefix(LIBRARY_BASE_URL)
        if path != url:
            kwargs |= {"timeout": (self._timeouts.connect, self._timeouts.call), "allow_redirects": False}
            return super().request(method, self._api_base + path, *args, **kwargs)
        kwargs["timeout"] = (self._timeouts.connect, self._timeouts.file)
        response = super().request(method, url, *args, **kwargs)
        response.raise_for_status()  # VkUpload would read the answer of any status
        return response


class UnboundedAnswer(requests.RequestException):
    """An answer that is too large or does not end."""


class _BoundedBody:
    """The body of one answer, decompressed, up to a size and a time."""

    def __init__(self, raw: Any, seconds: float) -> None:
        self._raw = raw
        self._deadline = time.monotonic() + seconds

    def stream(self, amt: int, *, decode_content: bool | None = None) -> Iterator[bytes]:
        size = 0
        for chunk in self._raw.stream(amt, decode_content=decode_content):
            size += len(chunk)
            if size > http_body.MAX_ANSWER_BYTES or time.monotonic() > self._deadline:
                self._raw.close()
                raise UnboundedAnswer
            yield chunk

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)


class ProxyRefused(NewConnectionError):
    """A connection that a proxy did not make. The message names no address."""

    def __init__(self, connection: HTTPConnection, trouble: ConnectionTrouble) -> None:
        super().__init__(connection, f"proxy: {trouble.value}")
        self.trouble = trouble


def _connect_through(proxy: str, connection: HTTPConnection) -> socket.socket:
    """Return a socket that *proxy* has connected; names are looked up there."""
    from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError
    from python_socks.sync import Proxy

    seconds = connection.timeout if isinstance(connection.timeout, int | float) else None
    try:
        connected: socket.socket = Proxy(**proxy_options(proxy)).connect(connection.host, connection.port, seconds)
    except (ProxyError, ProxyConnectionError, ProxyTimeoutError, EOFError, OSError) as error:
        raise ProxyRefused(connection, trouble_of_proxy(error)) from None
    return connected


class _BoundedAdapter(HTTPAdapter):
    """Connections that register their sockets, and whose answers have limits (*seconds* for all of one)."""

    def __init__(self, sockets: OpenSockets, seconds: float, proxy: str | None) -> None:
        class TrackedConnection(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return super()._new_conn() if proxy is None else _connect_through(proxy, self)

            def connect(self) -> None:
                super().connect()
                sockets.add(self.sock)

        class TrackedTlsConnection(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return super()._new_conn() if proxy is None else _connect_through(proxy, self)

            def connect(self) -> None:
                super().connect()
                sockets.add(self.sock)

        self._plain, self._tls = TrackedConnection, TrackedTlsConnection
        self._seconds = seconds
        super().__init__()

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        response = super().build_response(req, resp)
        response.raw = _BoundedBody(resp, self._seconds)
        return response

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        pool = super().get_connection_with_tls_context(*args, **kwargs)
        assert isinstance(pool, HTTPConnectionPool)  # noqa: S101 - the pool manager's type
        pool.ConnectionCls = self._tls if pool.scheme == "https" else self._plain
        return pool
