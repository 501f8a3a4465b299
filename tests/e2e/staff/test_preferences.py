"""/settings: everybody says where the own cards and reports come; one message that changes in place."""

from sqlalchemy import select

from storage.tables import audit
from tests.e2e.chat_clients import BotMessage, OfficialChat, TelegramChatClient, VkChatClient
from tests.e2e.harness import COMMUNITY, PYOTR, ROADS_HEAD, STAFF, Harness
from tests.e2e.queries import HATCH, send_report, wait_until_idle
from tests.e2e.staff.test_two_messengers import BOTH, HEAD, IN_VK, open_both_chats

HOLE = "На Мира 7 на дороге яма"


async def open_settings(desk: OfficialChat, page: str = "") -> BotMessage:
    """The settings, on one of their pages."""
    await desk.send_message("/settings")
    letter = await desk.wait_for_message("⚙️ Куда приходят карточки и сводки")
    if page:
        await desk.press_without_answer(letter, page)
        letter = await desk.wait_for_message("Где получать", button="Назад")
    return letter


async def test_cards_come_where_they_were_asked_for(closed_bot: Harness) -> None:
    bot = closed_bot
    telegram, vk = await open_both_chats(bot)
    await send_report(bot)
    await telegram.wait_for_card(1)

    page = await open_settings(vk, "Карточки")
    assert page.button_rows == [["✅ Telegram"], ["▫️ VK"], ["← Назад"]]
    assert await vk.press_button(page, "VK") == "Будет приходить сюда"
    page = await vk.wait_for_message("Где получать карточки", button="✅ VK")
    await vk.wait_for_card(1, "🆕")  # what waits is shown at once
    await send_report(bot, HOLE, PYOTR)
    await vk.wait_for_card(2)
    await telegram.wait_for_card(2)

    assert await vk.press_button(page, "Telegram") == "Больше не будет приходить сюда"
    page = await vk.wait_for_message("Где получать карточки", button="▫️ Telegram")
    await send_report(bot, "На Калинина 9 на дороге яма", PYOTR)
    await vk.wait_for_card(3)
    await wait_until_idle(bot)
    assert telegram.find_cards(3) == []
    await vk.press_without_answer(await vk.wait_for_card(2), "Принять")  # what stood in the other place is kept in step
    await telegram.wait_for_card(2, "В работе")

    assert "хотя бы в один" in await vk.press_button(page, "✅ VK")
    async with bot.read_tables() as connection:
        rows = (await connection.execute(select(audit).where(audit.c.action == "settings").order_by(audit.c.id))).all()
    where = rows[0].account
    assert [(row.facts["before"], row.facts["after"]) for row in rows] == [
        ({"cards": False}, {"cards": True}),
        ({"cards": True}, {"cards": False}),
    ]
    assert where is not None
    assert where.startswith("vk"), "the record says in which messenger the press came"
    await vk.press_without_answer(page, "Назад")
    overview = await vk.wait_for_message(
        "⚙️ Куда приходят карточки и сводки", "Карточки и уведомления: VK", "Сводки и отчёты: Telegram"
    )
    assert overview.id == page.id
    assert overview.button_labels == [
        "🗂 Карточки и уведомления",
        "📊 Сводки и отчёты",
        "🌙 Тихие часы",
        "🗓 Выходные",
        "🕕 Сводка дня",
        "🔔 Все уведомления",
    ]


