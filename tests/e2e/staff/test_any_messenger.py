"""A head and a coordinator who have nothing but VK, or nothing but MAX, do all of their work there."""

from dataclasses import dataclass

import pytest

from sandbox.faults import Fault, FaultKind
from tests.e2e.chat_clients import MaxChatClient, OfficialChat, VkChatClient
from tests.e2e.harness import CURATOR, GROUP, HOUSING_HEAD, PYOTR, STAFF, Harness
from tests.e2e.queries import HATCH, UNCLEAR_REPORT, send_report, wait_until_idle

HEAD, COORDINATOR_ID = 3001, 3003
MORE = ("improvement", "transport", "waste", "energy", "health", "social", "trade", "culture")
JPEG = b"\xff\xd8filled in"
MAX_TOKEN = "max-token-for-tests-only"
SYSTEMS = {"smls": "СМ ЛС", "sakhalin": "Сахалин.Онлайн", "ecpur": "ЕЦПУР", "eds": "ЕДС", "site": "Портал района"}
MAX_SECTION = '[max]\ntoken = "{token}"\napi_base = "{url}/max"\n'


@dataclass
class MessengerStaff:
    """The town, and the two who work in the messenger that the test is about."""

    harness: Harness
    head_chat: OfficialChat
    coordinator_chat: OfficialChat


@pytest.fixture(params=["vk", "max"])
async def office(request: pytest.FixtureRequest, closed_bot: Harness) -> MessengerStaff:
    bot, name = closed_bot, request.param
    staff = STAFF.replace("telegram_id = 1001", f"{name}_id = {HEAD}").replace(
        "telegram_id = 1003", f"{name}_id = {COORDINATOR_ID}"
    )
    bot.settings["staff"] = staff.replace('role = "coordinator"', 'roles = ["coordinator", "manager"]')
    bot.settings["more"] = "".join(f'[[sectors]]\ncode = "{code}"\n' for code in MORE)
    bot.settings["more"] += "".join(f'[[systems]]\ncode = "{code}"\ntitle = "{SYSTEMS[code]}"\n' for code in SYSTEMS)
    if name == "max":
        bot.sandbox.max.add_bot(MAX_TOKEN, username="mcu_max_bot")
        bot.settings["more"] += MAX_SECTION.format(token=MAX_TOKEN, url=bot.sandbox.url)
    for number, first, last in ((HEAD, "Лев", "Орлов"), (COORDINATOR_ID, "Вера", "Климова")):
        (bot.sandbox.vk if name == "vk" else bot.sandbox.max).user(number, first, last)
    await bot.start()
    phone = VkChatClient if name == "vk" else MaxChatClient
    desks = OfficialChat(phone(bot, HEAD)), OfficialChat(phone(bot, COORDINATOR_ID))
    for desk in desks:
        await desk.client.start_bot()
        await desk.wait_for_message("Вы подключены к центру управления", "/settings")
    return MessengerStaff(bot, *desks)


async def test_a_file_that_the_heads_messenger_refuses_is_named_with_its_message(office: MessengerStaff) -> None:
    bot, head = office.harness, office.head_chat
    refused = {"error": {"error_code": 100, "error_msg": "One of the parameters is invalid"}}
    bot.sandbox.vk.faults.order("docs.save", Fault(FaultKind.ANSWER, 200, refused), times=2)
    bot.sandbox.max.faults.order("upload", Fault(FaultKind.ANSWER, 400, {"code": "upload.error"}), times=2)
    asked = await send_report(bot, document=("смета.exe", b"MZ"))
    await head.wait_for_card(1, "📎 1 вложение")
    await wait_until_idle(bot)
    bot.pass_time(seconds=3)
    named = await head.wait_for_message("смета.exe")
    assert str(bot.sandbox.telegram.message_link(GROUP, asked)) in f"{named.text} {named.raw}"


