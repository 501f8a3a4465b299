"""A head with accounts in two messengers: the same cards and buttons in both, kept in step."""

import pytest

from bot.domain.people import MessengerName, StaffAccount
from tests.e2e.chat_clients import OfficialChat, TelegramChatClient, VkChatClient
from tests.e2e.harness import COORDINATOR, GROUP, PYOTR, ROADS_HEAD, STAFF, Harness
from tests.e2e.queries import HATCH, get_ticket_state, list_audit, send_report, wait_until_idle

IN_VK = 3001
JPEG = b"\xff\xd8the hole"
HEAD, BOTH = 'role = "head"\nsectors = ["roads"]', 'roles = ["head", "curator"]\nsectors = ["roads"]'
OWN_TELEGRAM, OWN_VK = StaffAccount(MessengerName.TELEGRAM, str(ROADS_HEAD)), StaffAccount(MessengerName.VK, str(IN_VK))


async def open_both_chats(bot: Harness) -> tuple[OfficialChat, OfficialChat]:
    """The town runs; the head of the roads has opened the bot in Telegram (the first) and VK."""
    bot.sandbox.vk.user(IN_VK, "Лев", "Орлов")
    bot.settings["staff"] = STAFF.replace("telegram_id = 1001", f"telegram_id = 1001\nvk_id = {IN_VK}")
    await bot.start()
    telegram, vk = OfficialChat(TelegramChatClient(bot, ROADS_HEAD)), OfficialChat(VkChatClient(bot, IN_VK))
    await vk.client.start_bot()
    await vk.wait_for_message("Вы подключены")
    return telegram, vk


async def choose_card_channels(bot: Harness, telegram: bool, vk: bool, *, reports_in_vk: bool = False) -> None:
    """As /settings does it."""
    assert bot.app is not None
    async with bot.app.database.begin() as uow:
        await uow.staff.set_preferences(OWN_TELEGRAM, cards=telegram, reports=not reports_in_vk)
        await uow.staff.set_preferences(OWN_VK, cards=vk, reports=reports_in_vk)


@pytest.fixture
async def desks(closed_bot: Harness) -> tuple[OfficialChat, OfficialChat]:
    """Both are chosen for cards."""
    both = await open_both_chats(closed_bot)
    await choose_card_channels(closed_bot, True, True)
    return both


async def test_without_a_choice_the_first_account_gets_everything(closed_bot: Harness) -> None:
    bot = closed_bot
    telegram, vk = await open_both_chats(bot)
    await send_report(bot)
    await telegram.wait_for_card(1)
    await wait_until_idle(bot)
    assert vk.find_cards(1) == []

    await vk.send_message("/my")  # the other is opened on demand
    await vk.press_without_answer(await vk.wait_for_message("Ждут вас", button="№1"), "№1")
    card = await vk.wait_for_card(1, button="Принять")
    assert await vk.press_button(card, "Принять") == "Принято в работу"
    await vk.wait_for_card(1, "В работе: Начальник отдела дорог")
    await telegram.wait_for_card(1, "В работе: Начальник отдела дорог")


async def test_the_same_card_and_a_press_in_one_changes_the_other(
    closed_bot: Harness, desks: tuple[OfficialChat, OfficialChat]
) -> None:
    bot, (telegram, vk) = closed_bot, desks
    await send_report(bot, photo=JPEG)
    here, there = await telegram.wait_for_card(1), await vk.wait_for_card(1)
    assert here.button_labels == there.button_labels
    assert here.text.splitlines()[0] == there.text.splitlines()[0]
    await wait_until_idle(bot)
    bot.pass_time(seconds=3)
    await bot.wait_until(lambda: [one for one in vk.client.bot_messages() if one.pictures])
    await bot.wait_until(lambda: [one for one in telegram.client.bot_messages() if one.pictures])

    assert await vk.press_button(there, "Принять") == "Принято в работу"
    await vk.wait_for_card(1, "В работе", button="Ответить")
    await telegram.wait_for_card(1, "В работе", button="Ответить")

    await telegram.press_without_answer(
        await telegram.wait_for_card(1), "Ещё"
    )  # a page of buttons is opened in one place only
    await telegram.wait_for_card(1, button="Назад")
    await wait_until_idle(bot)
    assert "Назад" not in str((await vk.wait_for_card(1)).button_labels)

    await telegram.press_without_answer(await telegram.wait_for_card(1, button="Назад"), "Назад")
    await telegram.answer_ticket(1, "Засыплем завтра.")
    await telegram.wait_for_card(1, "✅ Отвечено")
    await vk.wait_for_card(1, "✅ Отвечено")
    await wait_until_idle(bot)
    assert [len(desk.find_cards(1)) for desk in desks] == [1, 1]
    assert [row.action for row in await list_audit(bot, 1)][:2] == ["registered", "accept"]


