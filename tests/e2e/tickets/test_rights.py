"""Presses that must change nothing: strangers, other blocks, lesser roles, old cards. Each is on record."""

import pytest

from bot.domain.tickets import State
from tests.e2e.harness import (
    ADMINISTRATOR,
    COORDINATOR,
    CURATOR,
    GROUP,
    HOUSING_HEAD,
    MARIA,
    ROADS_HEAD,
    STAFF,
    Harness,
    message_text,
)
from tests.e2e.queries import (
    button_rows,
    get_ticket,
    get_ticket_state,
    list_audit,
    record_buttons,
    refusal_codes,
    send_report,
    wait_for_preview,
    wait_until_idle,
)

EVERYTHING = [
    "1:a:1",
    "1:w:1",
    "1:h:1:0",
    "1:ht:1:housing",
    "1:m:1",
    "1:b:1",
    "1:d:1",
    "1:df:1:duplicate",
    "1:df:1:other",
    "1:i:1",
    "1:c:1",
    "1:t:1:housing",
    "1:ta:1:0",
    "1:ro:1",
    "1:ra:1:0",
    "1:o:1",
    "1:s:1:0",
    "1:e:1:0",
    "1:x:1:5",
    "1:p:1:1",
    "1:rt:1:1",
    "1:y:1:1",
    "1:r:1",
]


@pytest.mark.parametrize("person", [MARIA, HOUSING_HEAD, ADMINISTRATOR])
async def test_no_button_works_for_whom_it_is_not_meant(bot: Harness, person: int) -> None:
    """A citizen, another sector's head, and the administrator, who looks after the machine alone."""
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.sandbox.telegram.start_bot(MARIA)
    await bot.wait_for_message(MARIA, "Здравствуйте!")
    await wait_until_idle(bot)
    before = await get_ticket(bot, 1)
    letters = len(bot.bot_messages(person))

    await record_buttons(bot, person, card["message_id"], 1)
    for number, code in enumerate(EVERYTHING, 1):
        said = await bot.press_code(person, person, card["message_id"], code)
        if person == MARIA and number % 10 == 0:
            bot.pass_time(hours=2)  # a citizen's presses are answered ten times an hour
        assert said["show_alert"], code
        assert said["text"], code

    assert await get_ticket(bot, 1) == before
    assert len(await refusal_codes(bot, 1)) == len(EVERYTHING)
    await wait_until_idle(bot)
    assert len(bot.bot_messages(person)) == letters
    assert bot.bot_messages(GROUP) == []


async def test_a_stranger_is_told_for_whom_the_buttons_are(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    said = await bot.press_code(MARIA, MARIA, card["message_id"], "1:a:1")
    assert said == {"text": "Эти кнопки — для сотрудников центра управления.", "show_alert": True}
    [row] = await list_audit(bot, 1, "refused")
    assert (row.person_id, row.facts["account"], row.facts["button"]) == (None, f"telegram/{MARIA}", "1:a:1")


@pytest.mark.parametrize("code", ["1", "9:a:1", "1:zz:1", "0:1", "1:a:99999999999999999999", "1:a:1; DROP TABLE"])
async def test_an_unknown_button_is_outdated(bot: Harness, code: str) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    said = await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], code)
    assert said["show_alert"]
    assert "Кнопка устарела" in said["text"]
    assert await get_ticket_state(bot, 1) is State.ASSIGNED


async def test_a_button_about_a_ticket_that_never_was(bot: Harness) -> None:
    for code in ("1:a:77", "1:w:77", "1:ht:77:roads", "1:s:77:1", "1:rt:77:1"):
        said = await bot.press_code(ROADS_HEAD, ROADS_HEAD, 1, code)
        assert said["show_alert"], code


