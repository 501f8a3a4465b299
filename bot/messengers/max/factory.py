"""The MAX messenger of the configuration."""

from bot.config.messenger_sections import MaxSection, UpdateMode
from bot.domain.clock import Clock
from bot.messengers.max.client import MaxTimeouts
from bot.messengers.max.messenger import MaxMessenger
from bot.messengers.port import Messenger, Timeouts


def build(section: MaxSection, clock: Clock, waits: Timeouts) -> list[Messenger]:
    """Build the messenger of the one bot."""
    return [
        MaxMessenger(
            section.token.get_secret_value(),
            section.api_base,
            [(chat.id, chat.title or str(chat.id)) for chat in section.chats],
            clock,
            webhook_url=section.webhook_url if section.mode is UpdateMode.WEBHOOK else None,
            timeouts=MaxTimeouts(poll=waits.poll),
            proxy=section.proxy_url,
        )
    ]
