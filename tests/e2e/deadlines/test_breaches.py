"""More missed deadlines of a unit in a month than the settings allow: its head and the manager hear of it, once."""

from tests.databases import ON_BOTH
from tests.e2e.harness import COORDINATOR, HOUSING_HEAD, ROADS_HEAD, Harness
from tests.e2e.queries import wait_until_idle
from tests.e2e.schedules import MANAGER, TAP, WITH_MANAGER, add_officials, send_report

MORE = "[limits]\nbreaches_per_month = 2\n[problems]\njoin = false\n"
WORDS = "⚠️ Дороги: в этом месяце просрочено 3 сообщения"


def told(bot: Harness, person: int) -> list[str]:
    return [text for text in bot.bot_texts(person) if "в этом месяце просрочено" in text]


async def write_about_roads(bot: Harness, number: int) -> None:
    bot.sandbox.telegram.user(3000 + number, f"Житель {number}")
    await send_report(bot, f"Яма на дороге, улица Мира, {number}", who=3000 + number)
    await bot.wait_for_inbox()


async def let_be_late(bot: Harness, day: str, *numbers: int) -> None:
    """Let messages of this morning be accepted too late."""
    bot.set_time(f"{day} 10:00")
    for number in numbers:
        await write_about_roads(bot, number)
    bot.set_time(f"{day} 11:01")
    await wait_until_idle(bot)


@ON_BOTH
async def test_the_third_of_two_allowed_is_told_once_to_the_head_and_the_manager(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings |= {"staff": WITH_MANAGER, "more": MORE}
    await add_officials(bot, MANAGER)
    await bot.start()
    await let_be_late(bot, "23.11", 1, 2)
    await send_report(bot, TAP)
    bot.set_time("23.11 15:00")
    await wait_until_idle(bot)
    assert told(bot, MANAGER) == told(bot, ROADS_HEAD) == [], "two of roads, and one of another unit"
    await let_be_late(bot, "24.11", 3)
    await bot.wait_for_message(MANAGER, WORDS, "за месяц — 2")
    await bot.wait_for_message(ROADS_HEAD, WORDS)
    await let_be_late(bot, "25.11", 4, 5)
    assert [len(told(bot, one)) for one in (MANAGER, ROADS_HEAD, HOUSING_HEAD, COORDINATOR)] == [1, 1, 0, 0]
    await let_be_late(bot, "01.12", 6, 7)
    assert len(told(bot, MANAGER)) == 1, "another month begins from nothing"
    await let_be_late(bot, "02.12", 8)
    await bot.wait_until(lambda: len(told(bot, MANAGER)) == 2)


async def test_without_the_setting_nobody_is_told(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings |= {"more": "[problems]\njoin = false\n"}
    await bot.start()
    await let_be_late(bot, "23.11", 1, 2, 3, 4)
    assert told(bot, ROADS_HEAD) == told(bot, COORDINATOR) == []
