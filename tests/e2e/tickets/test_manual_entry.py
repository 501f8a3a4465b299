"""/new: a message that came by phone is typed in, and answered."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.e2e.harness import COORDINATOR, GROUP, ROADS_HEAD, STAFF, Harness, message_text
from tests.e2e.queries import HATCH, UNCLEAR_REPORT, button_rows, get_ticket, list_audit, send_report, wait_until_idle

PHONE_REPORT = "Звонила Анна Петровна, 2-14-15: на Ленина 45 яма на дороге"


async def enter_ticket(bot: Harness, *steps: str) -> None:
    """Go through the questions: a step that is a button's text is pressed, else it is written."""
    questions = ("Откуда пришло сообщение?", "Номер в той системе?", "До какого времени")
    if steps and steps[0] in ("Телефон", "Личный приём"):  # these have no number
        questions = (questions[0], questions[2])
    for question, step in zip(questions, steps, strict=False):
        letter = await bot.wait_for_message(COORDINATOR, question)
        if any(step in row for row in button_rows(letter)):
            await bot.press_button(COORDINATOR, letter, step)
        else:
            await bot.send_message(COORDINATOR, step)
        await bot.wait_until(lambda letter=letter: button_rows(letter) == [])
    if len(steps) >= len(questions):
        await choose_kind(bot, "Гражданин")


async def choose_kind(bot: Harness, kind: str) -> None:
    """Say who the applicant is, which is the last question."""
    await bot.press_button(COORDINATOR, await bot.wait_for_message(COORDINATOR, "ыберите, кто это"), kind)


async def test_the_whole_dialog(bot: Harness) -> None:
    await bot.send_message(COORDINATOR, "/new")
    await bot.wait_for_message(COORDINATOR, "📝 Новое сообщение", "кто сообщил и как с ним связаться")
    await bot.send_message(COORDINATOR, PHONE_REPORT)
    letter = await bot.wait_for_message(COORDINATOR, "Откуда пришло сообщение?")
    assert button_rows(letter) == [
        ["Телефон", "Личный приём"],
        ["ПОС", "Инцидент Менеджмент"],
        ["СЭД", "Другое"],
        ["Отмена"],
    ]
    await enter_ticket(bot, "Инцидент Менеджмент", "ИМ-2026/77", "23.11.2026 12:00")

    done = await bot.wait_for_message(COORDINATOR, "✅ Сообщение №1 внесено, передано: Дороги.")
    assert button_rows(done) == []
    card = await bot.wait_for_card(ROADS_HEAD, 1, PHONE_REPORT)
    assert "👤 Анна Петровна, 2-14-15 · Инцидент Менеджмент" in message_text(card)
    assert "🔢 Номер в источнике: ИМ-2026/77" in message_text(card)
    assert "ответить до пн 23.11, 12:00" in message_text(card)
    assert await bot.wait_for_message(COORDINATOR, "✓ Инцидент Менеджмент")
    assert (await get_ticket(bot, 1)).answer_due == datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


async def test_the_short_way(bot: Harness) -> None:
    await bot.send_message(COORDINATOR, f"/new {PHONE_REPORT}")
    await enter_ticket(bot, "Телефон", "Обычный срок")
    card = await bot.wait_for_card(ROADS_HEAD, 1, PHONE_REPORT, "ответить до 22:30")
    assert "Телефон" in message_text(card)
    assert "Номер в источнике" not in message_text(card)


async def test_a_text_on_the_next_line_of_the_command(bot: Harness) -> None:
    await bot.send_message(COORDINATOR, f"/new\n{PHONE_REPORT}")
    await enter_ticket(bot, "Сайт администрации", "Нет номера", "25.11")
    card = await bot.wait_for_card(ROADS_HEAD, 1, "ответить до ср 25.11, 23:59")
    assert "Сайт администрации" in message_text(card)


async def test_the_answer_to_a_call_goes_to_whoever_typed_it_in(bot: Harness) -> None:
    await bot.send_message(COORDINATOR, f"/new {PHONE_REPORT}")
    await enter_ticket(bot, "Телефон", "Обычный срок")
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    note = await bot.wait_for_message(COORDINATOR, "☎️ Есть ответ на №1", "Засыплем завтра.")
    assert "передайте ответ жителю" in message_text(note)
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []


