"""The chat of somebody who has left, or was moved: lists, pages and summaries quote citizens, too."""

from tests.databases import ON_BOTH
from tests.e2e.harness import ADMINISTRATOR, COORDINATOR, ROADS_HEAD, Harness, button_labels
from tests.e2e.queries import ROOF, send_report, wait_until_idle
from tests.e2e.staff.test_people import open_page


@ON_BOTH
async def test_a_dismissed_official_keeps_no_list_and_no_summary(bot: Harness) -> None:
    await send_report(bot)
    await send_report(bot, "На Гоголя 9 разбит асфальт на дороге", 2002)
    await bot.wait_for_card(ROADS_HEAD, 2)
    await bot.send_message(ROADS_HEAD, "/find яма")
    await bot.wait_for_message(ROADS_HEAD, "Найдено", "Ленина 45")
    bot.pass_time(hours=2)
    await bot.wait_for_message(ROADS_HEAD, "Просрочено")
    await bot.send_message(ROADS_HEAD, "/people")
    await bot.wait_for_message(ROADS_HEAD, "Сотрудники")
    await bot.send_message(ROADS_HEAD, "/control")
    await bot.press_button(ROADS_HEAD, await bot.wait_for_message(ROADS_HEAD, "📋 Контроль"), "В работе")
    await bot.wait_for_message(ROADS_HEAD, "📋 В работе: 2", "Ленина 45")

    await open_page(bot, ADMINISTRATOR, "Начальник отдела дорог", "Уволить", "Уволить")

    await bot.wait_for_message(ROADS_HEAD, "Ваш доступ к сообщениям жителей")
    await wait_until_idle(bot)
    assert not any("Ленина" in text or "Гоголя" in text for text in bot.bot_texts(ROADS_HEAD))
    assert not any(button_labels(letter) for letter in bot.bot_messages(ROADS_HEAD))


@ON_BOTH
async def test_an_official_who_was_moved_keeps_no_list_of_the_former_block(bot: Harness) -> None:
    await send_report(bot)
    await send_report(bot, ROOF)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, "/my")
    await bot.wait_for_message(ROADS_HEAD, "Ждут вас", "Ленина 45")
    await bot.send_message(ROADS_HEAD, "/settings")
    settings = await bot.wait_for_message(ROADS_HEAD, "Куда приходят карточки")

    await open_page(bot, ADMINISTRATOR, "Начальник отдела дорог", "Блоки", "Дороги", "Образование", "Готово")

    await bot.wait_for_message(ROADS_HEAD, "Теперь вы:")
    await bot.wait_for_card(COORDINATOR, 1)
    await wait_until_idle(bot)
    assert not any("Ленина" in text for text in bot.bot_texts(ROADS_HEAD))
    assert button_labels(settings)


async def test_a_reply_to_a_list_is_about_no_ticket(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, "/my")
    listed = await bot.wait_for_message(ROADS_HEAD, "Ждут вас")
    await bot.send_message(ROADS_HEAD, "Завтра засыплем", reply_to=listed["message_id"])
    await bot.wait_for_message(ROADS_HEAD, "нажмите «Ответить» под карточкой")
