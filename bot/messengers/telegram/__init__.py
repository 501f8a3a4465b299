"""Telegram: client, parser and renderer.

Importing this package imports parts of aiogram, so only ``bot.bootstrap.messengers`` does it, and only when needed.
"""

from bot.messengers.telegram.lazy_aiogram import import_aiogram

import_aiogram()  # before any module of the package asks for aiogram itself

from bot.messengers.telegram.messenger import TelegramMessenger  # noqa: E402

__all__ = ["TelegramMessenger"]
