"""«Продлить»: a reason and a later deadline, approved per rule, said to the citizen by a fixed text."""

import pytest

from bot.domain.clocks import ClockEventKind
from tests.databases import ON_BOTH
from tests.e2e.answers.test_approval import MANAGER, MANAGER_APPROVES, wait_for_question
from tests.e2e.answers.test_approval import open_town as open_town_with_managers
from tests.e2e.answers.test_clarifications import press_in_menu
from tests.e2e.harness import COORDINATOR, GROUP, HOUSING_HEAD, ROADS_HEAD, Harness, button_labels, message_text
from tests.e2e.queries import get_ticket, list_audit, open_history, send_report, wait_until_idle
from tests.e2e.schedules import deadline_notices

ASKED = "Ждём подрядчика, до 25.11 12:00"
NEW_TERM = "По вашему сообщению нужно больше времени: ответим до 25.11.2026, 12:00."


async def ask(bot: Harness, words: str = ASKED, person: int = ROADS_HEAD) -> None:
    await press_in_menu(bot, "Продлить", person)
    await bot.wait_for_message(person, "⏩ Продлить срок №1", "сейчас ответить до")
    await bot.send_message(person, words)


@pytest.fixture
async def town(bot: Harness) -> Harness:
    """A ticket of the roads' head, for which no rule asks anybody's approval."""
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    return bot


@ON_BOTH
async def test_the_manager_approves_as_the_rule_says_and_the_citizen_learns_the_new_day(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town_with_managers(bot, MANAGER_APPROVES)
    await bot.wait_for_card(ROADS_HEAD, 1)
    before = (await get_ticket(bot, 1)).answer_due
    await ask(bot)
    await bot.wait_for_message(ROADS_HEAD, "на согласовании у: Руководитель МЦУ")
    await bot.wait_for_card(ROADS_HEAD, 1, "⏩ Просят продлить срок до ср 25.11, 12:00", "Ждём подрядчика")
    question = await wait_for_question(bot, MANAGER)
    assert "Причина (житель её не увидит): Ждём подрядчика" in message_text(question)
    assert not any("Изменить" in label for label in button_labels(question))
    assert (await get_ticket(bot, 1)).answer_due == before
    assert bot.bot_messages(GROUP) == []

    await bot.press_button(MANAGER, question, "Опубликовать")
    said = message_text(await bot.wait_for_message(GROUP, NEW_TERM))
    assert "подрядчика" not in said
    card = await bot.wait_for_card(ROADS_HEAD, 1, "ответить до ср 25.11, 12:00", "⏩ Срок продлён до ср 25.11, 12:00")
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        events = (await uow.clock_events.list_for([1]))[1]
    assert [one.kind for one in events] == [ClockEventKind.EXTEND]
    assert len(await list_audit(bot, 1, "extended")) == 1
    assert "срок продлён" in await open_history(bot, ROADS_HEAD, card)
    bot.set_time("21.11 12:00")
    await wait_until_idle(bot)
    assert deadline_notices(bot, ROADS_HEAD, "нет ответа") == []


async def test_a_remark_returns_it_and_it_is_asked_for_once_more(closed_bot: Harness) -> None:
    bot = closed_bot
    await open_town_with_managers(bot, MANAGER_APPROVES)
    await ask(bot)
    await bot.press_button(MANAGER, await wait_for_question(bot, MANAGER), "Вернуть с замечанием")
    await bot.wait_for_message(MANAGER, "Напишите, что исправить")
    await bot.send_message(MANAGER, "Слишком долго")
    await bot.press_button(ROADS_HEAD, await bot.wait_for_message(ROADS_HEAD, "возвращён с замечанием"), "Исправить")
    await bot.wait_for_message(ROADS_HEAD, "⏩ Продлить срок №1")
    await bot.send_message(ROADS_HEAD, "Ждём подрядчика, до 24.11 12:00")
    await wait_until_idle(bot)
    await bot.press_button(MANAGER, await wait_for_question(bot, MANAGER), "Опубликовать")
    await bot.wait_for_card(ROADS_HEAD, 1, "ответить до вт 24.11, 12:00")


@ON_BOTH
async def test_without_a_rule_who_sets_terms_approves(town: Harness) -> None:
    await ask(town)
    await town.wait_for_message(ROADS_HEAD, "на согласовании у: Координатор")
    await town.press_button(COORDINATOR, await wait_for_question(town, COORDINATOR), "Опубликовать")
    await town.wait_for_message(GROUP, NEW_TERM)
    await town.wait_for_card(ROADS_HEAD, 1, "ответить до ср 25.11, 12:00")


async def test_who_sets_terms_extends_at_once(town: Harness) -> None:
    await town.send_message(COORDINATOR, "/find 1")
    await town.wait_for_card(COORDINATOR, 1)
    await ask(town, person=COORDINATOR)
    await town.wait_for_message(COORDINATOR, "⏩ №1: срок продлён до ср 25.11, 12:00.")
    await town.wait_for_message(GROUP, NEW_TERM)


@pytest.mark.parametrize(
    "words",
    ["Ждём подрядчика", "до 25.11", "Ждём, до 20.11 15:00", "Ждём, до 19.11", "Ждём, до 19.11.2026", "Ждём, до 31.02"],
)
async def test_a_date_that_is_over_or_no_later_is_refused(town: Harness, words: str) -> None:
    before = (await get_ticket(town, 1)).answer_due
    await ask(town, words)
    passed = "Если вы имели в виду 19.11.2027"
    await town.wait_until(
        lambda: town.find_message(ROADS_HEAD, "позже нынешнего") or town.find_message(ROADS_HEAD, passed)
    )
    await town.send_message(ROADS_HEAD, ASKED)  # the dialog goes on
    await town.wait_for_message(ROADS_HEAD, "на согласовании у: Координатор")
    assert (await get_ticket(town, 1)).answer_due == before
    assert town.bot_messages(GROUP) == []


async def test_an_answered_ticket_and_strangers_to_it_extend_nothing(town: Harness) -> None:
    card = await town.wait_for_card(ROADS_HEAD, 1)
    pressed = await town.press_code(HOUSING_HEAD, ROADS_HEAD, card["message_id"], "1:fx:1")
    assert pressed["text"]
    await press_in_menu(town, "Продлить")
    await town.wait_for_message(ROADS_HEAD, "⏩ Продлить срок №1")
    await town.answer_ticket(ROADS_HEAD, 1, "Яму засыпали.")
    card = await town.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    pressed = await town.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:fx:1")
    assert "устарела" in pressed["text"]
    assert await list_audit(town, 1, "extended") == []


async def test_an_approval_that_comes_after_the_answer_moves_nothing(town: Harness) -> None:
    await ask(town)
    question = await wait_for_question(town, COORDINATOR)
    code = str(question["reply_markup"]["inline_keyboard"][0][0]["callback_data"])  # the question loses its buttons
    await town.answer_ticket(ROADS_HEAD, 1, "Яму засыпали.")
    await town.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await wait_until_idle(town)
    await town.press_code(COORDINATOR, COORDINATOR, question["message_id"], code)
    await wait_until_idle(town)
    assert await list_audit(town, 1, "extended") == []
    assert not any("больше времени" in text for text in town.bot_texts(GROUP))
