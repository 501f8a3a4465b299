"""Messages of ours about a ticket: what a reply to them is about."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select

from storage.repositories.base import Repository
from storage.tables import letter


class Letters(Repository):
    """Remember and look up."""

    async def remember(
        self,
        account: str,
        chat_id: str,
        ids: Sequence[str],
        ticket_id: int,
        kind: str,
        now: datetime,
        *,
        twin: str | None = None,
        anew: bool = False,
    ) -> None:
        """Messages *ids* of ours are about *ticket_id*: a reply to them is, too. What was said in several messengers of
        one person has the same *twin*. *anew*: they are of this *kind* now, whatever they were sent as."""
        if ids:
            statement = self._insert(letter)
            here = ["account", "chat_id", "external_id"]
            await self._connection.execute(
                statement.on_conflict_do_update(index_elements=here, set_={"kind": statement.excluded.kind})
                if anew
                else statement.on_conflict_do_nothing(),
                [
                    {
                        "account": account,
                        "chat_id": chat_id,
                        "external_id": external_id,
                        "ticket_id": ticket_id,
                        "kind": kind,
                        "sent_at": now,
                        "twin": twin,
                    }
                    for external_id in ids
                ],
            )

    async def subject(self, account: str, chat_id: str, external_id: str) -> tuple[int, str] | None:
        """(ticket, kind) of a message of ours."""
        result = await self._connection.execute(
            select(letter.c.ticket_id, letter.c.kind).where(
                letter.c.account == account, letter.c.chat_id == chat_id, letter.c.external_id == external_id
            )
        )
        row = result.first()
        return (row[0], row[1]) if row else None

    async def about(self, ticket_id: int, kind: str) -> list[tuple[str, str, str]]:
        """(account, chat, message) of our messages of one *kind* about a ticket."""
        result = await self._connection.execute(
            select(letter.c.account, letter.c.chat_id, letter.c.external_id).where(
                letter.c.ticket_id == ticket_id, letter.c.kind == kind
            )
        )
        return [(row[0], row[1], row[2]) for row in result]

    async def twins(self, account: str, chat_id: str, external_id: str) -> list[tuple[str, str, str]]:
        """Where the same note stands in other messengers: (account, chat, message)."""
        here = (letter.c.account == account, letter.c.chat_id == chat_id)
        twin = select(letter.c.twin).where(*here, letter.c.external_id == external_id).scalar_subquery()
        result = await self._connection.execute(
            select(letter.c.account, letter.c.chat_id, letter.c.external_id).where(
                letter.c.twin == twin, or_(letter.c.account != account, letter.c.chat_id != chat_id)
            )
        )
        return [(row[0], row[1], row[2]) for row in result]
