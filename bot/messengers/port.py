"""The port that every messenger implements.

Incoming: a raw update becomes zero or more events (``events``). Outgoing: a view makes a ``Content`` (``content``), the
messenger splits it into messages (`Messenger.split`) and sends them one by one. The layers above do not know which
messenger is behind the port; the packages below do not know what a ticket is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from bot.messengers.content import Content
from bot.messengers.events import Attachment, Chat, ChatKind, Event, Upload
from bot.messengers.rate_limits import Rate


@dataclass(frozen=True, slots=True)
class Target:
    """The destination of a message; ``reply_to`` is the message to answer, which may be gone (`ReplyTargetGone`)."""

    chat: Chat
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The confirmation of one sent part: the ids of its messages, and a link to the first."""

    ids: tuple[str, ...]
    link: str | None = None


@dataclass(frozen=True, slots=True)
class SendRateLimits:
    """The rate limits of one account; sending and editing count alike."""

    overall: Rate
    private: tuple[Rate, ...] = ()  # into one private chat
    group: tuple[Rate, ...] = ()  # into one chat of several people
    count_album_items: bool = False  # whether every picture of an album counts


@dataclass(frozen=True, slots=True)
class PublishedAnswer:
    """A posted answer: its messages in ``chat``, whether the bot's account wrote them, the question, and the link."""

    chat: Chat
    ids: tuple[str, ...]
    sent_by_bot: bool
    question_id: str | None = None
    link: str | None = None


class Visibility(StrEnum):
    """The visibility of a posted answer where it was posted."""

    VISIBLE = "stands"
    GONE = "gone"  # it was deleted, or the post above it
    CLOSED = "closed"  # the comments there were closed, so nobody sees it
    UNKNOWN = "unknown"  # the messenger does not say


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of checking a posted answer; ``question_text`` is the present text of the question, if it is known.

    ``bare_question_text`` is the same without the words of attachments and the addresses behind words, which release
    0.1.0 did not store.
    """

    visibility: Visibility
    question_text: str | None = None
    bare_question_text: str | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The abilities of a messenger; views and delivery depend on these instead of on which messenger it is."""

    text_limit: int
    buttons_per_row: int
    button_rows: int
    can_answer_in: frozenset[ChatKind]  # where the bot's account may post an answer
    can_edit_in: frozenset[ChatKind]  # where it may edit one
    idempotent: bool  # a repeated send with the same key shows one message
    rate_limits: SendRateLimits
    checks_per_call: int = 1  # posted answers per call of `Messenger.check_published`, which must stay cheap
    edit_window: timedelta | None = None  # time during which a message to a person can be edited; None: always
    copy_button_limit: int = 0  # the longest text that a button can copy, in UTF-16 units; 0: no such buttons


@dataclass(frozen=True, slots=True)
class RawUpdate:
    """One update as it was received.

    ``key`` is unique for the account (the messenger's own id of the update). ``conversation`` keeps the order: updates
    with the same value are handled one after another. ``is_press``: somebody has pressed a button and waits. All are
    found without parsing the rest, so that an update that cannot be parsed is still stored.
    """

    key: str
    conversation: str
    payload: Mapping[str, Any]
    is_press: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """The result of one long poll; ``updates`` and ``cursor`` must be stored together before the next.

    ``gap``: the messenger says that earlier updates were lost; see `Messenger.fetch_missed`.
    """

    updates: tuple[RawUpdate, ...]
    cursor: str | None
    gap: bool = False


class Severity(StrEnum):
    """The severity of a finding of the self-check."""

    OK = "ok"
    WARNING = "note"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a self-check, in Russian, for the administrator: the fact and the remedy."""

    severity: Severity
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Time limits in seconds: of a poll, and of any other call (``None``: the package's own)."""

    poll: int
    call: int | None = None


@dataclass(frozen=True, slots=True)
class MenuCommand:
    """A line of the messenger's command menu."""

    name: str
    description: str


