"""Telegram's webhooks (core.telegram.org/bots/api, ``setWebhook``): the secret comes in a header."""

from aiogram.methods import SetWebhook

from bot.messengers.telegram.client import TelegramClient
from bot.messengers.telegram.parsing import ALLOWED_UPDATES

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name


async def subscribe(client: TelegramClient, url: str, secret: str) -> None:
    await client(SetWebhook(url=url, secret_token=secret, allowed_updates=list(ALLOWED_UPDATES)))