async def test_only_the_typist_passes_the_answer_on(closed_bot: Harness) -> None:
    """Two coordinators would both ring the person up."""
    second = '[[staff]]\nname = "Второй координатор"\nrole = "coordinator"\ntelegram_id = 1011\n'
    closed_bot.settings["staff"] = STAFF + second
    closed_bot.sandbox.telegram.user(1011, "Зоя")
    await closed_bot.sandbox.telegram.start_bot(1011)
    await closed_bot.start()
    await closed_bot.send_message(COORDINATOR, f"/new {PHONE_REPORT}")
    await enter_ticket(closed_bot, "Телефон", "Обычный срок")
    card = await closed_bot.wait_for_card(ROADS_HEAD, 1)
    assert "👤 Анна Петровна, 2-14-15 · Телефон · внесено: Координатор" in message_text(card)
    await wait_until_idle(closed_bot)
    shown = await list_audit(closed_bot, 1, "phone_shown")
    assert 1 in [row.person_id for row in shown], "who saw the telephone is on record"
    assert "2-14-15" not in repr(await list_audit(closed_bot, 1))
    await closed_bot.answer_ticket(ROADS_HEAD, 1, "Засыплем завтра.")
    await closed_bot.wait_for_message(COORDINATOR, "☎️ Есть ответ на №1")
    await wait_until_idle(closed_bot)
    assert closed_bot.find_message(1011, "№1") is None


async def test_a_wrong_or_past_moment_is_asked_again(bot: Harness) -> None:
    await bot.send_message(COORDINATOR, f"/new {PHONE_REPORT}")
    await enter_ticket(bot, "Телефон")
    await bot.send_message(COORDINATOR, "как-нибудь потом")
    again = await bot.wait_for_message(COORDINATOR, "Не получилось прочитать дату.")
    await bot.send_message(COORDINATOR, "31.02")
    await bot.wait_until(lambda: button_rows(again) == [])
    await bot.send_message(COORDINATOR, "20.11.2026 10:00")
    past = await bot.wait_for_message(COORDINATOR, "Это время уже прошло.")
    assert button_rows(past) == [["Обычный срок"], ["Отмена"]]
    await bot.press_button(COORDINATOR, past, "Обычный срок")
    await choose_kind(bot, "Гражданин")
    await bot.wait_for_card(ROADS_HEAD, 1, "ответить до 22:30")


async def test_term_of_next_year_is_shown_with_its_year(bot: Harness) -> None:
    """A call has no system, and a date that was asked about must be seen to be another one."""
    await bot.send_message(COORDINATOR, f"/new {PHONE_REPORT}")
    await enter_ticket(bot, "Телефон")
    await bot.wait_until(lambda: find_question(bot, "До какого времени"))
    await bot.send_message(COORDINATOR, "19.11")
    asked = await bot.wait_for_message(COORDINATOR, "19.11 уже прошло. 19.11.2027?")
    await bot.press_button(COORDINATOR, asked, "19.11.2027")
    await bot.wait_for_message(COORDINATOR, "📝 Телефон\n📆 Срок: до пт 19.11.2027, 23:59")


@pytest.mark.parametrize("steps", [(), ("ПОС",), ("ПОС", "Нет номера")])
async def test_it_can_be_cancelled_at_every_step(bot: Harness, steps: tuple[str, ...]) -> None:
    await bot.send_message(COORDINATOR, f"/new {PHONE_REPORT}")
    await enter_ticket(bot, *steps)
    questions = ("Откуда пришло", "Номер в той системе?", "До какого времени")
    letter = await bot.wait_for_message(COORDINATOR, questions[len(steps)])
    await bot.press_button(COORDINATOR, letter, "Отмена")
    await bot.wait_until(lambda: message_text(letter) == "Отменено.")
    await wait_until_idle(bot)
    assert not any(button_rows(one) for one in bot.bot_messages(COORDINATOR))
    assert bot.find_message(ROADS_HEAD, "№1") is None