async def test_a_draft_belongs_to_its_chat_and_an_answer_elsewhere_voids_it(
    closed_bot: Harness, desks: tuple[OfficialChat, OfficialChat]
) -> None:
    bot, (telegram, vk) = closed_bot, desks
    await send_report(bot)
    await telegram.press_without_answer(await telegram.wait_for_card(1), "Ответить")
    await telegram.wait_for_message("Ответ на №1")
    await vk.send_message("Это не к черновику")
    await vk.wait_for_message("Чтобы ответить жителю, нажмите «Ответить»")
    await telegram.send_message("Черновик в Телеграме")
    await telegram.wait_for_message("Так ответ увидит житель", "Черновик в Телеграме")

    await vk.send_message("Ответ из ВК.", reply_to=await vk.wait_for_card(1))
    await vk.press_without_answer(
        await vk.wait_for_message("Так ответ увидит житель", "Ответ из ВК.", button="Отправить"), "Отправить"
    )
    answer = await bot.wait_for_message(GROUP, "Ответ из ВК.")
    assert answer["reply_to_message"]
    closed = await telegram.wait_for_message("Черновик в Телеграме", opening="(?!Так ответ)")
    assert closed.button_labels == []
    await wait_until_idle(bot)
    assert telegram.find_message("коллега") is None, "it was no colleague, it was the same person"


async def test_notes_come_to_both_and_a_press_closes_both(
    closed_bot: Harness, desks: tuple[OfficialChat, OfficialChat]
) -> None:
    bot, (telegram, vk) = closed_bot, desks
    hatch = await send_report(bot)
    await telegram.wait_for_card(1)
    await vk.wait_for_card(1)
    await bot.sandbox.telegram.send_message(GROUP, COORDINATOR, "Уже засыпали, спасибо.", reply_to=hatch)
    offered = await telegram.wait_for_message("Считать это ответом?", button="Да, это ответ")
    other = await vk.wait_for_message("Считать это ответом?", button="Да, это ответ")
    assert (offered.reply_to, other.reply_to) == ((await telegram.wait_for_card(1)).id, (await vk.wait_for_card(1)).id)

    await vk.press_button(other, "Да, это ответ")
    await vk.wait_for_message("ответом считается сообщение в чате")
    assert (await telegram.wait_for_message("ответом считается сообщение в чате")).id == offered.id

    await send_report(bot, "На Мира 7 на дороге яма", PYOTR)
    await telegram.wait_for_card(2)
    bot.pass_time(minutes=40)
    await bot.wait_for_outbox()
    for desk in desks:
        assert (await desk.wait_for_message("⏰", "№2")).reply_to == (await desk.wait_for_card(2)).id


async def test_the_digest_goes_where_it_was_asked_for(closed_bot: Harness) -> None:
    bot = closed_bot
    staff = STAFF.replace("telegram_id = 1001", f"telegram_id = 1001\nvk_id = {IN_VK}")
    curator_too = staff.replace(
        'role = "head"\nsectors = ["roads"]', 'roles = ["head", "curator"]\nsectors = ["roads"]'
    )
    bot.settings["staff"] = curator_too
    bot.sandbox.vk.user(IN_VK, "Лев", "Орлов")
    await bot.start()
    telegram, vk = OfficialChat(TelegramChatClient(bot, ROADS_HEAD)), OfficialChat(VkChatClient(bot, IN_VK))
    await vk.client.start_bot()
    await vk.wait_for_message("Вы подключены")
    await choose_card_channels(bot, True, False, reports_in_vk=True)
    await send_report(bot, HATCH)
    await telegram.wait_for_card(1)
    bot.set_time("21.11 09:00")
    await vk.wait_for_message("Сводка за")
    await wait_until_idle(bot)
    assert telegram.find_message("Сводка за") is None
    await telegram.send_message("/digest")  # what was asked for comes where it was asked for
    await telegram.wait_for_message("Сводка")
    assert await get_ticket_state(bot, 1)
