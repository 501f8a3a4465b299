"""The accounts of ours, as their section of the configuration asks for."""

from collections.abc import Sequence
from dataclasses import replace

from bot.config.schema import Mode, Vk
from bot.domain.clock import Clock
from bot.domain.sources import Page
from bot.messengers.port import Messenger, Waits
from bot.messengers.vk import wall_reader
from bot.messengers.vk.messenger import VkMessenger
from bot.messengers.vk.transport import Timeouts


def build(section: Vk, clock: Clock, waits: Waits) -> list[Messenger]:
    """One for each community."""
    timeouts = Timeouts(poll=waits.poll)
    if waits.call:
        timeouts = replace(timeouts, call=waits.call)
    return [
        VkMessenger(
            one.id,
            one.title,
            one.token.get_secret_value(),
            section.api_base,
            clock,
            webhook_url=section.webhook_url if section.mode is Mode.WEBHOOK else None,
            service_token=section.service_token.get_secret_value() if section.service_token else None,
            confirmation=one.confirmation.get_secret_value() if one.confirmation else None,
            timeouts=timeouts,
        )
        for one in section.communities
    ]


def build_pages(section: Vk, watched: Sequence[Page], clock: Clock, waits: Waits) -> Messenger:
    """What reads the watched pages with the service key."""
    return wall_reader.VkPages(
        section.service_token.get_secret_value() if section.service_token else "",
        section.api_base,
        [wall_reader.Page(int(one.root), one.title, one.account) for one in watched],
        clock,
        every=section.pages_every.timedelta().total_seconds(),
        timeouts=Timeouts(call=waits.call) if waits.call else Timeouts(),
    )
