"""«Внесено в …»: an answer to a message of another system is published by who enters it there, and nobody else."""

from datetime import UTC, datetime

import pytest

from bot.domain.tickets import State
from tests.databases import ON_BOTH
from tests.e2e.answers.test_approval import wait_for_question
from tests.e2e.harness import (
    COORDINATOR,
    GROUP,
    HOUSING_HEAD,
    ROADS_HEAD,
    STAFF,
    Harness,
    button_labels,
    message_text,
)
from tests.e2e.queries import (
    get_ticket,
    get_ticket_state,
    list_audit,
    list_publications,
    refusal_codes,
    wait_for_preview,
    wait_until_idle,
)
from tests.e2e.schedules import add_officials
from tests.e2e.tickets.test_manual_entry import enter_ticket

POS_CURATOR, SED_CURATOR = 1011, 1012
CURATORS = """
[[staff]]
name = "Куратор ПОС"
role = "system_curator"
systems = ["pos"]
telegram_id = 1011

[[staff]]
name = "Куратор СЭД"
role = "system_curator"
systems = ["sed"]
telegram_id = 1012
"""

REPORT = "Анна Петровна, 89141234567: на Ленина 45 яма на дороге"
ANSWER = "Яму засыплют в четверг, бригада назначена."
WAITS = ("ждёт внесения в ПОС", "Скопируйте текст")  # the list of commands names the first, too


@pytest.fixture
async def town(closed_bot: Harness) -> Harness:
    """A town with curators of two systems; the coordinator has entered a message of ПОС."""
    closed_bot.settings |= {"staff": STAFF + CURATORS}
    await add_officials(closed_bot, POS_CURATOR, SED_CURATOR)
    await closed_bot.start()
    await enter_from_pos(closed_bot)
    return closed_bot


async def enter_from_pos(bot: Harness, report: str = REPORT, number: str = "ПОС-17") -> None:
    await bot.send_message(COORDINATOR, f"/new {report}")
    await enter_ticket(bot, "ПОС", number, "05.12.2026 18:00")


async def word_answer(bot: Harness, text: str = ANSWER, button: str = "Утвердить") -> None:
    """The head writes an answer, and presses the only button that goes on."""
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, text, reply_to=card["message_id"])
    preview = await wait_for_preview(bot, ROADS_HEAD, text)
    assert not any("Отправить" in one or "Опубликовать" in one for one in button_labels(preview))
    await bot.press_button(ROADS_HEAD, preview, button)


async def wait_for_request(bot: Harness, person: int = POS_CURATOR, *words: str) -> dict[str, object]:
    await bot.wait_until(lambda: bot.find_message(person, *WAITS, *words))
    return await bot.wait_for_message(person, *WAITS, *words)


@ON_BOTH
async def test_an_answer_waits_until_the_curator_of_the_system_has_entered_it(town: Harness) -> None:
    await word_answer(town)

    asked = await wait_for_request(town, POS_CURATOR, "Номер в ПОС: ПОС-17", "Срок в ПОС: до сб 05.12, 18:00")
    await town.wait_for_message(POS_CURATOR, ANSWER)
    assert asked.get("disable_notification"), "it is in the list; no telephone rings"
    assert ANSWER in town.bot_texts(POS_CURATOR), "letter for letter, as a message of its own"
    assert await get_ticket_state(town, 1) is State.PUBLISHING
    await town.wait_for_message(ROADS_HEAD, "⏳ Ответ на №1 ждёт внесения в ПОС")
    card = message_text(await town.wait_for_card(ROADS_HEAD, 1, "⏳ Ответ ждёт внесения в ПОС"))
    assert "Отвечено" not in card
    await wait_until_idle(town)
    assert town.find_message(SED_CURATOR, "№1") is None
    assert await list_publications(town, 1) == []

    town.pass_time(hours=1)
    await town.press_button(POS_CURATOR, asked, "Внесено в ПОС")

    await town.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено", "📥 Внесено в ПОС: Куратор ПОС")
    await town.wait_for_message(POS_CURATOR, "✅ №1: внесено в ПОС", "Куратор ПОС")
    await town.wait_for_message(ROADS_HEAD, "✅ Ответ на №1 внесён в ПОС")
    ticket = await get_ticket(town, 1)
    assert (ticket.state, ticket.answered_at) == (State.ANSWERED, datetime(2026, 11, 20, 5, 30, tzinfo=UTC))
    await wait_until_idle(town)
    assert town.bot_messages(GROUP) == []
    assert [row.person_id is not None for row in await list_audit(town, 1, "entered")] == [True]


