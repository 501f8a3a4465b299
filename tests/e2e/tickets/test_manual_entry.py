"""/new: a message that came by phone is typed in, and answered."""

from datetime import UTC, datetime

import pytest

from tests.e2e.harness import COORDINATOR, GROUP, ROADS_HEAD, STAFF, Town, words
from tests.e2e.queries import HATCH, RIDDLE, delivered, report, rows, ticket

CALL = "Звонила Анна Петровна, 2-14-15: на Ленина 45 яма на дороге"


async def dictate(town: Town, *steps: str) -> None:
    """Go through the questions: a step that is a button's text is pressed, else it is written."""
    questions = ("Откуда пришло сообщение?", "Номер в той системе?", "До какого времени")
    if steps and steps[0] in ("Телефон", "Личный приём"):  # these have no number
        questions = (questions[0], questions[2])
    for question, step in zip(questions, steps, strict=False):
        letter = await town.letter(COORDINATOR, question)
        if any(step in row for row in rows(letter)):
            await town.press(COORDINATOR, letter, step)
        else:
            await town.write(COORDINATOR, step)
        await town.until(lambda letter=letter: rows(letter) == [])


async def test_the_whole_dialog(town: Town) -> None:
    await town.write(COORDINATOR, "/new")
    await town.letter(COORDINATOR, "📝 Новое сообщение", "кто сообщил и как с ним связаться")
    await town.write(COORDINATOR, CALL)
    letter = await town.letter(COORDINATOR, "Откуда пришло сообщение?")
    assert rows(letter) == [
        ["Телефон", "Личный приём"],
        ["ПОС", "Инцидент Менеджмент"],
        ["СЭД", "Другое"],
        ["Отмена"],
    ]
    await dictate(town, "Инцидент Менеджмент", "ИМ-2026/77", "23.11.2026 12:00")

    done = await town.letter(COORDINATOR, "✅ Сообщение №1 внесено, передано: Дороги.")
    assert rows(done) == []
    card = await town.card(ROADS_HEAD, 1, CALL)
    assert "👤 Житель · Инцидент Менеджмент" in words(card)
    assert "🔢 Номер в источнике: ИМ-2026/77" in words(card)
    assert "ответить до пн 23.11, 12:00" in words(card)
    assert await town.letter(COORDINATOR, "✓ Инцидент Менеджмент")
    assert (await ticket(town, 1)).answer_due == datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


async def test_the_short_way(town: Town) -> None:
    await town.write(COORDINATOR, f"/new {CALL}")
    await dictate(town, "Телефон", "Обычный срок")
    card = await town.card(ROADS_HEAD, 1, CALL, "ответить до 22:30")
    assert "Телефон" in words(card)
    assert "Номер в источнике" not in words(card)


async def test_a_text_on_the_next_line_of_the_command(town: Town) -> None:
    await town.write(COORDINATOR, f"/new\n{CALL}")
    await dictate(town, "Сайт администрации", "Нет номера", "25.11")
    card = await town.card(ROADS_HEAD, 1, "ответить до ср 25.11, 23:59")
    assert "Сайт администрации" in words(card)


async def test_the_answer_to_a_call_goes_to_whoever_typed_it_in(town: Town) -> None:
    await town.write(COORDINATOR, f"/new {CALL}")
    await dictate(town, "Телефон", "Обычный срок")
    await town.answer(ROADS_HEAD, 1, "Засыплем завтра.")
    note = await town.letter(COORDINATOR, "☎️ Есть ответ на №1", "Засыплем завтра.")
    assert "передайте ответ жителю" in words(note)
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    await delivered(town)
    assert town.letters(GROUP) == []


async def test_only_the_typist_passes_the_answer_on(closed_town: Town) -> None:
    """Two coordinators would both ring the person up."""
    second = '[[staff]]\nname = "Второй координатор"\nrole = "coordinator"\ntelegram_id = 1011\n'
    closed_town.settings["staff"] = STAFF + second
    closed_town.sandbox.telegram.user(1011, "Зоя")
    await closed_town.sandbox.telegram.start_bot(1011)
    await closed_town.start()
    await closed_town.write(COORDINATOR, f"/new {CALL}")
    await dictate(closed_town, "Телефон", "Обычный срок")
    card = await closed_town.card(ROADS_HEAD, 1)
    assert "👤 Житель · Телефон · внесено: Координатор" in words(card)
    await closed_town.answer(ROADS_HEAD, 1, "Засыплем завтра.")
    await closed_town.letter(COORDINATOR, "☎️ Есть ответ на №1")
    await delivered(closed_town)
    assert closed_town.find(1011, "№1") is None


