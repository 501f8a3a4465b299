"""``/people``: officials are invited, moved, given roles and dismissed in the chat, by those who may."""

from typing import Any

import pytest
from sqlalchemy import select

from storage.tables import audit
from tests.databases import ON_BOTH
from tests.e2e.harness import (
    ADMINISTRATOR,
    ANNA,
    COORDINATOR,
    GROUP,
    HOUSING_HEAD,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    STAFF,
    Harness,
    button_labels,
    message_text,
)
from tests.e2e.queries import send_command, send_report, wait_until_idle

EMPLOYEE = """
[[staff]]
name = "Мария Ким"
role = "employee"
sectors = ["roads"]
telegram_id = 2001
"""


async def open_page(bot: Harness, person: int, *buttons: str) -> dict[str, Any]:
    """Return the message of ``/people`` after these buttons were pressed."""
    page = await send_command(bot, person, "/people", "Сотрудники:")
    for label in buttons:
        await press(bot, person, page, label)
    return page


async def press(bot: Harness, person: int, page: dict[str, Any], label: str) -> dict[str, Any]:
    """Press a button of the page and wait until it shows what follows."""
    before = message_text(page), button_labels(page)
    answer = await bot.press_button(person, page, label)
    if not answer.get("text"):
        await bot.wait_until(lambda: (message_text(page), button_labels(page)) != before)
    return answer


async def list_audit(bot: Harness, action: str) -> list[Any]:
    assert bot.app is not None
    async with bot.app.database.engine.connect() as connection:
        rows = await connection.execute(select(audit.c.facts).where(audit.c.action == action).order_by(audit.c.id))
        return list(rows.scalars())


async def test_the_list_names_everybody_and_what_nobody_holds(bot: Harness) -> None:
    await bot.send_message(ROADS_HEAD, "/my")
    page = await open_page(bot, ADMINISTRATOR)

    text = message_text(page)
    assert "Сотрудники: 5" in text
    assert "Начальник отдела дорог — руководитель отраслевого блока; блоки: Дороги" in text
    assert "Никого нет: Образование." in text
    await bot.press_button(ADMINISTRATOR, page, "Начальник отдела дорог")
    await bot.wait_until(lambda: "Входы: Telegram 1001" in message_text(page))
    assert button_labels(page) == ["Роли", "Блоки", "Районы", "Должность", "Отпуск", "Уволить", "← Назад"]


@ON_BOTH
async def test_somebody_is_invited_to_a_new_place_and_joins_by_the_link(bot: Harness) -> None:
    await send_report(bot, "В школе на Ленина 45 нет учителя математики")
    page = await open_page(bot, ADMINISTRATOR, "Пригласить", "Другое место", "руководитель отраслевого блока")
    await press(bot, ADMINISTRATOR, page, "Образование")
    await bot.wait_until(lambda: "Выбрано: Образование" in message_text(page))
    await bot.press_button(ADMINISTRATOR, page, "Готово")
    await bot.wait_for_message(ADMINISTRATOR, "Как зовут нового сотрудника?")
    await bot.send_message(ADMINISTRATOR, "Анна Ким, начальник отдела образования")

    letter = await bot.wait_for_message(ADMINISTRATOR, "Приглашения", "Анна Ким: /start")
    code = message_text(letter).partition("Анна Ким: /start ")[2].split()[0]
    await bot.sandbox.telegram.start_bot(ANNA, code)

    await bot.wait_for_message(ANNA, "Здравствуйте, Анна Ким!")
    [facts] = await list_audit(bot, "person_added")
    assert (facts["roles"], facts["sectors"]) == (["head"], ["education"])
    page = await open_page(bot, ADMINISTRATOR)
    assert (
        "Анна Ким — начальник отдела образования: руководитель отраслевого блока; блоки: Образование"
        in message_text(page)
    )


