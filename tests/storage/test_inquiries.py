"""Questions to citizens are read once in a transaction, and are right whatever happens in it."""

from datetime import timedelta

from bot.domain.inquiries import InquiryKind, InquiryState
from storage.database import Database
from storage.unit_of_work import UnitOfWork
from tests.storage.helpers import NOW, add_ticket

AUTHOR = "telegram:5"


async def ask(uow: UnitOfWork, ticket_id: int) -> int:
    due = NOW + timedelta(days=3)
    return (await uow.inquiries.add(ticket_id, InquiryKind.CITIZEN, 1, "Какой дом?", NOW, due)).id


async def find(uow: UnitOfWork, ticket_id: int) -> int | None:
    found = await uow.inquiries.find_open(ticket_id, InquiryKind.CITIZEN)
    return found.id if found is not None else None


async def test_question_asked_after_the_questions_were_read_is_found(database: Database) -> None:
    async with database.begin() as uow:
        first, second = await add_ticket(uow, author_key=AUTHOR), await add_ticket(uow)
        asked = await ask(uow, first.id)
        assert await uow.inquiries.list_asked(AUTHOR) == [asked]
        assert await find(uow, first.id) == asked
        assert await find(uow, second.id) is None
        later = await ask(uow, second.id)
        assert await uow.inquiries.list_asked(AUTHOR) == [asked]
        assert await find(uow, second.id) == later


async def test_question_is_open_again_once_its_answer_is_rolled_back(database: Database) -> None:
    async with database.begin() as uow:
        ticket = await add_ticket(uow, author_key=AUTHOR)
        asked = await ask(uow, ticket.id)
        try:
            async with uow.savepoint():
                await uow.inquiries.update(asked, state=InquiryState.ANSWERED.value)
                assert await uow.inquiries.list_asked(AUTHOR) == []
                assert await find(uow, ticket.id) is None
                raise LookupError
        except LookupError:
            pass
        assert await uow.inquiries.list_asked(AUTHOR) == [asked]
        assert await find(uow, ticket.id) == asked
