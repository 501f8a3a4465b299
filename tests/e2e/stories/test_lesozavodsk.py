"""Lesozavodsk: an employee prepares, the block's head approves, and a person posts in the Telegram chat."""

import io
import re

import openpyxl
import pytest

from tests.e2e.harness import PYOTR
from tests.e2e.queries import list_audit, wait_until_idle
from tests.e2e.stories.example_town import COMMUNITY, GROUP, MARIA, ExampleTown

TOWN, STORY_BEGINS = "lesozavodsk", "20.11 16:40"
HEAD, EMPLOYEE = "Ответственный за блок «Транспорт", "Сотрудник блока «Транспорт"
HEAD_ACCOUNT = 1003  # in the example
SCHOOLS, MANAGER = "Ответственный за блок «Образование", "Ответственный исполнитель"
COORDINATOR, SECOND = "Координатор", "Второй координатор"
HOUSING, CURATOR = "Ответственный за блок «Жилищно", "Руководитель аппарата"
RUBBISH = "Мусор на Будника 12 не вывозят неделю, контейнеры переполнены"
LATE = "Просрочено: №1"
STEPS = 9
WAITING = {
    6: "conflicts under an official's words",
    7: "figures of satisfaction",
    8: "conflicts, the map of problems, the forecast",
}
REFERRED = "Пособия назначает край. Мы передали ваше сообщение в министерство, ответ придёт до 04.12.2026."
INTERIM = "Здравствуйте! Дорогу на Будника почистят до 27.11.2026."
SNOW = "На Будника 12 третий день не чистят дорогу, автобус не проходит"
WITHOUT_DATE, WITH_DATE = "Здравствуйте! Дорогу почистят.", "Здравствуйте! Дорогу на Будника почистят 21.11.2026."


async def write(town: ExampleTown, text: str = SNOW) -> int:
    """Let a citizen send *text* with a photo to the town's chat."""
    return await town.sandbox.telegram.send_message(GROUP, MARIA, text, photo=b"\xff\xd8photo")


@pytest.mark.step(1)
async def test_a_message_of_the_chat_is_one_card_of_one_post(town: ExampleTown) -> None:
    await write(town)
    card = await town.chat_of(HEAD).wait_for_card(1, "📎 1 вложение", "ул. Будника, 12", "принять до 17:40")
    assert "ответить до пн 23.11, 16:40" in card.text
    await wait_until_idle(town)
    assert {name[: len(HEAD)] for name in town.holders_of_cards(1)} == {HEAD}


@pytest.mark.step(2)
async def test_an_employee_writes_the_head_returns_and_approves_and_a_person_posts(town: ExampleTown) -> None:
    asked = await write(town)
    head, employee = town.chat_of(HEAD), town.chat_of(EMPLOYEE)
    await town.press(HEAD, ("№1",), "Ещё", "Поручить", "Сотрудник блока")
    await employee.wait_for_message("Вам поручено подготовить ответ на №1")
    await town.press(EMPLOYEE, ("№1",), "Подготовить ответ")
    await employee.wait_for_message("Ответ на №1")
    await employee.send_message(WITHOUT_DATE)
    await town.press(EMPLOYEE, ("Так ответ увидит житель", WITHOUT_DATE), "На согласование")
    await head.wait_for_message("на согласовании (№1)", "нет даты или срока", button="Вернуть")
    await town.press(HEAD, ("на согласовании (№1)",), "Вернуть с замечанием")
    await head.wait_for_message("Замечание к ответу на №1")
    await head.send_message("Нет даты")
    await employee.wait_for_message("возвращён с замечанием", "Нет даты")
    await town.press(EMPLOYEE, ("возвращён с замечанием",), "Исправить")
    await employee.wait_for_message("Было:", WITHOUT_DATE)
    await employee.send_message(WITH_DATE)
    await town.press(EMPLOYEE, ("Так ответ увидит житель", WITH_DATE), "На согласование")
    question = await head.wait_for_message("на согласовании (№1)", button="Вернуть")
    assert "🔎" not in question.text

    await town.press(HEAD, ("на согласовании (№1)",), question.button_labels[0])

    await head.wait_for_message("Ответ на №1 нужно опубликовать вручную")
    await head.wait_for_message("№1: согласовано к публикации")
    await employee.wait_for_message("Ваш ответ на №1 согласован", "теперь его опубликуют")
    assert town.bot_messages(GROUP) == []
    await town.sandbox.telegram.send_message(GROUP, HEAD_ACCOUNT, WITH_DATE, reply_to=asked)
    await head.wait_for_card(1, "✅ Отвечено: Ответственный за блок")
    await town.press(HEAD, ("✅ Отвечено",), "Ещё", "История")
    history = (await head.wait_for_message("История №1")).text
    assert "подготовлен текст, вариант 2 — Сотрудник блока" in history
    assert "согласован вариант 2 — Ответственный за блок" in history


