"""Telegram. Importing this package imports aiogram, which takes seconds: only ``bot.app`` does, when it is needed."""

from bot.messengers.telegram.messenger import TelegramMessenger

__all__ = ["TelegramMessenger"]
