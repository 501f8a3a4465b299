"""«Промежуточный ответ» with its promise, and «Передать вне центра» with its control date."""

from typing import Any

import pytest

from bot.domain.tickets import State
from tests.databases import ON_BOTH
from tests.e2e.answers.test_clarifications import card_with, press_in_menu
from tests.e2e.harness import COORDINATOR, GROUP, ROADS_HEAD, Harness, button_labels, message_text
from tests.e2e.queries import get_ticket, get_ticket_state, list_audit, open_history, send_report, wait_until_idle
from tests.e2e.schedules import deadline_notices

PROMISED = "Бригада выехала, яму засыплют до 25.11."
BODY, REFERRED = "Министерство транспорта края", "Эту дорогу содержит край, мы передали ваше сообщение в министерство."


@pytest.fixture
async def town(bot: Harness) -> Harness:
    """A ticket of the roads' head."""
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    return bot


async def begin_interim(bot: Harness) -> None:
    await press_in_menu(bot, "Промежуточный ответ")
    await bot.wait_for_message(ROADS_HEAD, "📅 Промежуточный ответ на №1", "до 1 октября")


@ON_BOTH
async def test_an_interim_answer_names_a_day_and_the_head_is_reminded_that_morning(town: Harness) -> None:
    await begin_interim(town)
    await town.send_message(ROADS_HEAD, PROMISED)
    preview = await town.wait_for_message(ROADS_HEAD, "Так промежуточный ответ увидит житель (№1)", PROMISED)
    await town.press_button(ROADS_HEAD, preview, "Отправить")

    assert message_text(await town.wait_for_message(GROUP)) == PROMISED
    await town.wait_for_card(ROADS_HEAD, 1, "📅 №1", "ответить до ср 25.11, 23:59", "📅 Обещано жителю: до ср 25.11")
    assert await get_ticket_state(town, 1) is State.POSTPONED
    assert (await get_ticket(town, 1)).answered_at is None
    town.set_time("25.11 08:59")
    await wait_until_idle(town)
    assert deadline_notices(town, ROADS_HEAD, "Просрочено", "нет ответа") == []
    assert town.find_message(ROADS_HEAD, "жителю обещано") is None
    town.set_time("25.11 09:00")
    await town.wait_for_message(ROADS_HEAD, "📅 №1: жителю обещано до 23:59", PROMISED, "Пора дать окончательный ответ")
    assert await get_ticket_state(town, 1) is State.ACCEPTED
    await town.answer_ticket(ROADS_HEAD, 1, "Яму засыпали 25 ноября.")
    card = await town.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено", "Яму засыпали")
    history = await open_history(town, ROADS_HEAD, card)
    assert "дан промежуточный ответ — Начальник отдела дорог" in history
    town.pass_time(days=2)
    await wait_until_idle(town)
    assert sum("жителю обещано" in text for text in town.bot_texts(ROADS_HEAD)) == 1


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ("Разбираемся, ответим позже.", "обещает день"),
        ("Засыплем до 1 октября.", "уже прошёл"),
        ("Засыплем до 19.11.", "уже прошёл"),
        ("Засыплем до 31.12.2030", "слишком далеко"),
    ],
)
async def test_an_interim_answer_without_a_day_to_come_is_refused(town: Harness, words: str, refusal: str) -> None:
    await begin_interim(town)
    await town.send_message(ROADS_HEAD, words)
    await town.wait_for_message(ROADS_HEAD, refusal, "Жителю ничего не отправлено")
    await town.send_message(ROADS_HEAD, "Засыплем до 1 декабря.")  # the dialog goes on
    preview = await town.wait_for_message(ROADS_HEAD, "Так промежуточный ответ увидит житель", "1 декабря")
    await town.press_button(ROADS_HEAD, preview, "Отправить")
    await town.wait_for_card(ROADS_HEAD, 1, "📅 Обещано жителю: до вт 01.12")


async def test_a_promise_ends_with_the_answer(town: Harness) -> None:
    await begin_interim(town)
    await town.send_message(ROADS_HEAD, PROMISED)
    preview = await town.wait_for_message(ROADS_HEAD, "Так промежуточный ответ увидит житель", PROMISED)
    await town.press_button(ROADS_HEAD, preview, "Отправить")
    await town.wait_for_card(ROADS_HEAD, 1, "📅 Обещано жителю")
    await town.answer_ticket(ROADS_HEAD, 1, "Яму засыпали 20 ноября.")
    await town.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    town.set_time("25.11 09:01")
    await wait_until_idle(town)
    assert town.find_message(ROADS_HEAD, "жителю обещано") is None


