"""The clocks of everybody who wrote about one event: what stops or promises the first one's time holds for all."""

from datetime import datetime, timedelta

from bot.domain.tickets import State
from tests.databases import ON_BOTH
from tests.e2e.answers.test_approval import wait_for_question
from tests.e2e.answers.test_clarifications import card_with, press_in_menu
from tests.e2e.harness import COORDINATOR, GROUP, HOUSING_HEAD, SECOND_GROUP, Harness, button_labels, message_text
from tests.e2e.problems.test_problems import add_neighbours, report_outage
from tests.e2e.queries import get_ticket, list_audit, wait_until_idle

QUESTION = "С какого часа нет воды?"
PROMISED = "Бригада на месте, воду дадут до 25.11."


async def start_problem(bot: Harness) -> list[int]:
    """Let three neighbours write within twenty minutes; return them and one who has not written."""
    people = add_neighbours(bot, 4)
    for who in people[:3]:
        await report_outage(bot, who)
        await bot.wait_for_inbox()
        bot.pass_time(minutes=10)
    await bot.wait_for_card(HOUSING_HEAD, 1, "3 человека")
    await wait_until_idle(bot)
    return people


async def answer_dues(bot: Harness) -> list[datetime]:
    return [(await get_ticket(bot, number)).answer_due for number in (1, 2, 3)]


async def ask(bot: Harness) -> None:
    await press_in_menu(bot, "Уточнить у жителя", HOUSING_HEAD)
    await bot.wait_for_message(HOUSING_HEAD, "❓ Вопрос жителю по №1")
    await bot.send_message(HOUSING_HEAD, QUESTION)
    preview = await bot.wait_for_message(HOUSING_HEAD, "Так вопрос увидит житель (№1)", QUESTION)
    await bot.press_button(HOUSING_HEAD, preview, "Отправить")
    await bot.wait_for_message(GROUP, QUESTION)
    await wait_until_idle(bot)


async def promise(bot: Harness) -> None:
    await press_in_menu(bot, "Промежуточный ответ", HOUSING_HEAD)
    await bot.wait_for_message(HOUSING_HEAD, "📅 Промежуточный ответ на №1")
    await bot.send_message(HOUSING_HEAD, PROMISED)
    preview = await bot.wait_for_message(HOUSING_HEAD, "Так промежуточный ответ увидит житель (№1)", PROMISED)
    await bot.press_button(HOUSING_HEAD, preview, "Отправить")
    await bot.wait_for_message(GROUP, PROMISED)
    await wait_until_idle(bot)


@ON_BOTH
async def test_every_clock_stops_with_the_question_and_goes_on_with_the_reply(bot: Harness) -> None:
    people = await start_problem(bot)
    before = await answer_dues(bot)
    await ask(bot)
    while_waiting = await answer_dues(bot)
    assert [after - was for after, was in zip(while_waiting, before, strict=True)] == [timedelta(days=3)] * 3
    assert len(await list_audit(bot, 2, "terms_moved")) == 1

    bot.pass_time(hours=2)
    await bot.sandbox.telegram.send_message(GROUP, people[0], "С шести утра")
    await bot.wait_for_message(HOUSING_HEAD, "житель ответил на вопрос")
    await wait_until_idle(bot)

    assert [after - was for after, was in zip(await answer_dues(bot), before, strict=True)] == [timedelta(hours=2)] * 3


