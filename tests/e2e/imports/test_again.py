"""Messages that another system works on again although they have ended here: who sorts hears of them, nothing moves."""

from tests.databases import ON_BOTH
from tests.e2e.harness import COORDINATOR, ROADS_HEAD, Harness, message_text
from tests.e2e.imports.tables import enter_table, finished, pos_row
from tests.e2e.queries import button_rows, get_ticket, wait_until_idle


def reopened(number: str) -> dict[str, str]:
    return pos_row(number, due="30.11.2026", status="Возобновлено")


@ON_BOTH
async def test_what_the_system_opens_again_is_offered_to_who_sorts(bot: Harness) -> None:
    await enter_table(bot, [finished("101"), finished("102"), pos_row("103")])
    heads = len(bot.bot_messages(ROADS_HEAD))
    await enter_table(bot, [reopened("101"), finished("102"), pos_row("103")])
    again = await bot.wait_for_message(COORDINATOR, "↩️ Снова в работе в ПОС: 1", "№1 (101) · Дороги")
    assert (await get_ticket(bot, 1)).state.value == "closed"
    assert len(bot.bot_messages(ROADS_HEAD)) == heads, "the post hears of it when somebody has decided"

    await bot.press_button(COORDINATOR, again, "Открыть №1")
    card = await bot.wait_for_card(COORDINATOR, 1, "Было завершено в системе: ПОС. Там снова в работе: Возобновлено")
    await bot.press_button(COORDINATOR, card, "Вернуть в работу")
    await bot.wait_for_card(ROADS_HEAD, 1, "Срок в источнике (ПОС): до пн 30.11, 23:59")
    await wait_until_idle(bot)

    await enter_table(bot, [reopened("101"), reopened("102"), pos_row("103")])
    await bot.wait_for_message(COORDINATOR, "↩️ Снова в работе в ПОС: 1", "№2 (102) · Дороги")


async def test_answered_message_that_comes_back_is_offered_too(bot: Harness) -> None:
    """The applicant has complained of the answer in ПОС."""
    await enter_table(bot, [pos_row("101")])
    await bot.press_button(ROADS_HEAD, await bot.wait_for_message(ROADS_HEAD, "Новых из ПОС: 1"), "Открыть №1")
    await bot.answer_ticket(ROADS_HEAD, 1, "Яму засыпали 20 ноября.")
    asked = await bot.wait_for_message(COORDINATOR, "ждёт внесения в ПОС", "нажмите «Внесено в ПОС»")
    await bot.press_button(COORDINATOR, asked, "Внесено в ПОС")
    await wait_until_idle(bot)
    await enter_table(bot, [pos_row("101", status="На проверке")])
    assert bot.find_message(COORDINATOR, "Снова в работе") is None, "ПОС has not said yet that it had ended"
    await enter_table(bot, [finished("101")])
    await enter_table(bot, [reopened("101")])
    again = await bot.wait_for_message(COORDINATOR, "↩️ Снова в работе в ПОС: 1")
    await bot.press_button(COORDINATOR, again, "Открыть №1")
    await bot.wait_for_card(COORDINATOR, 1, "✅ Отвечено: Начальник отдела дорог")


async def test_many_that_come_back_have_pages(bot: Harness) -> None:
    numbers = [str(number) for number in range(101, 109)]
    await enter_table(bot, [finished(number) for number in numbers])
    await enter_table(bot, [reopened(number) for number in numbers])
    again = await bot.wait_for_message(COORDINATOR, "↩️ Снова в работе в ПОС: 8")
    assert button_rows(again)[-1] == ["Дальше ›"]
    await bot.press_button(COORDINATOR, again, "Дальше")
    await bot.wait_until(lambda: "№8 (108)" in message_text(again))
    assert button_rows(again)[-1] == ["‹ Раньше"]
