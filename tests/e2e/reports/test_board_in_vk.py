"""``/control`` in VK, where a message can be edited for a day alone."""

from tests.e2e.harness import ROADS_HEAD, Harness
from tests.e2e.queries import send_report, wait_until_idle
from tests.e2e.staff.test_two_messengers import open_both_chats


async def test_the_board_is_sent_again_before_it_cannot_be_edited(closed_bot: Harness) -> None:
    bot = closed_bot
    _telegram, vk = await open_both_chats(bot)
    await vk.send_message("/control")
    first = await vk.wait_for_message("📋 Контроль", "В работе: 0")
    bot.pass_time(hours=23, minutes=30)
    await wait_until_idle(bot)
    assert len([one for one in vk.client.bot_messages() if one.text.startswith("📋")]) == 1  # nothing has changed
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    bot.pass_time(seconds=70)
    second = await vk.wait_for_message("📋 Контроль", "В работе: 1")
    assert second.id != first.id
    await bot.wait_until(lambda: any(one.text == "Контроль теперь ниже." for one in vk.client.bot_messages()))
    await vk.press_button(second, "В работе: 1")
    await vk.wait_for_message("📋 В работе: 1", button="Открыть №1")


async def test_the_board_is_sent_again_when_its_edit_is_refused(closed_bot: Harness) -> None:
    bot = closed_bot
    _telegram, vk = await open_both_chats(bot)
    await vk.send_message("/control")
    first = await vk.wait_for_message("📋 Контроль", "В работе: 0")
    bot.pass_time(hours=25)
    await wait_until_idle(bot)
    await vk.press_button(first, "В работе")
    second = await vk.wait_for_message("📋 В работе")
    assert second.id != first.id
