"""The port to a messenger: what the house asks of every one of them.

Incoming: a raw update becomes zero or more events (``events``). Outgoing: a view makes a ``Content`` (``content``), the
messenger's package says how many messages that is (:meth:`Messenger.parts`) and sends them one by one. Nobody above
this line knows which messenger he talks to; nobody below it knows what a ticket is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from bot.messengers.content import Content
from bot.messengers.events import Attachment, Chat, ChatKind, Event, Upload
from bot.messengers.rate_limits import Rate


@dataclass(frozen=True, slots=True)
class Target:
    """Where to send. ``reply_to`` is the message to answer to; it may be gone: see :class:`ReplyTargetGone`."""

    chat: Chat
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What the messenger confirmed: the ids of the messages that one part became, and a link to the first."""

    ids: tuple[str, ...]
    link: str | None = None


@dataclass(frozen=True, slots=True)
class SendRateLimits:
    """How fast a messenger lets one account write; sending and editing count alike."""

    overall: Rate
    private: tuple[Rate, ...] = ()  # into one private chat
    group: tuple[Rate, ...] = ()  # into one chat of several people
    count_album_items: bool = False  # whether every picture of an album counts


@dataclass(frozen=True, slots=True)
class PublishedAnswer:
    """An answer that was posted: its messages in ``chat`` (``ours``: our account wrote them), the message that it
    answers, and the link to it."""

    chat: Chat
    ids: tuple[str, ...]
    sent_by_bot: bool
    question_id: str | None = None
    link: str | None = None


class Visibility(StrEnum):
    """Whether a posted answer can still be read where it was posted."""

    VISIBLE = "stands"
    GONE = "gone"  # it was deleted, or all that it stood under
    CLOSED = "closed"  # the comments there were closed: nobody sees it
    UNKNOWN = "unknown"  # the messenger does not tell


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a look at a posted answer showed. ``question``: how the message that it answers reads now, where the
    messenger tells."""

    visibility: Visibility
    question_text: str | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a messenger can do; views and delivery ask here instead of asking which messenger it is."""

    text_limit: int
    caption_limit: int
    buttons_per_row: int
    button_rows: int
    can_answer_in: frozenset[ChatKind]  # where our account may post an answer itself
    can_edit_in: frozenset[ChatKind]  # where it may correct one
    idempotent: bool  # a repeated send with the same key shows one message
    rate_limits: SendRateLimits
    checks_per_call: int = (
        1  # posted answers that one call of :meth:`Messenger.look` should take: looking must stay cheap
    )
    copy_button_limit: int = 0  # the longest text that a button can copy, in UTF-16 units; 0: there are no such buttons


@dataclass(frozen=True, slots=True)
class RawUpdate:
    """One update as it came.

    ``key`` is unique for the account (the messenger's own id of the update). ``conversation`` keeps the order: updates
    with the same value are handled one after another. Both are found without parsing the rest, so that an update that
    cannot be parsed is still stored.
    """

    key: str
    conversation: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one long poll brought: store ``updates`` and ``cursor`` together, then ask for more.

    ``gap``: the messenger says that something before this was lost; see :meth:`Messenger.missed`.
    """

    updates: tuple[RawUpdate, ...]
    cursor: str | None
    gap: bool = False


class Severity(StrEnum):
    """How bad a finding of the self-check is."""

    OK = "ok"
    WARNING = "note"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a self-check, in Russian, for the administrator: what is so, and what to do."""

    severity: Severity
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: how long a poll lasts, and how long any other call may take (``None``: as the package knows)."""

    poll: int
    call: int | None = None


@dataclass(frozen=True, slots=True)
class MenuCommand:
    """A line of the messenger's own command menu."""

    name: str
    description: str


