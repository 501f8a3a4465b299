"""«Что пошло не так»: the history of a late or returned ticket names its longest gap, and who held it then."""

from tests.databases import ON_BOTH
from tests.e2e.harness import ROADS_HEAD, Harness
from tests.e2e.queries import open_history, send_report, wait_until_idle


@ON_BOTH
async def test_the_history_of_a_late_ticket_names_its_longest_gap_and_who_held_it(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    bot.set_time("20.11 15:30")
    await bot.wait_for_message(ROADS_HEAD, "Просрочено: №1")
    bot.set_time("20.11 17:30")
    await bot.press_button(ROADS_HEAD, card, "Принять")
    card = await bot.wait_for_card(ROADS_HEAD, 1, "В работе")
    bot.set_time("20.11 18:00")
    await wait_until_idle(bot)

    words = await open_history(bot, ROADS_HEAD, card)
    assert "❗ Что пошло не так\nСрок пропущен пт 20.11, 15:30: принять\n" in words
    assert "Дольше всего ждали 3 ч: пт 20.11, 14:30 – пт 20.11, 17:30\nПеред этим: получено, отрасль: Дороги" in words
    assert "Тогда сообщение было у: Начальник отдела дорог" in words


async def test_the_history_of_a_ticket_in_time_says_nothing_of_it(bot: Harness) -> None:
    await send_report(bot)
    words = await open_history(bot, ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1))
    assert "Что пошло не так" not in words
