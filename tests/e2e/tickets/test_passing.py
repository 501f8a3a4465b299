"""Tickets that nobody wants go to who sorts, with their whole route; «Не наше» names whose they are."""

import pytest

from bot.domain.tickets import State
from tests.e2e.harness import COORDINATOR, HOUSING_HEAD, ROADS_HEAD, STAFF, Harness, button_labels, message_text
from tests.e2e.queries import get_ticket_state, list_audit, send_report
from tests.e2e.tickets.test_hand_over import hand_over_to

EDUCATION_HEAD = 1010
WITH_EDUCATION = (
    STAFF + '[[staff]]\nname = "Начальник образования"\nrole = "head"\nsectors = ["education"]\ntelegram_id = 1010\n'
)


async def test_a_ticket_that_comes_back_goes_to_the_coordinator_with_its_route(bot: Harness) -> None:
    await send_report(bot)
    await hand_over_to(bot, ROADS_HEAD, 1, "ЖКХ")

    said = await hand_over_to(bot, HOUSING_HEAD, 1, "Дороги")

    assert "решит тот, кто распределяет" in str(said["text"])
    note = await bot.wait_for_message(COORDINATOR, "↪️ Сообщение №1 передают по кругу")
    assert "Дороги → ЖКХ → Дороги?" in message_text(note)
    card = await bot.wait_for_card(COORDINATOR, 1, "нужно выбрать отрасль")
    assert await get_ticket_state(bot, 1) is State.TRIAGE
    await bot.press_button(COORDINATOR, card, "Дороги")  # the coordinator may choose any of them
    await bot.wait_for_card(ROADS_HEAD, 1, "🆕 №1 · Дороги")


async def test_the_third_hand_over_goes_to_the_coordinator(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["staff"] = WITH_EDUCATION
    more = '[[sectors]]\ncode = "sport"\ntitle = "Спорт"\n\n[routing]'
    bot.config_replacements["[routing]"] = more
    bot.sandbox.telegram.user(EDUCATION_HEAD, "Ольга")
    await bot.sandbox.telegram.start_bot(EDUCATION_HEAD)
    await bot.start()
    await send_report(bot)
    await hand_over_to(bot, ROADS_HEAD, 1, "ЖКХ")
    await hand_over_to(bot, HOUSING_HEAD, 1, "Образование")

    await hand_over_to(bot, EDUCATION_HEAD, 1, "Спорт")

    await bot.wait_for_message(COORDINATOR, "Дороги → ЖКХ → Образование → Спорт?")
    assert [row.action for row in await list_audit(bot, 1)][-2:] == ["passed_around", "unsure"]


async def test_the_coordinator_hands_over_as_often_as_needed(bot: Harness) -> None:
    await send_report(bot)
    await hand_over_to(bot, ROADS_HEAD, 1, "ЖКХ")
    await bot.send_message(COORDINATOR, "/find 1")
    await hand_over_to(bot, COORDINATOR, 1, "Дороги")
    await bot.wait_for_message(ROADS_HEAD, "№1 снова передано вам")
    assert await get_ticket_state(bot, 1) is State.ASSIGNED


async def open_not_ours(bot: Harness) -> None:
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, card, "Ещё")
    await bot.wait_until(lambda: "🙅 Не наше" in button_labels(card))
    await bot.press_button(ROADS_HEAD, card, "Не наше")
    await bot.wait_for_message(ROADS_HEAD, "Чьё сообщение №1?")


async def test_not_ours_names_whose_it_is_and_what_is_known(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = '[[rules]]\nnot_ours = "30m"\n'
    await bot.start()
    await send_report(bot)
    await open_not_ours(bot)
    await bot.send_message(ROADS_HEAD, "Росавтодор")
    await bot.wait_for_message(ROADS_HEAD, "Что известно")
    bot.pass_time(minutes=31)
    await bot.send_message(ROADS_HEAD, "Дорога федеральная, диспетчер предупреждён")

    note = await bot.wait_for_message(COORDINATOR, "🙅 №1: «не наше» · Начальник отдела дорог")
    assert "позже срока" in message_text(note)
    await bot.wait_for_card(COORDINATOR, 1, "(не наше, 15:01): Росавтодор. Дорога федеральная, диспетчер предупреждён")
    await bot.wait_for_message(ROADS_HEAD, "вернулось тому, кто распределяет")
    assert (await list_audit(bot, 1, "not_ours"))[0].facts["late"] is True


async def start_with_clock(bot: Harness) -> None:
    bot.settings |= {"more": '[[rules]]\nnot_ours = "30m"\n', "accept": "4h"}
    await bot.start()
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)


