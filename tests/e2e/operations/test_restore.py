"""After a restore the bot knows nothing of what it has published since the copy, so it asks before it repeats that."""

import asyncio

import pytest

from bot.cli.restore import restore_database
from bot.domain.tickets import State
from sandbox.faults import FaultKind
from storage.sqlite.backup import backup_sqlite
from tests.e2e.harness import ADMINISTRATOR, COMMUNITY, GROUP, MARIA, PYOTR, ROADS_HEAD, Harness
from tests.e2e.queries import HATCH, button_rows, get_ticket_state, wait_for_preview, wait_until_idle

ANSWER = "Люк закрыли утром."


async def restore_copy_with_queued_answer(
    bot: Harness, *, published: bool, hours: float, hours_until_start: float = 0.0
) -> None:
    """An answer is queued; a copy is made; the answer is *published* or not; *hours* later the copy is restored."""
    await bot.sandbox.telegram.send_message(GROUP, MARIA, HATCH)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, ANSWER, reply_to=card["message_id"])
    draft = await wait_for_preview(bot, ROADS_HEAD, ANSWER)
    await wait_until_idle(bot)
    faults = bot.sandbox.telegram.faults
    faults.start_outage(FaultKind.REFUSE, "sendMessage")
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    await bot.wait_for_inbox()
    copy = bot.folder / "copy.sqlite3"
    await asyncio.to_thread(backup_sqlite, str(bot.settings["database"]), copy, lambda _: None)
    if published:
        faults.end_outage()
        bot.pass_time(seconds=2)
        await bot.wait_for_message(GROUP, ANSWER)
    assert bot.app is not None
    config = bot.app.config
    await bot.stop()
    faults.end_outage()
    bot.pass_time(hours=hours)
    await restore_database(config, copy, lambda _: None, force=False, now=bot.clock.now())
    bot.pass_time(hours=hours_until_start)
    await bot.start()


async def test_row_numbers_given_out_a_second_time_swallow_no_answer_in_vk(bot: Harness) -> None:
    """VK drops a message whose key it knows; after a restore another answer has the number of a published one."""
    await wait_until_idle(bot)
    copy = bot.folder / "copy.sqlite3"
    await asyncio.to_thread(backup_sqlite, str(bot.settings["database"]), copy, lambda _: None)
    answers = ("Люк закрыли утром.", "Люк закроют завтра.")
    for answer in answers:
        await bot.sandbox.vk.send_message(COMMUNITY, PYOTR, f"{HATCH}, {answer}")
        card = await bot.wait_for_card(ROADS_HEAD, 1, answer)
        await bot.send_message(ROADS_HEAD, answer, reply_to=card["message_id"])
        await bot.press_button(ROADS_HEAD, await wait_for_preview(bot, ROADS_HEAD, answer), "Отправить")
        await bot.wait_until(lambda text=answer: count_told(bot, text) == 1)
        await wait_until_idle(bot)
        if answer == answers[0]:
            assert bot.app is not None
            config = bot.app.config
            await bot.stop()
            await bot.sandbox.vk.drop_events(COMMUNITY)
            await restore_database(config, copy, lambda _: None, force=False, now=bot.clock.now())
            await bot.start()
    assert [count_told(bot, answer) for answer in answers] == [1, 1]


def count_told(bot: Harness, answer: str) -> int:
    return sum(one.out and answer in one.text for one in bot.sandbox.vk.messages(COMMUNITY, PYOTR))


def count_published(bot: Harness) -> int:
    return sum(ANSWER in text for text in bot.bot_texts(GROUP))


@pytest.mark.parametrize("button", ["Опубликовать", "Не публиковать"])
async def test_an_old_answer_waits_for_its_head(bot: Harness, button: str) -> None:
    await restore_copy_with_queued_answer(bot, published=True, hours=2)
    question = await bot.wait_for_message(ROADS_HEAD, "Ответ на №1 ждёт вашего решения", ANSWER)
    assert button_rows(question) == [["Опубликовать", "Не публиковать"]]
    await bot.wait_for_message(ADMINISTRATOR, "База восстановлена из копии", "1 давний ответ ждёт решения")
    await wait_until_idle(bot)
    assert count_published(bot) == 1
    assert await get_ticket_state(bot, 1) is State.ACCEPTED

    await bot.press_button(ROADS_HEAD, question, button)
    if button == "Опубликовать":
        await bot.wait_until(lambda: count_published(bot) == 2)
        await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    else:
        await bot.wait_until(lambda: bot.find_message(ROADS_HEAD, "Ответ на №1 не публикуется"))
        assert await get_ticket_state(bot, 1) is State.ACCEPTED
    await wait_until_idle(bot)
    assert button_rows(question) == []
    await bot.stop()
    await bot.start()
    await wait_until_idle(bot)
    assert len([text for text in bot.bot_texts(ADMINISTRATOR) if "База восстановлена" in text]) == 1


async def test_an_answer_that_was_young_at_the_restore_waits_if_the_bot_starts_later(bot: Harness) -> None:
    await restore_copy_with_queued_answer(bot, published=True, hours=0.5, hours_until_start=40)
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1 ждёт вашего решения", ANSWER)
    await wait_until_idle(bot)
    assert count_published(bot) == 1


async def test_a_young_answer_is_published_without_a_question(bot: Harness) -> None:
    await restore_copy_with_queued_answer(bot, published=False, hours=0.5)
    await bot.wait_until(lambda: count_published(bot) == 1)
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    assert bot.find_message(ROADS_HEAD, "ждёт вашего решения") is None
    bot.sandbox.telegram.world.idle_edits.clear()  # the copy does not know what was edited after it was made
