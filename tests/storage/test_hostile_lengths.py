"""Names and places of any length: a database with lengths must not stop the message."""

from storage.database import Database
from tests.storage.helpers import add_message, add_ticket

LONG = "Ъ🦔" * 5_000


async def test_a_name_a_place_and_a_link_without_end_are_cut(database: Database) -> None:
    async with database.begin() as uow:
        ticket = await add_ticket(uow, LONG, place=LONG, street=LONG, house=LONG, author_name=LONG)
        message_id = await add_message(
            uow, "1", ticket.id, text=LONG, author_name=LONG, chat_title=LONG, link=LONG, forwarded_from=LONG
        )
    async with database.read() as uow:
        found, message = await uow.tickets.get(ticket.id), await uow.messages.get(message_id)
    assert found is not None
    assert message is not None
    assert (found.text, len(found.place or "")) == (LONG, 200)
    assert (message.text, message.author_name) == (LONG, LONG[:200])
