"""``/topics``: the manager changes words, themes and topics in the chat, and the next message is read so."""

from typing import Any

import pytest
from sqlalchemy import select

from bot.domain.topic_book import Owner, OwnerKind
from bot.views.callback_codes import Op, pack
from storage.tables import audit
from tests.databases import ON_BOTH
from tests.e2e.harness import (
    ADMINISTRATOR,
    ANNA,
    COORDINATOR,
    HOUSING_HEAD,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    Harness,
    button_labels,
    message_text,
)
from tests.e2e.operations.test_commands import run_command
from tests.e2e.queries import get_ticket, send_report, wait_until_idle
from tests.e2e.schedules import MANAGER, WITH_MANAGER, add_officials

THEMES = '[[themes]]\ncode = "energy"\ntitle = "Энергетика"\nsector = "housing"\nkeywords = ["трансформатор"]\n'
WRECK = "Кто уберёт драндулет у вокзала? Сделайте что-нибудь!"
DARK = "На улице Мира второй день нет света, отключили электричество"


@pytest.fixture
async def town(closed_bot: Harness) -> Harness:
    """A town with a manager and one theme."""
    closed_bot.settings |= {"staff": WITH_MANAGER, "more": THEMES}
    await add_officials(closed_bot, MANAGER)
    await closed_bot.start()
    return closed_bot


async def press(bot: Harness, *buttons: str) -> dict[str, Any]:
    """Open ``/topics`` as the manager and press these buttons of its message one after another."""
    await bot.send_message(MANAGER, "/topics")
    await wait_until_idle(bot)
    page = await bot.wait_for_message(MANAGER, "🗂 Темы и слова")
    for button in buttons:
        while not any(button in one for one in button_labels(page)) and "Дальше ›" in button_labels(page):
            await bot.press_button(MANAGER, page, "Дальше ›")
            await wait_until_idle(bot)
        await bot.wait_until(lambda button=button: any(button in one for one in button_labels(page)))
        before = message_text(page), button_labels(page)
        await bot.press_button(MANAGER, page, button)
        await wait_until_idle(bot)
        if not any(word in button for word in ("Добавить", "Переимен", "Новая")):  # they ask in a message of their own
            await bot.wait_until(lambda before=before: (message_text(page), button_labels(page)) != before)
    return page


async def add_words(bot: Harness, words: str, *buttons: str) -> None:
    """Add words to what these buttons lead to."""
    await press(bot, *buttons, "Добавить слова")
    await bot.wait_for_message(MANAGER, "Напишите слова или их начала")
    await bot.send_message(MANAGER, words)
    await wait_until_idle(bot)


async def actions(bot: Harness) -> list[str]:
    """Return the recorded changes of topics."""
    async with bot.read_tables() as connection:
        rows = await connection.execute(select(audit.c.action, audit.c.person_id).order_by(audit.c.id))
    return [row.action for row in rows if row.action.startswith(("topic", "theme")) and row.person_id]


@ON_BOTH
async def test_a_word_counts_from_the_next_message_on_until_it_is_removed(town: Harness) -> None:
    await send_report(town, WRECK)
    await town.wait_for_card(COORDINATOR, 1)
    await add_words(town, "Драндулет, груда железа", "Дороги", "Слова блока")
    page = await town.wait_for_message(MANAGER, "🗂 Дороги", "Добавлено в чате: драндулет, груда железа")
    assert "Слова из файла настроек: проселоч" in message_text(page)

    await send_report(town, WRECK, PYOTR)
    await town.wait_for_card(ROADS_HEAD, 2)

    page = await press(town, "Дороги", "Слова блока", "Убрать слово", "драндулет")
    assert not any("проселоч" in one for one in button_labels(page)), "the file's words are removed in the file"
    await send_report(town, WRECK, ANNA)
    await town.wait_for_card(COORDINATOR, 3)
    assert await actions(town) == ["topic_words_added", "topic_word_removed"]


@ON_BOTH
async def test_another_process_s_change_counts_at_once(town: Harness) -> None:
    """The change of another process is in the database; this one reads the next message with it."""
    assert town.app is not None
    async with town.app.database.begin() as uow:
        await uow.topic_books.add_words(Owner(OwnerKind.SECTOR, "roads"), ["драндулет"], None, town.clock.now())
    await send_report(town, WRECK)
    await town.wait_for_card(ROADS_HEAD, 1)


