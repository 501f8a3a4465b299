"""A message of a chat that another system has, too: it is answered in the chat, and the answer is entered there."""

import csv
import io

import pytest

from bot.domain.tickets import State
from tests.databases import ON_BOTH
from tests.e2e.harness import GROUP, ROADS_HEAD, STAFF, Harness, message_text
from tests.e2e.imports.tables import INCIDENT_HEADINGS, enter_table
from tests.e2e.imports.test_same_messages import incident
from tests.e2e.operations.test_export import run_export
from tests.e2e.queries import HATCH, get_ticket, list_audit, send_report, wait_until_idle
from tests.e2e.schedules import add_officials

ANNA, SYSTEM_CURATOR = 2009, 1011
CURATOR_OF_INCIDENT = """
[[staff]]
name = "Куратор «Инцидента»"
role = "system_curator"
systems = ["incident"]
telegram_id = 1011
"""
SYSTEM = "Инцидент Менеджмент"
ANSWER = "Люк закрыли сегодня, спасибо за сигнал."


@pytest.fixture
async def town(closed_bot: Harness) -> Harness:
    """A town with a curator of «Инцидент»; Anna has written about a hatch in a chat."""
    closed_bot.settings |= {"staff": STAFF + CURATOR_OF_INCIDENT}
    await add_officials(closed_bot, SYSTEM_CURATOR)
    await closed_bot.start()
    closed_bot.sandbox.telegram.user(ANNA, "Анна Ким")
    await send_report(closed_bot, who=ANNA)
    await closed_bot.wait_for_card(ROADS_HEAD, 1)
    return closed_bot


async def join(bot: Harness, status: str = "") -> None:
    row = incident("77", HATCH, author="Ким Анна Петровна") | {"Итог": status}
    await enter_table(bot, [row], INCIDENT_HEADINGS)
    assert (await get_ticket(bot, 1)).external_number == "77"


async def answer(bot: Harness, text: str = ANSWER) -> None:
    await bot.answer_ticket(ROADS_HEAD, 1, text)
    await bot.wait_for_message(GROUP, text)
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")


async def wait_for_request(bot: Harness) -> dict[str, object]:
    return await bot.wait_for_message(SYSTEM_CURATOR, f"Ответ на №1 ждёт внесения в {SYSTEM}", "Номер", "77")


@ON_BOTH
async def test_what_was_answered_in_the_chat_waits_to_be_entered(town: Harness) -> None:
    await join(town)
    await answer(town)
    asked = await wait_for_request(town)
    assert "В чате на это сообщение уже ответили" in message_text(asked)
    assert "не считается отвеченным" not in message_text(asked)
    assert asked.get("disable_notification"), "it is in the list; no telephone rings"
    await town.wait_for_message(SYSTEM_CURATOR, ANSWER)
    answered = await get_ticket(town, 1)
    await town.send_message(SYSTEM_CURATOR, "/entries")
    listed = await town.wait_for_message(SYSTEM_CURATOR, "⏳ Ждут внесения: 1 ответ", f"№1 · {SYSTEM} 77 · ждёт")
    assert "срок в" in message_text(listed)
    await town.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено", f"⏳ Ответ ждёт внесения в {SYSTEM}")

    town.pass_time(hours=1)
    await town.press_button(SYSTEM_CURATOR, asked, f"Внесено в {SYSTEM}")
    await town.wait_for_message(SYSTEM_CURATOR, f"✅ №1: внесено в {SYSTEM}")
    await town.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено", f"📥 Внесено в {SYSTEM}")
    await wait_until_idle(town)
    ticket = await get_ticket(town, 1)
    assert (ticket.state, ticket.answered_at) == (State.ANSWERED, answered.answered_at)
    assert len([one for one in town.bot_texts(GROUP) if ANSWER in one]) == 1
    assert len(await list_audit(town, 1, "entered")) == 1
    await town.send_message(SYSTEM_CURATOR, "/entries")
    await town.wait_for_message(SYSTEM_CURATOR, "Сейчас ничего не ждёт внесения")

    code, output, _ = await run_export(town, "--system", "incident")
    [line] = csv.DictReader(io.StringIO(output.removeprefix("\ufeff")), delimiter=";")
    assert (code, line["Номер инцидента"], line["Итог"], line["Текст ответа"]) == (0, "77", "Решено", ANSWER)
    assert (line["Дата ответа"], line["Внесено"]) == ("20.11.2026 14:30", "20.11.2026 15:30")


async def test_a_row_that_comes_after_the_answer_is_in_the_list(town: Harness) -> None:
    """An import rings no phones: the curator finds it among what waits."""
    await answer(town)
    await join(town)
    assert town.find_message(SYSTEM_CURATOR, "№1 ждёт внесения") is None
    await town.send_message(SYSTEM_CURATOR, "/entries")
    listed = await town.wait_for_message(SYSTEM_CURATOR, "⏳ Ждут внесения: 1 ответ", f"№1 · {SYSTEM} 77")
    await town.press_button(SYSTEM_CURATOR, listed, "№1")
    await town.press_button(SYSTEM_CURATOR, await wait_for_request(town), f"Внесено в {SYSTEM}")
    await town.wait_for_card(ROADS_HEAD, 1, f"📥 Внесено в {SYSTEM}")


