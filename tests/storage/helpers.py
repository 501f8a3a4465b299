"""Rows for the tests of the storage."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.messages import NewMessage
from bot.domain.outbox import NextPending, OutboxDraft, OutboxKind, OutboxRow, Priority
from bot.domain.ticket_changes import NewTicket
from bot.domain.tickets import State, Ticket
from storage.unit_of_work import UnitOfWork

NOW = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
LEASE = timedelta(minutes=1)


def time_after(**step: float) -> datetime:
    return NOW + timedelta(**step)


async def add_ticket(uow: UnitOfWork, text: str = "Яма на дороге", **values: Any) -> Ticket:
    defaults: dict[str, Any] = {
        "state": State.ASSIGNED,
        "sector": "roads",
        "likely": ("roads",),
        "source": "telegram",
        "search": text.casefold(),
        "urgent": False,
        "account": "telegram",
        "author_key": "telegram:7",
        "author_id": "7",
        "registered_at": NOW,
        "touched_at": NOW,
        "accept_due": time_after(hours=1),
        "answer_due": time_after(hours=8),
    }
    return await uow.tickets.add(NewTicket(text=text, **defaults | values))


async def add_message(uow: UnitOfWork, external_id: str, ticket_id: int | None = None, **values: Any) -> int:
    defaults: dict[str, Any] = {
        "account": "telegram",
        "chat_id": "-100",
        "chat_kind": "group",
        "root": "-100",
        "thread": "",
        "author_id": "7",
        "text": "Яма на дороге",
        "sent_at": NOW,
    }
    post = await uow.messages.add(
        NewMessage(external_id=external_id, ticket_id=ticket_id, **defaults | values),
        NOW,
    )
    return post.id


def outbox_draft(
    chat: str = "1001", *, number: int | None = None, account: str = "telegram", **values: Any
) -> OutboxDraft:
    """A note to *chat*; rows about the same ticket *number* leave in order."""
    how: dict[str, Any] = {"priority": Priority.NOTE} | values
    return OutboxDraft(OutboxKind.NOTE, account, chat, ticket_id=number, **how)


ACCOUNTS = ("telegram", "vk:500")


async def next_per_chat(uow: UnitOfWork, accounts: tuple[str, ...] = ("telegram",)) -> Sequence[NextPending]:
    return (await uow.outbox.next_waiting(NOW, accounts, 0, 0, presses=False, chats=True)).chats


async def claim_rows(
    uow: UnitOfWork,
    now: datetime,
    most: int,
    *,
    accounts: tuple[str, ...] = ACCOUNTS,
    blocked_chats: Collection[str] = (),
    exclude_ids: Collection[int] = (),
) -> list[OutboxRow]:
    """Claim up to *most* rows as the worker does: again and again the best of what the chats have to offer, until
    nothing is left that may go. Rows *but* are in hand."""
    taken: list[OutboxRow] = []
    while len(taken) < most:
        waiting = await uow.outbox.next_waiting(now, accounts, most, 0, presses=True, chats=True)
        found = [*waiting.answers, *waiting.chats]
        found = [row for row in found if row.id not in exclude_ids and row.chat_id not in blocked_chats]
        ids = [row.id for row in sorted(found, key=lambda row: (row.priority, row.id))]
        if not ids:
            break
        taken += await uow.outbox.claim(ids[:1], now, LEASE)
    return taken
