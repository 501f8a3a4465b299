"""Calls of VK's API through ``vk_api``, from a few threads of our own, with our errors."""

import asyncio
import concurrent.futures
import json
import threading
from collections.abc import Mapping
from typing import Any

import requests
from jconfig import MemoryConfig
from vk_api import VkApiGroup
from vk_api.exceptions import TOO_MANY_RPS_CODE, ApiError, ApiHttpError, Captcha

from bot.messengers.errors import TemporaryFailure
from bot.messengers.rate_limits import Rate
from bot.messengers.throttle import Throttle
from bot.messengers.vk.errors import translate_error
from bot.messengers.vk.transport import LIBRARY_BASE_URL, LoopAdapter, VkHttp, VkTimeouts

API_VERSION = "5.199"
MAX_CONCURRENT_CALLS = 4  # calls at a time: a vk_api session holds a lock while it posts, so each thread has its own
CALLS_PER_SECOND = 20  # of a community's key, whatever is called (dev.vk.com, «Ограничения»)
SERVICE_KEY_RATE = Rate(3)  # a small application has five a second, and more than one of us may use its key
LOOKUP_CALLS_PER_SECOND = 1  # of these: names are asked for many at a time


class VkClient:
    """One community's key, or an application's at its own *rate*. Everything raises errors of
    :mod:`bot.messengers.errors` only."""

    def __init__(self, token: str, api_base: str, timeouts: VkTimeouts, rate: Rate | None = None) -> None:
        self._token = token
        self._api_base = api_base
        self.http = VkHttp(timeouts)
        self.timeouts = timeouts
        self._threads: concurrent.futures.ThreadPoolExecutor | None = None
        self._sessions = threading.local()
        self._in_flight: set[concurrent.futures.Future[Any]] = set()
        self._throttle = Throttle(rate or Rate(CALLS_PER_SECOND))

    async def call(self, method: str, *, replying: bool = False, **params: Any) -> Any:
        """The ``response`` of *method*. Parameters that are ``None`` are left out."""
        values = {name: value for name, value in params.items() if value is not None}
        return await self._call_api(method, values, replying=replying)

    async def execute(self, code: str) -> Mapping[str, Any]:
        """All that ``execute`` answers to *code*: ``response`` and, where calls in it failed, ``execute_errors``."""
        answer = await self._call_api("execute", {"code": code}, replying=False)
        return answer if isinstance(answer, Mapping) else {}

    async def _call_api(self, method: str, values: dict[str, Any], *, replying: bool) -> Any:
        try:
            async with self._throttle.slot():
                return await self._submit(method, values)
        except Captcha:
            raise translate_error(14, method) from None
        except ApiError as error:
            said = str(error.error.get("error_msg", "")) if isinstance(error.error, Mapping) else ""
            raise translate_error(int(error.code), method, said, replying=replying) from None
        except ApiHttpError as error:
            status = error.response.status_code
            raise TemporaryFailure(f"VK: HTTP {status} on {method}", outcome_unknown=status >= 500) from None
        except (requests.RequestException, ValueError, KeyError, TypeError, AttributeError, TimeoutError) as error:
            if isinstance(error, KeyError) and str(error.args[0]).startswith("captcha_"):
                raise translate_error(14, method) from None  # a captcha without a picture
            # Not VK's usual answer: a page of a proxy, a body cut short. vk_api trips over it in its own ways.
            failure = f"VK: unreadable answer to {method} ({type(error).__name__})"
            raise TemporaryFailure(failure, outcome_unknown=True) from None

    async def _submit(self, method: str, values: dict[str, Any]) -> Any:
        self.http.open()
        if self._threads is None:
            self._threads = concurrent.futures.ThreadPoolExecutor(MAX_CONCURRENT_CALLS, thread_name_prefix="vk")
        work = self._threads.submit(self._call_in_thread, method, values)
        self._in_flight.add(work)
        work.add_done_callback(self._in_flight.discard)
        return await asyncio.wrap_future(work)

    def _call_in_thread(self, method: str, values: dict[str, Any]) -> Any:
        api: VkApiGroup | None = getattr(self._sessions, "api", None)
        if api is None:
            api = self._sessions.api = self._new_session()
        return api.method(method, values, raw=method == "execute")

    def _new_session(self) -> VkApiGroup:
        session = requests.Session()
        session.trust_env = False  # no .netrc, no proxies from the environment
        session.mount(LIBRARY_BASE_URL, LoopAdapter(self.http, self._api_base))
        api = VkApiGroup(token=self._token, api_version=API_VERSION, session=session, config=MemoryConfig)
        api.RPS_DELAY = 0.0  # it would sleep under its lock; we keep the pace ourselves
        del api.error_handlers[TOO_MANY_RPS_CODE]  # it would try again without end
        return api

    async def get_json(self, url: str, params: Mapping[str, str], seconds: float) -> Mapping[str, Any]:
        """A JSON object from *url* (the long poll)."""
        status, body = await self.http.request("GET", url, params=params, seconds=seconds)
        return _parse_object(status, body)

    async def upload(self, url: str, form: Any) -> Mapping[str, Any]:
        """Post *form* to an upload server; the JSON object it answers."""
        status, body = await self.http.request("POST", url, data=form, seconds=self.timeouts.file)
        return _parse_object(status, body)

    async def close(self) -> None:
        """End every call at once; afterwards nothing of ours runs."""
        await self.http.close()
        waiting = [asyncio.wrap_future(work) for work in list(self._in_flight)]
        await asyncio.gather(*waiting, return_exceptions=True)
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
            self._threads = None


def _parse_object(status: int, body: bytes) -> Mapping[str, Any]:
    if status != 200:
        raise TemporaryFailure(f"VK: HTTP {status}", outcome_unknown=status >= 500)
    try:
        answer = json.loads(body)
    except ValueError:
        raise TemporaryFailure("VK: the answer is no JSON", outcome_unknown=True) from None
    if not isinstance(answer, dict):
        raise TemporaryFailure("VK: the answer is no object", outcome_unknown=True)
    return answer
