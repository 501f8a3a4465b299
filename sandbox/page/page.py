"""The page over HTTP: its files, what happens in town as a stream of events, and what the visitor does."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.page.acts import InvalidAction, PageActions
from sandbox.page.feed import Feed
from sandbox.page.pictures import SAMPLES, sample_png
from sandbox.page.stage import Stage
from sandbox.server import Sandbox

Json = dict[str, Any]

_KINDS = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_IMAGES = {b"\x89P": "image/png", b"\xff\xd8": "image/jpeg", b"GI": "image/gif"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_OWN_HOSTS = frozenset({"127.0.0.1", "localhost"})
_HEARTBEAT_SECONDS = 15.0  # seconds of silence after which a listener is asked whether it is still there
_COALESCE_SECONDS = 0.04  # seconds in which changes are gathered into one piece of news
_MAX_JUMP_MINUTES = 7 * 24 * 60  # minutes


class Page:
    """The page of *stage*, served by *sandbox* at ``/``. Make it before the sandbox starts.

    *new_day* restarts the town's day (it must call :meth:`Stage.set_up`); *pass_time* moves the town's clock
    forward; *ahead* says by how many seconds that clock is ahead of the machine's.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        stage: Stage,
        new_day: Callable[[], Awaitable[None]],
        pass_time: Callable[[timedelta], Awaitable[None]],
        ahead: Callable[[], float],
    ) -> None:
        self._sandbox = sandbox
        self._stage = stage
        self._new_day = new_day
        self._pass_time = pass_time
        self._ahead = ahead
        self._acts = PageActions(sandbox)
        self._closing = asyncio.Event()
        self._changing = asyncio.Lock()
        self._day = 1
        router = sandbox.app.router
        router.add_get("/", self._index)
        router.add_get("/page/static/{name:[a-z_]+\\.[a-z]+}", self._static)
        router.add_get("/page/stage", self._stage_json)
        router.add_get("/page/events", self._events)
        router.add_post("/page/act", self._handle_action)
        router.add_get("/page/sample/{name}", self._sample)
        router.add_get("/page/file/{messenger:telegram|vk|max}/{id}", self._file)
        sandbox.app.on_shutdown.append(self._close)

    async def _close(self, app: web.Application) -> None:
        self._closing.set()
        await self._sandbox.change_log.notify()

    # -- static files

    async def _index(self, request: web.Request) -> web.Response:
        return _static_file("index.html")

    async def _static(self, request: web.Request) -> web.Response:
        return _static_file(request.match_info["name"])

    async def _stage_json(self, request: web.Request) -> web.Response:
        samples = [{"name": name, "title": title} for name, title in SAMPLES.items()]
        return web.json_response({**self._stage.as_json(), "samples": samples}, headers=_HEADERS)

    async def _sample(self, request: web.Request) -> web.Response:
        if request.match_info["name"] not in SAMPLES:
            raise web.HTTPNotFound
        data = await asyncio.to_thread(sample_png, request.match_info["name"])
        return web.Response(body=data, content_type="image/png", headers=_HEADERS)

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info["id"]
        stored: Any = None
        messenger = request.match_info["messenger"]
        if messenger == "telegram":
            stored = self._sandbox.telegram.world.files.get(name)
        elif messenger == "max":
            stored = self._sandbox.max.world.files.get(name)
        elif name.isdecimal():
            stored = self._sandbox.vk.world.files.get(int(name))
        if stored is None:
            raise web.HTTPNotFound
        kind = _IMAGES.get(stored.data[:2])
        headers = dict(_HEADERS)
        if kind is None:  # whatever it is, it is not opened here
            headers["Content-Disposition"] = "attachment"
        return web.Response(body=stored.data, content_type=kind or "application/octet-stream", headers=headers)

    # -- what happens

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: everything at first, then what has changed."""
        response = web.StreamResponse(headers={**_HEADERS, "Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        feed, journal = Feed(self._sandbox, self._stage), self._sandbox.change_log
        try:
            while not self._closing.is_set():
                revision = journal.revision
                news = feed.next_update(self._day, not self._changing.locked(), round(self._ahead()))
                if news is not None:
                    await response.write(f"data: {json.dumps(news)}\n\n".encode())
                if await journal.wait_for_change(revision, _HEARTBEAT_SECONDS) == revision:
                    await response.write(b": still here\n\n")
                else:
                    await asyncio.sleep(_COALESCE_SECONDS)
        except ConnectionResetError:
            pass  # the page was closed
        return response

    # -- what the visitor does

    async def _handle_action(self, request: web.Request) -> web.Response:
        if request.content_type != "application/json" or not _is_same_origin(request):
            raise web.HTTPForbidden  # only the page itself, never another site in the same browser
        try:
            body = json.loads(await request.read())
            if not isinstance(body, dict):
                raise InvalidAction("Страница прислала не то, что нужно. Обновите её.")
            return web.json_response(await self._perform(body), headers=_HEADERS)
        except InvalidAction as refusal:
            return web.json_response({"error": str(refusal)}, status=400, headers=_HEADERS)
        except ValueError:
            return web.json_response({"error": "Запрос не прочитан."}, status=400, headers=_HEADERS)

    async def _perform(self, body: Json) -> Json:
        if self._changing.locked():
            raise InvalidAction("Минутку: день начинается заново.")
        match body.get("act"):
            case "new_day":
                await self._restart_day()
                return {"day": self._day}
            case "pass_time":
                minutes = body.get("minutes")
                if not isinstance(minutes, int | float) or not 0 < minutes <= _MAX_JUMP_MINUTES:
                    raise InvalidAction("Так далеко часы не переводятся.")
                await self._pass_time(timedelta(minutes=minutes))
                await self._sandbox.change_log.notify()
                return {}
        return await self._acts.perform(body)

    async def _restart_day(self) -> None:
        async with self._changing:
            await self._sandbox.change_log.notify()
            await self._new_day()
            self._day += 1
        await self._sandbox.change_log.notify()


def _static_file(name: str) -> web.Response:
    kind = _KINDS.get(name.rpartition(".")[2])
    source = files("sandbox.page") / "static" / name
    if kind is None or not source.is_file():
        raise web.HTTPNotFound
    return web.Response(body=source.read_bytes(), content_type=kind, charset="utf-8", headers=_HEADERS)


def _is_same_origin(request: web.Request) -> bool:
    """Return whether the request came to a loopback name, from the page itself."""
    host = urlsplit(f"//{request.host}").hostname
    origin = request.headers.get("Origin")
    return host in _OWN_HOSTS and (origin is None or urlsplit(origin).netloc == request.host)
