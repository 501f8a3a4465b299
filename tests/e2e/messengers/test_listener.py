"""The listener under attack: strangers hold connections, send slowly, guess secrets, and learn nothing."""

import asyncio
import contextlib
import io
import json
import logging
from collections.abc import AsyncIterator, Iterable
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.http import connections, server, webhooks
from tests.e2e.harness import ROADS_HEAD, Harness
from tests.e2e.messengers.test_webhook import HATCH, WebhookSource, configure_webhook, free_port

LIMIT = 12


@pytest.fixture(params=["telegram", "vk", "max"])
def way(request: pytest.FixtureRequest, closed_bot: Harness) -> WebhookSource:
    return WebhookSource(closed_bot, request.param, configure_webhook(closed_bot, request.param))


def port_of(way: WebhookSource) -> int:
    return int(way.url.split(":")[2].partition("/")[0])


async def request(port: int, head: str, body: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.replace("\n", "\r\n").encode() + body)
    await writer.drain()
    return reader, writer


async def status_of(reader: asyncio.StreamReader) -> int:
    async with asyncio.timeout(10):
        return int((await reader.readline()).split()[1])


def close_all(held: Iterable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]) -> None:
    for _, writer in held:
        writer.close()


@pytest.mark.parametrize("name", ["telegram", "max"])
async def test_wrong_secret_is_refused_before_the_body_is_sent(closed_bot: Harness, name: str) -> None:
    way = WebhookSource(closed_bot, name, configure_webhook(closed_bot, name))
    await closed_bot.start()
    reader, writer = await request(
        port_of(way), f"POST /{name} HTTP/1.1\nHost: x\nContent-Length: 1000000\n\n", b'{"update'
    )
    assert await status_of(reader) == 403
    writer.close()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"group_id": 500, "a": ' + b"[" * 200 + b"]" * 200 + b"}", 403),
        (b'{"group_id": 500, "a": NaN}', 403),
        (b'{"group_id": 500, "a": ' + b"9" * 5000 + b"}", 403),
        (b'{"group_id": 500, "a": "' + b"x" * webhooks.MAX_BODY_BYTES + b'"}', 413),
        (b'{"group_id": 500, "secret": ["list"]}', 403),
    ],
    ids=["deep", "nan", "number", "large", "odd secret"],
)
async def test_hostile_body_is_refused_where_the_secret_is_inside(
    closed_bot: Harness, body: bytes, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    url = configure_webhook(closed_bot, "vk")
    await closed_bot.start()
    async with aiohttp.ClientSession() as session, session.post(url, data=io.BytesIO(body)) as answer:
        assert answer.status == status
    assert "Traceback" not in caplog.text


async def test_body_that_comes_too_slowly_is_refused(closed_bot: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "BODY_TIMEOUT_SECONDS", 0.05)
    way = WebhookSource(closed_bot, "vk", configure_webhook(closed_bot, "vk"))
    await closed_bot.start()
    reader, writer = await request(port_of(way), "POST /vk HTTP/1.1\nHost: x\nContent-Length: 500\n\n", b"{")
    assert await status_of(reader) == 408
    writer.close()


async def test_updates_arrive_while_strangers_hold_every_connection(
    way: WebhookSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MAX_CONNECTIONS", LIMIT)
    await way.harness.start()
    port = port_of(way)
    heads = (
        "",
        "GET /healthz HTTP/1.1\nHost: x\nX-Slow",
        f"POST /{way.name} HTTP/1.1\nHost: x\nContent-Length: 90\n\n",
    )
    held = [await request(port, heads[number % 3]) for number in range(LIMIT * 3)]
    await way.send_message(HATCH)
    await way.harness.wait_for_card(ROADS_HEAD, 1)
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/healthz") as answer:
        assert answer.status == 200
    gone = [reader for reader, _ in held[:LIMIT] if reader.at_eof() or await reader.read(1) == b""]
    assert len(gone) >= LIMIT // 2  # a wrong secret was answered, everything else was cut off
    close_all(held)


@contextlib.asynccontextmanager
async def bounded(on_request: Any, limit: int) -> AsyncIterator[int]:
    runner = web.ServerRunner(connections.BoundedServer(on_request, limit))
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield port
    finally:
        await runner.cleanup()


async def test_request_that_has_arrived_whole_is_never_cut_off() -> None:
    arrived, may_answer = asyncio.Event(), asyncio.Event()

    async def answer_later(asked: web.BaseRequest) -> web.Response:
        await asked.read()
        arrived.set()
        await may_answer.wait()
        return web.Response(text="stored")

    async with bounded(answer_later, 4) as port:
        reader, writer = await request(port, "POST / HTTP/1.1\nHost: x\nContent-Length: 2\n\n", b"{}")
        await arrived.wait()
        held = [await request(port, "") for _ in range(12)]
        may_answer.set()
        assert await status_of(reader) == 200
        close_all([*held, (reader, writer)])


async def test_silent_connection_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "IDLE_TIMEOUT_SECONDS", 0.05)

    async def answer(_: web.BaseRequest) -> web.Response:
        return web.Response()

    async with bounded(answer, 4) as port:
        for head in ("", "GET / HTTP/1.1\nHost:", "GET / HTTP/1.1\nHost: x\n\n"):
            reader, writer = await request(port, head)
            async with asyncio.timeout(10):
                received = await reader.read()
            writer.close()
            assert received.startswith(b"HTTP/1.1 200") == head.endswith("\n\n")


async def test_malformed_requests_leave_no_traceback(closed_bot: Harness, caplog: pytest.LogCaptureFixture) -> None:
    way = WebhookSource(closed_bot, "vk", configure_webhook(closed_bot, "vk"))
    await closed_bot.start()
    for head in (
        "GET / HTTP/9.9\n\n",
        "POST /vk HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\nzz\n",
        "\x00\x01\n\n",
    ):
        reader, writer = await request(port_of(way), head)
        assert await status_of(reader) in (400, 505)
        writer.close()
    async with aiohttp.ClientSession() as session:
        for _ in range(5):
            async with session.post(way.url, json={"group_id": 500, "secret": "guess"}) as answer:
                assert answer.status == 403
    assert "Traceback" not in caplog.text
    refusals = [one for one in caplog.records if one.levelno >= logging.WARNING and "webhook" in one.message]
    assert len(refusals) == 1  # one line a minute, however many are refused


async def test_stranger_learns_only_that_the_bot_lives(closed_bot: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    base = configure_webhook(closed_bot, "telegram").removesuffix("/telegram")
    await closed_bot.start()
    assert closed_bot.app is not None
    faults = closed_bot.app.health.rights_faults
    await closed_bot.wait_until(lambda: "telegram" in faults)  # the first self-check is over
    faults["telegram"] = ["чат «Подслушано»"]
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{base}/readyz") as answer:
            assert (await answer.json())["faults"] == ["чат «Подслушано»"]
        far = {"X-Forwarded-For": "203.0.113.5"}
        async with session.get(f"{base}/readyz", headers=far) as answer:
            assert await answer.json() == {"ready": True}
        async with session.get(f"{base}/metrics", headers=far) as answer:
            assert answer.status == 404
        async with session.get(f"{base}/healthz", headers=far) as answer:
            assert await answer.text() == "ok\n"


def test_near_clients_are_those_of_private_networks() -> None:
    near = ("127.0.0.1", "10.1.2.3", "::ffff:192.168.0.7", "fd00::1")
    for remote in (*near, "8.8.8.8", "::ffff:8.8.8.8", "2a02:6b8::1", None, "unix"):
        request: Any = SimpleNamespace(remote=remote, headers={})
        assert server._is_near(request) is (remote in near), remote


async def test_figures_asked_for_at_once_use_one_connection(
    closed_bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = configure_webhook(closed_bot, "telegram").removesuffix("/telegram")
    await closed_bot.start()
    assert closed_bot.app is not None
    readings = 0
    whole = closed_bot.app.database.read

    def counted() -> Any:
        nonlocal readings
        readings += 1
        return whole()

    listener = closed_bot.app._http_server
    monkeypatch.setattr(listener, "_database", SimpleNamespace(read=counted, current_fault=None))
    async with aiohttp.ClientSession() as session:

        async def ask(path: str) -> int:
            async with session.get(f"{base}/{path}") as answer:
                await answer.read()
                return answer.status

        assert set(await asyncio.gather(*(ask(path) for path in ("readyz", "metrics") * 20))) == {200}
    assert readings < 20


def test_json_fixture_is_shallow_enough() -> None:
    """VK's deepest forwards must pass."""
    nested: dict[str, Any] = {"text": "x"}
    for _ in range(45):
        nested = {"fwd_messages": [nested]}
    assert webhooks._parse_json_object(json.dumps({"object": {"message": nested}}).encode()) is not None