class WebhookReceiver(Protocol):
    """A messenger that can also bring its updates to an address of ours (webhooks)."""

    @property
    def account(self) -> str: ...

    @property
    def ack_body(self) -> str:
        """What the messenger wants to read as soon as an update is stored."""
        ...

    def accepts(self, payload: Mapping[str, Any]) -> bool:
        """Whether an update that was brought is for this account; several may share an address."""
        ...

    def secret_of(self, headers: Mapping[str, str], payload: Mapping[str, Any]) -> str:
        """The secret that came along; empty without one."""
        ...

    async def handshake(self, payload: Mapping[str, Any], *, trusted: bool) -> str | None:
        """The answer to what is no update but a question whether we are there (VK); ``None`` for an update. *trusted*:
        the secret was right."""
        ...

    def receive(self, payload: Mapping[str, Any]) -> RawUpdate:
        """One update that was brought, as :meth:`Messenger.fetch` would have returned it."""
        ...

    async def subscribe(self, url: str, secret: str) -> None:
        """Ask to be brought updates at *url* from now on; harmless when it is so already."""
        ...

    async def fetch_backlog(self) -> Batch:
        """What polling or a pause has left behind and what nobody would bring (already known ones do no harm); the
        place is where polling shall go on if it comes back one day."""
        ...


class Messenger(Protocol):
    """One account of ours in one messenger: a Telegram bot, one VK community, a MAX bot.

    Every method that talks to the network raises only :class:`~bot.messengers.errors.MessengerError` (or is cancelled).
    """

    @property
    def account(self) -> str:
        """Stable name of the account: ``telegram``, ``vk:123456``."""
        ...

    @property
    def title(self) -> str:
        """Its name for people: «Telegram», «VK «Администрация»»."""
        ...

    @property
    def capabilities(self) -> Capabilities: ...

    def set_cursor(self, cursor: str | None) -> None:
        """Take up polling where the stored *cursor* says (a messenger may know better and ignore it)."""
        ...

    async def fetch(self) -> Batch:
        """Long-poll once. What an earlier call returned counts as stored: the messenger may be told to forget it."""
        ...

    async def fetch_missed(self, since: datetime) -> Sequence[RawUpdate]:
        """After a gap: what came after *since* and can be read back from history, as updates (already known ones do no
        harm). Raises when it cannot be read *now*: then it is asked for again. What may never be read is left out."""
        ...

    def parse(self, payload: Mapping[str, Any]) -> Sequence[Event]:
        """Raw update → events; an empty list is an update that concerns nobody.

        Raises :class:`UnknownUpdate` for a kind we do not know, :class:`MalformedUpdate` for one we cannot read.
        """
        ...

    async def enrich(self, event: Event) -> Event:
        """Add what the update left out and a look-up can tell (the author's name in VK). Best effort, never raises."""
        ...

    def split(self, content: Content, kind: ChatKind) -> Sequence[Content]:
        """The messages that *content* becomes, each within this messenger's limits; at least one."""
        ...

    async def send(self, target: Target, part: Content, *, key: str, silent: bool = False) -> Sent:
        """Send one part. *key* is the same at every repetition; where the messenger has such a thing it is used to
        show a repeated send only once."""
        ...

    async def edit(self, chat: Chat, message_id: str, part: Content) -> None:
        """Change a message of ours. Raises :class:`NotModified` when it already reads so."""
        ...

    async def check_published(self, published: Sequence[PublishedAnswer]) -> Sequence[CheckResult]:
        """Whether these answers still stand, in their order; as far as the messenger lets us see. Nobody notices it."""
        ...

    async def answer_callback(self, callback_id: str, text: str | None = None, *, alert: bool = False) -> None:
        """Stop the button's spinner, with a short word (*alert*: in a window the person must close)."""
        ...

    async def download(self, attachment: Attachment) -> Upload:
        """The bytes behind an attachment that this account saw. Raises :class:`FileUnavailable`."""
        ...

    async def set_commands(self, chat: Chat, commands: Sequence[MenuCommand]) -> None:
        """Put *commands* into the menu that this chat sees (nothing where the messenger has no such menu)."""
        ...

    def start_link(self, code: str) -> str | None:
        """An address that opens our private chat and brings *code* along; ``None``: people find us and send it."""
        ...

    async def can_message(self, user_id: str) -> bool | None:
        """Whether this person lets us write in private; ``None`` where the messenger does not tell."""
        ...

    async def check(self) -> Sequence[Finding]:
        """Look at token, rights and settings; explain what is missing."""
        ...

    async def close(self) -> None: ...