async def test_the_term_of_the_system_is_named_with_the_system(town: Harness) -> None:
    await join(town)
    card = await town.wait_for_card(ROADS_HEAD, 1, f"Срок в источнике ({SYSTEM})")
    await town.send_message(ROADS_HEAD, "/my")
    listed = await town.wait_for_message(ROADS_HEAD, "Ждут вас", "срок в другой системе")
    await town.press_button(ROADS_HEAD, card, "Ещё")
    await wait_until_idle(town)
    await town.press_button(ROADS_HEAD, await town.wait_for_card(ROADS_HEAD, 1), "История")
    history = await town.wait_for_message(ROADS_HEAD, "🕘 История №1", "Срок в другой системе")
    assert not any("telegram:" in message_text(one) for one in (card, listed, history))


async def test_what_the_system_has_finished_needs_no_answer_there(town: Harness) -> None:
    await join(town, "Решено")
    await answer(town)
    await wait_until_idle(town)
    assert town.find_message(SYSTEM_CURATOR, "№1 ждёт внесения") is None
    await town.send_message(SYSTEM_CURATOR, "/entries")
    await town.wait_for_message(SYSTEM_CURATOR, "Сейчас ничего не ждёт внесения")


async def test_a_returned_text_leaves_the_answer_in_the_chat_and_its_correction_waits_again(town: Harness) -> None:
    await join(town)
    await answer(town)
    await town.press_button(SYSTEM_CURATOR, await wait_for_request(town), "Вернуть с замечанием")
    await town.wait_for_message(SYSTEM_CURATOR, "Замечание к ответу на №1")
    await town.send_message(SYSTEM_CURATOR, "Нужна дата")
    await town.wait_for_message(ROADS_HEAD, f"Ответ на №1 не внесён в {SYSTEM}", "Нужна дата")
    assert (await get_ticket(town, 1)).state is State.ANSWERED
    await town.press_button(ROADS_HEAD, await town.wait_for_card(ROADS_HEAD, 1), "Исправить ответ")
    await town.wait_for_message(ROADS_HEAD, "Исправление ответа на №1")
    better = "Люк закрыли 20.11.2026."
    await town.send_message(ROADS_HEAD, better)
    preview = await town.wait_for_message(ROADS_HEAD, "Так будет выглядеть исправленный ответ", better)
    await town.press_button(ROADS_HEAD, preview, "Опубликовать исправление")
    await town.wait_for_message(SYSTEM_CURATOR, better)
    await town.press_button(SYSTEM_CURATOR, await wait_for_request(town), f"Внесено в {SYSTEM}")
    await town.wait_for_card(ROADS_HEAD, 1, f"📥 Внесено в {SYSTEM}")


async def test_a_ticket_that_returns_to_work_takes_back_what_waits(town: Harness) -> None:
    await join(town)
    await answer(town)
    await wait_for_request(town)
    posted = next(one for one in town.bot_messages(GROUP) if ANSWER in message_text(one))
    await town.sandbox.telegram.send_message(GROUP, ANNA, "Не решено, люк опять открыт", reply_to=posted["message_id"])
    await town.wait_for_message(SYSTEM_CURATOR, "Этот текст по №1 вносить в", "больше не нужно")
    await town.wait_for_card(ROADS_HEAD, 1, "принять до")


async def test_a_member_of_a_problem_is_entered_for_itself(town: Harness) -> None:
    town.sandbox.telegram.user(2010, "Лев Орлов")
    words = "На Ленина 45 яма на дороге, колесо пробил"
    await town.sandbox.telegram.send_message(GROUP, 2010, words)
    await town.wait_for_card(ROADS_HEAD, 1, "👥 2 человека")
    await enter_table(town, [incident("78", words, author="Орлов Лев Ильич")], INCIDENT_HEADINGS)
    assert (await get_ticket(town, 2)).external_number == "78"
    await answer(town)
    asked = await town.wait_for_message(SYSTEM_CURATOR, f"Ответ на №2 ждёт внесения в {SYSTEM}", "78")
    await town.wait_for_message(SYSTEM_CURATOR, ANSWER)
    await town.press_button(SYSTEM_CURATOR, asked, f"Внесено в {SYSTEM}")
    await town.wait_for_message(SYSTEM_CURATOR, f"✅ №2: внесено в {SYSTEM}")
    assert (await get_ticket(town, 2)).state is State.ANSWERED
    assert town.find_message(SYSTEM_CURATOR, "№1 ждёт внесения") is None