@ON_BOTH
async def test_a_dismissed_head_loses_everything_and_a_successor_gets_every_card(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, card, "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await open_page(bot, ADMINISTRATOR, "Начальник отдела дорог", "Уволить", "Уволить")

    await bot.wait_for_message(ROADS_HEAD, "Ваш доступ к сообщениям жителей")
    await bot.wait_until(lambda: not any("Ленина 45" in text for text in bot.bot_texts(ROADS_HEAD)))
    await bot.wait_for_card(COORDINATOR, 1, "Ленина 45")
    await bot.wait_for_message(COORDINATOR, "Место освободилось", "блоки: Дороги")
    [gone] = await list_audit(bot, "person_dismissed")
    assert (gone["before"]["sectors"], gone["after"]["sectors"]) == (["roads"], None)
    await bot.send_message(ROADS_HEAD, "Засыплем завтра")
    await wait_until_idle(bot)
    assert bot.find_message(ROADS_HEAD, "Ответ увидит житель") is None

    page = await open_page(bot, ADMINISTRATOR, "Пригласить")
    await bot.press_button(ADMINISTRATOR, page, "○ Начальник отдела дорог")
    await bot.wait_for_message(ADMINISTRATOR, "Как зовут")
    await bot.send_message(ADMINISTRATOR, "Анна Ким")
    letter = await bot.wait_for_message(ADMINISTRATOR, "Анна Ким: /start")
    await bot.sandbox.telegram.start_bot(ANNA, message_text(letter).partition("/start ")[2].split()[0])
    await bot.wait_for_card(ANNA, 1, "Ленина 45")


async def test_a_moved_official_loses_the_cards_that_leave(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    page = await open_page(bot, ADMINISTRATOR, "Начальник отдела дорог", "Блоки", "Дороги", "Образование", "Готово")

    await bot.wait_until(lambda: "блоки: Образование" in message_text(page))
    await bot.wait_for_message(ROADS_HEAD, "Теперь вы: руководитель отраслевого блока; блоки: Образование")
    await bot.wait_until(lambda: not any("Ленина 45" in text for text in bot.bot_texts(ROADS_HEAD)))
    await bot.wait_for_card(COORDINATOR, 1, "Ленина 45")


async def test_a_moved_official_loses_the_card_of_what_they_have_answered(bot: Harness) -> None:
    """A ticket stays with the one who has answered it only as long as they are of its post, or in its place."""
    await send_report(bot)
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    await bot.wait_for_message(GROUP, "Засыплем завтра.")
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")
    page = await open_page(bot, ADMINISTRATOR, "Начальник отдела дорог", "Блоки", "Дороги", "Образование", "Готово")

    await bot.wait_until(lambda: "блоки: Образование" in message_text(page))
    await bot.wait_until(lambda: not any("Ленина 45" in text for text in bot.bot_texts(ROADS_HEAD)))


@ON_BOTH
async def test_roles_are_added_and_taken_and_the_commands_follow(bot: Harness) -> None:
    page = await open_page(bot, ADMINISTRATOR, "Куратор", "Роли", "координатор", "Готово")
    await bot.wait_until(lambda: "координатор, куратор центра" in message_text(page))
    await bot.wait_for_message(1004, "Теперь вы: координатор, куратор центра")
    [facts] = await list_audit(bot, "person_changed")
    assert (facts["before"], facts["after"]) == ({"roles": ["curator"]}, {"roles": ["coordinator", "curator"]})
    await bot.send_message(1004, "/new Позвонили: на Ленина 45 открыт люк")
    await bot.wait_for_message(1004, "Откуда")

    page = await open_page(bot, ADMINISTRATOR, "Куратор", "Роли", "✅ координатор", "✅ куратор центра")
    refused = await bot.press_button(ADMINISTRATOR, page, "Готово")
    assert "Нужна хотя бы одна роль" in refused["text"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Этого сотрудника меняете не вы", "dismiss=2.{tag}"),
        ("Этого сотрудника меняете не вы", "card=3"),
        ("Себя так не изменить", "dismiss=1.{tag}"),
        ("Себя так не изменить", "setsectors=1.7.{tag}"),
        ("больше прав или блоков", "start=coordinator.0.{tag}"),
        ("больше прав или блоков", "start=administrator.0.{tag}"),
        ("Сотрудников за это время изменили", "dismiss=6.00000000"),
        ("больше не работает", "dismiss=77.{tag}"),
        ("Кнопка устарела", "dismiss=x.{tag}"),
        ("Кнопка устарела", "setroles=6.zz.{tag}"),
        ("Кнопка устарела", "hire=6"),
        ("Нужна хотя бы одна роль", "setroles=6.0.{tag}"),
    ],
)
async def test_a_head_reaches_nobody_beyond_the_own_block(closed_bot: Harness, words: str, code: str) -> None:
    """Forged buttons, too, are refused in words, change nothing and are in the audit."""
    bot = closed_bot
    bot.settings["staff"] = STAFF + EMPLOYEE
    await bot.start()
    page = await open_page(bot, ROADS_HEAD)
    assert "Начальник отдела ЖКХ" not in message_text(page)
    await press(bot, ROADS_HEAD, page, "Мария Ким")
    await press(bot, ROADS_HEAD, page, "Уволить")
    tag = next(
        one["callback_data"]
        for row in page["reply_markup"]["inline_keyboard"]
        for one in row
        if "dismiss=" in one["callback_data"]
    ).rpartition(".")[2]

    answer = await bot.press_code(ROADS_HEAD, ROADS_HEAD, page["message_id"], f"1:pp:0:{code.format(tag=tag)}")

    assert words in answer["text"]
    await wait_until_idle(bot)
    for action in ("person_dismissed", "person_changed", "person_added"):
        assert await list_audit(bot, action) == []
    assert len(await list_audit(bot, "refused")) == 1


async def test_a_head_manages_the_people_of_the_own_block(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["staff"] = STAFF + EMPLOYEE
    await bot.sandbox.telegram.start_bot(MARIA)
    await bot.start()
    page = await open_page(bot, ROADS_HEAD, "Пригласить", "Другое место")
    assert "руководитель отраслевого блока" in str(button_labels(page))
    assert "координатор" not in str(button_labels(page))
    await press(bot, ROADS_HEAD, page, "сотрудник блока")
    assert [one for one in button_labels(page) if "←" not in one and one != "Готово"] == ["Дороги"]

    await open_page(bot, ROADS_HEAD, "Мария Ким", "Уволить", "Уволить")
    await bot.wait_for_message(MARIA, "Ваш доступ к сообщениям жителей")
    await bot.send_message(HOUSING_HEAD, "/people")
    await bot.wait_for_message(HOUSING_HEAD, "Сотрудники: 1")
    await bot.send_message(1004, "/people")
    await bot.wait_for_message(1004, "не для вашей роли")


async def test_a_post_and_districts_are_written_and_shown(bot: Harness) -> None:
    page = await open_page(bot, ADMINISTRATOR, "Начальник отдела дорог")
    await bot.press_button(ADMINISTRATOR, page, "Должность")
    await bot.wait_for_message(ADMINISTRATOR, "Напишите должность")
    await bot.send_message(ADMINISTRATOR, "Директор департамента")
    await bot.wait_for_message(ADMINISTRATOR, "Директор департамента: руководитель отраслевого блока")
    await bot.wait_for_message(ROADS_HEAD, "Теперь вы: Директор департамента")


@ON_BOTH
async def test_a_code_is_given_again_to_somebody_who_has_not_joined(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["staff"] = STAFF.replace("telegram_id = 1001", "")
    await bot.start()
    page = await open_page(bot, ADMINISTRATOR)
    assert (
        "Начальник отдела дорог — руководитель отраслевого блока; блоки: Дороги · ещё не открыл бота"
        in message_text(page)
    )
    await press(bot, ADMINISTRATOR, page, "Не на связи")
    await press(bot, ADMINISTRATOR, page, "Начальник отдела дорог")
    codes = []
    for _ in range(2):
        known = len([text for text in bot.bot_texts(ADMINISTRATOR) if "Приглашения" in text])
        await bot.press_button(ADMINISTRATOR, page, "Пригласить")
        await bot.wait_until(
            lambda known=known: len([one for one in bot.bot_texts(ADMINISTRATOR) if "Приглашения" in one]) > known
        )
        letter = bot.find_message(ADMINISTRATOR, "Приглашения")
        assert letter is not None
        codes.append(message_text(letter).partition("/start ")[2].split()[0])
    await bot.sandbox.telegram.start_bot(PYOTR, codes[0])
    await bot.wait_for_message(PYOTR, "код не подошёл")
    await bot.sandbox.telegram.start_bot(ANNA, codes[1])
    await bot.wait_for_message(ANNA, "Здравствуйте, Начальник отдела дорог!")


CURATORS = """
[[staff]]
name = "Куратор блока дорог"
role = "block_curator"
sectors = ["roads"]
telegram_id = 2001

[[staff]]
name = "Куратор всего хозяйства"
role = "block_curator"
sectors = ["roads", "housing"]
telegram_id = 2002
"""


async def start_with_curators(bot: Harness) -> None:
    bot.settings["staff"] = STAFF + CURATORS
    for number in (MARIA, PYOTR):
        await bot.sandbox.telegram.start_bot(number)
    await bot.start()


async def invite(bot: Harness, by: int, page: dict[str, Any], name: str) -> str:
    """Name who is invited, after the place was chosen on *page*; return the code."""
    await bot.wait_for_message(by, "Как зовут")
    await bot.send_message(by, name)
    letter = await bot.wait_for_message(by, f"{name}: /start")
    return message_text(letter).partition("/start ")[2].split()[0]


async def test_a_block_curator_forms_the_own_block_and_gains_nothing(closed_bot: Harness) -> None:
    bot = closed_bot
    await start_with_curators(bot)
    await send_report(bot, who=4001)
    await bot.wait_for_card(ROADS_HEAD, 1)
    page = await open_page(bot, MARIA, "Начальник отдела дорог")
    assert button_labels(page) == ["Роли", "Блоки", "Районы", "Должность", "Отпуск", "Уволить", "← Назад"]
    await press(bot, MARIA, page, "Роли")
    assert button_labels(page) == [
        *("✅ руководитель отраслевого блока", "заместитель руководителя блока", "сотрудник блока"),
        *("куратор блока", "Готово", "← Назад"),
    ], "nothing above the own role"
    for label in ("сотрудник блока", "✅ руководитель отраслевого блока"):
        await press(bot, MARIA, page, label)
    await press(bot, MARIA, page, "Готово")
    await bot.wait_for_message(ROADS_HEAD, "Теперь вы: сотрудник блока; блоки: Дороги")
    await bot.wait_for_card(COORDINATOR, 1, "Ленина 45")

    page = await open_page(bot, MARIA, "Пригласить", "Другое место", "руководитель отраслевого блока", "Дороги")
    await bot.press_button(MARIA, page, "Готово")
    code = await invite(bot, MARIA, page, "Анна Ким")
    await bot.send_message(MARIA, f"/start {code}")
    await wait_until_idle(bot)
    assert await list_audit(bot, "joined") == [], "who invites does not become it"
    await bot.sandbox.telegram.start_bot(ANNA, code)
    await bot.wait_for_card(ANNA, 1, "Ленина 45")
    await bot.wait_for_message(ADMINISTRATOR, "Анна Ким")

    page = await open_page(bot, MARIA, "Анна Ким", "Уволить", "Уволить")
    await bot.wait_for_message(ANNA, "Ваш доступ к сообщениям жителей")
    await bot.wait_for_card(COORDINATOR, 1, "Ленина 45")
    await wait_until_idle(bot)
    assert bot.ticket_numbers(MARIA) == [], "the work of the head is not the curator's"


async def test_a_block_curator_does_not_stand_in_by_an_own_word(closed_bot: Harness) -> None:
    """Somebody who plans the absence of a head cannot name themselves: that would give them the head's rights."""
    bot = closed_bot
    await start_with_curators(bot)
    page = await open_page(bot, MARIA, "Начальник отдела дорог")
    await bot.press_button(MARIA, page, "Отпуск")
    await bot.wait_for_message(MARIA, "Начальник отдела дорог")
    await bot.send_message(MARIA, "21.11–24.11")
    letter = await bot.wait_for_message(MARIA, "Кто замещает?")
    assert "Куратор блока дорог" not in str(button_labels(letter))

    answer = await bot.press_code(MARIA, MARIA, letter["message_id"], "1:aws:0:1.6")

    assert "Себя так не изменить" in answer["text"]
    assert await list_audit(bot, "absence_agreed") == []


@pytest.mark.parametrize(
    ("person", "words", "code"),
    [
        (MARIA, "Этого сотрудника меняете не вы", "dismiss=2.{tag}"),  # the head of another block
        (MARIA, "Этого сотрудника меняете не вы", "dismiss=7.{tag}"),  # a curator of more blocks
        (MARIA, "Этого сотрудника меняете не вы", "card=3"),  # the coordinator
        (MARIA, "Себя так не изменить", "dismiss=6.{tag}"),
        (MARIA, "Себя так не изменить", "setroles=6.1.{tag}"),
        (MARIA, "Нужна хотя бы одна роль", "setroles=1.f0.{tag}"),  # no role above can be chosen, whatever is sent
        (MARIA, "Нужна хотя бы одна роль", "setsectors=1.0.{tag}"),  # a head without a block would lead the town
        (MARIA, "Сотрудников за это время изменили", "setroles=1.2.00000000"),
        (MARIA, "больше прав или блоков", "start=coordinator.0.{tag}"),
        (MARIA, "больше прав или блоков", "start=administrator.0.{tag}"),
        (ROADS_HEAD, "Этого сотрудника меняете не вы", "dismiss=6.{tag}"),  # nobody dismisses who is above
        (ROADS_HEAD, "больше прав или блоков", "start=block_curator.1.{tag}"),
    ],
)
async def test_a_block_curator_reaches_nobody_beyond(closed_bot: Harness, person: int, words: str, code: str) -> None:
    bot = closed_bot
    await start_with_curators(bot)
    page = await open_page(bot, MARIA, "Начальник отдела дорог", "Уволить")
    rows = page["reply_markup"]["inline_keyboard"]
    codes = [one["callback_data"] for row in rows for one in row]
    tag = next(one for one in codes if "dismiss=" in one).rpartition(".")[2]
    if person != MARIA:
        page = await open_page(bot, person)

    answer = await bot.press_code(person, person, page["message_id"], f"1:pp:0:{code.format(tag=tag)}")

    assert words in answer["text"]
    await wait_until_idle(bot)
    for action in ("person_dismissed", "person_changed", "person_added", "absence_planned"):
        assert await list_audit(bot, action) == []
    assert len(await list_audit(bot, "refused")) == 1


@ON_BOTH
async def test_in_a_town_of_districts_somebody_is_invited_to_a_district(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["staff"] = STAFF.replace(
        'sectors = ["roads"]\n', 'sectors = ["roads"]\ndistricts = ["Северный", "Южный"]\n'
    )
    await bot.start()
    page = await open_page(bot, ADMINISTRATOR, "Пригласить", "Другое место", "руководитель отраслевого блока")
    await press(bot, ADMINISTRATOR, page, "Готово")
    await press(bot, ADMINISTRATOR, page, "Южный")
    await bot.wait_until(lambda: "Выбрано: Южный" in message_text(page))
    await bot.press_button(ADMINISTRATOR, page, "Готово")
    await invite(bot, ADMINISTRATOR, page, "Анна Ким")
    [facts] = await list_audit(bot, "person_added")
    assert (facts["roles"], facts["sectors"], facts["districts"]) == (["head"], [], ["Южный"])

    page = await open_page(bot, ADMINISTRATOR, "Пригласить", "Другое место", "руководитель отраслевого блока")
    await press(bot, ADMINISTRATOR, page, "Готово")
    refused = await bot.press_button(ADMINISTRATOR, page, "Готово")
    assert refused["text"], "a head of neither a block nor a district"
    assert len(await list_audit(bot, "person_added")) == 1
