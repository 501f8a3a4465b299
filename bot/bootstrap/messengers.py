"""The messengers, and the endpoints of those that push their updates."""

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from pydantic import SecretStr

from bot.config import Config
from bot.config.fields import url_path
from bot.config.messenger_kinds import MESSENGER_KINDS
from bot.config.messenger_sections import UpdateMode, VkSection
from bot.domain.clock import Clock
from bot.messengers.port import Messenger, Timeouts, WebhookReceiver

if TYPE_CHECKING:
    from bot.http.webhooks import WebhookEndpoint


def build_messengers(
    config: Config, clock: Clock, poll_seconds: int = 25, call_seconds: int | None = None
) -> dict[str, Messenger]:
    """Build a messenger for every configured account, by account.

    A messenger's package is imported only if it is configured: the libraries cost time and memory. *call_seconds*
    limits any call but a poll; ``None``: as each messenger's package says.
    """
    waits, built = Timeouts(poll_seconds, call_seconds), []
    for kind in MESSENGER_KINDS:
        section = config.section(kind)
        if section is not None:
            package = importlib.import_module(f"bot.messengers.{kind.section_name}.factory")
            built += package.build(section, clock, waits)
    if config.vk is not None and config.service_key_pages():
        from bot.messengers.vk.factory import build_wall_reader

        built.append(build_wall_reader(config.vk, config.service_key_pages(), clock, waits))
    return {messenger.account: messenger for messenger in built}


def build_webhook_endpoints(config: Config, messengers: Mapping[str, Messenger]) -> "dict[str, WebhookEndpoint]":
    """Return the endpoints of the accounts that receive updates by webhook, by account."""
    found: list[tuple[str, str | None, SecretStr | None]] = []
    for kind in MESSENGER_KINDS:
        section = config.section(kind)
        if section is None or section.mode is not UpdateMode.WEBHOOK:
            continue
        if isinstance(section, VkSection):
            found += [(f"vk:{one.id}", section.webhook_url, one.secret) for one in section.communities]
        else:
            found.append((kind.section_name, section.webhook_url, section.secret))
    if not found:
        return {}
    from bot.http.webhooks import WebhookEndpoint  # and with it the web server

    return {
        account: WebhookEndpoint(
            url_path(url), url, cast(WebhookReceiver, messengers[account]), secret.get_secret_value()
        )
        for account, url, secret in found
        if url is not None and secret is not None
    }