async def test_the_first_press_counts_and_the_lists_say_so(town: Harness) -> None:
    """The coordinator may enter it, too; who comes second reads who was first."""
    await word_answer(town)
    asked = await wait_for_request(town)
    await town.send_message(COORDINATOR, "/entries")
    listed = await town.wait_for_message(COORDINATOR, "⏳ Ждут внесения: 1 ответ", "№1 · ПОС ПОС-17 · ждёт")
    assert "срок в ПОС: сб 05.12, 18:00" in message_text(listed)
    await town.press_button(COORDINATOR, listed, "№1")
    shown = await wait_for_request(town, COORDINATOR)
    await town.press_button(COORDINATOR, shown, "Внесено в ПОС")
    await town.wait_for_message(POS_CURATOR, "✅ №1: внесено в ПОС", "Координатор")

    code = "1:se:1:1"
    await town.press_code(POS_CURATOR, POS_CURATOR, int(str(asked["message_id"])), code)
    await wait_until_idle(town)
    assert len(await list_audit(town, 1, "entered")) == 1
    await town.send_message(COORDINATOR, "/entries")
    await town.wait_for_message(COORDINATOR, "Сейчас ничего не ждёт внесения")


async def test_what_waits_is_a_section_of_my_list(town: Harness) -> None:
    await word_answer(town)
    await wait_for_request(town)
    await town.send_message(POS_CURATOR, "/my")
    await town.wait_for_message(POS_CURATOR, "Ждут вас", "№1 · внести в систему")
    await town.send_message(ROADS_HEAD, "/my")
    await town.wait_for_message(ROADS_HEAD, "Ждут вас", "№1 · ждёт внесения")


async def test_nobody_else_may_say_that_it_is_entered(town: Harness) -> None:
    await word_answer(town)
    asked = await wait_for_request(town)
    for person in (SED_CURATOR, ROADS_HEAD, HOUSING_HEAD):
        for code in ("1:se:1:1", "1:so:1:1", "1:sb:1:1"):
            await town.press_code(person, person, int(str(asked["message_id"])), code)
    await wait_until_idle(town)
    assert await get_ticket_state(town, 1) is State.PUBLISHING
    assert set(await refusal_codes(town, 1)) <= {"foreign_button", "not_allowed"}
    await town.send_message(ROADS_HEAD, "/entries")
    await town.wait_for_message(ROADS_HEAD, "Команда /entries не для вашей роли")


async def test_a_term_that_passes_meanwhile_is_told_to_who_enters_it(town: Harness) -> None:
    """The head can do no more, and the curator has the answer in hand."""
    await word_answer(town)
    await wait_for_request(town)
    town.set_time("05.12 18:01")
    await town.wait_for_message(POS_CURATOR, "Просрочено: №1")
    await wait_until_idle(town)
    assert town.find_message(ROADS_HEAD, "Просрочено: №1") is None


async def test_without_a_curator_who_sorts_enters_it(bot: Harness) -> None:
    await enter_from_pos(bot)
    await word_answer(bot)
    asked = await wait_for_request(bot, COORDINATOR)
    await bot.press_button(COORDINATOR, asked, "Внесено в ПОС")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")


async def test_a_call_comes_before_the_entry(closed_bot: Harness) -> None:
    town = closed_bot
    town.settings |= {"staff": STAFF + CURATORS, "more": '[[rules]]\nsource = "pos"\ncall_before_answer = true\n'}
    await add_officials(town, POS_CURATOR, SED_CURATOR)
    await town.start()
    await enter_from_pos(town)
    await word_answer(town)
    asked = await wait_for_request(town)
    said = await town.press_button(POS_CURATOR, asked, "Внесено в ПОС")
    assert "Сначала звонок" in said["text"]
    assert await get_ticket_state(town, 1) is State.PUBLISHING

    call = await town.wait_for_message(COORDINATOR, "📞 Позвоните заявителю №1", "89141234567")
    await town.press_button(COORDINATOR, call, "Дозвонился")
    await town.wait_for_message(COORDINATOR, "Что сказал заявитель №1?")
    await town.send_message(COORDINATOR, "Согласен")
    await town.wait_for_message(ROADS_HEAD, "дозвонились")
    await town.press_button(POS_CURATOR, asked, "Внесено в ПОС")
    await town.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")


async def test_the_curator_returns_a_text_that_does_not_fit(town: Harness) -> None:
    await word_answer(town)
    asked = await wait_for_request(town)
    await town.press_button(POS_CURATOR, asked, "Вернуть с замечанием")
    await town.wait_for_message(POS_CURATOR, "Замечание к ответу на №1")
    await town.send_message(POS_CURATOR, "ПОС не принимает без даты")
    await town.wait_for_message(ROADS_HEAD, "не внесён в ПОС", "ПОС не принимает без даты")
    await town.wait_for_card(ROADS_HEAD, 1, "🛠 В работе")
    await word_answer(town, "Яму засыплют 26.11.2026.")
    await town.wait_for_message(POS_CURATOR, "Яму засыплют 26.11.2026.")
    fresh = await wait_for_request(town, POS_CURATOR)
    await town.press_button(POS_CURATOR, fresh, "Внесено в ПОС")
    await town.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")


