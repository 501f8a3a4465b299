"""«Изменить данные»: those who may, mend what the bot or the citizen got wrong; the rest is refused in words."""

import pytest

from bot.domain.applicants import ApplicantKind
from bot.domain.tickets import State
from bot.views.callback_codes import Op, pack
from tests.e2e.harness import COORDINATOR, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import (
    button_rows,
    get_ticket,
    get_ticket_state,
    list_audit,
    send_report,
    wait_until_idle,
)


async def open_menu(bot: Harness, *buttons: str, number: int = 1, who: int = COORDINATOR) -> dict[str, object]:
    """Open the card of the coordinator, and press these buttons one after the other."""
    await bot.send_message(who, f"/find {number}")
    await wait_until_idle(bot)  # a card further up gives way to the new one
    card = await bot.wait_for_card(who, number)
    for button in ("Ещё", "Изменить данные", *buttons):
        await bot.wait_until(lambda button=button: any(button in one for row in button_rows(card) for one in row))
        await bot.press_button(who, card, button)
    return card


async def test_place_term_and_number_are_typed_and_stay_in_the_history(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await open_menu(bot, "Место")
    await bot.wait_for_message(COORDINATOR, "Где это?")
    await bot.send_message(COORDINATOR, "ул. Мира, 7")
    await bot.wait_for_message(COORDINATOR, "✅ №1: изменено, место.")
    await bot.wait_for_card(ROADS_HEAD, 1, "📍 ул. Мира, 7")

    await open_menu(bot, "Срок ответа")
    for wrong, words in (("скоро", "Не получилось прочитать дату."), ("20.11.2026 10:00", "Это время уже прошло.")):
        await bot.wait_for_message(COORDINATOR, "До какого времени")
        await bot.send_message(COORDINATOR, wrong)
        await bot.wait_for_message(COORDINATOR, words)
    await bot.send_message(COORDINATOR, "вт 12:00")
    await bot.wait_for_card(ROADS_HEAD, 1, "ответить до вт 24.11, 12:00")

    await open_menu(bot, "Срок ответа")
    await bot.wait_for_message(COORDINATOR, "До какого времени")
    await bot.send_message(COORDINATOR, "18.11 10:00")  # never taken for the next year's without a word
    asked = await bot.wait_for_message(COORDINATOR, "18.11 уже прошло. 18.11.2027?")
    assert "ответить до вт 24.11, 12:00" in message_text(await bot.wait_for_card(ROADS_HEAD, 1))
    await bot.press_button(COORDINATOR, asked, "18.11.2027")
    await bot.wait_for_card(ROADS_HEAD, 1, "ответить до чт 18.11.2027, 10:00")

    await open_menu(bot, "Номер в источнике")
    await bot.wait_for_message(COORDINATOR, "Какой номер")
    await bot.send_message(COORDINATOR, "ПОС-17")
    await bot.wait_for_card(ROADS_HEAD, 1, "🔢 Номер в источнике: ПОС-17")
    changed = [row.facts["field"] for row in await list_audit(bot, 1, "data_changed")]
    assert changed == ["place", "term", "term", "number"]
    term = next(row.facts for row in await list_audit(bot, 1, "data_changed") if row.facts["field"] == "term")
    assert (set(term["before"]), term["after"]) == ({"term"}, {"term": term["now"]})
    assert "Мира" not in str([row.facts for row in await list_audit(bot, 1)]), "the record holds no personal data"


async def test_applicant_kind_topic_and_urgency_are_chosen(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    before = (await get_ticket(bot, 1)).answer_due
    await open_menu(bot, "Вид заявителя", "Юридическое лицо")
    await bot.wait_for_card(ROADS_HEAD, 1, "юридическое лицо")
    await open_menu(bot, "Заявитель")
    await bot.send_message(COORDINATOR, "ТСЖ «Заря», 2-14-15")
    await bot.wait_for_card(ROADS_HEAD, 1, "(ТСЖ «Заря»), 2-14-15")
    await open_menu(bot, "Срочность", "Сделать срочным")
    await bot.wait_for_card(ROADS_HEAD, 1, "[срочно]")
    assert (await get_ticket(bot, 1)).answer_due < before
    await open_menu(bot, "Срочность", "Снять срочность")
    await wait_until_idle(bot)
    assert not bot.find_message(ROADS_HEAD, "№1 · ", "[срочно]")
    ticket = await get_ticket(bot, 1)
    assert (ticket.answer_due, ticket.applicant_kind) == (before, ApplicantKind.LEGAL)


async def test_the_sector_of_an_ended_ticket_teaches_the_classifier_and_rings_nobody(bot: Harness) -> None:
    await send_report(bot)
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await open_menu(bot, "Отрасль", "ЖКХ")
    await wait_until_idle(bot)
    assert (await get_ticket(bot, 1)).sector == "housing"
    assert await get_ticket_state(bot, 1) is State.ANSWERED
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        [decision] = await uow.routing_decisions.list_latest(10)
    assert decision.sector == "housing"


async def test_a_mended_topic_confirms_the_sector_to_the_classifier_and_urgency_says_nothing(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    assert bot.app is not None
    await open_menu(bot, "Срочность", "Сделать срочным")
    await wait_until_idle(bot)
    async with bot.app.database.read() as uow:
        assert await uow.routing_decisions.list_latest(10) == []
    card = await open_menu(bot, "Тема")
    await bot.wait_until(lambda: all("Место" not in row for row in button_rows(card)))
    name = button_rows(card)[0][0]
    await bot.press_button(COORDINATOR, card, name)
    await wait_until_idle(bot)
    assert (await get_ticket(bot, 1)).topic == name
    async with bot.app.database.read() as uow:
        [decision] = await uow.routing_decisions.list_latest(10)
        assert await uow.routing_decisions.count_since(0) == 1
    assert (decision.sector, decision.sector_chosen_by_person) == ("roads", False)


@pytest.mark.parametrize(
    "argument", ["sector.nonsense", "topic.zz", "kind.king", "urgency.maybe", "nothing.1", "term.1"]
)
async def test_values_that_no_button_offers_are_refused(bot: Harness, argument: str) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    card = await open_menu(bot)
    before = await get_ticket(bot, 1)
    await bot.press_code(COORDINATOR, COORDINATOR, int(str(card["message_id"])), pack(Op.DATA_VALUE, 1, argument))
    await wait_until_idle(bot)
    after = await get_ticket(bot, 1)
    assert (after.sector, after.topic, after.urgent, after.applicant_kind) == (
        before.sector,
        before.topic,
        before.urgent,
        before.applicant_kind,
    )
    assert await list_audit(bot, 1, "refused")
