"""What waits for a person's word."""

from bot.domain.cards import DoubtList
from bot.domain.messages import Part, Verdict
from bot.domain.people import Person, Role
from storage.database import Database
from storage.unit_of_work import UnitOfWork
from tests.storage.helpers import NOW, add_message, add_ticket, later


async def person(uow: UnitOfWork) -> int:
    [known] = await uow.people.replace((Person(0, "Координатор", frozenset({Role.COORDINATOR})),))
    return known.id


async def test_a_doubt_waits_until_somebody_says_or_it_finds_its_ticket(database: Database) -> None:
    async with database.begin() as uow:
        who = await person(uow)
        ids = [await add_message(uow, str(number)) for number in range(5)]
        for at, message_id in enumerate(ids):
            assert await uow.doubts.add(message_id, 0.3, later(minutes=at))
        assert not await uow.doubts.add(ids[0], 0.4, later(hours=1))
        assert await uow.doubts.news() == (5, NOW)
        await uow.doubts.mark_listed(later(hours=1))
        assert await uow.doubts.news() == (0, None)

        await uow.messages.mark_deleted(ids[0], NOW)
        await uow.messages.attach(ids[1], (await add_ticket(uow)).id, Part.ROOT)
        assert [one.id for one in await uow.doubts.page(0, 10)] == ids[2:]
        assert [one.id for one in await uow.doubts.page(1, 1)] == [ids[3]]

        decided = await uow.doubts.decide(ids[2], Verdict.TALK, who, NOW)
        assert decided is not None
        for message_id in (*ids[:3], 4711):
            assert await uow.doubts.decide(message_id, Verdict.PROBLEM, who, NOW) is None
        await uow.doubts.leave(later(minutes=4), NOW)
        assert await uow.doubts.waiting() == 1


async def test_one_list_a_person_and_account_and_the_newest_wins(database: Database) -> None:
    async with database.begin() as uow:
        old = DoubtList(await person(uow), "telegram", "1003", None, None, 2, NOW)
        await uow.doubts.save_list(old)
        new = DoubtList(old.person_id, "telegram", "7", None, None, 0, later(hours=2))
        await uow.doubts.save_list(new)

        assert await uow.doubts.shown(new, "55", "hash")
        assert not await uow.doubts.shown(old, "44", "hash"), "it was sent while a newer one was asked for"
        assert await uow.doubts.lists() == [DoubtList(old.person_id, "telegram", "7", "55", "hash", 0, later(hours=2))]
        await uow.doubts.save_list(DoubtList(old.person_id, "vk:500", "7", None, None, 0, NOW))
        assert len(await uow.doubts.lists()) == 2
