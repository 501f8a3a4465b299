"""The sandbox's MAX over HTTP."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.change_log import ChangeLog
from sandbox.fault_answers import send_fault
from sandbox.faults import Fault, FaultKind, Faults
from sandbox.max import methods, read_methods
from sandbox.max.call import Request
from sandbox.max.control import MaxControl
from sandbox.max.errors import ApiError, bad_request, too_many_requests
from sandbox.max.rates import OVERALL_CALLS_PER_SECOND, POLLS_PER_SECOND, WRITES_PER_CHAT_PER_SECOND, RateLimits
from sandbox.max.state import Bot, Call
from sandbox.max.world import World
from sandbox.webhook_pusher import WebhookPusher

Json = dict[str, Any]
Method = Callable[[World, Request], Json]

MAX_POLL_SECONDS = 90
_REMEMBERED_CALLS = 20_000
_WRITE_METHODS = frozenset({"sendMessage", "editMessage", "answerOnCallback", "createComment", "editComment"})


class MaxServer(MaxControl):
    """A MAX Bot API server for one bot, and the town it serves; ``rate_limits`` makes it refuse haste.

    People act through :class:`~sandbox.max.control.MaxControl`; the bot comes over HTTP. Faults go by the names of the
    schema's operations (``sendMessage``, ``getUpdates`` …), ``upload`` and ``file`` for the two file servers.
    """

    def __init__(self, change_log: ChangeLog, faults: Faults) -> None:
        self.faults = faults
        self.rate_limits = False
        super().__init__(World(change_log.now), change_log)
        self._calls: deque[Call] = deque(maxlen=_REMEMBERED_CALLS)
        self.rates = RateLimits()
        self._closing = asyncio.Event()

    def register(self, app: web.Application, prefix: str, base_url: Callable[[], str]) -> None:
        """Serve the API under *prefix*; *base_url* tells the server's own address once it is known."""
        self.world.locate = lambda: base_url().rstrip("/") + prefix
        chat = prefix + "/chats/{chat_id:-?[0-9]+}"
        message = prefix + "/messages/{mid:[A-Za-z0-9_.-]+}"
        routes: tuple[tuple[str, str, str, Method], ...] = (
            ("GET", prefix + "/me", "getMyInfo", read_methods.me),
            ("PATCH", prefix + "/me/commands", "setMyCommands", read_methods.set_commands),
            ("GET", chat, "getChat", read_methods.chat),
            ("GET", chat + "/members/me", "getMembership", read_methods.member_me),
            ("GET", prefix + "/subscriptions", "getSubscriptions", read_methods.subscriptions),
            ("POST", prefix + "/subscriptions", "subscribe", read_methods.subscribe),
            ("DELETE", prefix + "/subscriptions", "unsubscribe", read_methods.unsubscribe),
            ("POST", prefix + "/uploads", "getUploadUrl", read_methods.upload_address),
            ("GET", prefix + "/videos/{token:[A-Za-z0-9_-]+}", "getVideoAttachmentDetails", read_methods.video),
            ("POST", prefix + "/messages", "sendMessage", methods.send),
            ("PUT", prefix + "/messages", "editMessage", methods.edit),
            ("DELETE", prefix + "/messages", "deleteMessage", methods.delete),
            ("GET", prefix + "/messages", "getMessages", methods.history),
            ("GET", message, "getMessageById", methods.by_id),
            ("GET", message + "/comments/{comment}", "getMessageById", methods.comment_by_id),
            ("POST", message + "/comments", "createComment", methods.post_comment),
            ("PUT", message + "/comments", "editComment", methods.edit_comment),
            ("POST", prefix + "/answers", "answerOnCallback", methods.answer),
        )
        for verb, path, name, method in routes:
            app.router.add_route(verb, path, self._handler(name, method))
        app.router.add_route("GET", prefix + "/updates", self._handler("getUpdates", None))
        app.router.add_post(prefix + "/upload/{id}", self._upload)
        app.router.add_get(prefix + "/files/{number:[0-9]+}", self._file)
        app.router.add_get(prefix + "/player/{number:[0-9]+}", self._player)
        app.router.add_route("*", prefix + "/{rest:.*}", self._unknown)
        app.on_shutdown.append(self._close)
        app.cleanup_ctx.append(WebhookPusher(self.change_log, self.world.pending_deliveries).context)

    async def _close(self, app: web.Application) -> None:
        self._closing.set()
        await self.change_log.notify()

    def add_bot(
        self, token: str, *, user_id: int = 4200, username: str = "town_bot", first_name: str = "Бот МЦУ"
    ) -> Bot:
        """Register the bot (again: with a new token)."""
        self.world.bot = Bot(user_id, token, username, first_name)
        return self.world.bot

    @property
    def calls(self) -> list[Call]:
        """The latest calls of the bot, oldest first."""
        return list(self._calls)

    # -- requests

    def _handler(self, name: str, method: Method | None) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.StreamResponse:
            if refusal := self._authorization_error(request):
                return _answer(refusal)
            fault = self.faults.next_fault(name)
            if fault is not None and fault.kind is FaultKind.REFUSE:
                return _drop_connection(request)
            try:
                call = await _parse_request(request, name)
            except ApiError as error:
                return _answer(error)
            self._calls.append(Call(name, call.query, call.body))
            if fault is not None and fault.kind is not FaultKind.DROP:
                return await self._apply_fault(request, fault)
            response = await self._dispatch(call, method)
            return await self._apply_fault(request, fault) if fault is not None else response

        return handle

    def _authorization_error(self, request: web.Request) -> ApiError | None:
        token = request.headers.get("Authorization", "")
        if not token:
            return ApiError(401, "verify.token", "No access token")
        if token.lower().startswith("bearer"):
            return ApiError(401, "verify.token", "Malformed access token")
        if self.world.bot is None or token != self.world.bot.token:
            return ApiError(401, "verify.token", "Invalid access_token")
        return None

    async def _dispatch(self, call: Request, method: Method | None) -> web.Response:
        try:
            self._consume_rate(call)
            if method is None:
                return _answer(await self._poll(call))
            return _answer(method(self.world, call))
        except ApiError as error:
            return _answer(error)
        finally:
            await self.change_log.notify()

    def _consume_rate(self, call: Request) -> None:
        if not self.rate_limits:
            return
        counters = [("*", OVERALL_CALLS_PER_SECOND)]
        if call.name == "getUpdates":
            counters.append(("poll", POLLS_PER_SECOND))
        elif call.name in _WRITE_METHODS:
            place = call.query.get("chat_id") or call.query.get("user_id") or call.query.get("message_id", "")
            counters.append((f"{call.name} {place}", WRITES_PER_CHAT_PER_SECOND))
        self.rates.consume(self.world.now(), *counters)

    async def _poll(self, call: Request) -> Json:
        call.reject_unknown("limit", "timeout", "marker", "types")
        if self.world.subscriptions:
            raise ApiError(405, "method.not.allowed", "Bot is subscribed to a webhook")
        limit = call.integer_in_range("limit", 1, 1000, 100)
        seconds = call.integer_in_range("timeout", 0, MAX_POLL_SECONDS, 30)
        marker = call.integer("marker")
        await self.change_log.notify()  # who waits for the bot to listen may go on
        clock = asyncio.get_running_loop().time
        deadline = clock() + seconds
        while True:
            revision = self.change_log.revision
            found, following = self.world.queue.get(marker, limit, self.world.now())
            left = deadline - clock()
            if found or left <= 0 or self._closing.is_set():
                return {"updates": found, "marker": following}
            await self.change_log.wait_for_change(revision, left)

    # -- files

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        if fault := self.faults.next_fault("upload"):
            return await self._apply_fault(request, fault)
        upload = self.world.uploads.get(request.match_info["id"])
        part = (await request.post()).get("data")
        if upload is None or upload.used or not isinstance(part, web.FileField):
            return web.json_response({"error_code": 1, "error_data": "BAD_REQUEST"}, status=400)
        data = part.file.read()
        part.file.close()
        upload.used, upload.authorization = True, request.headers.get("Authorization")
        stored = self.world.store_file(upload.kind, part.filename, data, token=upload.token)
        stored.sends_until_ready = self.world.slow_sends
        await self.change_log.notify()
        if upload.kind == "image":
            return web.json_response({"photos": {f"size{stored.number}": {"token": stored.token}}})
        if upload.kind == "file":
            return web.json_response({"fileId": stored.number, "token": stored.token})
        return web.Response(text="<retval>1</retval>", content_type="text/xml")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if fault := self.faults.next_fault("file"):
            return await self._apply_fault(request, fault)
        number = int(request.match_info["number"])
        for stored in self.world.files.values():
            if stored.number == number:
                return web.Response(body=stored.data, content_type="application/octet-stream")
        raise web.HTTPNotFound

    async def _player(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text="<html>a player</html>", content_type="text/html")

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        return _answer(ApiError(404, "not.found", f"{request.method} {request.path}: unknown method"))

    # -- faults

    async def _apply_fault(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        await self.change_log.notify()
        if (answer := await send_fault(request, fault)) is not None:
            return answer
        if fault.kind is FaultKind.HANG:
            await self._closing.wait()
        if fault.kind is FaultKind.DROP:
            # Break off within the answer: a connection that ends before it is silently tried again by many clients.
            response = web.StreamResponse()
            response.content_length = 100
            await response.prepare(request)
            await response.write(b"{")
        return _drop_connection(request)


def max_fault(status: int, code: str, message: str = "no") -> Fault:
    """A fault that answers as MAX does: ``max_fault(429, "too.many.requests")``."""
    return Fault(FaultKind.ANSWER, status, ApiError(status, code, message).body())


def rate_limit_fault() -> Fault:
    """MAX's own way of saying that the bot is too fast."""
    error = too_many_requests()
    return Fault(FaultKind.ANSWER, error.status, dict(error.body()))


def _answer(result: Json | ApiError) -> web.Response:
    if isinstance(result, ApiError):
        return web.json_response(result.body(), status=result.status)
    return web.json_response(result)


def _drop_connection(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _parse_request(request: web.Request, name: str) -> Request:
    body: Any = {}
    raw = await request.read()
    if raw:
        if request.content_type != "application/json":
            raise bad_request("Content-Type must be application/json")
        try:
            body = json.loads(raw)
        except ValueError:
            raise bad_request("can't parse the body") from None
    if not isinstance(body, dict):
        raise bad_request("the body must be an object")
    return Request(name, dict(request.match_info), dict(request.query), body)
