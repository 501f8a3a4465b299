"""The message that an outbox row becomes, and the two functions that every kind of row needs."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

from bot.domain.notifications.codec import decode
from bot.domain.notifications.envelope import NoteEnvelope
from bot.domain.outbox import OutboxRow
from bot.messengers.content import Content
from bot.messengers.port import MenuCommand, Sent, Target
from bot.messengers.serialization import chat_from_columns
from bot.services.context import UseCaseContext
from bot.views.callback_codes import unpack
from bot.views.render_context import RenderContext

SnapshotT = TypeVar("SnapshotT")


class Operation(Enum):
    """The request that is made of the messenger."""

    SEND = "send"
    EDIT = "edit"
    ANSWER_CALLBACK = "press"
    MENU = "menu"


@dataclass(frozen=True, slots=True)
class OutgoingMessage(Generic[SnapshotT]):
    """A rendered outbox row.

    *snapshot* is plain data from the transaction that rendered the message. It travels to `on_delivered`, which runs
    in a later transaction.
    """

    operation: Operation
    target: Target
    snapshot: SnapshotT
    content: Content = field(default_factory=Content)
    unreplied_content: Content | None = None  # replaces the content where the message to reply to is gone
    reply_target_gone: bool = False  # known before sending
    message_ids: tuple[str, ...] = ()  # messages to edit
    shown: Mapping[str, str] = field(default_factory=dict)  # message to edit → hash of what it shows, where known
    previous_content: Content | None = None  # the published content that a correction replaces
    filler: Content = field(default_factory=Content)  # replaces messages that are not needed any more
    callback_id: str = ""
    alert: bool = False
    commands: tuple[MenuCommand, ...] = ()

    def button_tickets(self) -> set[int]:
        """Return the tickets that the buttons are about; 0: none."""
        codes = (unpack(button.code) for line in self.content.keyboard for button in line if button.code)
        return {code.ticket_id for code in codes if code is not None}


@dataclass(frozen=True, slots=True)
class SendResult:
    """The messages that the messenger confirmed."""

    sent: Sequence[Sent] = ()
    keyboard_message_id: str | None = None  # the message among them that carries the buttons
    found_target_gone: bool = False  # the messenger said that the message to reply to does not exist any more
    shown: Mapping[str, str] = field(default_factory=dict)  # message → hash of what it shows now

    @property
    def message_ids(self) -> list[str]:
        """All ids, in order."""
        return [message_id for one in self.sent for message_id in one.ids]


@dataclass(frozen=True, slots=True)
class OutboxHandler(Generic[SnapshotT]):
    """The two halves of one outbox kind.

    `render` returns ``None`` when nobody needs the message any more. `on_delivered` runs in the transaction that marks
    the row as sent; ``None``: nothing follows.
    """

    render: Callable[[UseCaseContext, OutboxRow, RenderContext], Awaitable[OutgoingMessage[SnapshotT] | None]]
    on_delivered: Callable[[UseCaseContext, OutboxRow, SnapshotT, SendResult], Awaitable[None]] | None = None


def target_of(row: OutboxRow, reply_to: str | None = None) -> Target:
    """Return the chat of *row* as a target."""
    return Target(chat_from_columns(row.account, row.chat_id, row.chat_kind, row.root, row.thread), reply_to)


async def record_sent_messages(
    ctx: UseCaseContext, row: OutboxRow, result: SendResult, kind: str, draft_ticket_id: int | None = None
) -> None:
    """Record the messages, so that replies to them are known to be about the ticket."""
    ticket_id = row.ticket_id or draft_ticket_id
    if ticket_id is not None:
        copy_group = decode(NoteEnvelope, row.facts).copy_group
        await ctx.uow.sent_messages.add(
            *(row.account, row.chat_id, result.message_ids, ticket_id, kind, ctx.now),
            copy_group=copy_group,
            shown=result.shown,
        )


async def record_buttons(
    ctx: UseCaseContext, row: OutboxRow, message: OutgoingMessage[object], result: SendResult
) -> None:
    """Record the tickets of the buttons under a message, apart from the ticket that the message itself is about.

    A press counts only in a message that carries such a button.
    """
    tickets = message.button_tickets() - {row.ticket_id}
    message_id = result.keyboard_message_id if result.sent else next(iter(message.message_ids), None)
    if tickets and message_id is not None:
        await ctx.uow.sent_messages.add_buttons(row.account, row.chat_id, message_id, tickets, ctx.now)
