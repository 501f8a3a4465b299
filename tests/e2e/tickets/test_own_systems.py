"""A system of the municipality's own: rules find its tickets by the code, people see its title."""

from tests.e2e.harness import COORDINATOR, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import get_ticket

SYSTEMS = """
[[systems]]
code = "call24"
title = "Служба 24"
columns = { number = "Код", text = "Вопрос" }
[[rules]]
source = "call24"
answer = "1d"
"""


async def test_own_system_is_typed_in_by_its_title(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = SYSTEMS
    await bot.start()
    await bot.send_message(COORDINATOR, "/new Яма на дороге, улица Ленина, 45")
    await bot.wait_for_message(COORDINATOR, "Откуда пришло")
    await bot.send_message(COORDINATOR, "служба 24")
    await bot.wait_for_message(COORDINATOR, "Номер в той системе?")
    await bot.send_message(COORDINATOR, "00017")
    await bot.wait_for_message(COORDINATOR, "До какого времени")
    await bot.send_message(COORDINATOR, "05.12.2026 18:00")
    await bot.press_button(COORDINATOR, await bot.wait_for_message(COORDINATOR, "ыберите, кто это"), "Гражданин")
    card = message_text(await bot.wait_for_card(ROADS_HEAD, 1))
    assert " · Служба 24" in card
    assert "ответить до сб 21.11, 14:30" in card
    assert "📆 Срок в источнике (Служба 24): до сб 05.12, 18:00" in card
    assert (await get_ticket(bot, 1)).source == "call24"