LATE = "не принято, и «не наше» в срок не сказано"


def late_notices(bot: Harness, *people: int) -> list[int]:
    return [sum(LATE in text for text in bot.bot_texts(person)) for person in people]


async def test_silence_about_a_new_card_is_told_once_to_the_post_and_to_who_sorts(closed_bot: Harness) -> None:
    bot = closed_bot
    await start_with_clock(bot)
    bot.pass_time(minutes=29)
    await bot.wait_for_outbox()
    assert late_notices(bot, ROADS_HEAD, COORDINATOR) == [0, 0]

    bot.pass_time(minutes=1)  # in the very moment

    for person in (ROADS_HEAD, COORDINATOR):
        await bot.wait_for_message(person, "Просрочено: №1", LATE)
    bot.pass_time(minutes=40)
    await bot.wait_for_outbox()
    assert late_notices(bot, ROADS_HEAD, COORDINATOR, HOUSING_HEAD) == [1, 1, 0]
    assert [row.facts["limit"] for row in await list_audit(bot, 1, "overdue")] == ["not_ours"]


@pytest.mark.parametrize("act", ["accept", "decline", "hand_over"])
async def test_nothing_is_told_of_a_ticket_that_was_accepted_or_has_left(closed_bot: Harness, act: str) -> None:
    bot = closed_bot
    await start_with_clock(bot)
    if act == "accept":
        await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Принять")
    elif act == "hand_over":
        await hand_over_to(bot, ROADS_HEAD, 1, "ЖКХ")
        await bot.press_button(HOUSING_HEAD, await bot.wait_for_card(HOUSING_HEAD, 1), "Принять")
    else:
        await open_not_ours(bot)
        await bot.send_message(ROADS_HEAD, "Росавтодор")
        await bot.wait_for_message(ROADS_HEAD, "Что известно")
        await bot.send_message(ROADS_HEAD, "Дорога федеральная")
        await bot.wait_for_message(ROADS_HEAD, "вернулось тому, кто распределяет")
    bot.pass_time(minutes=45)
    await bot.wait_for_outbox()
    assert late_notices(bot, ROADS_HEAD, HOUSING_HEAD, COORDINATOR) == [0, 0, 0]


async def test_the_next_post_has_the_whole_term(closed_bot: Harness) -> None:
    bot = closed_bot
    await start_with_clock(bot)
    bot.pass_time(minutes=20)
    await hand_over_to(bot, ROADS_HEAD, 1, "ЖКХ")
    bot.pass_time(minutes=29)
    await bot.wait_for_outbox()
    assert late_notices(bot, ROADS_HEAD, HOUSING_HEAD, COORDINATOR) == [0, 0, 0]
    bot.pass_time(minutes=2)
    await bot.wait_for_message(HOUSING_HEAD, "Просрочено: №1", LATE)
    await bot.wait_for_outbox()
    assert late_notices(bot, ROADS_HEAD, HOUSING_HEAD, COORDINATOR) == [0, 1, 1]


@pytest.mark.parametrize("words", ["не знаю", "!!!", "Не наше."])
async def test_not_ours_without_a_name_is_refused_with_a_hint(bot: Harness, words: str) -> None:
    await send_report(bot)
    await open_not_ours(bot)
    await bot.send_message(ROADS_HEAD, words)
    await bot.wait_for_message(ROADS_HEAD, "«Не наше» нужно обосновать", "Например")
    assert await get_ticket_state(bot, 1) is State.ASSIGNED
    await bot.send_message(ROADS_HEAD, "Росавтодор")
    await bot.wait_for_message(ROADS_HEAD, "Что известно")
