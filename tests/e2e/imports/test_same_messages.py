"""Rows that are messages of a chat which the bot has already, and numbers that were typed in by hand."""

from datetime import timedelta

from tests.e2e.harness import COMMUNITY, COORDINATOR, MARIA, PYOTR, ROADS_HEAD, START_TIME, Harness, message_text
from tests.e2e.imports.tables import INCIDENT_HEADINGS, count, enter_table, pos_row, send_table
from tests.e2e.queries import HATCH, button_rows, get_ticket, list_audit, send_report
from tests.e2e.tickets.test_manual_entry import enter_ticket

TODAY = f"{START_TIME + timedelta(hours=10):%d.%m.%Y}"


def incident(number: str, words: str, **changed: str) -> dict[str, str]:
    names = {"author": "Автор", "link": "Ссылка", "due": "Срок", "came": "Дата создания"}
    values = {"Номер инцидента": number, "Дата создания": TODAY, "Тема": "Дороги", "Текст инцидента": words}
    return values | {"Срок": "25.11.2026"} | {names[name]: value for name, value in changed.items()}


async def test_the_same_address_is_the_same_message(bot: Harness) -> None:
    post = await bot.sandbox.vk.post(COMMUNITY, "Как вам новый сквер?")
    comment = await bot.sandbox.vk.comment(COMMUNITY, post, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    link = f"https://m.vk.com/wall-{COMMUNITY}_{post}?reply={comment}"
    await enter_table(bot, [incident("77", "Яма на Ленина", link=link)], INCIDENT_HEADINGS)

    card = await bot.wait_for_card(ROADS_HEAD, 1, "🔢 Номер в источнике: 77")
    assert await count(bot, "SELECT count(*) FROM ticket") == 1
    await bot.wait_for_message(COORDINATOR, "Уже были: 1, из них сообщения из чатов: 1")
    assert (await get_ticket(bot, 1)).external_due is not None
    assert await list_audit(bot, 1, "joined_by_import")
    assert button_rows(card)
    await send_table(bot, [incident("77", "Яма на Ленина", link=link)], headings=INCIDENT_HEADINGS)
    await bot.wait_for_message(COORDINATOR, "Новых: 0", "Уже есть: 1", "Вносить нечего")


async def test_the_same_words_of_the_same_person_are_the_same_message(bot: Harness) -> None:
    bot.sandbox.telegram.user(2009, "Анна Ким")
    await send_report(bot, who=2009)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await enter_table(bot, [incident("77", HATCH.upper(), author="Ким Анна Петровна")], INCIDENT_HEADINGS)
    assert await count(bot, "SELECT count(*) FROM ticket") == 1
    assert (await get_ticket(bot, 1)).external_number == "77"


async def test_the_same_words_of_somebody_else_are_for_a_person_to_decide(bot: Harness) -> None:
    await send_report(bot, who=PYOTR)
    await bot.wait_for_card(ROADS_HEAD, 1)
    rows = [incident("77", HATCH, author="Иванова Ирина"), incident("78", HATCH, author="Орлов Лев")]
    await enter_table(bot, rows, INCIDENT_HEADINGS)
    asked = await bot.wait_for_message(COORDINATOR, "🔎 Похоже, это одни и те же сообщения: 2", "№2", "№1")
    assert button_rows(asked) == [["№2 = №1", "Это разные"], ["№3 = №1", "Это разные"]]

    await bot.press_button(COORDINATOR, asked, "№2 = №1")
    await bot.wait_until(lambda: "одни и те же сообщения: 1" in message_text(asked))
    first, second = await get_ticket(bot, 1), await get_ticket(bot, 2)
    assert (first.external_number, second.state.value, second.external_number) == ("77", "dismissed", None)
    assert "У №1 уже есть номер 77" in message_text(asked), "a ticket has one number, so this press could do nothing"
    assert button_rows(asked) == [["Открыть №3", "Это разные"]]
    await bot.press_button(COORDINATOR, asked, "Открыть №3")
    await bot.wait_for_card(COORDINATOR, 3)
    await bot.press_button(COORDINATOR, asked, "Это разные")
    await bot.wait_until(lambda: "по всем решено" in message_text(asked))
    assert (await get_ticket(bot, 3)).is_open
    await enter_table(bot, [*rows, incident("79", "Нет света на Садовой, фонарь не горит")], INCIDENT_HEADINGS)
    assert await count(bot, "SELECT count(*) FROM ticket") == 4


async def test_similar_words_of_the_same_person_are_for_a_person_to_decide(bot: Harness) -> None:
    bot.sandbox.telegram.user(2009, "Анна Ким")
    await send_report(bot, who=2009)
    await bot.wait_for_card(ROADS_HEAD, 1)
    words = f"Здравствуйте! {HATCH}. Помогите!"
    await enter_table(bot, [incident("77", words, author="Ким Анна Петровна")], INCIDENT_HEADINGS)
    await bot.wait_for_message(COORDINATOR, "🔎 Похоже, это одни и те же сообщения: 1")
    assert await count(bot, "SELECT count(*) FROM ticket") == 2


async def test_typed_in_number_is_known(bot: Harness) -> None:
    await bot.send_message(COORDINATOR, "/new На Ленина 45 яма на дороге")
    await enter_ticket(bot, "ПОС", "№ 101", "25.11")
    await bot.wait_for_card(ROADS_HEAD, 1)
    await enter_table(bot, [pos_row("101", due="30.11.2026")])
    await bot.wait_for_message(COORDINATOR, "✅ ПОС", "Внесено новых: 0", "Уже были: 1")
    ticket = await get_ticket(bot, 1)
    assert ticket.external_due is not None
    assert ticket.external_due.date().isoformat() == "2026-11-30"
    assert ticket.text == "На Ленина 45 яма на дороге"


async def test_number_of_another_system_is_another_number(bot: Harness) -> None:
    await enter_table(bot, [pos_row("101")])
    await enter_table(bot, [incident("101", "На Мира 5 не горит фонарь третий день")], INCIDENT_HEADINGS)
    assert await count(bot, "SELECT count(*) FROM ticket") == 2