async def test_accept_answer_with_a_photo_correct(office: MessengerStaff) -> None:
    bot, head = office.harness, office.head_chat
    hatch = await send_report(bot, photo=JPEG)
    card = await head.wait_for_card(1, "🆕", "ул. Ленина, 45", button="Принять")
    assert card.button_labels == ["✅ Принять", "✍️ Ответить", "↪️ Передать", "⋯ Ещё"]
    await wait_until_idle(bot)
    bot.pass_time(seconds=3)
    await bot.wait_until(lambda: [one for one in head.client.bot_messages() if one.pictures])

    await head.press_without_answer(card, "Принять")
    card = await head.wait_for_card(1, "🛠", "В работе: Начальник отдела дорог")
    await head.press_without_answer(card, "Ответить")
    await head.wait_for_message("Ответ на №1", button="Отмена")
    await head.send_message("/my")
    await head.wait_for_message("Начатый текст (№1) сохранён")
    await head.send_message("Яму засыпали.", photo=JPEG)
    preview = await head.wait_for_message("Так ответ увидит житель", "Яму засыпали.", button="Отправить")
    await head.press_without_answer(preview, "Изменить")
    await head.wait_for_message("Ответ на №1")
    await head.send_message("Яму засыпали сегодня.", photo=JPEG)
    await head.press_without_answer(
        await head.wait_for_message("Так ответ увидит житель", "засыпали сегодня.", button="Отправить"), "Отправить"
    )
    answer = await bot.wait_for_message(GROUP, "Яму засыпали сегодня.")
    assert answer["reply_to_message"]["message_id"] == hatch
    assert answer["photo"]
    card = await head.wait_for_card(1, "✅ Отвечено")

    await head.press_without_answer(card, "Исправить ответ")
    await head.wait_for_message("Исправление ответа на №1")
    await head.send_message("Яму засыпали вчера.")
    await head.press_without_answer(
        await head.wait_for_message("исправленный ответ", button="Опубликовать"), "Опубликовать"
    )
    await bot.wait_for_message(GROUP, "Яму засыпали вчера.")
    assert len(head.find_cards(1)) == 1, "one card from the beginning to the end, edited"


async def choose_sector(desk: OfficialChat, title: str) -> None:
    """Turn the pages of sectors of card 1 until *title* is there, and choose it. Nothing is cut off on the way."""
    card = await desk.wait_for_card(1, button="Назад")
    while title not in card.button_labels:
        assert "Дальше ›" in card.button_labels
        known = card.button_labels
        await desk.press_without_answer(card, "Дальше ›")
        await desk.client.harness.wait_until(lambda known=known: desk.find_cards(1)[0].button_labels != known)
        card = desk.find_cards(1)[0]
    await desk.press_without_answer(card, title)


async def test_sort_hand_over_dismiss_and_return(office: MessengerStaff) -> None:
    bot, head, sorter = office.harness, office.head_chat, office.coordinator_chat
    await send_report(bot, UNCLEAR_REPORT)
    card = await sorter.wait_for_card(1, "❓", button="Все отрасли")
    await sorter.press_without_answer(card, "Все отрасли")
    await choose_sector(sorter, "Дороги")
    card = await head.wait_for_card(1, "🆕")

    await head.press_without_answer(card, "Передать")
    await choose_sector(head, "ЖКХ")
    await bot.wait_for_card(HOUSING_HEAD, 1)
    note = await head.wait_for_message("↪️ Сообщение №1 передано: ЖКХ", button="пояснение")
    await head.press_without_answer(note, "пояснение")
    await head.wait_for_message("Напишите пояснение к №1")
    await head.send_message("Это двор, а не дорога.")
    await head.wait_for_message("Пояснение к №1 добавлено")
    await bot.wait_for_card(HOUSING_HEAD, 1, "Это двор, а не дорога.")

    await send_report(bot, HATCH, PYOTR)
    card = await head.wait_for_card(2, "🆕")
    await head.press_without_answer(card, "Ещё")
    menu = await head.wait_for_card(2, button="Назад")
    if not any("История" in label for label in menu.button_labels):
        await head.press_without_answer(menu, "Дальше")  # VK's keyboard is smaller
    await head.press_without_answer(await head.wait_for_card(2, button="История"), "История")
    await head.wait_for_message("№2", opening="(?s)^(?!🆕).*")
    menu = await head.wait_for_card(2, button="История")
    if not any("Не требует" in label for label in menu.button_labels):
        await head.press_without_answer(menu, "Раньше")
    await head.press_without_answer(await head.wait_for_card(2, button="Не требует"), "Не требует")
    card = await head.wait_for_card(2, button="Повтор")
    assert "← Назад" in card.button_labels
    await head.press_without_answer(card, "Другое")
    await head.wait_for_message("Почему №2 не требует ответа?")
    await head.send_message("Уже отвечено на сходе.")
    card = await head.wait_for_card(2, "🚫", "Уже отвечено на сходе.", button="Вернуть")
    await head.press_without_answer(card, "Вернуть")
    await head.wait_for_card(2, "🆕", button="Принять")


