"""Limits on answers: the next one over a limit is held, and the coordinator decides."""

from typing import Any

import pytest

from tests.databases import ON_BOTH
from tests.e2e.harness import ANNA, COORDINATOR, GROUP, HOUSING_HEAD, MARIA, PYOTR, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import button_rows, list_audit, send_report, wait_until_idle

ANSWER = "Здравствуйте! Дорожники засыплют яму завтра, 21 ноября."


@pytest.fixture
async def bot(closed_bot: Harness) -> Harness:
    closed_bot.settings["more"] = "[problems]\njoin = false\n[limits]\nsame_answer_per_hour = 2"
    await closed_bot.start()
    return closed_bot


async def answer(bot: Harness, number: int, author: int, text: str = ANSWER) -> dict[str, Any]:
    """Let a citizen write about a street of their own, and the head answer; return the former preview."""
    await send_report(bot, f"На Садовой {number} яма на дороге, машины бьются", author)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, number), "Ответить")
    await bot.wait_for_message(ROADS_HEAD, f"Ответ на №{number}")
    await bot.send_message(ROADS_HEAD, text)
    draft = await bot.wait_for_message(ROADS_HEAD, f"Так ответ увидит житель (№{number})")
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    await wait_until_idle(bot)
    return draft


def question(bot: Harness) -> dict[str, Any] | None:
    return bot.find_message(COORDINATOR, "ждёт вашего решения")


@ON_BOTH
async def test_third_equal_answer_waits_and_goes_out_at_the_coordinators_word_after_a_restart(bot: Harness) -> None:
    await answer(bot, 1, MARIA)
    await answer(bot, 2, PYOTR, "Добрый день, Пётр! Дорожники засыплют яму завтра 21 ноября")  # the same words
    assert question(bot) is None
    held = await answer(bot, 3, ANNA)
    assert len(bot.bot_messages(GROUP)) == 2
    assert message_text(held).startswith("⏸ Ответ на №3 пока не отправлен: слишком много таких же ответов за час.")
    asked = await bot.wait_for_message(COORDINATOR, "⏸ Ответ на №3 ждёт вашего решения", "уже получили 2 человека")
    await bot.stop()
    await bot.start()
    await bot.press_button(COORDINATOR, asked, "Отправить")
    await bot.wait_until(lambda: len(bot.bot_messages(GROUP)) == 3)
    assert message_text(bot.bot_messages(GROUP)[-1]) == ANSWER
    await bot.wait_until(lambda: button_rows(asked) == [])
    assert [row.action for row in await list_audit(bot, 3)][1:3] == ["answer_held", "answer_held_decided"]


@ON_BOTH
async def test_declined_answer_goes_back_to_its_author(bot: Harness) -> None:
    for number, author in ((1, MARIA), (2, PYOTR), (3, ANNA)):
        await answer(bot, number, author)
    asked = await bot.wait_for_message(COORDINATOR, "ждёт вашего решения")
    said = await bot.press_code(ROADS_HEAD, ROADS_HEAD, asked["message_id"], "1:tms:3:1")
    assert len(bot.bot_messages(GROUP)) == 2, said
    await bot.press_button(COORDINATOR, asked, "Не отправлять")
    await bot.wait_for_message(ROADS_HEAD, "🚫 Координатор решил не отправлять ответ на №3", ANSWER)
    again = await bot.press_code(COORDINATOR, COORDINATOR, asked["message_id"], "1:tms:3:1")
    assert again["text"]  # refused: decided already
    await wait_until_idle(bot)
    assert len(bot.bot_messages(GROUP)) == 2


async def test_same_author_and_other_words_do_not_count(bot: Harness) -> None:
    await answer(bot, 1, MARIA)
    await answer(bot, 2, MARIA)
    await answer(bot, 3, PYOTR)
    await answer(bot, 4, ANNA, "Здравствуйте! Яму заделаем 25 ноября.")
    assert question(bot) is None
    assert len(bot.bot_messages(GROUP)) == 4


async def test_working_hour_passes_in_working_time_alone(bot: Harness) -> None:
    bot.set_time("20.11 17:50")
    await answer(bot, 1, MARIA)
    await answer(bot, 2, PYOTR)
    bot.set_time("23.11 09:20")  # Monday: half an hour of work later
    await answer(bot, 3, ANNA)
    assert question(bot) is not None
    bot.set_time("23.11 09:55")
    await answer(bot, 4, HOUSING_HEAD + 5000)
    assert len(bot.bot_messages(GROUP)) == 3


@ON_BOTH
async def test_public_answers_of_a_day_are_limited(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = "[problems]\njoin = false\n[limits]\nanswers_per_day = 1"
    await bot.start()
    await answer(bot, 1, MARIA)
    await answer(bot, 2, PYOTR, "Здравствуйте! Сделаем до 1 декабря.")
    await bot.wait_for_message(COORDINATOR, "Сегодня уже отправлен 1 публичный ответ")
    bot.set_time("21.11 09:00")
    await answer(bot, 3, ANNA, "Здравствуйте! Закончим 30 ноября.")
    assert len(bot.bot_messages(GROUP)) == 2