async def test_reports_come_to_one_place(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["staff"] = STAFF.replace(HEAD, f"{BOTH}\nvk_id = {IN_VK}")
    bot.sandbox.vk.user(IN_VK, "Лев", "Орлов")
    await bot.start()
    telegram, vk = OfficialChat(TelegramChatClient(bot, ROADS_HEAD)), OfficialChat(VkChatClient(bot, IN_VK))
    await vk.client.start_bot()
    await vk.wait_for_message("Вы подключены", "/settings — в каком мессенджере получать уведомления")
    page = await open_settings(telegram, "Сводки")
    assert page.button_rows == [["✅ Telegram"], ["▫️ VK"], ["← Назад"]]
    await telegram.press_button(page, "VK")
    page = await telegram.wait_for_message("Где получать сводки", button="✅ VK")
    assert page.button_rows == [["▫️ Telegram"], ["✅ VK"], ["← Назад"]]
    await send_report(bot, HATCH)
    await telegram.wait_for_card(1)
    bot.set_time("21.11 09:00")
    await vk.wait_for_message("Сводка за")
    await wait_until_idle(bot)
    assert telegram.find_message("Сводка за") is None
    assert vk.find_cards(1) == []


async def test_one_more_messenger_is_connected_by_a_code(bot: Harness) -> None:
    telegram, vk = OfficialChat(TelegramChatClient(bot, ROADS_HEAD)), OfficialChat(VkChatClient(bot, IN_VK))
    bot.sandbox.vk.user(IN_VK, "Лев", "Орлов")
    letter = await open_settings(telegram)
    labels = ["🌙 Тихие часы", "🗓 Выходные", "🕕 Сводка дня", "🔔 Все уведомления", "➕ Подключить ещё мессенджер"]
    assert letter.button_labels == labels
    await telegram.press_without_answer(letter, "Подключить")
    letter = await telegram.wait_for_message("VK «Администрация»", "действует один раз", button="Назад")
    command = next(line for line in letter.text.splitlines() if line.startswith("/start "))

    await vk.send_message(command)
    await vk.wait_for_message("Вы подключены к центру управления")
    await send_report(bot)
    await telegram.wait_for_card(1)
    await wait_until_idle(bot)
    assert vk.find_cards(1) == []
    page = await open_settings(vk, "Карточки")
    await vk.press_button(page, "VK")
    await vk.wait_for_card(1)

    await bot.sandbox.vk.send_message(COMMUNITY, PYOTR, command)
    await OfficialChat(VkChatClient(bot, PYOTR)).wait_for_message("Этот код")
    await wait_until_idle(bot)
    await bot.stop()
    await bot.start()
    await send_report(bot, HOLE, PYOTR)
    await vk.wait_for_card(2)
    await telegram.wait_for_card(2)


async def test_a_link_brings_the_code_where_nobody_may_be_written_to_first(bot: Harness) -> None:
    telegram, vk = OfficialChat(TelegramChatClient(bot, ROADS_HEAD)), OfficialChat(VkChatClient(bot, IN_VK))
    bot.sandbox.vk.user(IN_VK, "Лев", "Орлов")
    await telegram.press_without_answer(await open_settings(telegram), "Подключить")
    letter = await telegram.wait_for_message("откройте по ссылке", button="Назад")
    link = next(one["url"] for one in letter.raw["entities"] if one["type"] == "text_link")
    address, _, code = link.partition("?ref=")
    assert address == f"https://vk.me/club{COMMUNITY}"
    await bot.sandbox.vk.send_message(COMMUNITY, IN_VK, "Здравствуйте", ref=code)
    await vk.wait_for_message("Вы подключены к центру управления")


async def test_a_place_that_was_never_opened_is_not_chosen(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.sandbox.vk.user(IN_VK, "Лев", "Орлов")
    bot.settings["staff"] = STAFF.replace(HEAD, f"{HEAD}\nvk_id = {IN_VK}")
    await bot.start()
    telegram = OfficialChat(TelegramChatClient(bot, ROADS_HEAD))
    await telegram.press_button(await open_settings(telegram, "Карточки"), "VK")
    await send_report(bot)
    await telegram.wait_for_card(1)
    await telegram.wait_for_message("⚠️ VK не принимает для вас сообщения")  # it has been tried
    await wait_until_idle(bot)
    letter = await open_settings(telegram)
    assert "⚠️ VK: бот там не может вам писать" in letter.text
    await telegram.press_without_answer(letter, "Сводки")
    page = await telegram.wait_for_message("Где получать сводки", button="Назад")
    assert "Там бот ещё не может вам писать" in await telegram.press_button(page, "VK")


async def test_nobody_changes_what_is_anothers(bot: Harness) -> None:
    await bot.send_message(1002, "/settings")
    letter = await bot.wait_for_message(1002, "Куда приходят")
    for code in ("1:g:0:cards=telegram.1001", "1:g:0:reports=vk.1", "1:g:0:cards=", "1:g:0:zz", "1:g:0:=x"):
        said = await bot.press_code(1002, 1002, letter["message_id"], code)
        if code != "1:g:0:cards=":
            assert said["show_alert"], code
    said = await bot.press_code(2001, 2001, 1, "1:g:0:connect")
    assert "для сотрудников" in said["text"]
