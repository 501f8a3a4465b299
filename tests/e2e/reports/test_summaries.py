"""Everybody's daily summary: at the own hour, of the own field, quietly, and not on an empty day."""

from tests.databases import ON_BOTH
from tests.e2e.harness import COORDINATOR, CURATOR, HOUSING_HEAD, ROADS_HEAD, STAFF, Harness, message_text
from tests.e2e.queries import choose_budget, send_report, wait_until_idle
from tests.e2e.schedules import makes_sound

OWN_HOUR = STAFF.replace("telegram_id = 1001", 'telegram_id = 1001\ndigest_at = "18:00"').replace(
    "telegram_id = 1004", 'telegram_id = 1004\ndigest_at = "17:30"'
)


def summaries(bot: Harness, person: int) -> list[str]:
    return [text for text in bot.bot_texts(person) if text.startswith("📊")]


@ON_BOTH
async def test_a_head_gets_the_own_block_at_the_own_hour_once(closed_bot: Harness) -> None:
    closed_bot.settings["staff"] = OWN_HOUR
    bot = closed_bot
    await bot.start()
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    bot.set_time("20.11 17:31")
    await bot.wait_for_message(CURATOR, "📊 Сводка за", "Новых: 1")  # the curator's hour
    assert summaries(bot, ROADS_HEAD) == []

    bot.set_time("20.11 18:00")
    summary = await bot.wait_for_message(ROADS_HEAD, "📊 Ваша сводка", "Новых: 1", "Просрочено: 1", "Самое давнее: №1")
    assert summary["message_id"] in silent_messages(bot, ROADS_HEAD)
    await bot.stop()
    await bot.start()
    bot.set_time("20.11 18:20")
    await wait_until_idle(bot)
    assert len(summaries(bot, ROADS_HEAD)) == 1
    assert summaries(bot, HOUSING_HEAD) == []


def silent_messages(bot: Harness, person: int) -> list[int]:
    """The messages whose text was sent without a sound."""
    silent = {
        str(call["text"])
        for name, call in bot.sandbox.telegram.calls
        if name == "sendMessage" and call.get("disable_notification") and str(call.get("chat_id")) == str(person)
    }
    return [one["message_id"] for one in bot.bot_messages(person) if message_text(one) in silent]


@ON_BOTH
async def test_the_daily_summary_rings_only_where_nothing_else_does(bot: Harness) -> None:
    """The curator reads the digest without a sound, as the page of the hour promises."""
    await choose_budget(bot, COORDINATOR, "Только сводки")
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    bot.set_time("21.11 09:00")
    assert makes_sound(await bot.wait_for_message(COORDINATOR, "📊 Ваша сводка"))
    assert not makes_sound(await bot.wait_for_message(CURATOR, "📊 Сводка за"))
    assert not makes_sound(await bot.wait_for_message(ROADS_HEAD, "📊 Ваша сводка"))


async def test_the_coordinator_reads_the_whole_town_and_an_empty_day_says_nothing(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    bot.set_time("21.11 09:00")
    await bot.wait_for_message(COORDINATOR, "📊 Ваша сводка", "Просрочено: 1", "Дороги: 1")
    await bot.wait_for_message(ROADS_HEAD, "📊 Ваша сводка", "Никто не принял: 1")
    assert summaries(bot, HOUSING_HEAD) == []


@ON_BOTH
async def test_the_own_hour_is_chosen_by_buttons(bot: Harness) -> None:
    await bot.send_message(ROADS_HEAD, "/settings")
    page = await bot.wait_for_message(ROADS_HEAD, "Сводка дня: 09:00 (общий час)")
    await bot.press_button(ROADS_HEAD, page, "Сводка дня")
    page = await bot.wait_for_message(ROADS_HEAD, "🕕 Сводка дня")
    await bot.press_button(ROADS_HEAD, page, "19:00")
    page = await bot.wait_for_message(ROADS_HEAD, "🕕 Сводка дня: 19:00")
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    bot.set_time("20.11 19:00")
    await bot.wait_for_message(ROADS_HEAD, "📊 Ваша сводка", "Новых: 1")
    await bot.press_button(ROADS_HEAD, page, "Как у всех")
    await bot.wait_for_message(ROADS_HEAD, "🕕 Сводка дня: 09:00 (общий час)")
