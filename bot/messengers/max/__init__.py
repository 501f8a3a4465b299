"""MAX: one bot, both directions."""

from bot.messengers.max.client import MaxTimeouts
from bot.messengers.max.messenger import MaxMessenger

__all__ = ["MaxMessenger", "MaxTimeouts"]
