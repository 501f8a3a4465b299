"""Incoming events: the neutral form of everything that people do in any messenger."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ChatKind(StrEnum):
    """The kind of a chat."""

    PRIVATE = "private"  # one person and the bot or community
    GROUP = "group"  # a group, supergroup, discussion of a channel, VK conversation
    WALL = "wall"  # comments under a post, or a visitor's post
    SHOWCASE = "showcase"  # comments under photos, videos, board topics: the bot reads them but may not answer
    CHANNEL = "channel"  # a channel itself


class MediaKind(StrEnum):
    """The kind of an attachment."""

    PHOTO = "photo"
    VIDEO = "video"
    VOICE = "voice"
    AUDIO = "audio"
    DOCUMENT = "document"
    LOCATION = "location"
    STICKER = "sticker"
    OTHER = "other"  # polls, contacts, gifts …: kept as a word, never an error


@dataclass(frozen=True, slots=True)
class Attachment:
    """A thing attached to somebody's message, by reference.

    ``origin`` is the bot's account that received it; only that account can reuse ``ref`` or download it. A location has
    coordinates and no ``ref``. ``link`` opens a file that cannot be downloaded (a VK video).
    """

    kind: MediaKind
    origin: str = ""
    ref: str = ""
    name: str | None = None
    mime: str | None = None
    size: int | None = None
    link: str | None = None
    latitude: float | None = None
    longitude: float | None = None

    @property
    def point(self) -> tuple[float, float] | None:
        """(latitude, longitude) of a location."""
        return (self.latitude, self.longitude) if self.latitude is not None and self.longitude is not None else None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to send by its bytes, downloaded from one messenger to be shown in another.

    ``link`` opens the original.
    """

    kind: MediaKind
    name: str
    mime: str
    data: bytes = field(repr=False)
    link: str | None = None


Media = Attachment | Upload


class AuthorKind(StrEnum):
    """The kind of an author."""

    PERSON = "person"
    BOT = "bot"
    CHAT = "chat"  # on behalf of a channel, a group or a community
    UNKNOWN = "unknown"  # the messenger does not say: a person, or the channel itself


@dataclass(frozen=True, slots=True)
class Author:
    """The author of a message or of a press of a button.

    ``id`` is the messenger's, as text. ``speaker`` is the person who wrote on behalf of a community, if the messenger
    says so. ``owns_chat``: in the name of the channel whose discussion the chat is.
    """

    id: str
    name: str | None = None
    username: str | None = None
    kind: AuthorKind = AuthorKind.PERSON
    speaker: str | None = None
    owns_chat: bool = False

    @property
    def may_be_person(self) -> bool:
        return self.kind in (AuthorKind.PERSON, AuthorKind.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation of one of the bot's accounts.

    ``id`` is the id that the messenger needs to answer there (Telegram: chat id; VK: peer id, or ``wall-1_22`` for the
    comments of a post). ``root`` is the id in the configuration (Telegram: chat id; VK: community id). ``thread``
    distinguishes conversations inside one chat (a forum topic, the post whose comments these are).
    """

    account: str
    id: str
    kind: ChatKind
    source_id: str
    title: str | None = None
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A message that somebody passes on.

    ``author_id`` is unknown for those who hide their account, ``sent_at`` and the address where the messenger does not
    say them; ``is_page``: a channel, a group or a community wrote it.
    """

    text: str
    author_id: str | None = None
    author_name: str | None = None
    is_page: bool = False
    sent_at: datetime | None = None
    attachments: tuple[Attachment, ...] = ()
    chat_id: str | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class MessagePosted:
    """A person or a community posted a message."""

    chat: Chat
    message_id: str
    author: Author
    sent_at: datetime
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    reply_to: str | None = None
    album: str | None = None
    forwarded_from: str | None = None  # a name to show, if the text was forwarded
    forwards: tuple[Forwarded, ...] = ()  # what it passes on, each as its author wrote it
    automatic: bool = False  # a channel's own post copied into its discussion group
    service: bool = False  # joined, left, pinned …
    payload: str | None = None  # the code behind a text keyboard's button or a deep link
    link: str | None = None  # where a person can open it
    cropped: bool = False  # the messenger left attachments out of the update


@dataclass(frozen=True, slots=True)
class MessageEdited:
    """An author edited a message; ``message`` is the new version."""

    message: MessagePosted


@dataclass(frozen=True, slots=True)
class PagePosted:
    """A page (a community, a channel) published a post of its own: no message to handle, but the page is active."""

    chat: Chat
    post_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    """An author deleted a message (Telegram sends no such update)."""

    chat: Chat
    message_id: str


@dataclass(frozen=True, slots=True)
class Reacted:
    """A person put a sign of agreement under a message («👍», a like), or took it back (``added`` is false)."""

    chat: Chat
    message_id: str
    author: Author
    added: bool


@dataclass(frozen=True, slots=True)
class ButtonPressed:
    """A press of a button under a message of the bot; ``callback_id`` is for the answer to it."""

    chat: Chat
    message_id: str | None
    author: Author
    code: str
    callback_id: str


class ChatChange(StrEnum):
    """A change of the bot's membership or rights in a chat."""

    BOT_ADDED = "bot_added"
    BOT_REMOVED = "bot_removed"
    BOT_MUTED = "bot_muted"  # still a member, but may not write
    BOT_DEAFENED = "bot_deafened"  # still a member, but may not read
    RIGHTS_CHANGED = "rights_changed"  # the bot may read and write
    MIGRATED = "migrated"  # a group became a supergroup: ``new_id``
    BLOCKED = "blocked"  # a person blocked the bot in the private chat
    UNBLOCKED = "unblocked"


@dataclass(frozen=True, slots=True)
class ChatChanged:
    """The bot's membership or rights in a chat changed."""

    chat: Chat
    change: ChatChange
    author: Author | None = None
    new_id: str | None = None


@dataclass(frozen=True, slots=True)
class OwnMessageSeen:
    """A message in the name of the bot's account, sent by the bot or by another program with its token."""

    chat: Chat
    message_id: str
    sent_at: datetime


Event = (
    MessagePosted | MessageEdited | MessageDeleted | Reacted | ButtonPressed | ChatChanged | PagePosted | OwnMessageSeen
)
