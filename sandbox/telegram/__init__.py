"""A local Telegram Bot API with the people and chats behind it."""

from sandbox.telegram.server import TelegramServer, api_fault

__all__ = ["TelegramServer", "api_fault"]
