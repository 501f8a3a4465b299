"""Words of old tickets are erased when their time is over: announced, thirty days later, a thousand an hour."""

from datetime import timedelta

from sqlalchemy import select

from bot.domain.notifications.reports import ReportFigures
from bot.services.reports import digest
from storage.tables import message, ticket
from tests.e2e.harness import ADMINISTRATOR, GROUP, MARIA, PYOTR, ROADS_HEAD, START_TIME, Harness
from tests.e2e.queries import HATCH, wait_until_idle

NOTE = "Заканчивается срок хранения"


async def stored_words(bot: Harness) -> list[str]:
    async with bot.read_tables() as connection:
        posts = [*await connection.execute(select(message.c.text, message.c.author_name))]
        tickets = [*await connection.execute(select(ticket.c.text, ticket.c.author_name))]
    return [word for row in (*posts, *tickets) for word in row if word]


async def figures(bot: Harness) -> ReportFigures:
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        since = START_TIME - timedelta(days=1)
        return await digest.collect_figures(bot.app.runtime.context(uow), since, START_TIME + timedelta(days=1))


async def test_words_go_thirty_days_after_the_note_and_the_figures_stay(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = '[retention]\nwords = "400d"'
    await bot.start()
    await bot.sandbox.telegram.send_message(GROUP, MARIA, HATCH)
    await bot.answer_ticket(ROADS_HEAD, 1, "Люк закрыли")
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")
    await bot.sandbox.telegram.send_message(GROUP, PYOTR, "Доброе утро, соседи")
    await wait_until_idle(bot)
    before = await figures(bot)
    assert before.new == 1

    bot.pass_time(days=401)
    await bot.wait_for_tasks("words_retention")
    await bot.wait_for_message(ADMINISTRATOR, NOTE, "у 2 старых сообщений", "400 дней")
    bot.pass_time(days=29)
    await bot.wait_for_tasks("words_retention")
    assert "Мария" in await stored_words(bot)

    bot.pass_time(days=1)
    await bot.wait_for_tasks("words_retention")
    assert await stored_words(bot) == []
    assert await figures(bot) == before
    assert sum(NOTE in text for text in bot.bot_texts(ADMINISTRATOR)) == 1