async def test_lists_reminders_digest_and_typing_in(office: MessengerStaff) -> None:
    bot, head, sorter = office.harness, office.head_chat, office.coordinator_chat
    await send_report(bot)
    card = await head.wait_for_card(1)
    await head.send_message("/my")
    listing = await head.wait_for_message("Ждут вас: 1 сообщение", button="№1")
    await head.send_message("/find Ленина")
    await head.wait_for_message("Найдено: 1 сообщение", button="№1")
    await head.press_without_answer(listing, "№1")
    await head.wait_for_message("карточка теперь ниже")
    await bot.wait_until(lambda: len(head.find_cards(1)) == 1 and head.find_cards(1)[0].id != card.id)

    bot.pass_time(minutes=31)
    assert (await head.wait_for_message("⏰", "№1")).reply_to == head.find_cards(1)[0].id
    bot.pass_time(minutes=31)
    await head.wait_for_message("Просрочено", "№1")
    bot.set_time("20.11 17:00")
    await bot.wait_for_message(CURATOR, "Просрочено", "№1")

    await sorter.send_message("/new")
    await sorter.wait_for_message("Новое сообщение", button="Отмена")
    await sorter.send_message("На Мира 7 на дороге яма, звонила Анна, 555-01-02")
    await sorter.press_without_answer(await sorter.wait_for_message("Откуда пришло", button="Телефон"), "Телефон")
    await sorter.press_without_answer(
        await sorter.wait_for_message("До какого времени", button="Обычный срок"), "Обычный срок"
    )
    await sorter.press_without_answer(await sorter.wait_for_message("555-01-02", button="Гражданин"), "Гражданин")
    await sorter.wait_for_message("✅ Сообщение №2 внесено")
    await head.wait_for_card(2, "Телефон")

    await sorter.send_message("/digest")
    await sorter.wait_for_message("Сводка", "По отраслям")
    bot.set_time("21.11 09:00")
    await sorter.wait_for_message("Сводка за")
    await head.send_message("/digest")
    await head.wait_for_message("не для вашей роли")


async def test_every_system_of_the_town_is_offered_on_the_pages_of_new(office: MessengerStaff) -> None:
    """VK shows ten buttons under a message, in five rows."""
    desk, wait_until = office.coordinator_chat, office.harness.wait_until
    await desk.send_message("/new На Мира 7 на дороге яма")
    page = await desk.wait_for_message("Откуда пришло", button="Телефон")
    seen = list(page.button_labels)
    while "Дальше ›" in page.button_labels:
        assert len(page.button_labels) <= 10
        known = page.button_labels
        await desk.press_without_answer(page, "Дальше ›")
        await wait_until(lambda known=known: desk.find_message("Откуда пришло").button_labels != known)
        page = desk.find_message("Откуда пришло")
        seen += page.button_labels
    usual = ["Телефон", "Личный приём", "ПОС", "Инцидент Менеджмент", "СЭД", "Другое"]
    chosen = [one for one in seen if one not in ("Дальше ›", "‹ Раньше", "Отмена")]
    assert chosen == [*usual[:3], *SYSTEMS.values(), *usual[3:]]
    if "‹ Раньше" in page.button_labels:
        known = page.button_labels
        await desk.press_without_answer(page, "‹ Раньше")
        await wait_until(lambda: desk.find_message("Откуда пришло").button_labels != known)
        page = desk.find_message("Откуда пришло")
    await desk.press_without_answer(page, "Сахалин.Онлайн")
    await desk.wait_for_message("✓ Сахалин.Онлайн")
    await desk.wait_for_message("Номер в той системе?", button="Отмена")


async def test_a_draft_survives_a_restart_and_a_second_press_says_so(office: MessengerStaff) -> None:
    bot, head = office.harness, office.head_chat
    await send_report(bot)
    await head.press_without_answer(await head.wait_for_card(1), "Ответить")
    await head.wait_for_message("Ответ на №1")
    await wait_until_idle(bot)
    await bot.stop()
    await bot.start()
    await head.send_message("Засыплем завтра.")
    preview = await head.wait_for_message("Так ответ увидит житель", button="Отправить")
    await head.press_without_answer(preview, "Отправить")
    await bot.wait_for_message(GROUP, "Засыплем завтра.")
    await head.wait_for_card(1, "✅ Отвечено")
    await wait_until_idle(bot)
    sent = next(one for one in head.client.bot_messages() if one.id == preview.id)
    assert "Отправить" not in str(sent.button_labels)
    assert len(bot.bot_texts(GROUP)) == 1


async def test_the_settings_of_who_has_one_messenger(office: MessengerStaff) -> None:
    await office.head_chat.send_message("/settings")
    letter = await office.head_chat.wait_for_message("⚙️ Куда приходят карточки и сводки", button="Подключить")
    await office.head_chat.press_without_answer(letter, "Подключить")
    letter = await office.head_chat.wait_for_message("Telegram", "/start ", button="Назад")
    assert letter.button_labels == ["← Назад"]
