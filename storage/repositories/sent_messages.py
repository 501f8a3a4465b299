"""Messages that the bot sent about tickets, so that replies to them can be related to the ticket."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import delete, or_, select, union_all, update

from bot.domain.cards import BUTTONLESS_KINDS, LIST_KIND, MEDIA_KIND, NO_TICKET
from storage.repositories.base import Repository
from storage.tables import button, sent_message


class SentMessages(Repository):
    """Sent messages, by their ids in the messenger."""

    async def add(
        self,
        account: str,
        chat_id: str,
        ids: Sequence[str],
        ticket_id: int,
        kind: str,
        now: datetime,
        *,
        copy_group: str | None = None,
        replace_kind: bool = False,
        shown: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Record that the bot's messages *ids*, and so replies to them, are about *ticket_id*.

        Copies of one notification in several messengers of a person have the same *copy_group*. With *replace_kind*,
        messages recorded before get the new *kind*; otherwise they keep theirs. *shown*: see :meth:`set_shown`.
        """
        if ids:
            statement = self._insert(sent_message)
            here = ["account", "chat_id", "external_id"]
            await self._transaction.execute(
                statement.on_conflict_do_update(index_elements=here, set_={"kind": statement.excluded.kind})
                if replace_kind
                else statement.on_conflict_do_nothing(),
                [
                    {
                        "account": account,
                        "chat_id": chat_id,
                        "external_id": external_id,
                        "ticket_id": ticket_id,
                        "kind": kind,
                        "sent_at": now,
                        "twin": copy_group,
                        "shown": shown.get(external_id),
                    }
                    for external_id in ids
                ],
            )

    async def list_shown(self, account: str, chat_id: str, ids: Sequence[str]) -> dict[str, str]:
        """Return a hash of what each of the messages *ids* shows, as far as that is known."""
        result = await self._transaction.execute(
            select(sent_message.c.external_id, sent_message.c.shown).where(
                sent_message.c.account == account,
                sent_message.c.chat_id == chat_id,
                sent_message.c.external_id.in_(ids),
                sent_message.c.shown.is_not(None),
            )
        )
        return {row[0]: row[1] for row in result}

    async def set_shown(self, account: str, chat_id: str, shown: Mapping[str, str | None]) -> None:
        """Record what messages show (message → hash, ``None``: not known); unknown messages are left out."""
        for external_id, content_hash in shown.items():
            await self._transaction.execute(
                update(sent_message)
                .where(
                    sent_message.c.account == account,
                    sent_message.c.chat_id == chat_id,
                    sent_message.c.external_id == external_id,
                )
                .values(shown=content_hash)
            )

    async def ticket_of(self, account: str, chat_id: str, external_id: str) -> tuple[int, str] | None:
        """Return (ticket id, kind) of a message that was sent about one ticket."""
        result = await self._transaction.execute(
            select(sent_message.c.ticket_id, sent_message.c.kind).where(
                sent_message.c.ticket_id != NO_TICKET,
                sent_message.c.account == account,
                sent_message.c.chat_id == chat_id,
                sent_message.c.external_id == external_id,
            )
        )
        row = result.first()
        return (row[0], row[1]) if row else None

    async def add_buttons(
        self, account: str, chat_id: str, external_id: str, ticket_ids: Collection[int], now: datetime
    ) -> None:
        """Record that the message carries buttons about *ticket_ids* (0: about no ticket)."""
        row = {"account": account, "chat_id": chat_id, "external_id": external_id, "sent_at": now}
        await self._transaction.execute(
            self._insert(button).on_conflict_do_nothing(), [row | {"ticket_id": one} for one in sorted(ticket_ids)]
        )

    async def list_button_tickets(self, account: str, chat_id: str, external_id: str) -> frozenset[int]:
        """Return the tickets that the buttons of a sent message may be about; empty for an unknown message.

        Of a message about a ticket it is not recorded whether it has buttons, only that its kind never has any.
        """
        found = [
            select(table.c.ticket_id).where(
                table.c.account == account, table.c.chat_id == chat_id, table.c.external_id == external_id
            )
            for table in (sent_message, button)
        ]
        found[0] = found[0].where(sent_message.c.ticket_id != NO_TICKET, sent_message.c.kind.not_in(BUTTONLESS_KINDS))
        return frozenset((await self._transaction.execute(union_all(*found))).scalars())

    async def list_for_ticket(self, ticket_id: int, kind: str) -> list[tuple[str, str, str]]:
        """List the bot's messages of one *kind* about a ticket, as (account, chat, message)."""
        result = await self._transaction.execute(
            select(sent_message.c.account, sent_message.c.chat_id, sent_message.c.external_id).where(
                sent_message.c.ticket_id == ticket_id, sent_message.c.kind == kind
            )
        )
        return [(row[0], row[1], row[2]) for row in result]

    async def forget_chat(self, messenger: str, chat_id: str, limit: int) -> list[tuple[str, str]]:
        """Forget the messages to a person who is no official any more; return (account, message) of the latest texts.

        Answers that were published in that chat stay known: it may be a citizen's, too.
        """
        here = (
            or_(sent_message.c.account == messenger, sent_message.c.account.like(f"{messenger}:%")),
            sent_message.c.chat_id == chat_id,
            sent_message.c.kind != "answer",
        )
        result = await self._transaction.execute(
            select(sent_message.c.account, sent_message.c.external_id)
            .where(*here, sent_message.c.kind != MEDIA_KIND)
            .order_by(sent_message.c.sent_at.desc())
            .limit(limit)
        )
        found = [(row[0], row[1]) for row in result]
        await self._transaction.execute(delete(sent_message).where(*here))
        return found

    async def forget_tickets(self, account: str, chat_id: str, ticket_ids: Collection[int]) -> list[tuple[str, str]]:
        """Forget the messages about tickets to an official who may not see them any more; return the texts.

        Each is (account, message), as in :meth:`forget_chat`. Lists may quote one of the tickets, so all of them go.
        """
        here = (
            sent_message.c.account == account,
            sent_message.c.chat_id == chat_id,
            or_(sent_message.c.ticket_id.in_(ticket_ids), sent_message.c.kind == LIST_KIND),
            sent_message.c.kind != "answer",
        )
        result = await self._transaction.execute(
            select(sent_message.c.external_id).where(*here, sent_message.c.kind != MEDIA_KIND)
        )
        found = [(account, one) for one in result.scalars()]
        await self._transaction.execute(delete(sent_message).where(*here))
        return found

    async def list_copies(self, account: str, chat_id: str, external_id: str) -> list[tuple[str, str, str]]:
        """List the copies of the same notification in other messengers: (account, chat, message)."""
        here = (sent_message.c.account == account, sent_message.c.chat_id == chat_id)
        twin = select(sent_message.c.twin).where(*here, sent_message.c.external_id == external_id).scalar_subquery()
        result = await self._transaction.execute(
            select(sent_message.c.account, sent_message.c.chat_id, sent_message.c.external_id).where(
                sent_message.c.twin == twin, or_(sent_message.c.account != account, sent_message.c.chat_id != chat_id)
            )
        )
        return [(row[0], row[1], row[2]) for row in result]
