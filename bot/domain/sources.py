"""The places that the municipality watches."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.people import MESSENGER_TITLES, MessengerName

PRIVATE_SOURCE_ID = "private"
"""The source name of a bot's private chats, which belong to no configured chat."""


@dataclass(frozen=True, slots=True)
class Source:
    """A monitored place. ``account``: ``telegram``, ``vk:123``, ``max``; ``root``: the chat's or community's id as
    text, or :data:`PRIVATE_ROOT`; ``kind``: ``chat`` (talk of neighbours) or ``official`` (people come here to report);
    ``answers``: who may answer there: ``bot``, ``person`` or ``off``; ``invite``: where answers are off, the address to
    which a citizen is asked, once, to write instead."""

    account: str
    source_id: str
    title: str
    kind: str
    answers: str
    invite: str | None = None


VK_PAGES_ACCOUNT = "vk:pages"
"""The account under which walls are read that gave us no key of their own."""


@dataclass(frozen=True, slots=True)
class OfficialPage:
    """An official page that is watched: does it speak, and does it answer? ``account`` and ``root`` name it as a
    :class:`Source` is named; ``heard_in``: the root where its comments are written, if that is another place (the
    discussion group of a Telegram channel)."""

    account: str
    source_id: str
    title: str
    comments_source_id: str
    silent_after: timedelta


def messenger_of(account: str) -> str:
    """``vk`` for ``vk:123``."""
    return account.partition(":")[0]


def messenger_title(account: str) -> str:
    """«VK» for ``vk:123`` and for ``vk``: the messenger's name for people."""
    return MESSENGER_TITLES[MessengerName(messenger_of(account))]


def author_key(account: str, user_id: str) -> str:
    """One citizen across our accounts of one messenger."""
    return f"{messenger_of(account)}:{user_id}"
