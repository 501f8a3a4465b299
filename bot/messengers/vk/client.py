"""Calls and uploads through ``vk_api``, from a few worker threads, with the bot's own errors."""

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import requests
from jconfig import MemoryConfig
from vk_api import VkApiGroup, VkUpload
from vk_api.exceptions import VkApiError

from bot.messengers import http_body
from bot.messengers.errors import TemporaryFailure
from bot.messengers.events import Upload
from bot.messengers.rate_limits import Rate
from bot.messengers.throttle import Throttle
from bot.messengers.vk.errors import ODD_ANSWER_ERRORS, translate_exception
from bot.messengers.vk.transport import OpenSockets, VkApiSession, VkHttp, VkTimeouts

API_VERSION = "5.199"
MAX_CONCURRENT_CALLS = 16
"""Worker threads, started when they are needed: twenty calls a second that take 300 ms each, and some that hang.

VkApi.method holds its session's lock while it posts, so each thread has a session."""

CALLS_PER_SECOND = 20  # of a community's key, over all methods (dev.vk.com, «Ограничения»)
SERVICE_KEY_RATE = Rate(3)  # a small application has five a second, and other programs may use its key, too
LOOKUP_CALLS_PER_SECOND = 1  # of the calls per second: one call asks for many names
_CALLS_PER_UPLOAD = 2  # one asks for the server's address, one saves the file
_CLOSE_SECONDS = 8.0  # a connection being opened cannot be interrupted; its thread is left behind


class VkClient:
    """Access to VK with one community's key, or with an application's key at its own *rate*.

    Every method raises errors of `bot.messengers.errors` only.
    """

    def __init__(
        self, token: str, api_base: str, timeouts: VkTimeouts, rate: Rate | None = None, proxy: str | None = None
    ) -> None:
        self._token = token
        self._proxy = proxy
        self._api_base = api_base
        self.http = VkHttp(timeouts, proxy)
        self.timeouts = timeouts
        self._threads: concurrent.futures.ThreadPoolExecutor | None = None
        self._apis = threading.local()
        self._sockets = OpenSockets()
        self._in_flight: set[concurrent.futures.Future[Any]] = set()
        self._throttle = Throttle(rate or Rate(CALLS_PER_SECOND))

    async def call(self, method: str, *, replying: bool = False, **params: Any) -> Any:
        """Return the ``response`` of *method*. Parameters that are ``None`` are left out."""
        values = {name: value for name, value in params.items() if value is not None}
        return await self._run(lambda api: api.method(method, values), method, replying=replying)

    async def execute(self, code: str) -> Mapping[str, Any]:
        """Return the whole answer to *code*: ``response`` and, where calls in it failed, ``execute_errors``."""
        answer = await self._run(lambda api: api.method("execute", {"code": code}, raw=True), "execute")
        return answer if isinstance(answer, Mapping) else {}

    async def upload_photo(self, photo: Upload, peer_id: int) -> Any:
        """Upload *photo* for a conversation; return the list of saved photos."""

        def upload(api: VkApiGroup) -> Any:
            return _uploader(api).photo_messages(_NamedFile(photo), peer_id)

        return await self._run(upload, "photos.saveMessagesPhoto", calls=_CALLS_PER_UPLOAD)

    async def upload_document(self, file: Upload, *, peer_id: int | None, group_id: int) -> Any:
        """Upload *file* for a conversation or, without *peer_id*, for the community's wall; return what was saved."""

        def upload(api: VkApiGroup) -> Any:
            title = file.name[:128]
            if peer_id is None:
                return _uploader(api).document_wall(_NamedFile(file), title, group_id=group_id)
            return _uploader(api).document_message(_NamedFile(file), title, peer_id=peer_id)

        return await self._run(upload, "docs.save", calls=_CALLS_PER_UPLOAD)

    async def _run(
        self, work: Callable[[VkApiGroup], Any], method: str, *, replying: bool = False, calls: int = 1
    ) -> Any:
        try:
            async with self._throttle.slot(calls):
                return await self._submit(work)
        except (VkApiError, requests.RequestException, *ODD_ANSWER_ERRORS) as error:
            # Without the original: it holds the request, which holds the token.
            raise translate_exception(error, method, replying=replying) from None

    async def _submit(self, work: Callable[[VkApiGroup], Any]) -> Any:
        self.http.require_open()
        if self._threads is None:
            self._threads = concurrent.futures.ThreadPoolExecutor(MAX_CONCURRENT_CALLS, thread_name_prefix="vk")
        done = self._threads.submit(self._run_in_thread, work)
        self._in_flight.add(done)
        done.add_done_callback(self._in_flight.discard)
        return await asyncio.wrap_future(done)

    def _run_in_thread(self, work: Callable[[VkApiGroup], Any]) -> Any:
        api: VkApiGroup | None = getattr(self._apis, "api", None)
        if api is None:
            api = self._apis.api = self._new_api()
        return work(api)

    def _new_api(self) -> VkApiGroup:
        session = VkApiSession(self._api_base, self.timeouts, self._sockets, self._proxy)
        api = VkApiGroup(token=self._token, api_version=API_VERSION, session=session, config=MemoryConfig)
        api.RPS_DELAY = 0.0  # it would sleep, for this thread alone; the throttle counts all threads together
        api.error_handlers.clear()  # one repeats error 6 without end, one needs a captcha's picture; see errors.py
        return api

    async def get_json(self, url: str, params: Mapping[str, str], seconds: float) -> Mapping[str, Any]:
        """Return the JSON object at *url* (the long poll)."""
        status, body = await self.http.request("GET", url, params=params, seconds=seconds)
        return _parse_object(status, body)

    async def close(self) -> None:
        """End every call at once; afterwards no thread of this client runs."""
        await self.http.close()
        self._sockets.shut_down()
        waiting = [asyncio.wrap_future(one) for one in list(self._in_flight)]
        pending = (await asyncio.wait(waiting, timeout=_CLOSE_SECONDS))[1] if waiting else ()
        if self._threads is not None:
            self._threads.shutdown(wait=not pending, cancel_futures=True)
            self._threads = None


def _uploader(api: VkApiGroup) -> VkUpload:
    uploader = VkUpload(api)
    uploader.http = api.http  # its own session would have no time limits
    return uploader


class _NamedFile(BytesIO):
    """A file for ``VkUpload``, which sends the extension of ``name``."""

    def __init__(self, file: Upload) -> None:
        super().__init__(file.data)
        self.name = file.name if "." in file.name else f"{file.name}.bin"


def _parse_object(status: int, body: bytes) -> Mapping[str, Any]:
    if status != 200:
        raise TemporaryFailure(f"VK: HTTP {status}", outcome_unknown=status >= 500)
    try:
        answer = http_body.parse_json(body)
    except ValueError:
        raise TemporaryFailure("VK: the answer is no JSON", outcome_unknown=True) from None
    if not isinstance(answer, dict):
        raise TemporaryFailure("VK: the answer is no object", outcome_unknown=True)
    return answer
