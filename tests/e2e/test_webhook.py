"""Telegram brings its updates itself: stored before 200 is said, nothing lost when that fails."""

import socket

import aiohttp
import pytest

from tests.e2e.town import GROUP, MARIA, ROADS_HEAD, Town

SECRET = "secret-of-the-webhook"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def town(closed_town: Town) -> Town:
    port = free_port()
    url = f"http://127.0.0.1:{port}/telegram"
    closed_town.settings["telegram_more"] = f'mode = "webhook"\nwebhook_url = "{url}"\nsecret = "{SECRET}"'
    closed_town.settings["more"] = f'[http]\nlisten = "127.0.0.1:{port}"'
    closed_town.settings["webhook"] = url
    await closed_town.start()
    return closed_town


async def test_an_update_that_is_brought_becomes_a_card(town: Town) -> None:
    await town.sandbox.telegram.say(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")
    await town.answer(ROADS_HEAD, 1, "Заделаем завтра.")
    await town.letter(GROUP, "Заделаем завтра.")
    assert not [name for name, _ in town.sandbox.telegram.calls if name == "getUpdates"]


async def test_what_comes_while_the_bot_is_off_is_brought_again(town: Town) -> None:
    await town.stop()
    await town.sandbox.telegram.say(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")
    await town.start()
    await town.card(ROADS_HEAD, 1)


async def test_without_the_secret_nothing_is_taken(town: Town) -> None:
    url = town.settings["webhook"]
    async with aiohttp.ClientSession() as session:
        forged = {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": GROUP}, "text": "яма"}}
        async with session.post(url, json=forged) as answer:
            assert answer.status == 403
        async with session.post(url, json=forged, headers={"X-Telegram-Bot-Api-Secret-Token": "guess"}) as answer:
            assert answer.status == 403
        head = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        async with session.post(url, data=b"no json", headers=head) as answer:
            assert answer.status == 400
        async with session.get(url.replace("/telegram", "/healthz")) as answer:
            assert (answer.status, await answer.text()) == (200, "ok\n")
        async with session.get(url.replace("/telegram", "/readyz")) as answer:
            assert (await answer.json())["ready"] is True
        async with session.get(url.replace("/telegram", "/metrics")) as answer:
            assert "# TYPE mcu_inbox_rows gauge" in await answer.text()
