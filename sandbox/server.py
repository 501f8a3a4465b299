"""All of the sandbox behind one loopback port."""

from types import TracebackType
from typing import Self

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.change_log import ChangeLog
from sandbox.distance import Distance
from sandbox.faults import Faults
from sandbox.max import MaxServer
from sandbox.telegram import TelegramServer
from sandbox.vk import VkServer

_MAX_REQUEST_BYTES = 64 * 1024 * 1024
_SHUTDOWN_TIMEOUT_SECONDS = 0.5  # seconds for requests to end by themselves when the sandbox closes


class Sandbox:
    """The messengers' servers on ``http://127.0.0.1:<port>``: Telegram under ``/telegram``, VK
    under ``/vk``, MAX under ``/max``.

    *port* 0 takes a free one. More routes (the page) may be added to :attr:`app` before the start. :attr:`distance`:
    how far away the messengers are.
    """

    def __init__(self, port: int = 0, change_log: ChangeLog | None = None) -> None:
        self.change_log = change_log or ChangeLog()
        self.distance = Distance()
        self.app = web.Application(client_max_size=_MAX_REQUEST_BYTES, middlewares=[self._travel])
        self.telegram = TelegramServer(self.change_log, Faults())
        self.telegram.register(self.app, "/telegram", lambda: self.url)
        self.vk = VkServer(self.change_log, Faults())
        self.vk.register(self.app, "/vk", lambda: self.url)
        self.max = MaxServer(self.change_log, Faults())
        self.max.register(self.app, "/max", lambda: self.url)
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Return the sandbox's address, without a slash at the end."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Begin to listen. ``OSError`` if the port is taken."""
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=_SHUTDOWN_TIMEOUT_SECONDS)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self._port = self._runner.addresses[0][1]

    @web.middleware
    async def _travel(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        async with self.distance.travel(request.path):
            return await handler(request)

    async def stop(self) -> None:
        """Stop listening; polls and hanging requests end at once."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