def told(town: ExampleTown) -> list[tuple[str, int]]:
    """Return how often each chat was told that the ticket is late; those who were not are left out."""
    who = (HOUSING, COORDINATOR, SECOND, MANAGER, CURATOR, HEAD)
    counts = [(one, sum(text.startswith(LATE) for text in town.chat_of(one).bot_texts)) for one in who]
    return [(one, count) for one, count in counts if count]


@pytest.mark.step(3)
async def test_a_message_that_nobody_accepts_goes_up_step_by_step(town: ExampleTown) -> None:
    await write(town, RUBBISH)
    head = town.chat_of(HOUSING)
    await head.wait_for_card(1, "принять до 17:40")
    for moment in ("20.11 17:10", "20.11 17:28"):
        town.set_time(moment)
        await head.wait_for_message("⏰ Напоминание: №1 · примите до 17:40")
        await wait_until_idle(town)
    assert told(town) == []
    town.set_time("20.11 17:40")
    await town.chat_of(COORDINATOR).wait_for_message(LATE, "Жилищно-коммунальное хозяйство · не принято до 17:40")
    await wait_until_idle(town)
    assert told(town) == [(HOUSING, 1), (COORDINATOR, 1), (SECOND, 1)]
    town.set_time("20.11 18:39")
    await wait_until_idle(town)
    assert MANAGER not in dict(told(town))
    await town.stop()
    town.set_time("20.11 18:40")
    await town.start()  # a restart loses no step, and repeats none
    await town.chat_of(MANAGER).wait_for_message(LATE)
    await wait_until_idle(town)
    assert told(town) == [(HOUSING, 1), (COORDINATOR, 1), (SECOND, 1), (MANAGER, 1)]
    town.set_time("20.11 19:40")
    await wait_until_idle(town)
    assert CURATOR not in dict(told(town))  # a step to the curator enters the next list
    town.set_time("21.11 12:00")
    await town.chat_of(CURATOR).wait_for_message(LATE)
    await wait_until_idle(town)
    assert told(town) == [(HOUSING, 1), (COORDINATOR, 1), (SECOND, 1), (MANAGER, 1), (CURATOR, 1)]
    steps = [one.facts for one in await list_audit(town, 1) if one.action == "escalated"]
    assert [(one["after"], one["step"]) for one in steps] == [("accept_overdue", number) for number in (0, 1, 2)]


@pytest.mark.step(3)
async def test_one_press_stops_all_steps(town: ExampleTown) -> None:
    await write(town, RUBBISH)
    await town.chat_of(HOUSING).wait_for_card(1, "принять до 17:40")
    town.set_time("20.11 17:40")
    await town.chat_of(COORDINATOR).wait_for_message(LATE)
    town.set_time("20.11 18:00")
    await town.press(HOUSING, ("№1",), "Принять")
    await town.chat_of(HOUSING).wait_for_card(1, "В работе")
    for moment in ("20.11 18:40", "20.11 19:40", "21.11 12:00"):
        town.set_time(moment)
        await wait_until_idle(town)
    assert told(town) == [(HOUSING, 1), (COORDINATOR, 1), (SECOND, 1)]


