"""The same table in VK and in MAX, and a file that is larger than bots may download."""

import pytest

from sandbox.faults import Fault, FaultKind
from tests.e2e.chat_clients import MaxChatClient, OfficialChat, VkChatClient
from tests.e2e.harness import COMMUNITY, COORDINATOR, ROADS_HEAD, STAFF, Harness
from tests.e2e.imports.tables import as_csv, count, finished, pos_row, select_all
from tests.e2e.staff.test_any_messenger import COORDINATOR_ID, MAX_SECTION, MAX_TOKEN

TABLE = "ПОС.csv", as_csv([pos_row("101"), finished("102")])


@pytest.mark.parametrize("messenger", ["vk", "max"])
async def test_table_is_entered_in_any_messenger(closed_bot: Harness, messenger: str) -> None:
    bot = closed_bot
    bot.settings["staff"] = STAFF.replace("telegram_id = 1003", f"{messenger}_id = {COORDINATOR_ID}")
    if messenger == "max":
        bot.sandbox.max.add_bot(MAX_TOKEN, username="mcu_max_bot")
        bot.settings["more"] = MAX_SECTION.format(token=MAX_TOKEN, url=bot.sandbox.url)
    (bot.sandbox.vk if messenger == "vk" else bot.sandbox.max).user(COORDINATOR_ID, "Вера", "Климова")
    await bot.start()
    chat = OfficialChat((VkChatClient if messenger == "vk" else MaxChatClient)(bot, COORDINATOR_ID))
    await chat.client.start_bot()
    await chat.wait_for_message("Вы подключены к центру управления")
    if messenger == "vk":
        await bot.sandbox.vk.send_message(COMMUNITY, COORDINATOR_ID, docs=[TABLE])
    else:
        await bot.sandbox.max.send_message(COORDINATOR_ID, COORDINATOR_ID, files=[TABLE])
    preview = await chat.wait_for_message("Новых: 2, из них уже завершены там: 1", button="Внести")
    assert preview.button_labels == ["Внести", "Отмена"]
    await chat.press_without_answer(preview, "Внести")
    await chat.wait_for_message("✅ ПОС", "Внесено новых: 2")
    await bot.wait_for_message(ROADS_HEAD, "📥 Новых из ПОС: 1")


async def test_file_that_bots_may_not_download_is_refused_in_words(bot: Harness) -> None:
    large = b"\xd0" * (21 * 1024 * 1024)
    await bot.sandbox.telegram.send_message(COORDINATOR, COORDINATOR, document=("ПОС.csv", large))
    await bot.wait_for_message(COORDINATOR, "❌", "Файл больше 20 МБ", "python -m bot import")
    assert await select_all(bot, "SELECT state FROM import_file") == [("failed",)]


async def test_file_is_asked_for_again_while_its_messenger_fails(bot: Harness) -> None:
    bot.sandbox.telegram.faults.order("file", Fault(FaultKind.ANSWER, 502, {"ok": False}), times=2)
    await bot.sandbox.telegram.send_message(COORDINATOR, COORDINATOR, document=TABLE)
    await bot.wait_for_message(COORDINATOR, "Новых: 2")


async def test_renamed_picture_is_refused_in_words(bot: Harness) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(2000)
    await bot.sandbox.telegram.send_message(COORDINATOR, COORDINATOR, document=("ПОС.xlsx", picture))
    await bot.wait_for_message(COORDINATOR, "❌", "Это не таблица")
    assert await count(bot, "SELECT count(*) FROM ticket") == 0


async def test_every_system_can_be_chosen_where_a_message_has_few_buttons(closed_bot: Harness) -> None:
    """VK shows ten buttons under a message; a town with many systems has more."""
    bot = closed_bot
    bot.settings["staff"] = STAFF.replace("telegram_id = 1003", f"vk_id = {COORDINATOR_ID}")
    system = (
        '[[systems]]\ncode = "own{0}"\ntitle = "Система {0}"\ncolumns = {{ number = "Ключ", text = "Слова {0}" }}\n'
    )
    bot.settings["more"] = "".join(system.format(number) for number in range(1, 9))
    bot.sandbox.vk.user(COORDINATOR_ID, "Вера", "Климова")
    await bot.start()
    chat = OfficialChat(VkChatClient(bot, COORDINATOR_ID))
    await chat.client.start_bot()
    await chat.wait_for_message("Вы подключены к центру управления")
    table = as_csv([{"Ключ": "7", "Текст": "Яма на дороге у школы"}], ("Ключ", "Текст"))
    await bot.sandbox.vk.send_message(COMMUNITY, COORDINATOR_ID, docs=[("выгрузка.csv", table)])
    page = await chat.wait_for_message("Из какой системы таблица", button="Отмена")
    while "Система 8" not in page.button_labels:
        assert "Отмена" in page.button_labels
        known = page.button_labels
        await chat.press_without_answer(page, "Дальше ›")
        await bot.wait_until(lambda known=known: chat.find_message("Из какой").button_labels != known)
        page = await chat.wait_for_message("Из какой системы таблица", button="Отмена")
    await chat.press_without_answer(page, "Система 8")
    await chat.wait_for_message("❌", "ни столбца с текстом")


async def test_system_that_the_headings_do_not_say_is_asked_for(bot: Harness) -> None:
    rows = [{"Номер": "7", "Текст": "Яма на дороге у школы"}]
    table = as_csv(rows, ("Номер", "Текст"))
    await bot.sandbox.telegram.send_message(COORDINATOR, COORDINATOR, document=("выгрузка.csv", table))
    asked = await bot.wait_for_message(COORDINATOR, "Из какой системы таблица «выгрузка.csv»?")
    await bot.press_button(COORDINATOR, asked, "ПОС")
    await bot.wait_for_message(COORDINATOR, "❌", "ни столбца с текстом")
