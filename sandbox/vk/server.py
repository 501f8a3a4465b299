"""The HTTP side: methods, long poll, uploads and files, with the faults that were ordered."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.change_log import ChangeLog
from sandbox.fault_answers import send_fault
from sandbox.faults import Fault, FaultKind, Faults
from sandbox.vk import callbacks
from sandbox.vk.control import VkControl
from sandbox.vk.errors import VkError
from sandbox.vk.files import receive_upload
from sandbox.vk.methods import SERVICE_METHODS, USER_TOKEN_METHODS, method_table
from sandbox.vk.params import Params
from sandbox.vk.rates import RateLimits
from sandbox.vk.script import parse_calls
from sandbox.vk.state import Call, Community
from sandbox.vk.wall import WallComments
from sandbox.webhook_pusher import WebhookPusher

MAX_POLL_SECONDS = 90.0


class VkServer(VkControl):
    """VK on a local port. ``strict_rates`` makes it refuse calls that come too fast (:mod:`sandbox.vk.rates`)."""

    def __init__(self, change_log: ChangeLog, faults: Faults, *, strict_rates: bool = False) -> None:
        super().__init__(change_log)
        self.faults = faults
        self.strict_rates = strict_rates
        self._methods = method_table(WallComments())
        self.rates = RateLimits()
        self._closing = asyncio.Event()

    def register(self, app: web.Application, prefix: str, base_url: Callable[[], str]) -> None:
        """Mount the routes under *prefix*; *base_url* tells the server's own address once it is known."""
        self.world.locate = lambda: base_url().rstrip("/") + prefix
        app.router.add_route("*", prefix + "/method/{name}", self._method)
        app.router.add_get(prefix + "/lp/{group:[0-9]+}", self._long_poll)
        app.router.add_post(prefix + "/upload/{kind:photo|doc}/{group:[0-9]+}", self._upload)
        app.router.add_get(prefix + "/files/{id:[0-9]+}/{key}", self._file)
        app.on_shutdown.append(self._close)
        app.cleanup_ctx.append(WebhookPusher(self.change_log, lambda: callbacks.pending_deliveries(self.world)).context)

    async def _close(self, app: web.Application) -> None:
        self._closing.set()
        await self.change_log.notify()

    # -- methods

    async def _method(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        raw = {key: str(value) for key, value in [*request.query.items(), *(await request.post()).items()]}
        token = raw.pop("access_token", "")
        community = self.world.by_token(token) if token else None
        self.world.calls.append(Call(name, dict(raw), community.id if community else None))
        fault = self.faults.next_fault(name)
        if fault is not None and fault.kind is not FaultKind.DROP:
            return await self._apply_fault(request, fault)
        answer = await self._dispatch(name, token, community, Params(raw))
        if fault is not None:
            return await self._apply_fault(request, fault)
        return web.json_response(answer)

    async def _dispatch(self, name: str, token: str, community: Community | None, params: Params) -> dict[str, Any]:
        try:
            if name == "execute":
                return await self._execute(token, community, params)
            return {"response": await self._call(name, token, community, params)}
        except VkError as refusal:
            shown = {"method": name, "oauth": "1"} | params.raw
            pairs = [{"key": key, "value": value} for key, value in shown.items()]
            error = {"error_code": refusal.code, "error_msg": refusal.message, "request_params": pairs}
            return {"error": error}

    async def _execute(self, token: str, community: Community | None, params: Params) -> dict[str, Any]:
        """Several calls at once: a failed call is ``false`` and named in ``execute_errors``."""
        self._check_version(params)
        self._check_key(token, community)
        answers: list[Any] = []
        errors: list[dict[str, Any]] = []
        for name, given in parse_calls(params.text("code")):
            self.world.calls.append(Call(f"execute:{name}", given, community.id if community else None))
            try:
                answers.append(await self._call(name, token, community, Params(given), within=True))
            except VkError as refusal:
                answers.append(False)
                errors.append({"method": name, "error_code": refusal.code, "error_msg": refusal.message})
        return {"response": answers} | ({"execute_errors": errors} if errors else {})

    async def _call(
        self, name: str, token: str, community: Community | None, params: Params, *, within: bool = False
    ) -> Any:
        if not within:
            self._check_version(params)
        if community is None and token in self.world.service_keys:
            return self._call_service_method(name, token, params, within=within)
        if community is None:
            raise VkError(5)
        method = self._call_allowed(name, token, community, params, within=within)
        response = method.handler(self.world, community, params)
        if method.writes:
            await self.change_log.notify()
        return response

    def _call_service_method(self, name: str, key: str, params: Params, *, within: bool) -> Any:
        """Answer a call with a service key."""
        now = self.change_log.now().timestamp()
        if self.strict_rates and not within:
            self.rates.consume_service(now, key)
        if self.strict_rates and name == "wall.get":
            self.rates.consume_wall(now, key)
        if name not in SERVICE_METHODS:
            raise VkError(28 if name in self._methods or name in USER_TOKEN_METHODS else 3)
        return SERVICE_METHODS[name](self.world, None, params)

    def _check_version(self, params: Params) -> None:
        version = params.text("v")
        if not version.startswith("5.") or not version[2:].isdigit() or int(version[2:]) < 131:
            raise VkError(8)

    def _check_key(self, token: str, community: Community | None) -> None:
        if community is None and token not in self.world.service_keys:
            raise VkError(5)
        if self.strict_rates and community is None:
            self.rates.consume_service(self.change_log.now().timestamp(), token)

    def _call_allowed(
        self, name: str, token: str, community: Community, params: Params, *, within: bool = False
    ) -> Any:
        if name in USER_TOKEN_METHODS:
            raise VkError(27)
        method = self._methods.get(name)
        if method is None:
            raise VkError(3)
        if self.strict_rates and not within:
            self.rates.consume(self.change_log.now().timestamp(), token, name, params)
        if method.right is not None and method.right not in community.permissions:
            raise VkError(15, "no access to call this method with current scopes")
        return method

    # -- long poll

    async def _long_poll(self, request: web.Request) -> web.StreamResponse:
        community = self.world.communities.get(int(request.match_info["group"]))
        query = request.query
        if community is None or query.get("act") != "a_check" or "key" not in query or "ts" not in query:
            return web.json_response({"failed": 4}, status=400)
        fault = self.faults.next_fault("longpoll")
        if fault is not None and fault.kind is not FaultKind.DROP:
            return await self._apply_fault(request, fault)
        wait = query.get("wait", "25")
        seconds = min(float(wait) if wait.isdigit() else 25.0, MAX_POLL_SECONDS)
        answer = await self._poll(community, query["key"], query["ts"], query.get("version", ""), seconds)
        return web.json_response(answer) if fault is None else await self._apply_fault(request, fault)

    async def _poll(self, community: Community, key: str, ts: str, version: str, seconds: float) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while True:
            revision = self.change_log.revision
            answer = community.log.read(key, ts, version)
            left = deadline - time.monotonic()
            if answer is not None:
                return answer
            if left <= 0 or self._closing.is_set():
                return {"ts": ts, "updates": []}
            await self.change_log.wait_for_change(revision, left)

    # -- files

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        kind = request.match_info["kind"]
        fault = self.faults.next_fault("upload")
        if fault is not None:
            return await self._apply_fault(request, fault)
        community = self.world.communities[int(request.match_info["group"])]
        form = await request.post()
        part = form.get("photo", form.get("file0")) if kind == "photo" else form.get("file")
        if not isinstance(part, web.FileField):
            return web.json_response({"error": "ERR_UPLOAD_NO_FILE"})
        data = part.file.read()
        part.file.close()
        return web.json_response(receive_upload(self.world, community, kind, part.filename, data))

    async def _file(self, request: web.Request) -> web.StreamResponse:
        fault = self.faults.next_fault("file")
        if fault is not None:
            return await self._apply_fault(request, fault)
        file = self.world.files.get(int(request.match_info["id"]))
        if file is None or file.access_key != request.match_info["key"]:
            raise web.HTTPNotFound
        kinds = {"photo": "image/jpeg", "audio_message": "audio/ogg"}
        return web.Response(body=file.data, content_type=kinds.get(file.kind, "application/octet-stream"))

    # -- faults

    async def _apply_fault(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if (answer := await send_fault(request, fault)) is not None:
            return answer
        if fault.kind is FaultKind.HANG:
            await self._hang(request)
        response = web.StreamResponse()
        if fault.kind is FaultKind.DROP:
            # Break off within the answer: a connection that ends before it is silently tried again by many clients.
            response.content_length = 100
            await response.prepare(request)
            await response.write(b"{")
        if request.transport is not None:
            request.transport.abort()
        return response

    async def _hang(self, request: web.Request) -> None:
        """Keep silent until the caller gives up or the sandbox closes."""
        await self.change_log.notify()  # who waits for the call may go on
        while request.transport is not None and not request.transport.is_closing():
            try:
                await asyncio.wait_for(self._closing.wait(), 0.2)
            except TimeoutError:
                continue
            return