async def test_unsure_manual_entry_goes_to_coordinator(bot: Harness) -> None:
    await bot.send_message(COORDINATOR, f"/new {UNCLEAR_REPORT}")
    await enter_ticket(bot, "Телефон", "Обычный срок")
    await bot.wait_for_message(COORDINATOR, "✅ Сообщение №1 внесено, выберите отрасль в карточке.")
    card = await bot.wait_for_card(COORDINATOR, 1, "нужно выбрать отрасль")
    await bot.press_button(COORDINATOR, card, "Дороги")
    await bot.wait_for_card(ROADS_HEAD, 1)


async def test_a_picture_alone_is_no_text(bot: Harness) -> None:
    await bot.send_message(COORDINATOR, "/new")
    await bot.wait_for_message(COORDINATOR, "📝 Новое сообщение")
    await bot.send_message(COORDINATOR, photo=b"picture")
    await bot.wait_for_message(COORDINATOR, "Здесь нужен текст")
    await bot.send_message(COORDINATOR, PHONE_REPORT)
    await bot.wait_for_message(COORDINATOR, "Откуда пришло сообщение?")


async def test_a_half_typed_message_survives_a_restart(bot: Harness) -> None:
    await bot.send_message(COORDINATOR, f"/new {PHONE_REPORT}")
    await enter_ticket(bot, "ПОС")
    await bot.wait_for_message(COORDINATOR, "Номер в той системе?")
    await wait_until_idle(bot)
    await bot.stop()
    await bot.start()
    await bot.send_message(COORDINATOR, "А-1")
    letter = await bot.wait_for_message(COORDINATOR, "До какого времени")
    await bot.press_button(COORDINATOR, letter, "Обычный срок")
    await choose_kind(bot, "Гражданин")
    await bot.wait_for_card(ROADS_HEAD, 1, PHONE_REPORT, "А-1", "ПОС")