class WebhookReceiver(Protocol):
    """A messenger that can also push its updates to an address of the bot (webhooks)."""

    @property
    def account(self) -> str: ...

    @property
    def ack_body(self) -> str:
        """The response body that the messenger expects once an update is stored."""
        ...

    def accepts(self, payload: Mapping[str, Any]) -> bool:
        """Return whether a pushed update is for this account; several may share an address."""
        ...

    def header_secret(self, headers: Mapping[str, str]) -> str | None:
        """Return the secret from the headers, empty without one; ``None`` if this messenger puts it into the body."""
        ...

    def body_secret(self, payload: Mapping[str, Any]) -> str:
        """Return the secret from the body, for a messenger that puts it there; empty without one."""
        ...

    async def handshake(self, payload: Mapping[str, Any], *, trusted: bool) -> str | None:
        """Return the answer to the messenger's test of the address (VK); ``None`` for an update. *trusted*: the
        secret was right."""
        ...

    def receive(self, payload: Mapping[str, Any]) -> RawUpdate:
        """Return a pushed update as `Messenger.fetch` would have returned it."""
        ...

    async def subscribe(self, url: str, secret: str) -> None:
        """Subscribe *url* to updates; harmless if it is subscribed."""
        ...

    async def fetch_backlog(self) -> Batch:
        """Return updates that polling or a pause left behind and the webhook would not bring (known ones do no
        harm). The cursor is for polling, if that is switched on again."""
        ...


class Messenger(Protocol):
    """One account of the bot in one messenger: a Telegram bot, a VK community, a MAX bot.

    Every method that talks to the network raises only `bot.messengers.errors.MessengerError` (or is cancelled).
    """

    @property
    def account(self) -> str:
        """The stable name of the account: ``telegram``, ``vk:123456``."""
        ...

    @property
    def title(self) -> str:
        """The name for people: «Telegram», «VK «Администрация»»."""
        ...

    @property
    def capabilities(self) -> Capabilities: ...

    def set_cursor(self, cursor: str | None) -> None:
        """Continue polling at the stored *cursor* (a messenger may ignore it)."""
        ...

    async def fetch(self) -> Batch:
        """Long-poll once. The result of the previous call counts as stored: the messenger may drop it."""
        ...

    async def fetch_missed(self, since: datetime) -> Sequence[RawUpdate]:
        """Return, after a gap, the updates since *since* that can be read from history (known ones do no harm).
        Raise if they cannot be read *now*: the caller asks again. Leave out what the account may never read."""
        ...

    def parse(self, payload: Mapping[str, Any]) -> Sequence[Event]:
        """Return the events of a raw update; an empty list for one that concerns nobody.

        Raise `UnknownUpdate` for an unknown kind and `MalformedUpdate` for an unreadable update.
        """
        ...

    async def enrich(self, event: Event) -> Event:
        """Add what the update left out and a look-up finds (the author's name in VK). Best effort; never raise."""
        ...

    def split(self, content: Content, kind: ChatKind) -> Sequence[Content]:
        """Return *content* as messages within this messenger's limits; at least one."""
        ...

    async def send(self, target: Target, part: Content, *, key: str, silent: bool = False) -> Sent:
        """Send one part. *key* is the same at every repetition; a messenger that supports it shows a repeated send
        once."""
        ...

    async def edit(self, chat: Chat, message_id: str, part: Content) -> None:
        """Edit a message of the bot. Raise `NotModified` if it already has this content."""
        ...

    async def check_published(self, published: Sequence[PublishedAnswer]) -> Sequence[CheckResult]:
        """Return for each answer whether it is visible, as far as the messenger shows. People do not notice."""
        ...

    async def answer_callback(self, callback_id: str, text: str | None = None, *, alert: bool = False) -> None:
        """Stop the button's spinner, with a short text (*alert*: in a window that the person must close)."""
        ...

    async def download(self, attachment: Attachment) -> Upload:
        """Return the contents of an attachment that this account received. Raise `FileUnavailable`."""
        ...

    async def set_commands(self, chat: Chat, commands: Sequence[MenuCommand]) -> None:
        """Set the command menu of this chat (no-op without such a menu)."""
        ...

    def start_link(self, code: str) -> str | None:
        """Return a link that opens the bot's private chat and passes *code*; ``None``: people send the code."""
        ...

    async def can_message(self, user_id: str) -> bool | None:
        """Return whether this person accepts private messages; ``None`` if the messenger does not say."""
        ...

    async def check(self) -> Sequence[Finding]:
        """Check token, rights and settings; explain what is missing."""
        ...

    async def close(self) -> None: ...
