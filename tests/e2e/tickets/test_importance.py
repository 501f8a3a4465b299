"""Importance: the machine proposes it with its reasons, a person decides, and the rules follow."""

import pytest

from bot.domain.importance import Importance, ImportanceReason
from bot.understanding.relevance.importance import find_reasons
from tests.databases import ON_BOTH
from tests.e2e.harness import COORDINATOR, HOUSING_HEAD, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import get_ticket, list_audit, send_report, wait_until_idle
from tests.e2e.tickets.test_ticket_data import open_menu

RULES = '\n[[rules]]\nimportance = "high"\nanswer = "2h"\n'
SCHOOL = "Яма на дороге у детского сада, улица Ленина, 45, уже обращались, дети падают, обещали и не засыпали"


@pytest.mark.parametrize(
    ("text", "month", "reasons"),
    [
        ("Нет отопления, в квартире холодно", 11, {ImportanceReason.COLD}),
        ("Нет отопления, в квартире холодно", 7, set()),
        ("Живу с ребёнком-инвалидом", 7, {ImportanceReason.CHILDREN, ImportanceReason.DISABLED}),
        ("Пишу второй раз, напишу в прокуратуру", 7, {ImportanceReason.REPEATED, ImportanceReason.SUPERVISOR}),
        ("Приедет телевидение, весь дом без воды", 7, {ImportanceReason.MEDIA, ImportanceReason.MANY}),
        ("Ветеран труда, третью неделю нет воды", 7, {ImportanceReason.VETERANS, ImportanceReason.LASTING}),
        ("Яма на дороге", 1, set()),
        ("Когда почистят снег на улице Мира?", 1, set()),
    ],
)
def test_reasons_are_found(text: str, month: int, reasons: set[ImportanceReason]) -> None:
    assert set(find_reasons(text, month)) == reasons


@ON_BOTH
async def test_the_machine_proposes_and_a_person_decides(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = RULES
    await bot.start()
    await send_report(bot, SCHOOL)
    await bot.wait_for_card(ROADS_HEAD, 1, "❗ Возможно, важное: дети, пишут не первый раз")
    before = await get_ticket(bot, 1)
    assert before.importance is None, "only a person sets it"
    await open_menu(bot, "Важность", "Высокая")
    card = await bot.wait_for_card(ROADS_HEAD, 1, "[важно]", "ответить до 16:30")
    assert "Возможно, важное" not in message_text(card)
    ticket = await get_ticket(bot, 1)
    assert (ticket.importance, ticket.answer_due < before.answer_due) == (Importance.HIGH, True)
    [change] = await list_audit(bot, 1, "data_changed")
    assert (change.facts["field"], change.facts["now"]) == ("importance", "high")
    await open_menu(bot, "Важность", "Обычная")
    await wait_until_idle(bot)
    ticket = await get_ticket(bot, 1)
    assert (ticket.importance, ticket.answer_due) == (Importance.NORMAL, before.answer_due)
    assert not any("Возможно, важное" in text for text in bot.bot_texts(COORDINATOR)[-1:])


async def test_who_may_not_change_data_does_not_call_it_important(bot: Harness) -> None:
    await send_report(bot, SCHOOL)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    pressed = await bot.press_code(HOUSING_HEAD, ROADS_HEAD, card["message_id"], "1:cv:1:importance.high")
    assert pressed["text"]
    nonsense = await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:cv:1:importance.huge")
    assert nonsense["text"]
    assert (await get_ticket(bot, 1)).importance is None