async def test_a_wrong_or_past_moment_is_asked_again(town: Town) -> None:
    await town.write(COORDINATOR, f"/new {CALL}")
    await dictate(town, "Телефон")
    await town.write(COORDINATOR, "как-нибудь потом")
    again = await town.letter(COORDINATOR, "Не получилось прочитать дату.")
    await town.write(COORDINATOR, "31.02")
    await town.until(lambda: rows(again) == [])
    await town.write(COORDINATOR, "20.11.2026 10:00")
    past = await town.letter(COORDINATOR, "Это время уже прошло.")
    assert rows(past) == [["Обычный срок"], ["Отмена"]]
    await town.press(COORDINATOR, past, "Обычный срок")
    await town.card(ROADS_HEAD, 1, "ответить до 22:30")


@pytest.mark.parametrize("steps", [(), ("ПОС",), ("ПОС", "Нет номера")])
async def test_it_can_be_cancelled_at_every_step(town: Town, steps: tuple[str, ...]) -> None:
    await town.write(COORDINATOR, f"/new {CALL}")
    await dictate(town, *steps)
    questions = ("Откуда пришло", "Номер в той системе?", "До какого времени")
    letter = await town.letter(COORDINATOR, questions[len(steps)])
    await town.press(COORDINATOR, letter, "Отмена")
    await town.until(lambda: words(letter) == "Отменено.")
    await delivered(town)
    assert not any(rows(one) for one in town.letters(COORDINATOR))
    assert town.find(ROADS_HEAD, "№1") is None


async def test_what_the_machine_is_unsure_of_is_sorted_by_the_coordinator(town: Town) -> None:
    await town.write(COORDINATOR, f"/new {RIDDLE}")
    await dictate(town, "Телефон", "Обычный срок")
    await town.letter(COORDINATOR, "✅ Сообщение №1 внесено, выберите отрасль в карточке.")
    card = await town.card(COORDINATOR, 1, "нужно выбрать отрасль")
    await town.press(COORDINATOR, card, "Дороги")
    await town.card(ROADS_HEAD, 1)


async def test_a_picture_alone_is_no_text(town: Town) -> None:
    await town.write(COORDINATOR, "/new")
    await town.letter(COORDINATOR, "📝 Новое сообщение")
    await town.write(COORDINATOR, photo=b"picture")
    await town.letter(COORDINATOR, "Здесь нужен текст")
    await town.write(COORDINATOR, CALL)
    await town.letter(COORDINATOR, "Откуда пришло сообщение?")


async def test_a_half_typed_message_survives_a_restart(town: Town) -> None:
    await town.write(COORDINATOR, f"/new {CALL}")
    await dictate(town, "ПОС")
    await town.letter(COORDINATOR, "Номер в той системе?")
    await delivered(town)
    await town.stop()
    await town.start()
    await town.write(COORDINATOR, "А-1")
    letter = await town.letter(COORDINATOR, "До какого времени")
    await town.press(COORDINATOR, letter, "Обычный срок")
    await town.card(ROADS_HEAD, 1, CALL, "А-1", "ПОС")


async def test_a_card_of_a_citizen_can_be_answered_in_between(town: Town) -> None:
    """Another matter in the middle: the typing in is given up, and that is said."""
    await report(town, HATCH)
    await town.card(ROADS_HEAD, 1)
    await town.write(COORDINATOR, f"/new {CALL}")
    question = await town.letter(COORDINATOR, "Откуда пришло сообщение?")
    await town.write(COORDINATOR, "/new Другой звонок: на Мира 7 яма на дороге")
    await town.until(lambda: rows(question) == [])
    await delivered(town)
    newest = [letter for letter in town.letters(COORDINATOR) if "Откуда пришло" in words(letter)][-1]
    assert rows(newest)[-1] == ["Отмена"]
    await dictate(town, "Телефон", "Обычный срок")
    await town.card(ROADS_HEAD, 2, "Другой звонок")