async def test_a_theme_is_renamed_moved_and_switched_off(town: Harness) -> None:
    await send_report(town, DARK)
    await town.wait_for_card(HOUSING_HEAD, 1, "Энергетика")
    await press(town, "ЖКХ", "Энергетика", "Переименовать")
    await town.wait_for_message(MANAGER, "Как назвать тему «Энергетика»?")
    await town.send_message(MANAGER, "Свет и тепло")
    await town.wait_for_message(MANAGER, "🗂 Свет и тепло", "Слова из файла настроек: трансформатор")
    await town.send_message(HOUSING_HEAD, "/find 1")
    await town.wait_for_card(HOUSING_HEAD, 1, "Свет и тепло")

    await press(town, "ЖКХ", "Свет и тепло", "Другой блок", "Дороги")
    await send_report(town, "Трансформатор гудит и искрит у дома на Мира 7", PYOTR)
    await town.wait_for_card(ROADS_HEAD, 2, "Свет и тепло")
    page = await press(town, "Дороги", "Свет и тепло", "Выключить")
    assert "выключена" in message_text(page)
    await send_report(town, "В доме на Садовой 3 вечером отключили электричество, темно", ANNA)
    await town.wait_until(lambda: any(3 in town.ticket_numbers(one) for one in (HOUSING_HEAD, COORDINATOR, ROADS_HEAD)))
    assert (await get_ticket(town, 3)).theme is None
    page = await press(town, "Дороги", "Свет и тепло", "Включить")
    assert "выключена" not in message_text(page)
    assert await actions(town) == ["theme_renamed", "theme_moved", "topic_switched_off", "topic_switched_on"]


async def test_a_topic_gets_words_and_is_switched_off_for_the_town(town: Harness) -> None:
    await add_words(town, "драндулет", "Дороги", "Ямы и разбитая дорога")
    page = await town.wait_for_message(MANAGER, "🗂 Ямы и разбитая дорога", "нельзя удалить", "драндулет")
    await send_report(town, WRECK)
    await town.wait_for_card(ROADS_HEAD, 1)
    assert (await get_ticket(town, 1)).topic == "Ямы и разбитая дорога"

    await town.press_button(MANAGER, page, "Выключить")
    await town.wait_until(lambda: "выключена" in message_text(page))
    await send_report(town, WRECK, PYOTR)
    await town.wait_for_card(COORDINATOR, 2)


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (" , ; ", "нужен текст"),
        ("яма" * 30, "не подходит: нужны русские буквы"),
        ("ям(а|у).*", "не подходит"),
        ("'; DROP TABLE keyword; --", "не подходит"),
        ("12345", "не подходит"),
        ("и", "не подходит"),
        ("здравствуйте", "почти в любом сообщении"),
        ("яма, всех нас", "почти в любом сообщении"),
        ("просЁлоч", "уже есть: Дороги"),
        ("трансформатор", "уже есть: Энергетика"),
        ("яма, ЯМА, Яма", "уже есть: ЖКХ"),
        (", ".join(f"слово{number}" for number in range(1000)), "не больше 20"),
    ],
)
async def test_an_unsuitable_word_is_refused_with_the_reason_and_nothing_is_added(
    town: Harness, words: str, refusal: str
) -> None:
    block = "Образование" if refusal.endswith(("Дороги", "Энергетика")) else "ЖКХ"
    await add_words(town, words, block, "Слова блока")
    await town.wait_for_message(MANAGER, refusal)
    assert town.app is not None
    assert {one.word for one in town.app.municipality().topics.keywords} == {"проселоч", "трансформатор"}
    await town.send_message(MANAGER, "котельная")  # the dialog goes on
    await town.wait_for_message(MANAGER, "Добавлено в чате: котельная")


@pytest.mark.parametrize("title", ["!!!", "Т" * 101])
async def test_an_unsuitable_title_is_refused(town: Harness, title: str) -> None:
    await press(town, "ЖКХ", "Энергетика", "Переименовать")
    await town.wait_for_message(MANAGER, "Как назвать тему")
    await town.send_message(MANAGER, title)
    await town.wait_for_message(MANAGER, "Такое название не подходит")


async def test_only_the_manager_and_who_gives_roles_change_topics(town: Harness) -> None:
    await press(town)
    for person, listed in ((MANAGER, True), (ADMINISTRATOR, True), (COORDINATOR, False), (ROADS_HEAD, False)):
        await town.send_message(person, "/help")
        await wait_until_idle(town)
        assert ("/topics" in town.bot_texts(person)[-1]) is listed
    await town.send_message(COORDINATOR, "/topics")
    await town.wait_for_message(COORDINATOR, "не для вашей роли")
    owner = Owner(OwnerKind.THEME, "energy").key
    shown = town.bot_messages(COORDINATOR)[-1]["message_id"]
    for argument in (f"off={owner}", "del=1", f"to={owner}.", f"add={owner}"):
        await town.press_code(COORDINATOR, COORDINATOR, shown, pack(Op.TOPICS, 0, argument))
    page = town.find_message(MANAGER, "🗂 Темы и слова")
    assert page is not None
    for argument in ("item=zz", "del=1", "off=s1", "nonsense=1", f"to={owner}.zz", f"on={owner}", "block=zz.0"):
        await town.press_code(MANAGER, MANAGER, page["message_id"], pack(Op.TOPICS, 0, argument))
    await wait_until_idle(town)
    assert await actions(town) == []


