"""The rule ``call_before_answer``: no answer is published before somebody has noted a call to the applicant."""

from typing import Any

import pytest

from bot.domain.tickets import State
from tests.e2e.harness import (
    ADMINISTRATOR,
    COMMUNITY,
    COORDINATOR,
    GROUP,
    MARIA,
    ROADS_HEAD,
    Harness,
    button_labels,
    message_text,
)
from tests.e2e.queries import get_ticket_state, list_audit, refusal_codes, wait_for_preview
from tests.e2e.schedules import BLOCK_CURATORS, HOUSING_CURATOR, ROADS_CURATOR, add_officials

WORDS = "На Ленина 45 яма на дороге, машины вязнут, звоните 89141234567"


@pytest.fixture
async def town(closed_bot: Harness) -> Harness:
    """A town whose rules want a call; the roads' head has written an answer."""
    closed_bot.settings |= {"staff": BLOCK_CURATORS, "more": "[[rules]]\ncall_before_answer = true\n"}
    await add_officials(closed_bot, ROADS_CURATOR, HOUSING_CURATOR)
    await closed_bot.start()
    await closed_bot.sandbox.telegram.send_message(GROUP, MARIA, WORDS)
    card = await closed_bot.wait_for_card(ROADS_HEAD, 1)
    await closed_bot.send_message(ROADS_HEAD, "Засыпали.", reply_to=card["message_id"])
    return closed_bot


async def test_an_answer_waits_for_a_noted_call(town: Harness) -> None:
    preview = await wait_for_preview(town, ROADS_HEAD, "Засыпали.")
    asked = await town.wait_for_message(ROADS_CURATOR, "📞 Позвоните заявителю №1 до ответа", "89141234567")
    assert all("89141234567" not in text for text in town.bot_texts(ROADS_HEAD))
    assert town.find_message(HOUSING_CURATOR, "№1") is None

    said = await town.press_button(ROADS_HEAD, preview, "Отправить")

    assert "Сначала звонок" in said["text"]
    assert town.bot_messages(GROUP) == []
    assert await get_ticket_state(town, 1) is State.ASSIGNED
    assert await refusal_codes(town, 1) == ["call_missing"]

    await town.press_button(ROADS_CURATOR, asked, "Нет ответа")
    await town.wait_for_message(ROADS_CURATOR, "Когда позвонить по №1 снова?")
    await town.send_message(ROADS_CURATOR, "попозже")
    await town.wait_for_message(ROADS_CURATOR, "Не получилось прочитать дату. Когда позвонить по №1 снова?")
    await town.send_message(ROADS_CURATOR, "20.11 16:00")
    await town.wait_for_message(ROADS_CURATOR, "напомню о звонке")
    await town.wait_for_card(ROADS_HEAD, 1, "📞 Перед ответом нужен звонок заявителю, до 16:00")
    town.set_time("20.11 16:00")
    again = await town.wait_for_message(ROADS_CURATOR, "⏰ Ждёт звонка заявитель №1", "89141234567")
    await town.press_button(ROADS_CURATOR, again, "Дозвонился")
    await town.wait_for_message(ROADS_CURATOR, "Что сказал заявитель №1?")
    await town.send_message(ROADS_CURATOR, "Согласен")
    for letter in (asked, again):
        await town.wait_until(lambda letter=letter: not button_labels(letter))
        assert "📞 №1: дозвонились · Куратор дорог" in message_text(letter)

    await town.wait_for_message(ROADS_HEAD, "📞 №1: дозвонились · Куратор дорог", "Согласен")
    actions = [row.action for row in await list_audit(town, 1)]
    assert [one for one in actions if "call" in one or "inquiry" in one] == ["call_missed", "inquiry_answered"]
    await town.wait_for_card(ROADS_HEAD, 1, "📞 Дозвонились (Куратор дорог, 16:00): Согласен")
    await town.press_button(ROADS_HEAD, preview, "Отправить")  # the draft has waited
    await town.wait_for_message(GROUP, "Засыпали.")


async def test_the_telephone_is_for_the_curator_of_the_block_and_the_coordinator(town: Harness) -> None:
    asked = await town.wait_for_message(ROADS_CURATOR, "📞 Позвоните")
    await town.send_message(COORDINATOR, "/find 1")
    assert "89141234567" in message_text(await town.wait_for_card(COORDINATOR, 1))
    assert "89141234567" not in message_text(await town.wait_for_card(ROADS_HEAD, 1))
    for person in (ROADS_HEAD, HOUSING_CURATOR, ADMINISTRATOR):
        for code in ("1:jp:1:1", "1:jm:1:1", "1:ja:1:1"):
            await town.press_code(person, person, asked["message_id"], code)
    assert await list_audit(town, 1, "inquiry_answered") == []


async def test_a_request_in_vk_loses_its_buttons_when_the_call_is_noted(closed_bot: Harness) -> None:
    town, vk = closed_bot, closed_bot.sandbox.vk
    staff = BLOCK_CURATORS.replace(f"telegram_id = {ROADS_CURATOR}", f"vk_id = {ROADS_CURATOR}")
    town.settings |= {"staff": staff, "more": "[[rules]]\ncall_before_answer = true\n"}
    vk.user(ROADS_CURATOR, "Ирина", "Ли")
    await vk.allow_messages(COMMUNITY, ROADS_CURATOR)
    await town.start()
    await town.sandbox.telegram.send_message(GROUP, MARIA, WORDS)
    card = await town.wait_for_card(ROADS_HEAD, 1)
    await town.send_message(ROADS_HEAD, "Засыпали.", reply_to=card["message_id"])

    def find(words: str) -> Any:
        return next((one for one in vk.messages(COMMUNITY, ROADS_CURATOR) if words in one.text), None)

    asked = await town.wait_until(lambda: find("📞 Позвоните заявителю №1"))
    await vk.press_button(ROADS_CURATOR, COMMUNITY, asked, "Дозвонился")
    await town.wait_until(lambda: find("Что сказал заявитель №1?"))
    await vk.send_message(COMMUNITY, ROADS_CURATOR, "Согласен")
    await town.wait_until(lambda: "📞 №1: дозвонились" in asked.text)
    assert asked.keyboard is None
    await town.wait_for_message(ROADS_HEAD, "📞 №1: дозвонились", "Согласен")