async def refer(bot: Harness, date: str = "01.12") -> dict[str, Any]:
    """Let the coordinator word the referral; return its preview."""
    await bot.send_message(COORDINATOR, "/find 1")
    await bot.wait_for_card(COORDINATOR, 1)
    await press_in_menu(bot, "Передать вне центра", COORDINATOR)
    await bot.wait_for_message(COORDINATOR, "🏛 Передать №1 вне центра", "Кому?")
    await bot.send_message(COORDINATOR, BODY)
    await bot.wait_for_message(COORDINATOR, "Когда проверить, что там сделали по №1?")
    await bot.send_message(COORDINATOR, date)
    await bot.wait_for_message(COORDINATOR, f"🏛 №1 → {BODY}", "на контроле до вт 01.12")
    await bot.send_message(COORDINATOR, REFERRED)
    return await bot.wait_for_message(COORDINATOR, "Так ответ увидит житель (№1)", REFERRED, "стоит на контроле")


@ON_BOTH
async def test_a_referral_answers_the_citizen_and_stays_under_control(town: Harness) -> None:
    preview = await refer(town)
    await town.press_button(COORDINATOR, preview, button_labels(preview)[0])

    assert message_text(await town.wait_for_message(GROUP)) == REFERRED
    card = await town.wait_for_card(COORDINATOR, 1, "✅ Отвечено: Координатор", f"🏛 Передано вне центра: {BODY}")
    assert "📌 На контроле до вт 01.12, 09:00" in message_text(card)
    assert await get_ticket_state(town, 1) is State.ANSWERED
    assert [row.action for row in await list_audit(town, 1, "referred")] == ["referred"]
    town.set_time("01.12 09:00")
    await town.wait_for_message(COORDINATOR, "📌 Контроль: №1", "верните сообщение в работу")


async def test_a_head_does_not_refer_and_a_past_date_is_asked_for_again(town: Harness) -> None:
    card = await town.wait_for_card(ROADS_HEAD, 1)
    await town.press_button(ROADS_HEAD, card, "Ещё")
    menu = await town.wait_until(lambda: card_with(town, ROADS_HEAD, "История"))
    assert not any("вне центра" in label for label in button_labels(menu))
    pressed = await town.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:jx:1")
    assert "недоступно" in pressed["text"]

    await town.send_message(COORDINATOR, "/find 1")
    await press_in_menu(town, "Передать вне центра", COORDINATOR)
    await town.wait_for_message(COORDINATOR, "Кому?")
    await town.send_message(COORDINATOR, BODY)
    await town.wait_for_message(COORDINATOR, "Когда проверить")
    await town.send_message(COORDINATOR, "19.11.2026")
    await town.wait_for_message(COORDINATOR, "Это время уже прошло. Когда проверить")
    assert town.bot_messages(GROUP) == []


async def test_the_rules_final_term_begins_with_the_interim_answer(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = '\n[[rules]]\nsector = "roads"\nfinal = "8wd"\n'
    await bot.start()
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await begin_interim(bot)
    await bot.send_message(ROADS_HEAD, PROMISED)
    preview = await bot.wait_for_message(ROADS_HEAD, "Так промежуточный ответ увидит житель", PROMISED)
    await bot.press_button(ROADS_HEAD, preview, "Отправить")
    await bot.wait_for_card(ROADS_HEAD, 1, "ответить до ср 02.12, 14:30", "📅 Обещано жителю: до ср 25.11, 23:59")
    await wait_until_idle(bot)
    assert (await get_ticket(bot, 1)).first_word_at is not None, "an interim answer is a first word, too"


async def test_a_promise_after_the_final_term_is_told_before_it_goes_out(closed_bot: Harness) -> None:
    """By the rule the final answer is due in two days; who promises more has to say so twice."""
    bot = closed_bot
    bot.settings["more"] = '[[rules]]\nsector = "roads"\nfinal = "2d"\n'
    await bot.start()
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await begin_interim(bot)
    await bot.send_message(ROADS_HEAD, PROMISED)
    preview = await bot.wait_for_message(ROADS_HEAD, "Так промежуточный ответ увидит житель", PROMISED)
    assert "«25.11» — позже срока: по правилам окончательный ответ нужен до 22.11.2026" in message_text(preview)

    warned = await bot.press_button(ROADS_HEAD, preview, "Отправить")
    assert "позже срока по правилам" in warned["text"]
    await bot.wait_until(lambda: "⚠️ Всё равно отправить" in button_labels(preview))
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []
    await bot.press_button(ROADS_HEAD, preview, "Всё равно отправить")

    assert message_text(await bot.wait_for_message(GROUP)) == PROMISED
    await bot.wait_for_card(ROADS_HEAD, 1, "ответить до вс 22.11", "📅 Обещано жителю: до ср 25.11")


async def test_a_promise_within_the_final_term_goes_out_at_once(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = '[[rules]]\nsector = "roads"\nfinal = "5d"\n'
    await bot.start()
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await begin_interim(bot)
    await bot.send_message(ROADS_HEAD, PROMISED)
    preview = await bot.wait_for_message(ROADS_HEAD, "Так промежуточный ответ увидит житель", PROMISED)
    assert "позже срока" not in message_text(preview)
    await bot.press_button(ROADS_HEAD, preview, "Отправить")
    assert message_text(await bot.wait_for_message(GROUP)) == PROMISED
