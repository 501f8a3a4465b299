"""Messengers bring their updates themselves: stored before the receipt is given, nothing lost when that fails."""

import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from sandbox.faults import Fault, FaultKind
from sandbox.max.state import ALL_RIGHTS
from storage.repositories.inbox import Inbox
from tests.e2e.harness import ADMINISTRATOR, COMMUNITY, GROUP, MARIA, ROADS_HEAD, Harness
from tests.e2e.queries import wait_until_idle

SECRET = "secret-of-the-webhook"
HATCH = "На Ленина 45 огромная яма на дороге"
HOUSE, MAX_TOKEN = -70_801_090_403_050, "max-token-for-the-tests-only"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def configure_webhook(bot: Harness, name: str) -> str:
    """Let *name* be set up for webhooks; the address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/{name}"
    more = f'[http]\nlisten = "127.0.0.1:{port}"\n'
    mode = f'mode = "webhook"\nwebhook_url = "{url}"'
    if name == "telegram":
        bot.settings["telegram_more"] = f'{mode}\nsecret = "{SECRET}"'
    elif name == "vk":
        bot.config_replacements["[vk]\n"] = f"[vk]\n{mode}\n"
        bot.config_replacements["id = 500\n"] = f'id = 500\nsecret = "{SECRET}"\n'
    else:
        bot.sandbox.max.add_bot(MAX_TOKEN)
        bot.sandbox.max.user(MARIA, "Мария", "Ким")
        bot.sandbox.max.chat(HOUSE, "Дом на Ленина, 45")
        more += f'[max]\ntoken = "{MAX_TOKEN}"\napi_base = "{bot.sandbox.url}/max"\n{mode}\nsecret = "{SECRET}"\n'
        more += f'[[max.chats]]\nid = {HOUSE}\ntitle = "Дом"\nkind = "official"\n'
    bot.settings["more"] = more
    return url


@dataclass
class WebhookSource:
    """One messenger that brings updates: how a citizen writes there, and how a forged update would look."""

    harness: Harness
    name: str
    url: str

    async def send_message(self, text: str) -> None:
        sandbox = self.harness.sandbox
        ways: dict[str, Callable[[], Awaitable[Any]]] = {
            "telegram": lambda: sandbox.telegram.send_message(GROUP, MARIA, text),
            "vk": lambda: sandbox.vk.send_message(COMMUNITY, MARIA, text),
            "max": lambda: sandbox.max.send_message(HOUSE, MARIA, text),
        }
        await ways[self.name]()

    def bot_answers(self) -> list[str]:
        """Return the bot's messages in the citizen's chat."""
        sandbox = self.harness.sandbox
        if self.name == "telegram":
            return self.harness.bot_texts(GROUP)
        if self.name == "vk":
            return [one.text for one in sandbox.vk.messages(COMMUNITY, MARIA) if one.out]
        return [one.text for one in sandbox.max.from_bot(HOUSE)]

    def poll_count(self) -> int:
        sandbox = self.harness.sandbox
        if self.name == "telegram":
            return sum(name == "getUpdates" for name, _ in sandbox.telegram.calls)
        if self.name == "vk":
            return sum(call.method == "groups.getLongPollServer" for call in sandbox.vk.calls)
        return sum(call.name == "getUpdates" for call in sandbox.max.calls)

    def forged_update(self, secret: str | None) -> tuple[dict[str, Any], dict[str, str]]:
        """Body and headers of an update that somebody made up."""
        if self.name == "vk":
            body = {"type": "message_new", "group_id": COMMUNITY, "event_id": "e1", "object": {}}
            return (body | {"secret": secret} if secret else body), {}
        header = {"telegram": "X-Telegram-Bot-Api-Secret-Token", "max": "X-Max-Bot-Api-Secret"}[self.name]
        return {"update_id": 1, "update_type": "message_created"}, ({header: secret} if secret else {})


@pytest.fixture(params=["telegram", "vk", "max"])
def way(request: pytest.FixtureRequest, closed_bot: Harness) -> WebhookSource:
    """Set up, not yet running."""
    return WebhookSource(closed_bot, request.param, configure_webhook(closed_bot, request.param))


async def test_an_update_that_is_brought_becomes_a_card(way: WebhookSource) -> None:
    await way.harness.start()
    await way.send_message(HATCH)
    await way.harness.answer_ticket(ROADS_HEAD, 1, "Заделаем завтра.")
    await way.harness.wait_until(lambda: [text for text in way.bot_answers() if "Заделаем завтра." in text])
    assert not way.poll_count()


async def test_lost_rights_in_max_are_told_at_once_and_seen_in_health(closed_bot: Harness) -> None:
    """MAX says so to webhooks alone; nothing else would show that the bot has become deaf."""
    configure_webhook(closed_bot, "max")
    await closed_bot.start()
    app, server = closed_bot.app, closed_bot.sandbox.max
    assert app is not None
    await closed_bot.wait_until(lambda: app.health.rights_faults.get("max") == [])
    await server.change_rights(HOUSE, "write")
    await closed_bot.wait_for_message(ADMINISTRATOR, "У бота отобрали право читать сообщения в чате «Дом»")
    await closed_bot.wait_until(lambda: app.health.rights_faults.get("max"))
    await server.change_rights(HOUSE, *ALL_RIGHTS)
    await closed_bot.wait_until(lambda: app.health.rights_faults.get("max") == [])


async def test_updates_during_downtime_are_delivered_again(way: WebhookSource) -> None:
    await way.harness.start()
    await way.send_message(HATCH)
    await way.harness.wait_for_card(ROADS_HEAD, 1)
    await way.harness.stop()
    await way.send_message("На Мира 7 огромная яма на дороге, и ещё одна на Кирова 3")
    await way.harness.start()
    await way.harness.wait_for_card(ROADS_HEAD, 2, "Мира")
    assert way.harness.ticket_numbers(ROADS_HEAD) == [1, 2]


async def test_without_the_secret_nothing_is_taken(way: WebhookSource) -> None:
    await way.harness.start()
    async with aiohttp.ClientSession() as session:
        for secret, status in ((None, 403), ("guess", 403), ("я" * 5, 403), (SECRET, 200)):
            body, headers = way.forged_update(secret)
            if secret is not None and not secret.isascii() and headers:
                continue  # no client sends such a header
            async with session.post(way.url, json=body, headers=headers) as answer:
                assert answer.status == status, secret
                assert await answer.text() == ("ok" if way.name == "vk" and status == 200 else "")
        _, headers = way.forged_update(SECRET)
        for rubbish in (b"no json", b"[]", b"", b"[" * 100_000):
            async with session.post(way.url, data=rubbish, headers=headers) as answer:
                assert answer.status == 400
        async with session.post(way.url + "/elsewhere", json={}, headers=headers) as answer:
            assert answer.status == 404


async def test_going_back_to_polling_loses_nothing(way: WebhookSource) -> None:
    bot = way.harness
    await bot.start()
    await way.send_message(HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.stop()
    await way.send_message("На Мира 7 огромная яма на дороге, и ещё одна на Кирова 3")
    bot.settings["telegram_more"] = ""
    bot.config_replacements.clear()
    bot.settings["more"] = bot.settings["more"].replace('mode = "webhook"', 'mode = "polling"')
    await bot.start()
    await bot.wait_for_card(ROADS_HEAD, 2, "Мира")
    await bot.wait_until(way.poll_count)
    await way.send_message("На Пушкина 9 огромная яма на дороге, машины вязнут")
    await bot.wait_for_card(ROADS_HEAD, 2)
    assert not bot.sandbox.max.world.subscriptions
    assert not bot.sandbox.telegram.world.webhook["url"]


async def test_going_over_to_webhooks_loses_nothing(way: WebhookSource) -> None:
    bot = way.harness
    settings, rewrites = dict(bot.settings), dict(bot.config_replacements)
    bot.settings["telegram_more"] = ""
    bot.config_replacements.clear()
    bot.settings["more"] = bot.settings["more"].replace('mode = "webhook"', 'mode = "polling"')
    await bot.start()
    await way.send_message(HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.stop()
    await way.send_message("На Мира 7 огромная яма на дороге, и ещё одна на Кирова 3")
    bot.settings, bot.config_replacements = settings, rewrites
    await bot.start()
    await bot.wait_for_card(ROADS_HEAD, 2, "Мира")
    assert bot.ticket_numbers(ROADS_HEAD) == [1, 2]


async def test_a_subscription_that_fails_is_tried_again_and_reported(way: WebhookSource) -> None:
    bot, sandbox = way.harness, way.harness.sandbox
    faults, method = {
        "telegram": (sandbox.telegram.faults, "setWebhook"),
        "vk": (sandbox.vk.faults, "groups.getCallbackServers"),
        "max": (sandbox.max.faults, "subscribe"),
    }[way.name]
    faults.order(method, Fault(FaultKind.HTTP_500), times=2)
    await bot.start()
    await way.send_message(HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)


# VK's own: the address is confirmed first


async def test_an_address_connected_by_hand_answers_the_string_of_the_settings(closed_bot: Harness) -> None:
    bot, vk = closed_bot, closed_bot.sandbox.vk
    url = configure_webhook(bot, "vk")
    code = await vk.add_callback_server_as_manager(COMMUNITY, url, SECRET)
    bot.config_replacements["id = 500\n"] += f'confirmation = "{code}"\n'
    await bot.start()
    [server] = vk.world.communities[COMMUNITY].servers.values()
    if server.status == "failed":  # VK has asked before the bot was there: the manager presses «Подтвердить» again
        server.status = "wait"
        await vk.change_log.notify()
    await bot.wait_until(lambda: server.status == "ok")
    await vk.send_message(COMMUNITY, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    assert not [call for call in vk.calls if call.method == "groups.addCallbackServer"]


async def test_request_without_secret_gets_no_confirmation_string(closed_bot: Harness) -> None:
    bot = closed_bot
    url = configure_webhook(bot, "vk")
    await bot.start()
    asked = {"type": "confirmation", "group_id": COMMUNITY}
    calls = bot.sandbox.vk.calls
    await bot.wait_until(lambda: bot.sandbox.vk.world.communities[COMMUNITY].servers[1].status == "ok")
    before = len([one for one in calls if one.method == "groups.getCallbackConfirmationCode"])
    async with aiohttp.ClientSession() as session:
        for body in (asked, asked | {"secret": "guess"}, asked | {"group_id": 7}, asked | {"group_id": "500"}):
            async with session.post(url, json=body) as answer:
                assert answer.status == 403
    after = [one for one in bot.sandbox.vk.calls if one.method == "groups.getCallbackConfirmationCode"]
    assert len(after) == before == 1


async def test_the_secret_is_not_kept_with_the_update(closed_bot: Harness) -> None:
    bot = closed_bot
    configure_webhook(bot, "vk")
    await bot.start()
    await bot.sandbox.vk.send_message(COMMUNITY, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    await bot.stop()
    kept = b"".join(one.read_bytes() for one in bot.folder.glob("mcu.sqlite3*"))
    assert "огромная яма".encode() in kept or b"\\u043e\\u0433\\u0440" in kept
    assert SECRET.encode() not in kept


async def test_an_address_that_vk_cannot_confirm_is_told_and_tried_again(closed_bot: Harness) -> None:
    bot, vk = closed_bot, closed_bot.sandbox.vk
    configure_webhook(bot, "vk")
    vk.faults.order("groups.getCallbackConfirmationCode", Fault(FaultKind.HTTP_500))
    await bot.start()
    servers = vk.world.communities[COMMUNITY].servers
    await bot.wait_until(lambda: servers and servers[1].status == "failed")
    await bot.stop()
    await bot.start()
    await bot.wait_until(lambda: servers[1].status == "ok")
    await vk.send_message(COMMUNITY, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    assert list(servers) == [1]


async def test_another_programs_address_is_left_alone(closed_bot: Harness) -> None:
    bot, vk = closed_bot, closed_bot.sandbox.vk
    url = configure_webhook(bot, "vk")
    await vk.add_callback_server_as_manager(COMMUNITY, "https://robots.example/vk", "their-secret")
    await bot.start()
    servers = vk.world.communities[COMMUNITY].servers
    await bot.wait_until(lambda: [one.url for one in servers.values()] == ["https://robots.example/vk", url])
    assert servers[1].secret_key == "their-secret"


# The address itself


async def test_requests_get_503_when_no_connection_is_free(
    way: WebhookSource, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bot = way.harness
    await bot.start()
    whole: dict[str, Any] = {name: getattr(Inbox, name) for name in ("store", "count_by_status")}
    asked: list[str] = []

    async def waits(self: Inbox, *how: Any) -> None:
        asked.append("")
        raise NoConnectionFree("QueuePool limit of size 8 overflow 40 reached")

    for name in whole:
        monkeypatch.setattr(Inbox, name, waits)
    await way.send_message(HATCH)
    await bot.wait_until(lambda: asked)
    url = f"http://127.0.0.1:{bot.app.config.tree.http.port}" if bot.app and bot.app.config.tree.http else ""
    async with aiohttp.ClientSession() as session:
        for path in ("readyz", "metrics"):
            async with session.get(f"{url}/{path}") as answer:
                assert answer.status == 503
    for name, method in whole.items():
        monkeypatch.setattr(Inbox, name, method)
    await bot.wait_for_card(ROADS_HEAD, 1)  # it was brought again
    assert "Traceback" not in caplog.text


async def test_health_readiness_and_figures(closed_bot: Harness) -> None:
    url = configure_webhook(closed_bot, "telegram").removesuffix("/telegram")
    await closed_bot.start()
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{url}/healthz") as answer:
            assert (answer.status, await answer.text()) == (200, "ok\n")
        async with session.get(f"{url}/readyz") as answer:
            assert (answer.status, (await answer.json())["ready"]) == (200, True)
        async with session.get(f"{url}/metrics") as answer:
            assert "# TYPE mcu_inbox_rows gauge" in await answer.text()
        assert closed_bot.app is not None
        closed_bot.app.health.ready = False  # as at the start and before the end
        async with session.get(f"{url}/readyz") as answer:
            assert (answer.status, (await answer.json())["ready"]) == (503, False)
        async with session.get(f"{url}/healthz") as answer:
            assert answer.status == 200
