"""A strict stand-in for VK's API, its long poll and its uploads, and the people and walls of a small town in it."""

from sandbox.vk.server import VkServer

__all__ = ["VkServer"]
