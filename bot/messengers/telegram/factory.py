"""The Telegram messenger of the configuration."""

from bot.config.messenger_sections import TelegramSection
from bot.domain.clock import Clock
from bot.messengers.port import Messenger, Timeouts
from bot.messengers.telegram.messenger import REQUEST_TIMEOUT_SECONDS, TelegramMessenger


def build(section: TelegramSection, clock: Clock, waits: Timeouts) -> list[Messenger]:
    """Build the messenger of the one bot."""
    return [
        TelegramMessenger(
            section.token.get_secret_value(),
            section.api_base,
            [(chat.id, chat.title or str(chat.id)) for chat in section.chats],
            poll_timeout=waits.poll,
            request_timeout=waits.call or REQUEST_TIMEOUT_SECONDS,
            proxy=section.proxy_url,
        )
    ]
