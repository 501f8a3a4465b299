"""Comments of official pages that wait for an answer, on every kind of database."""

from datetime import timedelta

from bot.domain.official_pages import PageComment
from storage.database import Database
from tests.storage.helpers import NOW


def comment_values(number: int, *, ours: bool = False, thread: int | None = None, to_all: bool = False) -> PageComment:
    return PageComment(
        account="vk:pages",
        chat_id="wall-1_5",
        external_id=str(number),
        root="1",
        place="5",
        thread=str(thread or number),
        ours=ours,
        to_all=to_all,
        sent_at=NOW + timedelta(minutes=number),
        link=f"https://vk.com/wall-1_5?reply={number}",
    )


async def test_a_word_of_the_page_answers_its_thread_and_a_word_to_all_everybody_before(database: Database) -> None:
    async with database.begin() as uow:
        for one in (comment_values(1), comment_values(2), comment_values(3, ours=True, thread=1), comment_values(4)):
            await uow.official_pages.add_comment(one)
        assert [one.link for one in await uow.official_pages.list_unanswered("vk:pages", "1", NOW)] == [
            "https://vk.com/wall-1_5?reply=2",
            "https://vk.com/wall-1_5?reply=4",
        ]
        await uow.official_pages.add_comment(comment_values(5, ours=True, to_all=True))
        await uow.official_pages.add_comment(comment_values(6))
        assert len(await uow.official_pages.list_unanswered("vk:pages", "1", NOW)) == 1
        await uow.official_pages.delete_comment("vk:pages", "wall-1_5", "6")
        assert await uow.official_pages.list_unanswered("vk:pages", "1", NOW) == []
        assert [row async for row in uow.reports.iterate_tickets(None, None)] == []


async def test_the_latest_post_counts_whatever_comes_last(database: Database) -> None:
    async with database.begin() as uow:
        await uow.official_pages.start_watching("vk:pages", "1", NOW)
        await uow.official_pages.start_watching("vk:pages", "1", NOW + timedelta(days=1))
        await uow.official_pages.record_post("vk:pages", "1", NOW - timedelta(days=1))
        await uow.official_pages.record_post("vk:pages", "1", NOW - timedelta(days=9))
        assert await uow.official_pages.find_last_post("vk:pages", "1") == (NOW, NOW - timedelta(days=1))
