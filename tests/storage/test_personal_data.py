"""Old words go in batches, and what was shared with other people stays."""

from datetime import timedelta

from sqlalchemy import insert, select

from bot.domain.ticket_changes import TicketChange
from bot.domain.tickets import State
from storage.database import Database
from storage.tables import answer, message, person, ticket, upvote
from tests.storage.helpers import NOW, add_message, add_ticket, time_after


async def test_old_words_go_in_batches_and_open_tickets_keep_theirs(database: Database) -> None:
    later = time_after(hours=1)
    async with database.begin() as uow:
        await uow._connection.execute(insert(person).values(id=1, name="П", active=True))
        for number, state in ((1, State.CLOSED), (2, State.ANSWERED), (3, State.ACCEPTED)):
            added = await add_ticket(uow, state=state, author_name="Мария", place="ул. Ленина, 5", street="ул. Ленина")
            ended = {"ended_at": NOW} if state is State.CLOSED else {}
            answered = {"answered_at": NOW} if state is not State.CLOSED else {}
            await uow.tickets.update(added, TicketChange(**ended, **answered))
            await add_message(uow, f"m{number}", number, chat_kind="private", chat_id="7", root="7")
            await uow.upvotes.add(number, "telegram:8", NOW)
            row = {"ticket_id": number, "person_id": 1, "state": "approved", "revision": 1, "created_at": NOW}
            await uow._connection.execute(insert(answer).values(text="Мария, готово", media=[], **row))
        await add_message(uow, "loose", chat_kind="private", chat_id="7", root="7")
    async with database.begin() as uow:
        assert not await uow.personal_data_erasure.has_expired(NOW)
        assert await uow.personal_data_erasure.count_expired(later) == 3
        assert await uow.personal_data_erasure.anonymize_expired(later, 1, later) == (1, [])
        assert await uow.personal_data_erasure.anonymize_expired(later, 5, later) == (1, [])
        assert await uow.personal_data_erasure.delete_loose(later, 5) == 1
        assert not await uow.personal_data_erasure.has_expired(later + timedelta(days=1))
    async with database.read() as uow:
        tickets = (await uow._connection.execute(select(ticket).order_by(ticket.c.id))).all()
        messages = (await uow._connection.execute(select(message).order_by(message.c.id))).all()
        upvotes = (await uow._connection.execute(select(upvote.c.author_key).order_by(upvote.c.ticket_id))).all()
    assert [(row.text, row.author_name, row.author_key) for row in tickets] == [
        ("", None, None),
        ("", None, None),
        ("Яма на дороге", "Мария", "telegram:7"),
    ]
    assert {(row.place, row.sector) for row in tickets} == {("ул. Ленина, 5", "roads")}
    assert [(row.text, row.chat_id == "7", row.author_id == "7") for row in messages] == [
        ("", False, False),
        ("", False, False),
        ("Яма на дороге", True, True),
    ]
    assert [row.author_key == "telegram:8" for row in upvotes] == [False, False, True]