async def test_the_coordinator_may_not_answer_for_a_head(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(COORDINATOR, "/find 1")
    card = await bot.wait_for_card(COORDINATOR, 1)
    assert button_rows(card) == [["↪️ Передать", "⋯ Ещё"]]
    await bot.send_message(COORDINATOR, "Отвечу сама", reply_to=card["message_id"])
    await bot.wait_for_message(COORDINATOR, "Сообщение №1 сейчас не у вас")
    assert await refusal_codes(bot, 1) == ["not_allowed"]


@pytest.mark.parametrize("code", ["1:a:1", "1:w:1", "1:h:1:0", "1:ht:1:roads", "1:m:1", "1:d:1", "1:df:1:duplicate"])
async def test_the_card_of_a_ticket_that_was_handed_over_is_outdated(bot: Harness, code: str) -> None:
    """The phone was offline and still shows the old buttons."""
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:ht:1:housing")
    await bot.wait_for_card(HOUSING_HEAD, 1)
    before = await get_ticket(bot, 1)

    said = await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], code)

    assert said["show_alert"]
    assert "другого блока" in said["text"] or "не вашего блока" in said["text"]
    assert await get_ticket(bot, 1) == before
    assert len(await refusal_codes(bot, 1)) == 1


async def test_an_old_card_is_drawn_anew_by_a_press(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.answer_ticket(ROADS_HEAD, 1, "Сделано.")
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")
    await wait_until_idle(bot)
    for code in ("1:a:1", "1:w:1", "1:h:1:0", "1:ht:1:housing", "1:d:1", "1:df:1:insults", "1:ro:1", "1:t:1:roads"):
        said = await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], code)
        assert said["show_alert"], code
        assert "Кнопка устарела" in said["text"], code
    assert await get_ticket_state(bot, 1) is State.ANSWERED
    assert button_rows(card) == [["✏️ Исправить ответ"], ["⋯ Ещё"]]


async def test_a_preview_that_was_sent_or_changed_is_over(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, "Первое", reply_to=card["message_id"])
    first = await wait_for_preview(bot, ROADS_HEAD, "Первое")
    codes = [b["callback_data"] for row in first["reply_markup"]["inline_keyboard"] for b in row]
    await bot.send_message(ROADS_HEAD, "Второе")
    await wait_for_preview(bot, ROADS_HEAD, "Второе")
    for code in codes:
        said = await bot.press_code(ROADS_HEAD, ROADS_HEAD, first["message_id"], code)
        assert said == {"text": "Это действие уже завершено или отменено.", "show_alert": True}
    second = await wait_for_preview(bot, ROADS_HEAD, "Второе")
    await bot.press_button(ROADS_HEAD, second, "Отправить")
    answer = await bot.wait_for_message(GROUP)
    assert message_text(answer) == "Первое\n\nВторое"


async def test_somebody_elses_preview_cannot_be_sent(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, "Моё", reply_to=card["message_id"])
    draft = await wait_for_preview(bot, ROADS_HEAD)
    code = draft["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    for person in (HOUSING_HEAD, COORDINATOR, CURATOR):
        assert (await bot.press_code(person, person, draft["message_id"], code))["show_alert"]
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []


async def test_a_person_with_two_roles_has_the_rights_of_both(closed_bot: Harness) -> None:
    both = '[[staff]]\nname = "Завуч"\nroles = ["head", "curator"]\nsectors = ["education"]\ntelegram_id = 1014\n'
    closed_bot.settings["staff"] = STAFF + both
    closed_bot.sandbox.telegram.user(1014, "Нина")
    await closed_bot.sandbox.telegram.start_bot(1014)
    await closed_bot.start()
    await send_report(closed_bot)
    await closed_bot.wait_for_card(ROADS_HEAD, 1)
    await closed_bot.send_message(1014, "/find 1")
    card = await closed_bot.wait_for_card(1014, 1)  # as a curator
    assert button_rows(card) == [["🕘 История"]]
    said = await closed_bot.press_code(1014, 1014, card["message_id"], "1:a:1")
    assert said["show_alert"]
