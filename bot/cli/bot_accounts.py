"""The bot's accounts as a command needs them that writes to officials through the outbox, and calls no messenger."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot.bootstrap.messengers import build_messengers
from bot.config import Config
from bot.domain.clock import SystemClock
from bot.services.context import BotAccount


@asynccontextmanager
async def opened_accounts(config: Config) -> AsyncIterator[Mapping[str, BotAccount]]:
    """Return the accounts of *config*; their messengers are closed at the end."""
    messengers = build_messengers(config, SystemClock())
    try:
        yield {one.account: BotAccount(one.account, one.title, one.capabilities) for one in messengers.values()}
    finally:
        for messenger in messengers.values():
            await messenger.close()