async def test_a_correction_waits_to_be_entered_too_and_a_returned_ticket_is_answered_again(town: Harness) -> None:
    await word_answer(town)
    await town.press_button(POS_CURATOR, await wait_for_request(town), "Внесено в ПОС")
    card = await town.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await town.press_button(ROADS_HEAD, card, "Исправить ответ")
    await town.wait_for_message(ROADS_HEAD, "Исправление ответа на №1", ANSWER)
    better = "Яму засыплют в пятницу."
    await town.send_message(ROADS_HEAD, better)
    preview = await town.wait_for_message(ROADS_HEAD, "Так будет выглядеть исправленный ответ", better)
    await town.press_button(ROADS_HEAD, preview, "Утвердить")
    asked = await town.wait_for_message(POS_CURATOR, "⏳ Исправленный ответ на №1 ждёт внесения в ПОС")
    await town.wait_for_message(POS_CURATOR, better)
    await town.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено", "⏳ Исправление ждёт внесения в ПОС")
    await town.press_button(POS_CURATOR, asked, "Внесено в ПОС")
    card = await town.wait_for_card(ROADS_HEAD, 1, "📥 Внесено в ПОС")

    await town.press_button(ROADS_HEAD, card, "Вернуть в работу")
    await town.wait_for_card(ROADS_HEAD, 1, "принять до")
    assert await get_ticket_state(town, 1) is State.REOPENED
    third = "Яма засыпана 21.11.2026."
    await word_answer(town, third)
    await town.wait_for_message(POS_CURATOR, third)
    assert await get_ticket_state(town, 1) is State.PUBLISHING


async def test_an_approved_answer_is_entered_not_published(closed_bot: Harness) -> None:
    town = closed_bot
    staff = STAFF + CURATORS + '\n[[staff]]\nname = "Руководитель"\nrole = "manager"\ntelegram_id = 1006\n'
    town.settings |= {"staff": staff, "more": '[[rules]]\napproval = ["manager"]\n'}
    await add_officials(town, POS_CURATOR, SED_CURATOR, 1006)
    await town.start()
    await enter_from_pos(town)
    await word_answer(town, button="На согласование")
    question = await wait_for_question(town)
    assert not any("Опубликовать" in one for one in button_labels(question))
    await town.press_button(1006, question, "Согласовать")
    await wait_for_request(town)
    await town.wait_for_message(ROADS_HEAD, "теперь его внесут в ПОС")


async def test_an_interim_answer_is_entered_and_answers_nothing(town: Harness) -> None:
    card = await town.wait_for_card(ROADS_HEAD, 1)
    await town.press_button(ROADS_HEAD, card, "Принять")
    await town.wait_for_card(ROADS_HEAD, 1, "В работе")
    for button in ("Ещё", "Промежуточный ответ"):
        await town.press_button(ROADS_HEAD, await town.wait_for_card(ROADS_HEAD, 1), button)
        await wait_until_idle(town)
    text = "Ждём асфальт, ответим до 27 ноября."
    await town.send_message(ROADS_HEAD, text)
    preview = await town.wait_for_message(ROADS_HEAD, "Так промежуточный ответ увидит житель", text)
    await town.press_button(ROADS_HEAD, preview, "Утвердить")
    asked = await town.wait_for_message(POS_CURATOR, "⏳ Промежуточный ответ на №1 ждёт внесения в ПОС")
    await town.press_button(POS_CURATOR, asked, "Внесено в ПОС")
    await town.wait_for_message(POS_CURATOR, "✅ №1: внесено в ПОС")
    assert await get_ticket_state(town, 1) is State.POSTPONED
    await word_answer(town, ANSWER)
    await town.wait_for_message(POS_CURATOR, "⏳ Ответ на №1 ждёт внесения в ПОС")


async def test_members_of_a_problem_in_other_systems_wait_each_for_their_own_entry(town: Harness) -> None:
    await town.sandbox.telegram.send_message(GROUP, 2002, "На Ленина 45 яма на дороге, колесо пробил")
    await town.wait_for_card(ROADS_HEAD, 1, "👥 2 человека")
    await word_answer(town)
    asked = await wait_for_request(town)
    await town.wait_for_message(GROUP, ANSWER)
    assert await get_ticket_state(town, 1) is State.PUBLISHING, "the one in ПОС leads, and is not entered yet"
    await town.press_button(POS_CURATOR, asked, "Внесено в ПОС")
    await town.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await enter_from_pos(town, "На Ленина 45 яма на дороге, машина застряла", "ПОС-18")
    late = await town.wait_for_message(POS_CURATOR, "№3 ждёт внесения в ПОС", "ПОС-18")
    await town.press_button(POS_CURATOR, late, "Внесено в ПОС")
    await town.wait_for_message(POS_CURATOR, "✅ №3: внесено в ПОС")
    assert await get_ticket_state(town, 3) is State.ANSWERED
