"""A promise in the words of an answer: offered, reminded of on its morning, and followed up."""

from typing import Any

import pytest

from bot.domain.promises import Promise, PromiseOutcome
from tests.databases import ON_BOTH
from tests.e2e.answers.test_approval import MANAGER, MANAGER_APPROVES, open_town, wait_for_question
from tests.e2e.harness import HOUSING_HEAD, ROADS_HEAD, Harness, button_labels, message_text
from tests.e2e.queries import list_audit, send_report, wait_for_preview, wait_until_idle

ANSWER = "Яму на Ленина засыплем до 25.11, бригада выедет утром."


async def list_promises(bot: Harness) -> list[Promise]:
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        return await uow.promises.list_for_ticket(1)


def with_button(bot: Harness, label: str, person: int = ROADS_HEAD) -> dict[str, Any] | None:
    found = [one for one in bot.bot_messages(person) if any(label in each for each in button_labels(one))]
    return found[-1] if found else None


async def press(bot: Harness, label: str) -> None:
    await bot.press_button(ROADS_HEAD, await bot.wait_until(lambda: with_button(bot, label)), label)
    await wait_until_idle(bot)


@pytest.fixture
async def town(bot: Harness) -> Harness:
    """An answer that promises a day."""
    await send_report(bot)
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    await bot.wait_for_message(ROADS_HEAD, "📌 В ответе на №1 обещание: «25.11»")
    return bot


@ON_BOTH
async def test_a_remembered_day_is_asked_about_and_kept(town: Harness) -> None:
    await press(town, "Запомнить обещание: до 25.11")
    await town.wait_for_card(ROADS_HEAD, 1, "📅 Обещано жителю: до ср 25.11, 23:59")
    town.set_time("25.11 08:59")
    await wait_until_idle(town)
    assert with_button(town, "Выполнено") is None
    town.set_time("25.11 09:00")
    await town.wait_for_message(ROADS_HEAD, "📅 №1: сегодня обещанный день", "Яму на Ленина")
    await press(town, "✅ Выполнено")
    [promise] = await list_promises(town)
    assert (promise.outcome, promise.remind_at) == (PromiseOutcome.KEPT, None)
    assert len(await list_audit(town, 1, "promise_kept")) == 1
    town.set_time("27.11 12:00")
    await wait_until_idle(town)
    assert len([text for text in town.bot_texts(ROADS_HEAD) if "обещанный день" in text]) == 0, "its note is closed"


@ON_BOTH
async def test_a_promise_is_moved_and_broken(town: Harness) -> None:
    await press(town, "Запомнить обещание")
    town.set_time("25.11 09:00")
    await press(town, "Перенести")
    for wrong, words in (("потом", "Не получилось прочитать"), ("24.11.2026", "Это время уже прошло")):
        await town.wait_for_message(ROADS_HEAD, "На какой день перенести")
        await town.send_message(ROADS_HEAD, wrong)
        await town.wait_for_message(ROADS_HEAD, words)
    await town.send_message(ROADS_HEAD, "30.11")
    await town.wait_for_message(ROADS_HEAD, "обещание перенесено на пн 30.11")
    await wait_until_idle(town)
    assert [one.outcome for one in await list_promises(town)] == [PromiseOutcome.MOVED, None]
    town.set_time("30.11 09:00")
    await town.wait_until(lambda: sum("сегодня обещанный день" in text for text in town.bot_texts(ROADS_HEAD)) == 2)
    town.set_time("01.12 09:00")
    await town.wait_for_message(ROADS_HEAD, "обещанный день прошёл")
    await press(town, "Не выполнено")
    assert [one.outcome for one in await list_promises(town)] == [PromiseOutcome.MOVED, PromiseOutcome.BROKEN]
    town.set_time("05.12 09:00")
    await wait_until_idle(town)
    assert len(await list_audit(town, 1, "promise_asked")) == 3


