"""Comments of official pages that wait for an answer, on every kind of database."""

from datetime import timedelta

from storage.database import Database
from tests.storage.helpers import NOW


def comment(number: int, *, ours: bool = False, thread: int | None = None, to_all: bool = False) -> dict[str, object]:
    return {
        "account": "vk:pages",
        "chat_id": "wall-1_5",
        "external_id": str(number),
        "root": "1",
        "place": "5",
        "thread": str(thread or number),
        "ours": ours,
        "to_all": to_all,
        "sent_at": NOW + timedelta(minutes=number),
        "link": f"https://vk.com/wall-1_5?reply={number}",
    }


async def test_a_word_of_the_page_answers_its_thread_and_a_word_to_all_everybody_before(database: Database) -> None:
    async with database.begin() as uow:
        for one in (comment(1), comment(2), comment(3, ours=True, thread=1), comment(4)):
            await uow.pages.add(one)
        assert [one.link for one in await uow.pages.unanswered("vk:pages", "1", NOW)] == [
            "https://vk.com/wall-1_5?reply=2",
            "https://vk.com/wall-1_5?reply=4",
        ]
        await uow.pages.add(comment(5, ours=True, to_all=True))
        await uow.pages.add(comment(6))
        assert len(await uow.pages.unanswered("vk:pages", "1", NOW)) == 1
        await uow.pages.remove("vk:pages", "wall-1_5", "6")
        assert await uow.pages.unanswered("vk:pages", "1", NOW) == []
        assert [row async for row in uow.reports.export(None, None)] == []


async def test_the_latest_post_counts_whatever_comes_last(database: Database) -> None:
    async with database.begin() as uow:
        await uow.pages.watch("vk:pages", "1", NOW)
        await uow.pages.watch("vk:pages", "1", NOW + timedelta(days=1))
        await uow.pages.posted("vk:pages", "1", NOW - timedelta(days=1))
        await uow.pages.posted("vk:pages", "1", NOW - timedelta(days=9))
        assert await uow.pages.quiet_since("vk:pages", "1") == (NOW, NOW - timedelta(days=1))
