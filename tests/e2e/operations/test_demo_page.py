"""Requests that the page's server accepts and refuses."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.cli.demo import Demo
from sandbox.page.pictures import SAMPLES, sample_png
from sandbox.page.spans import max_blocks, telegram_blocks, vk_blocks
from tests.e2e.harness import POLL_INTERVAL_SECONDS, TIMEOUT_SECONDS

GROUP, WALL, TALK = "telegram/-1001000000001", "vk/500/wall", "vk/500/2001"
YARD = "max/-70800000000001"
MARIA, ROADS, HOUSING = 2001, 1001, 1002
PHONES = (ROADS, 1003, 1004)  # in Telegram
HATCH = "На Речной 14 у школы открыт люк прямо на дороге! Дети обходят по проезжей части."


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    async with Demo(tmp_path) as running:
        yield running


@pytest.fixture
async def client(demo: Demo) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(demo.url) as session:
        yield session


async def post_action(client: aiohttp.ClientSession, **body: Any) -> tuple[int, dict[str, Any]]:
    async with client.post("page/act", json=body) as response:
        return response.status, await response.json()


async def test_only_what_makes_sense_is_done(client: aiohttp.ClientSession, demo: Demo) -> None:
    for body in (
        {"act": "fly"},
        {"act": "say", "place": "moon", "who": MARIA, "text": "а"},
        {"act": "say", "place": "telegram/-5", "who": MARIA, "text": "а"},
        {"act": "say", "place": "telegram/x", "who": MARIA, "text": "а"},
        {"act": "say", "place": GROUP, "who": 77, "text": "а"},
        {"act": "say", "place": GROUP, "who": "2001", "text": "а"},
        {"act": "say", "place": GROUP, "who": MARIA, "text": "  "},
        {"act": "say", "place": GROUP, "who": MARIA, "text": "я" * 4097},
        {"act": "say", "place": GROUP, "who": MARIA, "text": "а", "reply_to": 99},
        {"act": "say", "place": GROUP, "who": MARIA, "pictures": ["data:image/png;base64,AAAA"]},
        {"act": "say", "place": GROUP, "who": MARIA, "pictures": ["hatch"] * 11},
        {"act": "say", "place": f"telegram/{ROADS}", "who": MARIA, "text": "не мой телефон"},
        {"act": "say", "place": WALL, "who": ROADS, "text": "нет во ВКонтакте", "post": 1},
        {"act": "say", "place": WALL, "who": MARIA, "text": "а", "post": 99},
        {"act": "edit", "place": GROUP, "message": 99, "text": "а"},
        {"act": "edit", "place": GROUP, "message": 1, "text": " "},
        {"act": "delete", "place": TALK, "message": 1},
        {"act": "press", "place": TALK, "message": 1, "who": MARIA, "code": "x"},
        {"act": "say", "place": "max/-5", "who": MARIA, "text": "а"},
        {"act": "say", "place": f"max/{HOUSING}", "who": MARIA, "text": "не мой телефон"},
        {"act": "say", "place": YARD, "who": 77, "text": "а"},
        {"act": "say", "place": YARD, "who": MARIA, "text": "а", "reply_to": "mid.0"},
        {"act": "say", "place": YARD, "who": MARIA, "text": "а", "reply_to": 5},
        {"act": "edit", "place": YARD, "message": "mid.0", "text": "а"},
        {"act": "delete", "place": f"max/{MARIA}", "message": "mid.0"},
        {"act": "press", "place": YARD, "message": "mid.0", "who": MARIA, "code": "x"},
        {"act": "pass_time", "minutes": -5},
        {"act": "pass_time", "minutes": "много"},
    ):
        status, answer = await post_action(client, **body)
        assert status == 400, body
        assert answer["error"], body
    assert demo.sandbox.telegram.messages(int(GROUP.partition("/")[2])) == []


def bot_items(demo: Demo, phone: int) -> list[dict[str, Any]]:
    return [letter for letter in demo.sandbox.telegram.messages(phone) if letter["from"]["is_bot"]]


async def test_in_the_beginning_officials_are_greeted_and_nothing_else(demo: Demo) -> None:
    await demo.sandbox.change_log.wait_until(lambda: all(bot_items(demo, phone) for phone in PHONES), TIMEOUT_SECONDS)
    assert demo.app is not None
    async with asyncio.timeout(TIMEOUT_SECONDS):
        due = True
        while due:  # whatever else it may have to say
            async with demo.app.database.read() as uow:
                due = await uow.outbox.has_due(demo.clock.now())
            await demo.sandbox.change_log.wait_for_change(demo.sandbox.change_log.revision, POLL_INTERVAL_SECONDS)
    heard = {phone: bot_items(demo, phone) for phone in PHONES}
    assert {phone: len(letters) for phone, letters in heard.items()} == dict.fromkeys(PHONES, 1)
    assert all(letters[0]["text"].startswith("Здравствуйте") for letters in heard.values())


async def test_other_sites_in_the_browser_can_do_nothing(client: aiohttp.ClientSession) -> None:
    body = json.dumps({"act": "say", "place": GROUP, "who": MARIA, "text": HATCH})
    json_type = {"Content-Type": "application/json"}
    for headers in (
        {"Content-Type": "text/plain"},
        {**json_type, "Origin": "https://example.org"},
        {**json_type, "Host": "example.org"},
    ):
        async with client.post("page/act", data=body, headers=headers) as response:
            assert response.status == 403, headers
    async with client.post("page/act", data="{", headers=json_type) as response:
        assert response.status == 400
    async with client.post("page/act", data="[]", headers=json_type) as response:
        assert response.status == 400


async def test_files_come_from_the_page_alone(client: aiohttp.ClientSession) -> None:
    for path in (
        "page/static/nothing.js",
        "page/static/..%2fpage.py",
        "page/sample/x",
        "page/file/vk/7",
        "page/file/vk/x",
        "page/file/max/x",
    ):
        async with client.get(path) as response:
            assert response.status == 404, path
    for path, kind in (
        ("", "text/html"),
        ("page/static/main.js", "text/javascript"),
        ("page/static/talk.css", "text/css"),
    ):
        async with client.get(path) as response:
            assert response.status == 200
            assert response.content_type == kind
            assert "script-src 'self'" in response.headers["Content-Security-Policy"]


async def test_everywhere_one_can_write_answer_change_and_take_back(client: aiohttp.ClientSession, demo: Demo) -> None:
    post = demo.sandbox.vk.posts(500)[0].id
    for place, more in (
        (GROUP, {}),
        (WALL, {"post": post}),
        (TALK, {}),
        (f"telegram/{MARIA}", {}),
        (YARD, {}),
        (f"max/{MARIA}", {}),
    ):
        own = sample_png("snow")
        status, said = await post_action(
            client, act="say", place=place, who=MARIA, text=HATCH, pictures=["hatch"], location=True, **more
        )
        assert status == 200, place
        last = said["key"].rpartition("/")[2]
        number = last if place.startswith("max/") else int(last)
        told = {"place": place, "message": number, **more}
        assert (await post_action(client, act="edit", text="Передумала", **told))[0] == 200
        reply = {"act": "say", "place": place, "who": MARIA, "text": "и ещё", "reply_to": number, **more}
        assert (await post_action(client, **reply, pictures=[_data_url(own)]))[0] == 200
        assert (await post_action(client, act="delete", **told))[0] == 200
    status, said = await post_action(
        client, act="say", place=WALL, who=MARIA, text="На стене", post=None, pictures=["lamp"]
    )
    assert status == 200
    assert "post" in said["key"]


async def test_a_head_works_in_max_on_the_page(client: aiohttp.ClientSession, demo: Demo) -> None:
    phone = f"max/{HOUSING}"
    await post_action(client, act="say", place=YARD, who=MARIA, text="В подъезде на Лесной 5 второй день нет света!")
    async with client.get("page/events") as stream:
        items: dict[str, Any] = {}

        async def seen(place: str, *pieces: str) -> dict[str, Any]:
            while True:
                for item in reversed(items.values()):
                    if item["place"] == place and all(piece in _item_text(item) for piece in pieces):
                        return dict(item)
                items.update({item["key"]: item for item in (await _read_event(stream))["items"]})

        card = await seen(phone, "№1 · ", "нет света")
        assert {"href", "jump"} <= {name for block in card["blocks"] for part in block["parts"] for name in part}
        accept = next(one["code"] for row in card["buttons"] for one in row if "Принять" in one["text"])
        pressed = {"act": "press", "place": phone, "message": card["id"], "who": HOUSING}
        status, said = await post_action(client, **pressed, code=accept)
        assert (status, said) == (200, {"text": "Принято в работу", "alert": False})
        await seen(phone, "В работе")
        await post_action(client, act="say", place=phone, who=HOUSING, text="Свет дадут к 14:00.", reply_to=card["id"])
        preview = await seen(phone, "Так ответ увидит житель", "к 14:00")
        send = next(one["code"] for row in preview["buttons"] for one in row if "Отправить" in one["text"])
        await post_action(client, **{**pressed, "message": preview["id"]}, code=send)
        answer = await seen(YARD, "Свет дадут к 14:00.")
        assert answer["reply"]["text"].startswith("В подъезде на Лесной 5")
        assert answer["from"]["bot"]
    assert [one["place"] for one in demo.town.stage.as_json()["phones"]][1] == phone


def _item_text(item: dict[str, Any]) -> str:
    return "".join(part["text"] for block in item["blocks"] for part in block["parts"])


async def test_the_events_tell_everything_once_and_then_the_news(client: aiohttp.ClientSession, demo: Demo) -> None:
    async with client.get("page/events") as stream:
        first = await _read_event(stream)
        assert first["first"]
        assert {item["place"] for item in first["items"]} >= {f"telegram/{ROADS}", WALL}
        await post_action(client, act="say", place=GROUP, who=MARIA, text="Всем <b>привет</b>")
        news = await _read_event(stream)
        while not (said := [item for item in news["items"] if item["place"] == GROUP]):
            news = await _read_event(stream)  # of somebody who is still being greeted
        assert len(said) == 1
        parts = said[0]["blocks"][0]["parts"]
        assert "".join(part["text"] for part in parts) == "Всем <b>привет</b>"
        assert not news["first"]

        restarting = asyncio.gather(post_action(client, act="new_day"), _read_first_event(stream))
        (status, _), again = await restarting
        assert status == 200
        assert again["ready"]
        assert all(item["place"] != GROUP for item in again["items"])
    assert demo.sandbox.telegram.messages(int(GROUP.partition("/")[2])) == []


async def _read_first_event(stream: aiohttp.ClientResponse) -> dict[str, Any]:
    while not (news := await _read_event(stream))["first"]:
        pass
    return news


async def _read_event(stream: aiohttp.ClientResponse) -> dict[str, Any]:
    async with asyncio.timeout(15):
        while not (line := (await stream.content.readline()).decode()).startswith("data: "):
            assert line
    found: dict[str, Any] = json.loads(line.removeprefix("data: "))
    return found


def _data_url(data: bytes) -> str:
    import base64

    return "data:image/png;base64," + base64.b64encode(data).decode()


def test_marked_up_text_becomes_plain_pieces() -> None:
    text = "🔥 №1\nлюк <b>\nкарта и http://a.ru"
    entities = [
        {"type": "bold", "offset": 0, "length": 5},
        {"type": "blockquote", "offset": 6, "length": 7},
        {"type": "text_link", "offset": 14, "length": 5, "url": "https://ya.ru"},
        {"type": "text_link", "offset": 14, "length": 5, "url": "javascript:alert(1)"},
        {"type": "url", "offset": 22, "length": 11},
    ]
    blocks = telegram_blocks(text, entities)
    assert [block["quote"] for block in blocks] == [False, True, False]
    assert blocks[0]["parts"] == [{"text": "🔥 №1", "styles": ["bold"]}, {"text": ""}]
    assert blocks[1]["parts"] == [{"text": "люк <b>"}]
    links = [part.get("href") for part in blocks[2]["parts"]]
    assert links == [None, "https://ya.ru", None, "http://a.ru"]
    assert telegram_blocks("", []) == []


def test_the_markup_of_max_becomes_plain_pieces() -> None:
    markup = [
        {"type": "strong", "from": 0, "length": 5},
        {"type": "quote", "from": 6, "length": 3},
        {"type": "link", "from": 10, "length": 5, "url": "https://ya.ru"},
        {"type": "link", "from": 10, "length": 5, "url": "javascript:alert(1)"},
        {"type": "unheard of", "from": 0, "length": 2},
    ]
    blocks = max_blocks("🔥 №1\nлюк\nкарта", markup)
    assert [block["quote"] for block in blocks] == [False, True, False]
    assert "".join(part["text"] for part in blocks[0]["parts"]) == "🔥 №1"
    assert all(part["styles"] == ["bold"] for part in blocks[0]["parts"] if part["text"])
    assert [part["href"] for part in blocks[2]["parts"] if "href" in part] == ["https://ya.ru"]


def test_vk_mentions_and_links_become_plain_pieces() -> None:
    parts = vk_blocks("[id1|Мария], смотрите https://a.ru и [http://b.ru|тут], [не ссылка]")[0]["parts"]
    assert parts == [
        {"text": "Мария", "styles": ["bold"]},
        {"text": ", смотрите "},
        {"text": "https://a.ru", "href": "https://a.ru"},
        {"text": " и "},
        {"text": "тут", "href": "http://b.ru"},
        {"text": ", [не ссылка]"},
    ]
    assert vk_blocks("") == []


def test_the_samples_are_pictures() -> None:
    for name in SAMPLES:
        assert sample_png(name).startswith(b"\x89PNG\r\n")
        assert len(sample_png(name)) < 60_000