@ON_BOTH
async def test_the_preview_shows_the_day_and_one_press_sends_and_remembers(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, ANSWER, reply_to=card["message_id"])
    preview = await wait_for_preview(bot, ROADS_HEAD, ANSWER)
    assert button_labels(preview) == ["📤 Отправить", "✍️ Изменить", "Отмена", "📌 Отправить и запомнить 25.11"]
    await bot.press_button(ROADS_HEAD, preview, "Отправить и запомнить 25.11")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено", "📅 Обещано жителю: до ср 25.11, 23:59")
    await wait_until_idle(bot)
    assert len(await list_promises(bot)) == 1
    assert bot.find_message(ROADS_HEAD, "📌 В ответе на №1 обещание") is None, "who has decided is not asked"


@ON_BOTH
async def test_the_approver_sees_the_day_and_the_author_is_asked_on_it(closed_bot: Harness) -> None:
    await open_town(closed_bot, MANAGER_APPROVES)
    bot = closed_bot
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, ANSWER, reply_to=card["message_id"])
    preview = await wait_for_preview(bot, ROADS_HEAD, ANSWER)
    assert not any("запомнить" in label for label in button_labels(preview)), "who publishes decides"
    await bot.press_button(ROADS_HEAD, preview, "На согласование")
    question = await wait_for_question(bot)
    assert "📌 В тексте обещание: «25.11» (25.11.2026)." in message_text(question)
    assert button_labels(question)[0] == "✅ Опубликовать"
    await bot.press_button(MANAGER, question, "Опубликовать и запомнить 25.11")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено", "📅 Обещано жителю: до ср 25.11, 23:59")
    await wait_until_idle(bot)
    [noted] = await list_audit(bot, 1, "promise_noted")
    [promise] = await list_promises(bot)
    assert noted.person_id != promise.person_id
    bot.set_time("25.11 09:00")
    await bot.wait_for_message(ROADS_HEAD, "📅 №1: сегодня обещанный день")
    assert bot.find_message(MANAGER, "обещанный день") is None


async def test_no_means_no(town: Harness) -> None:
    offer = await town.wait_until(lambda: with_button(town, "Запомнить обещание"))
    await town.press_button(ROADS_HEAD, offer, "Нет")
    await town.wait_for_message(ROADS_HEAD, "не запоминаю")
    assert await list_promises(town) == []


@pytest.mark.parametrize("arg", ["1.20261119", "1.99999999", "99.20261201", "1.1", "1", "x.20261201", "1.20301201"])
async def test_forged_offers_are_refused(town: Harness, arg: str) -> None:
    offer = await town.wait_until(lambda: with_button(town, "Запомнить обещание"))
    pressed = await town.press_code(ROADS_HEAD, ROADS_HEAD, offer["message_id"], f"1:fp:1:{arg}")
    assert pressed["text"]
    assert await list_promises(town) == []


async def test_two_presses_make_one_promise_and_strangers_none(town: Harness) -> None:
    offer = await town.wait_until(lambda: with_button(town, "Запомнить обещание"))
    code = str(offer["reply_markup"]["inline_keyboard"][0][0]["callback_data"])
    await town.press_code(HOUSING_HEAD, ROADS_HEAD, offer["message_id"], code)
    assert await list_promises(town) == []
    for _ in range(2):
        await town.press_code(ROADS_HEAD, ROADS_HEAD, offer["message_id"], code)
    assert len(await list_promises(town)) == 1
    pressed = await town.press_code(HOUSING_HEAD, ROADS_HEAD, offer["message_id"], "1:fk:1:1")
    assert pressed["text"]
    assert [one.outcome for one in await list_promises(town)] == [None]


async def test_an_answer_without_a_day_to_come_offers_nothing(bot: Harness) -> None:
    await send_report(bot)
    await bot.answer_ticket(ROADS_HEAD, 1, "Яму засыпали 18 ноября.")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await wait_until_idle(bot)
    assert with_button(bot, "Запомнить обещание") is None
