"""Notifications for the administrator: chats, accounts, updates, the model."""

from datetime import datetime
from typing import NamedTuple

from bot.domain.notifications.base import Notification, stored
from bot.domain.sources import AnswerPolicy


class ChatNotice(Notification):
    """A notice about a group chat."""

    title: str
    chat_id: str


class ChatUnknown(ChatNotice, code="chat_unknown"):
    """The bot was added to a chat that the configuration does not name."""


class ChatsUnknown(Notification, code="chats_unknown"):
    """The bot was added to several such chats since then."""

    since: datetime


class ChatLost(ChatNotice, code="chat_lost"):
    """The bot was removed from a monitored chat."""


class ChatMuted(ChatNotice, code="chat_muted"):
    """The bot may not write in a monitored chat any more."""


class ChatDeaf(ChatNotice, code="chat_deaf"):
    """The bot may not read the messages of a monitored chat any more."""


class ChatIdChanged(Notification, code="chat_migrated"):
    """A monitored group has a new id."""

    title: str
    old_id: str
    new_id: str


class CheckFault(Notification, code="check_fault"):
    """The self-check has found that the bot cannot read or write somewhere."""

    subject: str
    text: str


class UnknownUpdateKind(Notification, code="unknown_update"):
    """A messenger has sent an update of a kind that the bot does not know."""

    title: str
    kind: str


class DeadUpdate(Notification, code="dead_update"):
    """An update could not be handled; ``row_id`` names it in the inbox."""

    title: str
    row_id: int = stored("row")


class Undelivered(Notification, code="undelivered"):
    """A message to an official was not delivered; ``row_id`` names it in the outbox."""

    row_id: int = stored("row")
    reason: str


class Unrecorded(Notification, code="unrecorded"):
    """A message was sent, but what follows from that could not be recorded; ``row_id`` names it in the outbox."""

    row_id: int = stored("row")


class WorkSkipped(Notification, code="work_skipped"):
    """A periodic task could not do its work for one ticket (0: for a row without one) and did it for the others."""

    ticket_id: int = stored("ticket")


class ImportFault(Notification, code="import_fault"):
    """The program has failed at a row of a table that is imported, the first of its file, or (0) at the whole file."""

    title: str  # of the system
    line: int = stored(default=0, omit_default=True)


class SendingLimited(Notification, code="sending_limited"):
    """A messenger asks the bot to send nothing for many hours; the bot tries again meanwhile."""

    title: str
    hours: int


class CredentialsRejected(Notification, code="credentials"):
    """A messenger does not accept the token."""

    title: str


class TokenShared(Notification, code="token_shared"):
    """Another program receives updates with the bot's token."""

    title: str


class ForeignMessages(Notification, code="foreign_messages"):
    """Somebody or something else has written in the name of the bot's account; ``link`` is one of the messages."""

    title: str
    link: str | None = None


class DatabaseRestored(Notification, code="database_restored"):
    """The database shows an earlier moment; ``held`` answers wait for a person's word."""

    held: int


class WordsExpire(Notification, code="words_expire"):
    """The words of ``count`` tickets are older than they may be kept; from ``starts_at`` on they are erased."""

    count: int
    starts_at: datetime = stored("from")
    kept_days: int = stored("days")


class AuditHead(Notification, code="audit_head"):
    """The hash at the end of the audit's chain, which has ``seals`` seals, and the moment of the last one."""

    hash: str
    seals: int
    at: datetime


class ModelUpdated(Notification, code="model_updated"):
    """Nightly training has put a better model in use; shares of ``judged_count`` messages that neither model knew."""

    accuracy_before: float = stored("before")
    accuracy_after: float = stored("after")
    judged_count: int = stored("judged")


class ModelBroken(Notification, code="model_broken"):
    """The chosen model cannot be loaded."""

    fault: str


class SourcePolicy(NamedTuple):
    """A source and how its citizens are answered; ``invite`` is the address that they are sent to instead."""

    account: str
    title: str
    answers: AnswerPolicy
    invite: str | None


class PostingPolicies(Notification, code="choices"):
    """The configured ways of answering, when they are new."""

    sources: tuple[SourcePolicy, ...]


class OldCodesVoid(Notification, code="old_codes_void"):
    """People whose invitation codes of release 0.1.0 are not valid any more."""

    names: tuple[str, ...]


class WrongCodes(Notification, code="wrong_codes"):
    """Invitation codes are being guessed, by ``account`` («vk.3001») or (``None``) by many."""

    account: str | None
    tries: int