async def test_a_card_of_a_citizen_can_be_answered_in_between(bot: Harness) -> None:
    """Another matter in the middle: the typing in is given up, and that is said."""
    await send_report(bot, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(COORDINATOR, f"/new {PHONE_REPORT}")
    question = await bot.wait_for_message(COORDINATOR, "Откуда пришло сообщение?")
    await bot.send_message(COORDINATOR, "/new Другой звонок: на Мира 7 яма на дороге")
    await bot.wait_until(lambda: button_rows(question) == [])
    await wait_until_idle(bot)
    newest = [letter for letter in bot.bot_messages(COORDINATOR) if "Откуда пришло" in message_text(letter)][-1]
    assert button_rows(newest)[-1] == ["Отмена"]
    await enter_ticket(bot, "Телефон", "Обычный срок")
    await bot.wait_for_card(ROADS_HEAD, 2, "Другой звонок")


async def test_the_foreign_deadline_stands_beside_the_towns_own(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = '\n[[rules]]\nsource = "pos"\nanswer = "1d"\n'
    await bot.start()
    await bot.send_message(COORDINATOR, "/new Яма на дороге, улица Ленина, 45")
    await bot.press_button(COORDINATOR, await bot.wait_for_message(COORDINATOR, "Откуда пришло"), "ПОС")
    await bot.wait_for_message(COORDINATOR, "Номер в той системе?")
    await bot.send_message(COORDINATOR, "ПОС-17")
    await bot.wait_for_message(COORDINATOR, "До какого времени")
    await bot.send_message(COORDINATOR, "05.12.2026 18:00")
    await bot.press_button(COORDINATOR, await bot.wait_for_message(COORDINATOR, "ыберите, кто это"), "Гражданин")
    card = message_text(await bot.wait_for_card(ROADS_HEAD, 1))
    assert "ответить до сб 21.11, 14:30" in card
    assert "📆 Срок в источнике (ПОС): до сб 05.12, 18:00" in card

    await bot.send_message(ROADS_HEAD, "/my")
    await bot.wait_for_message(ROADS_HEAD, "№1 · принять", "срок в ПОС: до сб 05.12, 18:00")
    await bot.send_message(ROADS_HEAD, "/control")
    await bot.press_button(ROADS_HEAD, await bot.wait_for_message(ROADS_HEAD, "📋 Контроль"), "В работе")
    await bot.wait_for_message(ROADS_HEAD, "📋 В работе", "срок в ПОС: до сб 05.12, 18:00")
    bot.set_time("06.12 10:00")
    await bot.send_message(ROADS_HEAD, "/find 1")
    await bot.wait_for_card(ROADS_HEAD, 1, "Срок в источнике (ПОС): до сб 05.12, 18:00 · Срок в ПОС прошёл")
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Ещё")
    await wait_until_idle(bot)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "История")
    await bot.wait_for_message(ROADS_HEAD, "🕘 История №1", "Срок в ПОС: сб 05.12, 18:00, прошёл")


async def test_what_was_typed_in_is_shown_and_mended_before_it_is_registered(bot: Harness) -> None:
    await bot.send_message(COORDINATOR, f"/new {PHONE_REPORT}")
    await enter_ticket(bot, "ПОС", "ПОС-16", "05.12.2026 18:00")  # this registers ticket 1
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(COORDINATOR, "/new На Мира 9 не чистят дорогу от снега")
    for answer in ("ПОС", "ПОС-17", "до 5 декабря 18:00"):
        question = await bot.wait_until(lambda: find_question(bot))
        if any(answer in row for row in button_rows(question)):
            await bot.press_button(COORDINATOR, question, answer)
        else:
            await bot.send_message(COORDINATOR, answer)
        await bot.wait_until(lambda question=question: button_rows(question) == [])
    shown = await bot.wait_for_message(COORDINATOR, "📝 ПОС · номер ПОС-17", "📆 Срок в ПОС: до сб 05.12, 18:00")
    for field, value in (("Номер", "ПОС-18"), ("Наш срок", "завтра в 12")):
        await bot.press_button(COORDINATOR, shown, "Изменить")
        await bot.press_button(COORDINATOR, await bot.wait_for_message(COORDINATOR, "Что изменить?"), field)
        await bot.wait_until(lambda: find_question(bot))
        await bot.send_message(COORDINATOR, value)
        shown = await bot.wait_until(lambda: find_question(bot, "ыберите, кто это"))
    assert "номер ПОС-18" in message_text(shown)
    assert "⏱ Наш срок: до сб 21.11, 12:00" in message_text(shown)
    await choose_kind(bot, "Гражданин")
    await bot.wait_for_message(COORDINATOR, "✅ Сообщение №2 внесено")
    card = message_text(await bot.wait_for_card(COORDINATOR, 2, "🔢 Номер в источнике: ПОС-18"))
    assert "ответить до сб 21.11, 12:00" in card
    assert "📆 Срок в источнике (ПОС): до сб 05.12, 18:00" in card


async def test_the_district_is_asked_for_where_posts_have_one(closed_bot: Harness) -> None:
    bot, head = closed_bot, 'sectors = ["roads"]\ntelegram_id = 1001'
    bot.settings["staff"] = STAFF.replace(head, 'sectors = ["roads"]\ndistricts = ["Северный"]\ntelegram_id = 1001')
    await bot.start()
    await bot.send_message(COORDINATOR, "/new Яма на дороге у рынка, звонила Анна")
    await enter_ticket(bot, "Телефон")
    await bot.press_button(COORDINATOR, await bot.wait_until(lambda: find_question(bot, "До какого")), "Обычный срок")
    asked = await bot.wait_until(lambda: find_question(bot, "Какой это район?"))
    await bot.send_message(COORDINATOR, "Марсианский")
    asked = await bot.wait_until(lambda was=asked: (one := find_question(bot, "Какой это")) and one != was and one)
    await bot.press_button(COORDINATOR, asked, "Северный")
    await bot.wait_for_message(COORDINATOR, "📍 Район: Северный")
    await choose_kind(bot, "Гражданин")
    await bot.wait_for_card(ROADS_HEAD, 1, "район: Северный")


def find_question(bot: Harness, *words: str) -> dict[str, Any] | None:
    """Return the question of the dialog that has its buttons still."""
    asked = [one for one in bot.bot_messages(COORDINATOR) if ["Отмена"] in button_rows(one)]
    return asked[-1] if asked and all(word in message_text(asked[-1]) for word in words) else None


async def test_a_number_is_entered_once_and_that_of_another_system_is_pointed_out(bot: Harness) -> None:
    await bot.send_message(COORDINATOR, f"/new {PHONE_REPORT}")
    await enter_ticket(bot, "ПОС", "17", "Обычный срок")
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(COORDINATOR, "/new На Мира 9 не чистят дорогу от снега")
    await enter_ticket(bot, "ПОС")
    await bot.wait_until(lambda: find_question(bot, "Номер в той системе?"))
    await bot.send_message(COORDINATOR, "17")
    await bot.wait_for_message(COORDINATOR, "Сообщение с таким номером уже есть: №1", "/find 1")
    await bot.send_message(COORDINATOR, "/new На Мира 9 не чистят дорогу от снега")
    await bot.press_button(COORDINATOR, await bot.wait_until(lambda: find_question(bot, "Откуда пришло")), "СЭД")
    await bot.wait_until(lambda: find_question(bot, "Номер в той системе?"))
    await bot.send_message(COORDINATOR, "17")
    await bot.press_button(COORDINATOR, await bot.wait_until(lambda: find_question(bot, "До какого")), "Обычный срок")
    await bot.wait_for_message(COORDINATOR, "⚠️ Такой же номер у №1 из другой системы")
    await bot.send_message(COORDINATOR, "Начальник отдела дорог, 89141234567")
    await bot.wait_for_message(COORDINATOR, "⚠️ Начальник отдела дорог — сотрудник")


async def test_systems_that_the_town_names_are_offered_and_keep_their_numbers_apart(closed_bot: Harness) -> None:
    """Those of the file, of a curator and of a rule; a title of the town's own is on the button."""
    bot = closed_bot
    bot.settings["staff"] = STAFF.replace('role = "coordinator"', 'role = "coordinator"\nsystems = ["ecur"]')
    bot.settings["more"] = (
        '\n[[systems]]\ncode = "site"\ntitle = "Портал района"\n[[systems]]\ncode = "pos"\ntitle = "Портал ПОС"\n'
        '[[rules]]\nsource = ["smls", "telegram"]\nanswer = "1d"\n'
    )
    await bot.start()
    for number in (1, 2):
        await bot.send_message(COORDINATOR, f"/new На Мира {number} не чистят дорогу от снега")
        asked = await bot.wait_until(lambda: find_question(bot, "Откуда пришло"))
        assert button_rows(asked) == [
            ["Телефон", "Личный приём"],
            ["Портал ПОС", "Портал района"],
            ["ЕЦУР", "СМ ЛС"],
            ["Инцидент Менеджмент", "СЭД"],
            ["Другое"],
            ["Отмена"],
        ]
        await bot.press_button(COORDINATOR, asked, "Портал района")
        await bot.wait_until(lambda: find_question(bot, "Номер в той системе?"))
        await bot.send_message(COORDINATOR, "17")
        if number == 1:
            question = await bot.wait_until(lambda: find_question(bot, "До какого"))
            await bot.press_button(COORDINATOR, question, "Обычный срок")
            await bot.wait_for_message(COORDINATOR, "📝 Портал района · номер 17")
            await choose_kind(bot, "Гражданин")
            await bot.wait_for_card(ROADS_HEAD, 1, "Портал района")
    await bot.wait_for_message(COORDINATOR, "Сообщение с таким номером уже есть: №1", "/find 1")


async def test_every_district_can_be_chosen_by_presses(closed_bot: Harness) -> None:
    names = [f"Район {letter}" for letter in "абвгдежзиклмнопрстуфхцчш"]
    bot = closed_bot
    head = 'sectors = ["roads"]\ntelegram_id = 1001'
    districts = ", ".join(f'"{name}"' for name in names)
    bot.settings["staff"] = STAFF.replace(head, f'sectors = ["roads"]\ndistricts = [{districts}]\ntelegram_id = 1001')
    await bot.start()
    await bot.send_message(COORDINATOR, "/new Яма на дороге у рынка, звонила Анна")
    await enter_ticket(bot, "Телефон")
    await bot.press_button(COORDINATOR, await bot.wait_until(lambda: find_question(bot, "До какого")), "Обычный срок")
    asked = await bot.wait_until(lambda: find_question(bot, "Какой это район?"))
    await bot.press_button(COORDINATOR, asked, "Дальше ›")
    await bot.wait_until(lambda: any("Район ш" in row for row in button_rows(asked)))
    await bot.press_button(COORDINATOR, asked, "Район ш")
    await bot.wait_for_message(COORDINATOR, "📍 Район: Район ш")
