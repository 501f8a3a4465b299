"""MAX: one bot of ours, in both directions."""

from bot.messengers.max.client import MaxTimeouts
from bot.messengers.max.messenger import MaxMessenger

__all__ = ["MaxMessenger", "MaxTimeouts"]
