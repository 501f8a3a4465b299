"""A town without blocks: everything goes to who sorts; themes name what a message is about."""

from bot.domain.tickets import State
from tests.e2e.harness import ADMINISTRATOR, COORDINATOR, GROUP, MARIA, PYOTR, Harness, button_labels, message_text
from tests.e2e.queries import get_ticket, send_report

SECTORS = """[[sectors]]
code = "roads"
title = "Дороги"
keywords = ["проселоч"]

[[sectors]]
code = "housing"
title = "ЖКХ"

[[sectors]]
code = "education"
title = "Образование"
"""

CENTRE = """
[[staff]]
name = "Сотрудник центра"
role = "centre_staff"
telegram_id = 1003

[[staff]]
name = "Администратор"
role = "administrator"
telegram_id = 1005
"""

ENERGY = '[[themes]]\ncode = "energy"\ntitle = "Энергетика"\n'


async def start_without_blocks(bot: Harness, themes: str = "", role: str = "centre_staff") -> None:
    bot.config_replacements[SECTORS] = themes
    bot.settings["staff"] = CENTRE.replace("centre_staff", role)
    await bot.start()


async def test_everything_goes_to_who_sorts_and_is_answered_there(closed_bot: Harness) -> None:
    bot = closed_bot
    await start_without_blocks(bot, ENERGY)
    await send_report(bot, "Нет света в доме на Ленина 5 второй день")
    card = await bot.wait_for_card(COORDINATOR, 1, "№1 · Энергетика")
    assert button_labels(card)[:2] == ["✅ Принять", "✍️ Ответить"]
    assert not any("Передать" in label for label in button_labels(card))
    ticket = await get_ticket(bot, 1)
    assert (ticket.state, ticket.sector, ticket.theme) == (State.ASSIGNED, None, "energy")

    await bot.answer_ticket(COORDINATOR, 1, "Свет дадут к вечеру.")
    await bot.wait_for_message(GROUP, "Свет дадут к вечеру.")
    await send_report(bot, "Яма на дороге у Мира 7", PYOTR)
    await bot.wait_for_card(COORDINATOR, 2)
    await bot.send_message(COORDINATOR, "/my")
    listed = await bot.wait_for_message(COORDINATOR, "Ждут вас")
    assert "№2" in message_text(listed)
    assert bot.ticket_numbers(ADMINISTRATOR) == []


async def test_a_dismissed_ticket_comes_back_without_a_block(closed_bot: Harness) -> None:
    bot = closed_bot
    await start_without_blocks(bot, role="coordinator")
    await send_report(bot, "Яма на дороге у Мира 7", MARIA)
    card = await bot.wait_for_card(COORDINATOR, 1)
    await bot.press_code(COORDINATOR, COORDINATOR, card["message_id"], "1:df:1:duplicate")
    card = await bot.wait_for_card(COORDINATOR, 1, "🚫 №1")
    await bot.press_button(COORDINATOR, card, "Вернуть в работу")
    await bot.wait_for_card(COORDINATOR, 1, "🆕 №1")
    assert (await get_ticket(bot, 1)).state is State.ASSIGNED


async def test_theme_is_on_the_card_and_leaves_with_its_block(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = ENERGY + 'sector = "housing"\n'
    await bot.start()
    await send_report(bot, "Нет света в доме на Ленина 5 второй день")
    card = await bot.wait_for_card(1002, 1, "№1 · ЖКХ · Энергетика")
    await bot.press_code(1002, 1002, card["message_id"], "1:ht:1:roads")
    card = await bot.wait_for_card(1001, 1, "№1 · Дороги")
    assert "Энергетика" not in message_text(card)
    assert (await get_ticket(bot, 1)).theme is None