async def test_who_joins_while_the_problem_waits_waits_too_and_who_leaves_does_not(bot: Harness) -> None:
    people = await start_problem(bot)
    first = await get_ticket(bot, 1)
    own_term = first.answer_due - first.registered_at
    await ask(bot)
    await report_outage(bot, people[3])
    await bot.wait_for_card(HOUSING_HEAD, 1, "4 человека")
    await wait_until_idle(bot)
    joined = await get_ticket(bot, 4)
    assert joined.lead_id == 1
    assert joined.answer_due - joined.registered_at > timedelta(days=2)

    bot.pass_time(hours=1)
    card = await bot.wait_for_card(HOUSING_HEAD, 1)
    await bot.press_button(HOUSING_HEAD, card, "Список")
    await bot.press_button(HOUSING_HEAD, await bot.wait_for_message(HOUSING_HEAD, "📋 Проблема №1"), "№4")
    member = await bot.wait_for_card(HOUSING_HEAD, 4, "Часть проблемы №1")
    await bot.press_button(HOUSING_HEAD, member, "Отделить")
    await bot.wait_until(lambda: "Часть проблемы" not in message_text(member))
    await wait_until_idle(bot)
    alone = await get_ticket(bot, 4)
    assert alone.answer_due - alone.registered_at == own_term + timedelta(hours=1), "nobody asks its own author"
    assert (await get_ticket(bot, 3)).answer_due - (await get_ticket(bot, 3)).registered_at > timedelta(days=2)


@ON_BOTH
async def test_a_promise_to_all_is_everybodys_also_of_who_writes_later(bot: Harness) -> None:
    people = await start_problem(bot)
    card = await bot.wait_for_card(HOUSING_HEAD, 1)
    await bot.press_button(HOUSING_HEAD, card, "Принять")
    await promise(bot)
    promised = (await get_ticket(bot, 1)).answer_due
    assert await answer_dues(bot) == [promised] * 3

    await report_outage(bot, people[3], chat=SECOND_GROUP)
    told = await bot.wait_for_message(SECOND_GROUP, PROMISED)
    await wait_until_idle(bot)

    assert told["reply_to_message"]["from"]["id"] == people[3]
    late = await get_ticket(bot, 4)
    assert (late.lead_id, late.state, late.answered_at) == (1, State.POSTPONED, None)
    assert late.answer_due == promised
    assert len([text for text in bot.bot_texts(GROUP) if text == PROMISED]) == 1
    assert "Принять" not in str(button_labels(card))
    assert "📅 Обещано жителю" in message_text(await bot.wait_for_card(HOUSING_HEAD, 1))


async def test_an_extension_is_everybodys(bot: Harness) -> None:
    await start_problem(bot)
    await press_in_menu(bot, "Продлить", HOUSING_HEAD)
    await bot.wait_for_message(HOUSING_HEAD, "⏩ Продлить срок №1")
    await bot.send_message(HOUSING_HEAD, "Ждём трубы, до 25.11 12:00")
    await bot.press_button(COORDINATOR, await wait_for_question(bot, COORDINATOR), "Опубликовать")
    await bot.wait_for_card(HOUSING_HEAD, 1, "ответить до ср 25.11, 12:00")
    await wait_until_idle(bot)
    first = (await get_ticket(bot, 1)).answer_due
    assert await answer_dues(bot) == [first] * 3


@ON_BOTH
async def test_what_returns_to_work_together_begins_its_time_together(bot: Harness) -> None:
    """A later change of one clock must not bring the time before the return back."""
    await start_problem(bot)
    await press_in_menu(bot, "Не требует ответа", HOUSING_HEAD)
    await bot.wait_until(lambda: card_with(bot, HOUSING_HEAD, "Уже отвечено"))
    card = card_with(bot, HOUSING_HEAD, "Уже отвечено")
    assert card is not None
    await bot.press_button(HOUSING_HEAD, card, "Уже отвечено")
    await bot.wait_until(lambda: any("Вернуть в работу" in one for one in button_labels(card)))
    bot.pass_time(days=1)
    await bot.press_button(HOUSING_HEAD, card, "Вернуть в работу")
    await wait_until_idle(bot)
    returned = await get_ticket(bot, 1)
    assert returned.is_open
    assert await answer_dues(bot) == [returned.answer_due] * 3

    await ask(bot)

    assert await answer_dues(bot) == [returned.answer_due + timedelta(days=3)] * 3
