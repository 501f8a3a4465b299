"""Answers of servers that are broken, or stand between the bot and the messenger."""

import gzip
from collections.abc import Callable
from contextlib import suppress

from aiohttp import web

from sandbox.faults import Fault, FaultKind

_BLOCKED_PAGE = "<html><title>Доступ ограничен</title>По решению оператора связи доступ к странице закрыт.</html>"
_CHUNK = b"[" + b" " * (1 << 20)
_BOMB_BYTES = 48 << 20
_DEEP_LEVELS = 100_000


async def send_fault(request: web.Request, fault: Fault) -> web.StreamResponse | None:
    """Answer as *fault* says; ``None`` for a fault of the connection, which is not about an answer."""
    if fault.kind is FaultKind.ANSWER:
        return web.json_response(fault.answer, status=fault.status)
    if fault.kind is FaultKind.ENDLESS:
        return await _send_endlessly(request)
    make = _BODIES.get(fault.kind)
    return None if make is None else make(fault)


def _page(status: int, words: str) -> web.Response:
    return web.Response(status=status, text=f"<html>{words}</html>", content_type="text/html")


def _provider_page(fault: Fault) -> web.Response:
    return web.Response(status=fault.status, body=_BLOCKED_PAGE.encode("cp1251"), content_type="text/html")


def _gzip_bomb(fault: Fault) -> web.Response:
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    return web.Response(status=fault.status, body=gzip.compress(b" " * _BOMB_BYTES, 1), headers=headers)


def _deep_json(fault: Fault) -> web.Response:
    body = b'{"ok":true,"response":' + b"[" * _DEEP_LEVELS + b"]" * _DEEP_LEVELS + b"}"
    return web.Response(status=fault.status, body=body, content_type="application/json")


async def _send_endlessly(request: web.Request) -> web.StreamResponse:
    """Send until the caller has had enough."""
    response = web.StreamResponse()
    response.content_type = "application/json"
    await response.prepare(request)
    with suppress(ConnectionError):
        while True:
            await response.write(_CHUNK)
    return response


_BODIES: dict[FaultKind, Callable[[Fault], web.Response]] = {
    FaultKind.HTTP_500: lambda fault: _page(500, "Internal Server Error"),
    FaultKind.HTML_502: lambda fault: _page(502, "Bad Gateway"),
    FaultKind.PAGE_1251: _provider_page,
    FaultKind.GZIP_BOMB: _gzip_bomb,
    FaultKind.DEEP_JSON: _deep_json,
}
