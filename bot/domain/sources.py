"""The places that the municipality watches."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.domain.people import MESSENGER_TITLES, MessengerName

PRIVATE_SOURCE_ID = "private"
"""The source id of a bot's private chats, which belong to no configured chat."""


class SourceKind(StrEnum):
    """The use that citizens make of a place."""

    CHAT = "chat"  # neighbours talk: only messages that need action become tickets
    OFFICIAL = "official"  # people come to report: every message but noise becomes a ticket


class AnswerPolicy(StrEnum):
    """The one who may answer citizens in a place."""

    BOT = "bot"  # the bot posts the answer
    PERSON = "person"  # an employee posts it by hand; the bot provides the text and the link
    OFF = "off"  # nobody answers there, messages are only registered


@dataclass(frozen=True, slots=True)
class Source:
    """A monitored place.

    ``account`` is ``telegram``, ``vk:123`` or ``max``; ``source_id`` the chat's or community's id as text, or
    :data:`PRIVATE_SOURCE_ID`; ``invite`` the address to which citizens are invited, once, where answers are off;
    ``sector`` and ``district`` those of messages that do not say theirs.
    """

    account: str
    source_id: str
    title: str
    kind: SourceKind
    answers: AnswerPolicy
    invite: str | None = None
    sector: str | None = None
    district: str | None = None


VK_PAGES_ACCOUNT = "vk:pages"
"""The account of the walls that are read with the service key."""


@dataclass(frozen=True, slots=True)
class OfficialPage:
    """An official page that is watched for silence and for unanswered comments.

    ``account`` and ``source_id`` are those of a :class:`Source`; ``comments_source_id`` is the source where its
    comments are written: the discussion group of a Telegram channel, otherwise the page itself.
    """

    account: str
    source_id: str
    title: str
    comments_source_id: str
    silent_after: timedelta


def messenger_of(account: str) -> str:
    """Return ``vk`` for ``vk:123``."""
    return account.partition(":")[0]


def messenger_title(account: str) -> str:
    """Return «VK» for ``vk:123`` and for ``vk``: the messenger's name for people."""
    return MESSENGER_TITLES[MessengerName(messenger_of(account))]


def author_key(account: str, user_id: str) -> str:
    """Return the key of a citizen, the same for all the bot's accounts in one messenger."""
    return f"{messenger_of(account)}:{user_id}"
