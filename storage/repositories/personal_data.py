"""A citizen's data in all tables: found and exported. The statements are built from :mod:`storage.data_map`."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    and_,
    or_,
    select,
)

from bot.domain.audit import JournalAction
from bot.domain.inbox import InboxStatus
from bot.domain.personal_data import Citizen, DatabaseCopy, ExportedTable, PersonalRows
from bot.domain.tickets import OPEN_TICKET_STATES
from storage.repositories.base import Repository
from storage.repositories.personal_data_conditions import (
    is_in,
    is_of,
    mapped_conditions,
    special_conditions,
)
from storage.repositories.quotations import mentions
from storage.tables import (
    audit,
    held_note,
    inbox,
    message,
    once_key,
    publication,
    sent_message,
    ticket,
    upvote,
)

_OPEN_STATES = tuple(state.value for state in OPEN_TICKET_STATES)
CITIZEN_KEY_PREFIXES = ("danger:", "unread:", "invited:", "unknown_poster:")
"""Beginnings of once-keys with the account of a citizen."""


class PersonalData(Repository):
    """Search and export of a citizen's data."""

    async def find(self, citizen: Citizen) -> PersonalRows:
        """Find every row about *citizen*."""
        tickets = await self._rows(
            select(ticket.c.id, ticket.c.state, ticket.c.text).where(
                ticket.c.id == citizen.ticket_id if citizen.messenger is None else ticket.c.author_key == citizen.key
            )
        )
        own = [row.id for row in tickets]
        messages = await self._rows(
            select(message.c.id, message.c.ticket_id, message.c.text).where(
                or_(is_in(message.c.ticket_id, own), is_of(message.c.account, message.c.author_id, citizen))
            )
        )
        words = {row.text for row in (*tickets, *messages)} - {""}
        updates = [row for row in await self._list_unhandled() if mentions(row.payload, citizen.user_id, words)]
        return PersonalRows(
            citizen,
            ticket_ids=own,
            open_ticket_ids=[row.id for row in tickets if row.state in _OPEN_STATES],
            message_ids=[row.id for row in messages],
            shown_ticket_ids=sorted({row.ticket_id for row in messages if row.ticket_id is not None} - set(own)),
            waiting_update_ids=[row.id for row in updates if row.status == InboxStatus.NEW],
            dead_update_ids=[row.id for row in updates if row.status == InboxStatus.DEAD],
            once_keys=await self._list_once_keys(citizen),
            audit_ids=await self._list_audit_ids(citizen),
            upvote_count=await self._count(upvote, upvote.c.author_key == citizen.key),
            held_note_ids=await self._list_held_note_ids(words),
            words=sorted(words),
        )

    async def find_author(self, ticket_id: int) -> Citizen | None:
        """Return the author of a ticket; ``None`` if there is no such ticket."""
        [*found] = await self._rows(select(ticket.c.account, ticket.c.author_id).where(ticket.c.id == ticket_id))
        if not found:
            return None
        messenger = (found[0].account or "").partition(":")[0]
        if not messenger or found[0].author_id is None:
            return Citizen(ticket_id=ticket_id)
        return Citizen(messenger, found[0].author_id)

    async def export(self, found: PersonalRows) -> list[ExportedTable]:
        """Return the rows of every table about a citizen, as plain values."""
        exported = []
        for table, condition in (mapped_conditions(found) | special_conditions(found)).items():
            if rows := await self._rows(select(table).where(condition).order_by(*table.primary_key)):
                plain = [{name: _plain(value) for name, value in row._mapping.items()} for row in rows]
                exported.append(ExportedTable(table.name, plain))
        return exported

    async def list_copies(self) -> list[DatabaseCopy]:
        """List the copies of the database that the journal knows, the oldest first."""
        rows = await self._rows(
            select(audit.c.at, audit.c.facts).where(audit.c.action == JournalAction.COPIED.value).order_by(audit.c.id)
        )
        return [DatabaseCopy(row.at, str(row.facts.get("file", ""))) for row in rows]

    async def list_public_answers(self, ticket_ids: Sequence[int]) -> list[str]:
        """List the links to the published answers of these tickets."""
        rows = await self._rows(
            select(publication.c.link).where(
                is_in(publication.c.ticket_id, ticket_ids), publication.c.link.is_not(None)
            )
        )
        return [row.link for row in rows]

    async def list_sent_to_officials(self, found: PersonalRows) -> list[tuple[str, str, str, str, int]]:
        """List the bot's messages about a citizen's tickets to officials: (account, chat, message, kind, ticket)."""
        in_own_chat = is_of(sent_message.c.account, sent_message.c.chat_id, found.citizen)
        rows = await self._rows(
            select(
                *(sent_message.c.account, sent_message.c.chat_id, sent_message.c.external_id),
                *(sent_message.c.kind, sent_message.c.ticket_id),
            ).where(is_in(sent_message.c.ticket_id, found.ticket_ids), ~in_own_chat)
        )
        return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]

    # parts

    async def _list_unhandled(self) -> Sequence[Any]:
        return await self._rows(
            select(inbox.c.id, inbox.c.status, inbox.c.payload).where(
                inbox.c.status.in_((InboxStatus.NEW.value, InboxStatus.DEAD.value))
            )
        )

    async def _list_held_note_ids(self, words: Collection[str]) -> list[int]:
        rows = await self._rows(select(held_note.c.id, held_note.c.facts))
        return [row.id for row in rows if mentions(row.facts, None, words)]

    async def _list_once_keys(self, citizen: Citizen) -> list[str]:
        if citizen.user_id is None:
            return []
        rows = await self._rows(select(once_key.c.key).where(once_key.c.key.contains(citizen.user_id, autoescape=True)))
        keys = [row.key for row in rows if row.key.startswith(CITIZEN_KEY_PREFIXES)]
        return [key for key in keys if citizen.user_id in key.split(":")]

    async def _list_audit_ids(self, citizen: Citizen) -> list[int]:
        """List the audit's records that name the account of a citizen: forged presses, and too many messages."""
        if citizen.user_id is None:
            return []
        pressed_by, subject = audit.c.facts["account"].as_string(), audit.c.facts["subject"].as_string()
        forged = and_(audit.c.action == "refused", pressed_by.endswith(f"/{citizen.user_id}", autoescape=True))
        rows = await self._rows(
            select(audit.c.id, pressed_by.label("account")).where(
                or_(forged, and_(audit.c.action == "flood", subject == citizen.key))
            )
        )
        return [row.id for row in rows if row.account is None or row.account.startswith(f"{citizen.messenger}")]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
