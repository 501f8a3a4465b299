"""A head and a coordinator who have nothing but VK, or nothing but MAX, do all of their work there."""

from dataclasses import dataclass

import pytest

from tests.e2e.chat_clients import Desk, Max, Vk
from tests.e2e.harness import CURATOR, GROUP, HOUSING_HEAD, PYOTR, STAFF, Town
from tests.e2e.queries import HATCH, RIDDLE, delivered, report

HEAD, SORTER = 3001, 3003
MORE = ("improvement", "transport", "waste", "energy", "health", "social", "trade", "culture")
JPEG = b"\xff\xd8filled in"
MAX_TOKEN = "max-token-for-tests-only"
MAX_SECTION = '[max]\ntoken = "{token}"\napi_base = "{url}/max"\n'


@dataclass
class Office:
    """The town, and the two who work in the messenger that the test is about."""

    town: Town
    head: Desk
    sorter: Desk


@pytest.fixture(params=["vk", "max"])
async def office(request: pytest.FixtureRequest, closed_town: Town) -> Office:
    town, name = closed_town, request.param
    staff = STAFF.replace("telegram_id = 1001", f"{name}_id = {HEAD}").replace(
        "telegram_id = 1003", f"{name}_id = {SORTER}"
    )
    town.settings["staff"] = staff.replace('role = "coordinator"', 'roles = ["coordinator", "manager"]')
    town.settings["more"] = "".join(f'[[sectors]]\ncode = "{code}"\n' for code in MORE)
    if name == "max":
        town.sandbox.max.add_bot(MAX_TOKEN, username="mcu_max_bot")
        town.settings["more"] += MAX_SECTION.format(token=MAX_TOKEN, url=town.sandbox.url)
    for number, first, last in ((HEAD, "Лев", "Орлов"), (SORTER, "Вера", "Климова")):
        (town.sandbox.vk if name == "vk" else town.sandbox.max).user(number, first, last)
    await town.start()
    phone = Vk if name == "vk" else Max
    desks = Desk(phone(town, HEAD)), Desk(phone(town, SORTER))
    for desk in desks:
        await desk.phone.start()
        await desk.letter("Вы подключены к центру управления", "/settings")
    return Office(town, *desks)


async def test_accept_answer_with_a_photo_correct(office: Office) -> None:
    town, head = office.town, office.head
    hatch = await report(town, photo=JPEG)
    card = await head.card(1, "🆕", "ул. Ленина, 45", button="Принять")
    assert card.labels == ["✅ Принять", "✍️ Ответить", "↪️ Передать", "⋯ Ещё"]
    await delivered(town)
    town.pass_time(seconds=3)
    await town.until(lambda: [one for one in head.phone.letters() if one.pictures])

    await head.tap(card, "Принять")
    card = await head.card(1, "🛠", "В работе: Начальник отдела дорог")
    await head.tap(card, "Ответить")
    await head.letter("Ответ на №1", button="Отмена")
    await head.write("Яму засыпали.", photo=JPEG)
    preview = await head.letter("Так ответ увидит житель", "Яму засыпали.", button="Отправить")
    await head.tap(preview, "Изменить")
    await head.letter("Ответ на №1")
    await head.write("Яму засыпали сегодня.", photo=JPEG)
    await head.tap(await head.letter("Так ответ увидит житель", "засыпали сегодня.", button="Отправить"), "Отправить")
    answer = await town.letter(GROUP, "Яму засыпали сегодня.")
    assert answer["reply_to_message"]["message_id"] == hatch
    assert answer["photo"]
    card = await head.card(1, "✅ Отвечено")

    await head.tap(card, "Исправить ответ")
    await head.letter("Исправление ответа на №1")
    await head.write("Яму засыпали вчера.")
    await head.tap(await head.letter("исправленный ответ", button="Опубликовать"), "Опубликовать")
    await town.letter(GROUP, "Яму засыпали вчера.")
    assert len(head.cards(1)) == 1, "one card from the beginning to the end, edited"


async def paged_to(desk: Desk, title: str) -> None:
    """Turn the pages of sectors of card 1 until *title* is there, and choose it. Nothing is cut off on the way."""
    card = await desk.card(1, button="Назад")
    while title not in card.labels:
        assert "Дальше ›" in card.labels
        known = card.labels
        await desk.tap(card, "Дальше ›")
        await desk.phone.town.until(lambda known=known: desk.cards(1)[0].labels != known)
        card = desk.cards(1)[0]
    await desk.tap(card, title)


