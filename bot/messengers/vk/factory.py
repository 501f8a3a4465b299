"""The VK messengers of the configuration."""

from collections.abc import Sequence
from dataclasses import replace

from bot.config.messenger_sections import UpdateMode, VkSection
from bot.domain.clock import Clock
from bot.domain.sources import OfficialPage
from bot.messengers.port import Messenger, Timeouts
from bot.messengers.vk import wall_reader
from bot.messengers.vk.messenger import VkMessenger
from bot.messengers.vk.transport import VkTimeouts


def build(section: VkSection, clock: Clock, waits: Timeouts) -> list[Messenger]:
    """Build a messenger for each community."""
    timeouts = VkTimeouts(poll=waits.poll)
    if waits.call:
        timeouts = replace(timeouts, call=waits.call)
    return [
        VkMessenger(
            one.id,
            one.title,
            one.token.get_secret_value(),
            section.api_base,
            clock,
            webhook_url=section.webhook_url if section.mode is UpdateMode.WEBHOOK else None,
            service_token=section.service_token.get_secret_value() if section.service_token else None,
            confirmation=one.confirmation.get_secret_value() if one.confirmation else None,
            timeouts=timeouts,
            proxy=section.proxy_url,
        )
        for one in section.communities
    ]


def build_wall_reader(section: VkSection, watched: Sequence[OfficialPage], clock: Clock, waits: Timeouts) -> Messenger:
    """Build the reader of the watched pages, which uses the service key."""
    return wall_reader.VkWallReader(
        section.service_token.get_secret_value() if section.service_token else "",
        section.api_base,
        [wall_reader.WallPage(int(one.source_id), one.title, one.account) for one in watched],
        clock,
        poll_interval=section.pages_every.to_timedelta().total_seconds(),
        timeouts=VkTimeouts(call=waits.call) if waits.call else VkTimeouts(),
        proxy=section.proxy_url,
    )