@ON_BOTH
async def test_a_file_that_differs_is_told_once_and_taken_over_by_a_command(town: Harness) -> None:
    await add_words(town, "драндулет", "Дороги", "Слова блока")
    await town.stop()
    await town.start()  # what the chat has changed is no difference of the file
    await wait_until_idle(town)
    assert town.find_message(ADMINISTRATOR, "Темы и слова в файле") is None
    more = '[[themes]]\ncode = "sport"\ntitle = "Спорт"\nsector = "education"\n'
    town.settings["more"] = THEMES.replace("трансформатор", "подстанция") + more
    for _ in range(2):
        await town.stop()
        await town.start()
        await wait_until_idle(town)
    told = [text for text in town.bot_texts(ADMINISTRATOR) if "Темы и слова в файле настроек изменились" in text]
    assert len(told) == 1
    assert "есть только в файле: Спорт" in told[0]
    assert "Энергетика: в файле другие слова" in told[0]
    assert town.app is not None
    assert set(town.app.municipality().themes) == {"energy"}

    code, output, errors = await run_command("topics", "apply", "--yes", cwd=town.folder)

    assert code == 0, errors
    assert "• есть только в файле: Спорт" in output
    await send_report(town, "Кто уберёт драндулет? Сделайте что-нибудь!", MARIA)
    await town.wait_for_card(ROADS_HEAD, 1)  # the word of the chat has stayed
    assert set(town.app.municipality().themes) == {"energy", "sport"}
    code, output, _ = await run_command("topics", "apply", "--yes", cwd=town.folder)
    assert (code, "менять нечего" in output) == (0, True)


async def create_theme(bot: Harness, title: str, *buttons: str) -> None:
    await press(bot, *buttons, "Новая тема")
    await bot.wait_for_message(MANAGER, "➕ Новая тема", "Напишите название темы")
    await bot.send_message(MANAGER, title)
    await wait_until_idle(bot)


@ON_BOTH
async def test_a_theme_is_created_with_words_used_at_once_and_removed(town: Harness) -> None:
    await create_theme(town, "  Ночной   свет ", "ЖКХ")
    page = await town.wait_for_message(MANAGER, "🗂 Ночной свет", "Добавлено в чате: пока ничего")
    assert "🗑 Удалить тему" in button_labels(page)
    await add_words(town, "драндулет", "ЖКХ", "Ночной свет")
    await send_report(town, WRECK)
    await town.wait_for_card(HOUSING_HEAD, 1, "Ночной свет")

    code, output, errors = await run_command("topics", "apply", "--yes", cwd=town.folder)
    assert (code, "менять нечего" in output) == (0, True), errors

    page = await press(town, "ЖКХ", "Ночной свет", "Удалить тему")
    assert "Удалить тему вместе с её словами?" in message_text(page)
    stale = page["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await town.press_button(MANAGER, page, "🗑 Удалить")
    await town.wait_until(lambda: "Ночной свет" not in message_text(page))
    said = await town.press_code(MANAGER, MANAGER, page["message_id"], stale)
    assert "устарела" in said["text"]
    await send_report(town, WRECK, PYOTR)
    await town.wait_for_card(COORDINATOR, 2)
    await town.send_message(HOUSING_HEAD, "/find 1")
    await town.wait_for_card(HOUSING_HEAD, 1, "Ночной свет")  # what was sorted keeps the title
    assert await actions(town) == ["theme_added", "topic_words_added", "theme_removed"]


async def test_a_standard_title_brings_its_words_and_a_removed_theme_comes_back(town: Harness) -> None:
    await create_theme(town, "Спорт", "Образование")
    assert town.app is not None
    assert set(town.app.municipality().themes) == {"energy", "sport"}
    page = await press(town, "Образование", "Спорт", "Удалить тему")
    await town.press_button(MANAGER, page, "🗑 Удалить")
    await town.wait_until(lambda: "Спорт" not in str(button_labels(page)))
    await create_theme(town, "спорт", "ЖКХ")
    assert town.app.municipality().themes["sport"].sector == "housing"
    await create_theme(town, "Энергетика", "Дороги")
    await town.wait_for_message(MANAGER, "Такое название не подходит")
    await town.send_message(MANAGER, "!!!")
    await wait_until_idle(town)
    assert set(town.app.municipality().themes) == {"energy", "sport"}


async def test_a_theme_of_the_file_is_not_removed_in_the_chat(town: Harness) -> None:
    page = await press(town, "ЖКХ", "Энергетика")
    assert "🗑 Удалить тему" not in button_labels(page)
    owner = Owner(OwnerKind.THEME, "energy").key
    for argument in (f"gone={owner}", "gone=zz", "new=zz", f"new={owner}"):
        await town.press_code(MANAGER, MANAGER, page["message_id"], pack(Op.TOPICS, 0, argument))
    await wait_until_idle(town)
    await town.send_message(MANAGER, "Подтема")  # a theme under a theme has no place
    await wait_until_idle(town)
    assert town.app is not None
    assert set(town.app.municipality().themes) == {"energy"}
    assert await actions(town) == []
