"""The cards on which people see tickets, and the remarks of colleagues about tickets."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, Select, bindparam, delete, exists, func, insert, or_, select, update

from bot.domain.audit import Remark
from bot.domain.cards import Card, CardExtras
from storage.repositories.base import Repository, insert_into
from storage.tables import card, inquiry, promise, remark, ticket, upvote

_CARD_COLUMNS = tuple(card.c[name] for name in Card.__dataclass_fields__)
_REMARK_COLUMNS = tuple(remark.c[name] for name in Remark.__dataclass_fields__)


@cache
def _upsert_statement(dialect: str, changing: tuple[str, ...]) -> Insert:
    """Build the INSERT of a card that updates the columns *changing* if the card exists."""
    statement = insert_into(card, dialect)
    saving: Insert = statement.on_conflict_do_update(
        index_elements=["person_id", "ticket_id", "account"],
        set_={name: statement.excluded[name] for name in changing},
    )
    return saving


@cache
def _cards_of_ticket_query() -> Select[Any]:
    return select(*_CARD_COLUMNS).where(card.c.ticket_id == bindparam("number", type_=card.c.ticket_id.type))


@cache
def _card_query() -> Select[Any]:
    key = (card.c.person_id, card.c.ticket_id, card.c.account)
    return select(*_CARD_COLUMNS).where(*(one == bindparam(f"of_{one.name}", type_=one.type) for one in key))


@cache
def _remarks_query() -> Select[Any]:
    of_ticket = remark.c.ticket_id == bindparam("number", type_=remark.c.ticket_id.type)
    return select(*_REMARK_COLUMNS).where(of_ticket).order_by(remark.c.id)


@cache
def _extras_query() -> Select[Any]:
    number = bindparam("number", type_=ticket.c.id.type)
    return select(
        select(func.count()).select_from(upvote).where(upvote.c.ticket_id == number).scalar_subquery(),
        exists().where(remark.c.ticket_id == number),
        exists().where(inquiry.c.ticket_id == number),
        exists().where(promise.c.ticket_id == number, promise.c.ended_at.is_(None)),
        exists().where(ticket.c.divided_from == number),
    )


class Cards(Repository):
    """Cards shown to people. A card is a projection: it can always be rendered again from the ticket."""

    async def list_for_ticket(self, ticket_id: int) -> list[Card]:
        memory = self._transaction.cache
        if ticket_id in memory.tickets_without_cards:
            return []
        sees = (card,) if ticket_id in memory.tickets_with_pending_cards else ()
        result = await self._transaction.execute(_cards_of_ticket_query(), {"number": ticket_id}, reads=sees)
        return [Card(**row._mapping) for row in result]

    async def list_for_person(self, person_id: int, account: str, limit: int) -> list[Card]:
        """List the latest cards that this person has been shown, the newest ticket first."""
        result = await self._transaction.execute(
            select(*_CARD_COLUMNS)
            .where(card.c.person_id == person_id, card.c.account == account, card.c.external_id.is_not(None))
            .order_by(card.c.ticket_id.desc())
            .limit(limit)
        )
        return [Card(**row._mapping) for row in result]

    async def get(self, person_id: int, ticket_id: int, account: str) -> Card | None:
        key = {"of_person_id": person_id, "of_ticket_id": ticket_id, "of_account": account}
        row = (await self._transaction.execute(_card_query(), key)).first()
        return Card(**row._mapping) if row else None

    async def upsert(
        self, person_id: int, ticket_id: int, account: str, chat_id: str, now: datetime, **values: Any
    ) -> None:
        """Create or update a card; *values* are its changed columns."""
        self._transaction.cache.tickets_without_cards.discard(ticket_id)
        self._transaction.cache.tickets_with_pending_cards.add(ticket_id)
        changing = ("chat_id", "updated_at", *sorted(values))
        row = {
            "person_id": person_id,
            "ticket_id": ticket_id,
            "account": account,
            "chat_id": chat_id,
            "updated_at": now,
        }
        self._transaction.defer_insert(_upsert_statement(self._transaction.dialect.name, changing), row | values)

    async def withdraw(self, person_id: int, ticket_id: int, account: str) -> None:
        """Delete a card that nobody needs; if it has not been shown yet, it never will be."""
        await self._transaction.execute(
            delete(card).where(card.c.person_id == person_id, card.c.ticket_id == ticket_id, card.c.account == account)
        )

    async def withdraw_in_chat(self, person_id: int, messenger: str, chat_id: str) -> list[int]:
        """Delete the person's cards in the private chat with any account of the bot in *messenger*.

        Return the ids of the tickets among them that have not ended.
        """
        here = (
            card.c.person_id == person_id,
            card.c.chat_id == chat_id,
            or_(card.c.account == messenger, card.c.account.like(f"{messenger}:%")),
        )
        unfinished = select(card.c.ticket_id).join(ticket, ticket.c.id == card.c.ticket_id)
        result = await self._transaction.execute(
            unfinished.where(*here, ticket.c.ended_at.is_(None)).order_by(card.c.ticket_id)
        )
        found = list(dict.fromkeys(result.scalars()))
        await self._transaction.execute(delete(card).where(*here))
        return found

    async def list_unfinished(self, person_id: int, limit: int) -> list[int]:
        """List the tickets that have not ended and of which this person has a card, the newest first."""
        result = await self._transaction.execute(
            select(card.c.ticket_id)
            .join(ticket, ticket.c.id == card.c.ticket_id)
            .where(card.c.person_id == person_id, ticket.c.ended_at.is_(None))
            .order_by(card.c.ticket_id.desc())
            .distinct()
            .limit(limit)
        )
        return list(result.scalars())

    async def close_menus(self, ticket_id: int) -> None:
        """Close the menus open on a ticket's cards, since their buttons may no longer fit the changed ticket."""
        await self._transaction.execute(
            update(card).where(card.c.ticket_id == ticket_id, card.c.menu != "").values(menu="")
        )

    async def add_remark(self, new: Remark) -> None:
        await self._transaction.execute(
            insert(remark).values(
                ticket_id=new.ticket_id,
                person_id=new.person_id,
                kind=new.kind,
                text=new.text,
                at=new.at,
            )
        )

    async def find_extras(self, ticket_id: int) -> CardExtras:
        """Return which of the parts exist that few tickets have."""
        row = (await self._transaction.execute(_extras_query(), {"number": ticket_id})).one()
        upvotes, *found = row
        return CardExtras(upvotes, *map(bool, found))

    async def list_remarks(self, ticket_id: int) -> list[Remark]:
        result = await self._transaction.execute(_remarks_query(), {"number": ticket_id})
        return [Remark(**row._mapping) for row in result]