async def test_sort_hand_over_dismiss_and_return(office: Office) -> None:
    town, head, sorter = office.town, office.head, office.sorter
    await report(town, RIDDLE)
    card = await sorter.card(1, "❓", button="Все отрасли")
    await sorter.tap(card, "Все отрасли")
    await paged_to(sorter, "Дороги")
    card = await head.card(1, "🆕")

    await head.tap(card, "Передать")
    await paged_to(head, "ЖКХ")
    await town.card(HOUSING_HEAD, 1)
    note = await head.letter("↪️ Сообщение №1 передано: ЖКХ", button="пояснение")
    await head.tap(note, "пояснение")
    await head.letter("Напишите пояснение к №1")
    await head.write("Это двор, а не дорога.")
    await head.letter("Пояснение к №1 добавлено")
    await town.card(HOUSING_HEAD, 1, "Это двор, а не дорога.")

    await report(town, HATCH, PYOTR)
    card = await head.card(2, "🆕")
    await head.tap(card, "Ещё")
    await head.tap(await head.card(2, button="История"), "История")
    await head.letter("№2", opening="(?s)^(?!🆕).*")
    await head.tap(await head.card(2, button="Не требует"), "Не требует")
    card = await head.card(2, button="Повтор")
    assert "← Назад" in card.labels
    await head.tap(card, "Другое")
    await head.letter("Почему №2 не требует ответа?")
    await head.write("Уже отвечено на сходе.")
    card = await head.card(2, "🚫", "Уже отвечено на сходе.", button="Вернуть")
    await head.tap(card, "Вернуть")
    await head.card(2, "🆕", button="Принять")


async def test_lists_reminders_digest_and_typing_in(office: Office) -> None:
    town, head, sorter = office.town, office.head, office.sorter
    await report(town)
    card = await head.card(1)
    await head.write("/my")
    listing = await head.letter("Ждут вас: 1 сообщение", button="№1")
    await head.write("/find Ленина")
    await head.letter("Найдено: 1 сообщение", button="№1")
    await head.tap(listing, "№1")
    await head.letter("карточка теперь ниже")
    await town.until(lambda: len(head.cards(1)) == 1 and head.cards(1)[0].id != card.id)

    town.pass_time(minutes=31)
    assert (await head.letter("⏰", "№1")).reply_to == head.cards(1)[0].id
    town.pass_time(minutes=31)
    await head.letter("Просрочено", "№1")
    await town.letter(CURATOR, "Просрочено", "№1")

    await sorter.write("/new")
    await sorter.letter("Новое сообщение", button="Отмена")
    await sorter.write("На Мира 7 на дороге яма, звонила Анна, 555-01-02")
    await sorter.tap(await sorter.letter("Откуда пришло", button="Телефон"), "Телефон")
    await sorter.tap(await sorter.letter("До какого времени", button="Обычный срок"), "Обычный срок")
    await sorter.letter("✅ Сообщение №2 внесено")
    await head.card(2, "Телефон")

    await sorter.write("/digest")
    await sorter.letter("Сводка", "По отраслям")
    town.at("21.11 09:00")
    await sorter.letter("Сводка за")
    await head.write("/digest")
    await head.letter("не для вашей роли")


async def test_a_draft_survives_a_restart_and_a_second_press_says_so(office: Office) -> None:
    town, head = office.town, office.head
    await report(town)
    await head.tap(await head.card(1), "Ответить")
    await head.letter("Ответ на №1")
    await delivered(town)
    await town.stop()
    await town.start()
    await head.write("Засыплем завтра.")
    preview = await head.letter("Так ответ увидит житель", button="Отправить")
    await head.tap(preview, "Отправить")
    await town.letter(GROUP, "Засыплем завтра.")
    await head.card(1, "✅ Отвечено")
    await delivered(town)
    sent = next(one for one in head.phone.letters() if one.id == preview.id)
    assert "Отправить" not in str(sent.labels)
    assert len(town.texts(GROUP)) == 1


async def test_the_settings_of_who_has_one_messenger(office: Office) -> None:
    await office.head.write("/settings")
    letter = await office.head.letter("⚙️ Куда приходят карточки и сводки", button="Подключить")
    await office.head.tap(letter, "Подключить")
    letter = await office.head.letter("Telegram", "/start ", button="Назад")
    assert letter.labels == ["← Назад"]
