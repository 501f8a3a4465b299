"""State of the sandbox's VK: communities, people, walls, conversations, files."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.vk.eventlog import EventLog

CHAT_PEERS = 2_000_000_000  # peer ids above this are conversations of several people

EVENT_TYPES = frozenset(
    {
        "message_new",
        "message_reply",
        "message_edit",
        "message_allow",
        "message_deny",
        "message_event",
        "message_read",
        "message_typing_state",
        "message_reaction_event",
        "wall_post_new",
        "wall_repost",
        "wall_reply_new",
        "wall_reply_edit",
        "wall_reply_delete",
        "wall_reply_restore",
        "photo_new",
        "photo_comment_new",
        "photo_comment_edit",
        "photo_comment_delete",
        "photo_comment_restore",
        "video_new",
        "video_comment_new",
        "video_comment_edit",
        "video_comment_delete",
        "video_comment_restore",
        "board_post_new",
        "board_post_edit",
        "board_post_delete",
        "board_post_restore",
        "market_comment_new",
        "market_comment_edit",
        "market_comment_delete",
        "market_comment_restore",
        "group_join",
        "group_leave",
        "like_add",
        "like_remove",
        "user_block",
        "user_unblock",
    }
)
PERMISSIONS = {"photos": 4, "wall": 8192, "messages": 4096, "docs": 131072, "manage": 262144}


@dataclass
class User:
    """A person registered in VK."""

    id: int
    first_name: str
    last_name: str
    deactivated: str | None = None  # «deleted» or «banned»


@dataclass
class CallbackServer:
    """An address that VK brings events to. ``status``: wait (to be confirmed), ok, failed. ``retries``: how often the
    oldest event was brought in vain."""

    id: int
    url: str = ""
    title: str = ""
    secret_key: str = ""
    status: str = "wait"
    api_version: str = "5.199"
    events: set[str] = field(default_factory=set)
    queue: list[dict[str, Any]] = field(default_factory=list)
    retries: int = 0


@dataclass
class Community:
    """A community with its key and its settings, as its manager left them."""

    id: int
    title: str
    token: str
    log: EventLog
    permissions: set[str] = field(default_factory=lambda: set(PERMISSIONS))
    events: set[str] = field(default_factory=lambda: set(EVENT_TYPES))
    longpoll_enabled: bool = True
    api_version: str = "5.199"
    bots_enabled: bool = True
    servers: dict[int, CallbackServer] = field(default_factory=dict)
    confirmation: str = "c0ffee42"  # what an address must answer to be brought anything


@dataclass
class Comment:
    """A comment under a post, a photo, a video or in a discussion."""

    id: int
    from_id: int
    date: datetime
    text: str
    attachments: list[dict[str, Any]] = field(default_factory=list)
    reply_to_comment: int | None = None
    reply_to_user: int | None = None
    parents_stack: list[int] = field(default_factory=list)
    deleted: bool = False


@dataclass
class Post:
    """A post on a community's wall, by the community (``from_id`` < 0) or by a visitor."""

    id: int
    owner_id: int
    from_id: int
    date: datetime
    text: str
    post_type: str = "post"
    attachments: list[dict[str, Any]] = field(default_factory=list)
    comments: dict[int, Comment] = field(default_factory=dict)
    comments_closed: bool = False
    links_forbidden: bool = False
    more: dict[str, Any] = field(default_factory=dict)  # other fields, as VK shows them


@dataclass
class Message:
    """A message of one conversation; ``cmid`` counts within it. ``out``: written by the community."""

    id: int
    cmid: int
    peer_id: int
    from_id: int
    date: datetime
    text: str
    out: bool
    attachments: list[dict[str, Any]] = field(default_factory=list)
    keyboard: dict[str, Any] | None = None
    payload: str | None = None
    geo: dict[str, Any] | None = None
    reply: "Message | None" = None
    forwarded: list[dict[str, Any]] = field(default_factory=list)
    action: dict[str, Any] | None = None
    random_id: int = 0
    edited: datetime | None = None
    deleted: bool = False
    ref: str | None = None
    manager: int | None = None  # who has written it by hand in the community's name


@dataclass
class Dialog:
    """A conversation of a community with one person, or of several people with the community among them."""

    peer_id: int
    title: str = ""
    allowed: bool = False
    messages: dict[int, Message] = field(default_factory=dict)
    read_up_to: int = 0  # cmid of the last incoming message that the community has seen

    @property
    def is_chat(self) -> bool:
        return self.peer_id > CHAT_PEERS


@dataclass
class StoredFile:
    """Bytes under an address, and the object that VK makes of them."""

    id: int
    owner_id: int
    kind: str
    name: str
    data: bytes
    access_key: str

    @property
    def attachment(self) -> str:
        return f"{self.kind}{self.owner_id}_{self.id}"


@dataclass
class MessageEvent:
    """A pressed callback button that waits for its answer."""

    event_id: str
    group_id: int
    user_id: int
    peer_id: int
    at: datetime
    answer: dict[str, Any] | None = None
    answered: bool = False


@dataclass(frozen=True)
class Call:
    """A call somebody made of the API; the token is left out."""

    method: str
    params: dict[str, str]
    group_id: int | None
