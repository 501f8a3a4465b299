"""Every messenger through a proxy, and what `check` says if something on the way is wrong."""

import logging
from collections.abc import Callable

import pytest

from bot.domain.clock import SystemClock
from bot.messengers.max.client import MaxTimeouts
from bot.messengers.max.messenger import MaxMessenger
from bot.messengers.port import Messenger
from bot.messengers.telegram import TelegramMessenger
from bot.messengers.vk.messenger import VkMessenger
from bot.messengers.vk.transport import VkTimeouts
from tests.contract import max_harness, telegram_harness, vk_harness
from tests.contract.harness import TOKEN, MessengerHarness
from tests.proxy_server import ProxyServer, running_proxy

NAME, PASSWORD, ENCODED = "town", "p@ss:word/1", "town:p%40ss%3Aword%2F1"
HOST = "messenger.test"
"""A name that only the proxy knows."""


def new_telegram(base: str, proxy: str | None) -> Messenger:
    return TelegramMessenger(TOKEN, base, poll_timeout=0, request_timeout=3, proxy=proxy)


def new_vk(base: str, proxy: str | None) -> Messenger:
    limits = VkTimeouts(connect=2.0, call=3.0, poll=1, lookup=2.0, file=3.0)
    return VkMessenger(vk_harness.GROUP, vk_harness.TITLE, TOKEN, base, SystemClock(), timeouts=limits, proxy=proxy)


def new_max(base: str, proxy: str | None) -> Messenger:
    limits = MaxTimeouts(connect=2.0, call=3.0, poll=0, between_polls=0.0, file=3.0)
    return MaxMessenger(TOKEN, base, [], SystemClock(), timeouts=limits, proxy=proxy)


NEW: dict[type[object], tuple[str, Callable[[str, str | None], Messenger]]] = {
    telegram_harness.TelegramHarness: ("telegram", new_telegram),
    vk_harness.VkHarness: ("vk", new_vk),
    max_harness.MaxHarness: ("max", new_max),
}


async def first_finding(harness: MessengerHarness, base: str | None, proxy: str | None) -> str:
    """Return the first words of the self-check at *base*, by default the sandbox's address by its name."""
    prefix, new = NEW[type(harness)]
    url = (base or harness.sandbox.url.replace("127.0.0.1", HOST)) + f"/{prefix}"
    messenger = new(url, proxy)
    try:
        return (await messenger.check())[0].text
    finally:
        await messenger.close()


@pytest.mark.parametrize("kind", ["socks5", "http"])
async def test_all_calls_go_through_the_proxy_which_knows_the_name(harness: MessengerHarness, kind: str) -> None:
    names = {HOST: "127.0.0.1", "127.0.0.1": "127.0.0.1"}
    async with running_proxy(ProxyServer(kind, (NAME, PASSWORD), names)) as proxy:
        assert "отвеча" not in await first_finding(harness, None, proxy.url(ENCODED))
        assert {host for host, _ in proxy.connections} <= set(names)
        assert proxy.connections[0][0] == HOST
        prefix, new = NEW[type(harness)]
        messenger = new(harness.sandbox.url.replace("127.0.0.1", HOST) + f"/{prefix}", proxy.url(ENCODED))
        before = len(proxy.connections)
        await messenger.fetch()
        await messenger.close()
        assert len(proxy.connections) > before


@pytest.mark.parametrize("kind", ["socks5", "http"])
async def test_check_tells_a_wrong_password_an_unknown_server_and_an_absent_proxy_apart(
    harness: MessengerHarness, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with running_proxy(ProxyServer(kind, (NAME, PASSWORD), {})) as proxy:
        assert "не принимает имя или пароль" in await first_finding(harness, None, proxy.url("town:wrong-word"))
        assert "не соединяет с сервером" in await first_finding(harness, None, proxy.url(ENCODED))
    assert "proxy не отвечает" in await first_finding(harness, None, f"{kind}://town:wrong-word@127.0.0.1:1")
    assert "wrong-word" not in caplog.text


async def test_check_tells_a_name_a_certificate_and_a_connection_apart(harness: MessengerHarness) -> None:
    assert "не находится (DNS)" in await first_finding(harness, "http://nowhere.invalid", None)
    assert "не прошёл проверку" in await first_finding(harness, harness.sandbox.url.replace("http:", "https:"), None)
    assert "соединения нет" in await first_finding(harness, "http://127.0.0.1:1", None)


@pytest.mark.parametrize("kind", ["socks5", "http"])
async def test_an_untrusted_certificate_behind_a_proxy_is_no_fault_of_the_proxy(
    harness: MessengerHarness, kind: str
) -> None:
    base = harness.sandbox.url.replace("http:", "https:").replace("127.0.0.1", HOST)
    async with running_proxy(ProxyServer(kind, None, {HOST: "127.0.0.1"})) as proxy:
        assert "не прошёл проверку" in await first_finding(harness, base, proxy.url())
