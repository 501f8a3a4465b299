"""The review queue."""

from bot.domain.cards import ReviewList
from bot.domain.messages import MessageRole, ReviewVerdict
from bot.domain.people import Person
from bot.domain.roles import Role
from storage.database import Database
from storage.unit_of_work import UnitOfWork
from tests.storage.helpers import NOW, add_message, add_ticket, time_after


async def add_person(uow: UnitOfWork) -> int:
    [known] = await uow.staff.add_all((Person(0, "Координатор", frozenset({Role.COORDINATOR})),))
    return known.id


async def test_a_doubt_waits_until_somebody_says_or_it_finds_its_ticket(database: Database) -> None:
    async with database.begin() as uow:
        who = await add_person(uow)
        ids = [await add_message(uow, str(number)) for number in range(5)]
        for at, message_id in enumerate(ids):
            assert await uow.review_queue.add(message_id, 0.3, time_after(minutes=at))
        assert not await uow.review_queue.add(ids[0], 0.4, time_after(hours=1))
        assert await uow.review_queue.summarize_unlisted() == (5, NOW)
        await uow.review_queue.mark_listed(time_after(hours=1))
        assert await uow.review_queue.summarize_unlisted() == (0, None)

        await uow.messages.mark_deleted(ids[0], NOW)
        await uow.messages.attach_to_ticket(ids[1], (await add_ticket(uow)).id, MessageRole.ROOT)
        assert [one.id for one in await uow.review_queue.list_page(0, 10)] == ids[2:]
        assert [one.id for one in await uow.review_queue.list_page(1, 1)] == [ids[3]]

        decided = await uow.review_queue.decide(ids[2], ReviewVerdict.TALK, who, NOW)
        assert decided is not None
        for message_id in (*ids[:3], 4711):
            assert await uow.review_queue.decide(message_id, ReviewVerdict.PROBLEM, who, NOW) is None
        await uow.review_queue.expire(time_after(minutes=4), NOW)
        assert await uow.review_queue.count_pending() == 1


async def test_one_list_a_person_and_account_and_the_newest_wins(database: Database) -> None:
    async with database.begin() as uow:
        old = ReviewList(await add_person(uow), "telegram", "1003", None, None, 2, NOW)
        await uow.review_queue.upsert_review_list(old)
        new = ReviewList(old.person_id, "telegram", "7", None, None, 0, time_after(hours=2))
        await uow.review_queue.upsert_review_list(new)

        assert await uow.review_queue.mark_list_shown(new, "55", "hash")
        assert not await uow.review_queue.mark_list_shown(old, "44", "hash"), (
            "it was sent while a newer one was asked for"
        )
        assert await uow.review_queue.list_review_lists() == [
            ReviewList(old.person_id, "telegram", "7", "55", "hash", 0, time_after(hours=2))
        ]
        await uow.review_queue.upsert_review_list(ReviewList(old.person_id, "vk:500", "7", None, None, 0, NOW))
        assert len(await uow.review_queue.list_review_lists()) == 2
