"""The places that the municipality watches."""

from dataclasses import dataclass

PRIVATE_ROOT = "private"
"""The source name of a bot's private chats, which belong to no configured chat."""


@dataclass(frozen=True, slots=True)
class Source:
    """A monitored place. ``account``: ``telegram``, ``vk:123``, ``max``; ``root``: the chat's or community's id as
    text, or :data:`PRIVATE_ROOT`; ``kind``: ``chat`` (talk of neighbours) or ``official`` (people come here to report);
    ``answers``: who may answer there: ``bot``, ``person`` or ``off``."""

    account: str
    root: str
    title: str
    kind: str
    answers: str
