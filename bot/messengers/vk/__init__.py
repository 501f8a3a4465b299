"""VK: one community, both directions."""

from bot.messengers.vk.messenger import VkMessenger
from bot.messengers.vk.transport import VkTimeouts

__all__ = ["VkMessenger", "VkTimeouts"]