@pytest.mark.step(4)
async def test_a_question_to_the_manager_comes_back_as_a_decision_with_a_date(town: ExampleTown) -> None:
    await write(town, "В школе № 2 третий день холодно, дети сидят в куртках")
    head, manager = town.chat_of(SCHOOLS), town.chat_of(MANAGER)
    await town.press(SCHOOLS, ("№1",), "Ещё", "Вынести на рассмотрение")
    await head.wait_for_message("Вопрос по №1")
    await head.send_message("Хватит ли денег на новый котёл?")
    await town.press(MANAGER, ("Нужно решение по №1", "Хватит ли денег"), "Внести решение")
    await manager.wait_for_message("Напишите решение")
    await manager.send_message("Решение: заменить котёл из резерва, до 04.12")
    await head.wait_for_message("Решение по №1", "заменить котёл")
    await head.wait_for_card(1, "⚖️ Решение (Ответственный исполнитель", "до пт 04.12")
    town.set_time("04.12 08:59")
    await wait_until_idle(town)
    assert not head.find_message("📌 Срок решения по №1")
    town.set_time("04.12 09:00")
    await head.wait_for_message("📌 Срок решения по №1", "заменить котёл")


@pytest.mark.step(5)
async def test_a_regional_service_is_named_to_the_citizen_and_stays_under_control(town: ExampleTown) -> None:
    post, _ = await town.comment("Почему в МФЦ неделю не принимают документы на пособие? Разберитесь!")
    coordinator = town.chat_of(COORDINATOR)
    await coordinator.wait_for_card(1, "нужно выбрать отрасль")
    await town.press(COORDINATOR, ("№1",), "Ещё", "Передать вне центра")
    await coordinator.wait_for_message("🏛 Передать №1 вне центра", "Кому?")
    await coordinator.send_message("Министерство социальной политики края")
    await coordinator.wait_for_message("Когда проверить")
    await coordinator.send_message("04.12")
    await coordinator.wait_for_message("🏛 №1 → Министерство социальной политики края")
    await coordinator.send_message(REFERRED)
    # No block has the message yet, so its head cannot approve: the step falls to the coordinator, who writes.
    await town.press(COORDINATOR, ("Так ответ увидит житель", REFERRED), "Опубликовать")
    await town.wait_until(lambda: town.official_comments(post) == [REFERRED])
    await wait_until_idle(town)
    assert not coordinator.find_message("на согласовании (№1)")
    await coordinator.wait_for_card(1, "🏛 Передано вне центра: Министерство социальной", "📌 На контроле до пт 04.12")
    town.set_time("03.12 09:00")
    await wait_until_idle(town)
    assert not coordinator.find_message("📌 Контроль: №1")
    town.set_time("04.12 09:00")
    await coordinator.wait_for_message("📌 Контроль: №1")
    await coordinator.wait_for_card(1, "✅ Отвечено")  # silence has not ended what is under control


@pytest.mark.step(5)
async def test_an_interim_answer_leaves_the_ticket_with_the_head(town: ExampleTown) -> None:
    post, _ = await town.comment(SNOW)
    head = town.chat_of(HEAD)
    await town.press(HEAD, ("№1",), "Ещё", "Промежуточный ответ")
    await head.wait_for_message("📅 Промежуточный ответ на №1")
    await head.send_message(INTERIM)
    await town.press(HEAD, ("Так промежуточный ответ увидит житель", INTERIM), "Опубликовать")
    await town.wait_until(lambda: town.official_comments(post) == [INTERIM])
    await head.wait_for_card(1, "📅 Обещано жителю: до пт 27.11")
    town.set_time("27.11 09:00")
    await head.wait_for_message("📅 №1: жителю обещано", INTERIM)


