"""HTTP: requests become calls, answers and ordered faults become responses."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.change_log import ChangeLog
from sandbox.fault_answers import send_fault
from sandbox.faults import Fault, FaultKind, Faults
from sandbox.telegram import hook
from sandbox.telegram.call import Call, SentFile
from sandbox.telegram.errors import ApiError, bad_request
from sandbox.telegram.limits import RateLimits
from sandbox.telegram.methods import method_table
from sandbox.telegram.world import World
from sandbox.webhook_pusher import WebhookPusher

Json = dict[str, Any]

MAX_POLL_SECONDS = 50.0
_REMEMBERED_CALLS = 20_000
_POLL_PARAMS = frozenset({"offset", "limit", "timeout", "allowed_updates"})


class Transport:
    """The Bot API over HTTP: ``<prefix>/bot<token>/<method>`` and ``<prefix>/file/bot<token>/<path>``."""

    def __init__(self, world: World, change_log: ChangeLog, faults: Faults) -> None:
        self.world = world
        self.change_log = change_log
        self.faults = faults
        self.calls: deque[tuple[str, Json]] = deque(maxlen=_REMEMBERED_CALLS)
        self._methods = method_table()
        self.limits = RateLimits()
        self._poll = 0  # number of the newest getUpdates; an older one gives way
        self._closing = asyncio.Event()

    def register(self, app: web.Application, prefix: str, base_url: Callable[[], str]) -> None:
        """Mount under *prefix*. *base_url* is not needed: the Bot API gives no addresses of its own."""
        app.router.add_route("*", prefix + "/bot{token:[^/]+}/{method}", self._handle)
        app.router.add_get(prefix + "/file/bot{token:[^/]+}/{path:.+}", self._download)
        app.on_shutdown.append(self._close)
        app.cleanup_ctx.append(WebhookPusher(self.change_log, lambda: hook.pending_deliveries(self.world)).context)

    async def _close(self, app: web.Application) -> None:
        self._closing.set()
        await self.change_log.notify()

    def _is_authorized(self, request: web.Request) -> bool:
        return self.world.bot is not None and request.match_info["token"] == self.world.bot.token

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if not self._is_authorized(request):
            return _answer(ApiError(401, "Unauthorized"))
        name = request.match_info["method"]
        fault = self.faults.next_fault(name)
        if fault is not None and fault.kind is FaultKind.REFUSE:
            return _drop_connection(request)
        try:
            call = await _parse_call(request, name)
        except ApiError as error:
            return _answer(error)
        self.calls.append((name, call.params))
        if fault is not None and fault.kind is not FaultKind.DROP:
            await self.change_log.notify()
            return await self._apply_fault(request, fault)
        response = await self._dispatch(call)
        return _drop_connection(request) if fault is not None else response

    async def _apply_fault(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if (answer := await send_fault(request, fault)) is not None:
            return answer
        await self._closing.wait()  # hang
        return _drop_connection(request)

    async def _dispatch(self, call: Call) -> web.Response:
        try:
            if call.method.lower() == "getupdates":
                return _answer(await self._get_updates(call))
            return _answer(self._run(call))
        except ApiError as error:
            return _answer(error)
        finally:
            await self.change_log.notify()

    def _run(self, call: Call) -> Any:
        method = self._methods.get(call.method.lower())
        if method is None:
            raise ApiError(404, "Not Found: method not found")
        method.check(call)
        if method.writes:
            pictures = call.array("media") if call.method.lower() == "sendmediagroup" else None
            self.limits.consume(call.text("chat_id"), self.world.now(), len(pictures or ()) or 1)
        return method.run(self.world, call)

    async def _get_updates(self, call: Call) -> list[Json]:
        if unknown := sorted(set(call.params) - _POLL_PARAMS):
            raise bad_request(f"unknown parameter {unknown[0]} of getUpdates")
        if self.world.webhook["url"]:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook"
                " first",
            )
        allowed = call.array("allowed_updates")
        if allowed is not None:
            self.world.queue.allowed = frozenset(map(str, allowed)) or None
        limit = min(max(call.integer("limit") or 100, 1), 100)
        self._poll += 1
        mine, queue = self._poll, self.world.queue
        await self.change_log.notify()  # an older poll sees that it has to give way
        found = queue.get(call.integer("offset"), limit, self.world.now())
        left = min(float(call.integer("timeout") or 0), MAX_POLL_SECONDS)
        clock = asyncio.get_running_loop().time
        deadline = clock() + left
        while not found and clock() < deadline and not self._closing.is_set():
            await self.change_log.wait_for_change(self.change_log.revision, deadline - clock())
            if mine != self._poll:
                raise ApiError(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
            found = queue.get(None, limit, self.world.now())
        return found

    async def _download(self, request: web.Request) -> web.StreamResponse:
        if not self._is_authorized(request):
            return _answer(ApiError(401, "Unauthorized"))
        if fault := self.faults.next_fault("file"):
            if fault.kind in (FaultKind.DROP, FaultKind.REFUSE):
                return _drop_connection(request)
            return await self._apply_fault(request, fault)
        stored = self.world.paths.get(request.match_info["path"])
        if stored is not None:
            return web.Response(body=stored.data, content_type="application/octet-stream")
        return _answer(ApiError(404, "Not Found"))


def _answer(result: Any) -> web.Response:
    if isinstance(result, ApiError):
        return web.json_response(result.body(), status=result.code)
    return web.json_response({"ok": True, "result": result})


def _drop_connection(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _parse_call(request: web.Request, method: str) -> Call:
    params: Json = dict(request.query)
    files: dict[str, SentFile] = {}
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read())
        except ValueError:
            raise bad_request("can't parse JSON object") from None
        if not isinstance(body, dict):
            raise bad_request("object expected as request body")
        return Call(method, params | body)
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            data = value.file.read()
            value.file.close()
            files[name] = SentFile(value.filename, value.content_type, data)
        else:
            params[name] = value if isinstance(value, str) else bytes(value).decode()
    return Call(method, params, files)
