"""HTTP for VK: one aiohttp session, and the adapter through which ``vk_api`` (which posts from threads) uses it.

``vk_api`` knows neither another address than api.vk.ru nor timeouts, and a thread inside a socket cannot be stopped.
Its requests are therefore carried out on the event loop: they get the configured address and a time limit, and
closing the messenger ends them at once.
"""

import asyncio
import concurrent.futures
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

import aiohttp
import requests
from requests.adapters import BaseAdapter

from bot.messengers import http_body
from bot.messengers.errors import TemporaryFailure

LIBRARY_BASE_URL = "https://api.vk.ru"  # what vk_api has written into it


@dataclass(frozen=True, slots=True)
class VkTimeouts:
    """How long to wait, in seconds."""

    connect: float = 5.0
    call: float = 15.0
    poll: int = 25  # how long one long poll may stay open; VK allows up to 90
    lookup: float = 2.0  # a person's name, best effort
    file: float = 60.0


class VkHttp:
    """The messenger's only way to the network. Every failure is a :class:`TemporaryFailure`."""

    def __init__(self, timeouts: VkTimeouts) -> None:
        self.timeouts = timeouts
        self.loop: asyncio.AbstractEventLoop | None = None
        self._session: aiohttp.ClientSession | None = None
        self._in_flight: set[asyncio.Task[Any]] = set()
        self._closed = False

    def open(self) -> aiohttp.ClientSession:
        """The session, made on first use because it belongs to the running loop."""
        if self._closed:
            raise TemporaryFailure("VK: the connection is closed")
        if self._session is None:
            self.loop = asyncio.get_running_loop()
            self._session = aiohttp.ClientSession()
        return self._session

    async def request(
        self, method: str, url: str, *, seconds: float, limit: int | None = None, **kwargs: Any
    ) -> tuple[int, bytes]:
        """Status and body. Above *limit* bytes the body is not read and :class:`FileUnavailable` raised."""
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=self.timeouts.connect)
        try:
            async with self.open().request(method, url, timeout=timeout, **kwargs) as response:
                return response.status, await http_body.read_body(response, limit, "VK")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise TemporaryFailure(f"VK: no connection ({type(error).__name__})") from None
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise TemporaryFailure(f"VK: {type(error).__name__}", outcome_unknown=True) from None

    async def request_from_thread(self, method: str, url: str, **kwargs: Any) -> tuple[int, bytes]:
        """:meth:`request` for a thread that waits: a task of its own, which closing ends."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine that runs has a task
        self._in_flight.add(task)
        try:
            return await self.request(method, url, seconds=self.timeouts.call, allow_redirects=False, **kwargs)
        finally:
            self._in_flight.discard(task)

    async def close(self) -> None:
        """End what is under way and let the connections go."""
        self._closed = True
        for task in self._in_flight:
            task.cancel()
        await asyncio.gather(*self._in_flight, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None
            await asyncio.sleep(0)  # the transports say goodbye in the loop's next round


class LoopAdapter(BaseAdapter):
    """Lets a ``requests`` session in a thread work over :class:`Http` on the event loop."""

    def __init__(self, http: VkHttp, api_base: str) -> None:
        super().__init__()
        self._http = http
        self._api_base = api_base.rstrip("/")

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        url = (request.url or "").replace(LIBRARY_BASE_URL, self._api_base, 1)
        body = request.body or b""
        headers = {"Content-Type": request.headers.get("Content-Type", "application/x-www-form-urlencoded")}
        work = self._http.request_from_thread(request.method or "POST", url, headers=headers, data=body)
        status, content = self._run_on_loop(work)
        response = requests.Response()
        response.status_code = status
        response._content = content
        response.url = url
        response.request = request
        response.encoding = "utf-8"
        return response

    def _run_on_loop(self, work: Coroutine[Any, Any, tuple[int, bytes]]) -> tuple[int, bytes]:
        loop = self._http.loop
        if loop is None or loop.is_closed():
            work.close()
            raise TemporaryFailure("VK: the connection is closed")
        # The coroutine limits itself; the longer limit here only guards against a loop that died without a word.
        try:
            return asyncio.run_coroutine_threadsafe(work, loop).result(self._http.timeouts.call * 2)
        except concurrent.futures.CancelledError:
            raise TemporaryFailure("VK: cut off by the closing", outcome_unknown=True) from None

    def close(self) -> None:
        """Nothing of its own: :class:`Http` is closed by its owner."""