@pytest.mark.step(7)
async def test_what_was_not_done_comes_back_to_the_head(town: ExampleTown) -> None:
    vk = town.sandbox.vk
    post, _ = await town.comment(SNOW)
    head = town.chat_of(HEAD)
    await town.press(HEAD, ("№1",), "Ответить")
    await head.wait_for_message("Ответ на №1")
    await head.send_message(WITH_DATE)
    await town.press(HEAD, ("Так ответ увидит житель", WITH_DATE), "Опубликовать")
    await town.wait_until(lambda: town.official_comments(post))
    await head.wait_for_card(1, "✅ Отвечено")
    answer = next(one for one in vk.comments(COMMUNITY, post) if one.from_id == -COMMUNITY)
    await vk.comment(COMMUNITY, post, MARIA, "ничего не сделали", reply_to=answer.id)
    await head.wait_for_message("№1: житель говорит, что вопрос не решён", "ничего не сделали")
    await head.wait_for_card(1, "Возвращено 1 раз", "принять до")


@pytest.mark.step(8)
async def test_in_the_evening_the_curator_reads_the_day_by_block_and_opens_what_is_late(town: ExampleTown) -> None:
    asked = await write(town)
    head = town.chat_of(HEAD)
    await town.press(HEAD, ("№1",), "Ответить")
    await head.wait_for_message("Ответ на №1")
    await head.send_message(WITH_DATE)
    preview = await head.wait_for_message("Так ответ увидит житель", WITH_DATE)
    await head.press_without_answer(preview, preview.button_labels[0])
    await head.wait_for_message("Ответ на №1 нужно опубликовать вручную")
    posted = await town.sandbox.telegram.send_message(GROUP, HEAD_ACCOUNT, WITH_DATE, reply_to=asked)
    await head.wait_for_card(1, "✅ Отвечено")
    await town.sandbox.telegram.send_message(GROUP, MARIA, "Ничего не сделали, не чистят", reply_to=posted)
    await head.wait_for_message("житель говорит, что вопрос не решён")
    await town.press(HEAD, ("№1", "Возвращено"), "Принять")
    await head.wait_for_card(1, "В работе")
    await town.sandbox.telegram.send_message(GROUP, PYOTR, RUBBISH)
    await town.chat_of(HOUSING).wait_for_card(2, "принять до 17:40")
    curator = town.chat_of(CURATOR)
    town.set_time("20.11 17:59")
    await wait_until_idle(town)
    assert not curator.find_message("📊")

    town.set_time("20.11 18:00")
    digest = await curator.wait_for_message(
        "📊 Сводка за 20 ноября", "Новых: 2", "Отвечено: 1", "Возвращено жителями: 1"
    )
    for line in (
        "Транспорт и дорожное хозяйство: новых 1, отвечено 1 (в срок 1), в работе 1, возвращено 1",
        "Жилищно-коммунальное хозяйство: новых 1, отвечено 0, в работе 1, просрочено 1",
        "№2 · Жилищно-коммунальное хозяйство · Мусор на Будника 12",
    ):
        assert line in digest.text
    late = [one for one in digest.raw["entities"] if one["type"] == "text_link"]
    assert [one["url"].split("/")[-1].isdecimal() for one in late] == [True]
    await town.press(CURATOR, ("📊 Сводка за",), "№2")
    await curator.wait_for_card(2, "Будника")


@pytest.mark.step(9)
async def test_the_regional_centre_gets_the_month_without_names_telephones_and_links(town: ExampleTown) -> None:
    await write(town, f"{SNOW}, звоните 89241234567, Анна Ким")
    await town.chat_of(HEAD).wait_for_card(1)
    await town.sandbox.telegram.send_message(GROUP, PYOTR, RUBBISH)
    await town.chat_of(HOUSING).wait_for_card(2)
    await wait_until_idle(town)
    manager = town.chat_of(MANAGER)
    await manager.send_message("/report ЦУР 11.2026")
    page = await manager.wait_for_message("📑 Отчёт для ЦУР: ноябрь 2026", "Поступило: 2")
    sent = await town.wait_until(lambda: [one for one in manager.client.bot_messages() if "document" in one.raw])
    assert sent[0].raw["document"]["file_name"].endswith(".xlsx")
    book = openpyxl.load_workbook(io.BytesIO(town.sandbox.telegram.file(sent[0].raw["document"]["file_id"])))
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert "Транспорт и дорожное хозяйство" in cells
    said = page.text + "\n".join(cells)
    assert not re.search(r"89241234567|Анна|Мария|Пётр|Будника|https?:|t\.me", said)
