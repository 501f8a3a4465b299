"""Yelizovo: each step of an answer has its term, and who waits for a late one hears of it."""

import pytest

from tests.e2e.queries import list_audit, wait_until_idle
from tests.e2e.stories.example_town import ExampleTown

TOWN, STORY_BEGINS = "yelizovo", "24.11 10:00"  # a Tuesday; work is from 9 to 12 and from 13 to 18
ROADS, HOUSING, CURATOR = "Исполнитель, управление дорог", "Исполнитель, управление ЖКХ", "Куратор, специалист"
MANAGER, DEPUTY = "Руководитель МЦУ", "Заместитель главы"
SNOW = "На Завойко 12 третий день не чистят дорогу, автобус не проходит"
FIRST, SECOND = "Здравствуйте! Дорогу почистят.", "Здравствуйте! Дорогу на Завойко почистят 25.11.2026."
INTERIM, FINAL = "Здравствуйте! Дорогу проверят до 30.11.2026.", "Здравствуйте! Дорогу на Завойко почистили."
LATE, SOON = "Просрочено: №1", "⏰ Напоминание: №1"


@pytest.fixture
async def post(town: ExampleTown) -> int:
    """The post under which a citizen has written at 10:00; the executor has the card."""
    number, _ = await town.comment(SNOW)
    await town.chat_of(ROADS).wait_for_card(1, "принять до 11:00 · ответить до 15:00")
    return number


async def accept(town: ExampleTown) -> None:
    await town.press(ROADS, ("№1",), "Принять")
    await town.chat_of(ROADS).wait_for_card(1, "В работе")
    await wait_until_idle(town)


async def raise_importance(town: ExampleTown) -> None:
    await town.chat_of(CURATOR).send_message("/find 1")
    await wait_until_idle(town)
    await town.press(CURATOR, ("№1",), "Ещё", "Изменить данные", "Важность", "Высокая")


async def test_a_draft_is_returned_corrected_approved_and_published_within_the_terms(
    town: ExampleTown, post: int
) -> None:
    town.set_time("24.11 10:20")
    await accept(town)
    await town.submit(ROADS, 1, FIRST)
    curator = town.chat_of(CURATOR)
    await curator.wait_for_message("на согласовании (№1)", button="Вернуть")
    town.set_time("24.11 11:19")
    await town.return_draft(CURATOR, 1, "Нет срока")
    await town.chat_of(ROADS).wait_for_message("возвращён с замечанием", "Нет срока")
    town.set_time("24.11 12:18")
    await town.submit(ROADS, 1, SECOND, "Исправить")
    await curator.wait_for_message("на согласовании (№1)", button="Опубликовать")
    town.set_time("24.11 13:59")  # the lunch from 12 to 13 is no working hour
    assert town.official_comments(post) == []
    await town.press(CURATOR, ("на согласовании (№1)",), "Опубликовать")
    await town.wait_until(lambda: town.official_comments(post) == [SECOND])
    await town.chat_of(ROADS).wait_for_card(1, "✅ Отвечено")
    for moment in ("24.11 14:30", "24.11 15:00", "24.11 17:00", "25.11 12:00"):
        town.set_time(moment)
        await wait_until_idle(town)
    assert [town.count(one, words) for one in town.positions for words in (LATE, SOON)] == [0] * 2 * len(town.positions)
    acts = [one.action for one in await list_audit(town, 1)]
    assert "overdue" not in acts
    assert "escalated" not in acts


async def test_silence_about_a_card_is_told_after_thirty_minutes_and_after_the_hour_to_accept(
    town: ExampleTown, post: int
) -> None:
    await town.hears_at("24.11 10:30", (LATE, "не принято, и «не наше» в срок не сказано"), ROADS, CURATOR)
    await town.hears_at("24.11 11:00", (LATE, "не принято до 11:00"), ROADS, CURATOR)


async def test_what_is_another_bodys_goes_back_to_the_curator_within_thirty_minutes(
    town: ExampleTown, post: int
) -> None:
    town.set_time("24.11 10:29")
    roads = town.chat_of(ROADS)
    await town.press(ROADS, ("№1",), "Ещё", "Не наше")
    await roads.wait_for_message("Чьё сообщение №1?")
    await roads.send_message("Краевое управление дорог")
    await roads.wait_for_message("Что известно")
    await roads.send_message("Дорога краевая, подрядчик предупреждён")
    await town.chat_of(CURATOR).wait_for_card(1, "Краевое управление дорог")
    assert [one.facts["late"] for one in await list_audit(town, 1, "not_ours")] == [False]
    town.set_time("24.11 10:45")
    await wait_until_idle(town)
    assert town.count(CURATOR, "«не наше» в срок не сказано") == 0


async def test_a_draft_is_due_at_half_of_the_term_of_the_answer(town: ExampleTown, post: int) -> None:
    await accept(town)
    await town.hears_at("24.11 12:00", (LATE, "ответ не подготовлен в срок"), ROADS, CURATOR)


async def test_an_approval_takes_one_working_hour_then_the_manager_hears(town: ExampleTown, post: int) -> None:
    town.set_time("24.11 11:30")
    await accept(town)
    await town.submit(ROADS, 1, SECOND)
    await town.chat_of(CURATOR).wait_for_message("на согласовании (№1)")
    late = (LATE, "ответ ждёт согласования дольше срока")
    await town.hears_at("24.11 13:30", late, ROADS, CURATOR, MANAGER)  # the author, the approver, the next above


async def test_a_correction_takes_one_hour_then_the_curator_hears(town: ExampleTown, post: int) -> None:
    await accept(town)
    await town.submit(ROADS, 1, FIRST)
    await town.chat_of(CURATOR).wait_for_message("на согласовании (№1)")
    town.set_time("24.11 10:45")
    await town.return_draft(CURATOR, 1, "Нет срока")
    await town.hears_at("24.11 11:45", (LATE, "ответ не исправлен по замечанию в срок"), ROADS, CURATOR)


async def test_an_answer_takes_four_working_hours_and_its_executor_is_warned_half_an_hour_before(
    town: ExampleTown, post: int
) -> None:
    await accept(town)
    await town.hears_at("24.11 12:00", (LATE, "ответ не подготовлен в срок"), ROADS, CURATOR)
    await town.hears_at("24.11 14:30", (SOON, "ответьте до 15:00"), ROADS)
    await town.hears_at("24.11 15:00", (LATE, "нет ответа, срок был 15:00"), ROADS, CURATOR)
    await town.hears_at("24.11 16:00", (LATE, "нет ответа"), MANAGER)
    await town.hears_at("25.11 12:00", (LATE, "нет ответа"), DEPUTY)  # four working hours later, in the next list


async def test_high_importance_that_a_person_sets_leaves_two_hours(town: ExampleTown, post: int) -> None:
    await raise_importance(town)
    await town.chat_of(ROADS).wait_for_card(1, "[важно]", "ответить до 12:00")
    await accept(town)
    await town.hears_at("24.11 11:00", (LATE, "ответ не подготовлен в срок"), ROADS, CURATOR)
    await town.hears_at("24.11 11:30", (SOON, "ответьте до 12:00"), ROADS)
    await town.hears_at("24.11 12:00", (LATE, "нет ответа, срок был 12:00"), ROADS, CURATOR)


async def test_high_importance_leaves_half_an_hour_to_approve_and_to_correct(town: ExampleTown, post: int) -> None:
    await raise_importance(town)
    await town.chat_of(ROADS).wait_for_card(1, "[важно]")
    await accept(town)
    town.set_time("24.11 10:10")
    await town.submit(ROADS, 1, FIRST)
    await town.chat_of(CURATOR).wait_for_message("на согласовании (№1)")
    await town.hears_at("24.11 10:40", (LATE, "ответ ждёт согласования дольше срока"), ROADS, CURATOR, MANAGER)
    town.set_time("24.11 10:50")
    await town.return_draft(CURATOR, 1, "Нет срока")
    await town.hears_at("24.11 11:20", (LATE, "ответ не исправлен по замечанию в срок"), ROADS, CURATOR)


async def test_after_an_interim_answer_with_its_date_the_final_one_has_eight_working_days(
    town: ExampleTown, post: int
) -> None:
    roads = town.chat_of(ROADS)
    town.set_time("24.11 11:00")
    await accept(town)
    await town.press(ROADS, ("№1",), "Ещё", "Промежуточный ответ")
    await roads.wait_for_message("📅 Промежуточный ответ на №1")
    await roads.send_message("Здравствуйте! Разбираемся, ответим позже.")
    await roads.wait_for_message("обещает день", "Жителю ничего не отправлено")
    await roads.send_message(INTERIM)
    await town.press(ROADS, ("Так промежуточный ответ увидит житель", INTERIM), "На согласование")
    await town.press(CURATOR, ("на согласовании (№1)",), "Опубликовать")
    await town.wait_until(lambda: town.official_comments(post) == [INTERIM])
    await roads.wait_for_card(1, "ответить до пт 04.12, 11:00", "📅 Обещано жителю: до пн 30.11")
    town.set_time("24.11 15:00")
    await wait_until_idle(town)
    assert town.count(CURATOR, LATE, "нет ответа") == 0
    await town.hears_at("30.11 09:00", ("📅 №1: жителю обещано",), ROADS)
    await town.hears_at("04.12 10:30", (SOON, "ответьте до 11:00"), ROADS)
    await town.submit(ROADS, 1, FINAL)
    await town.press(CURATOR, ("на согласовании (№1)",), "Опубликовать")
    await town.wait_until(lambda: town.official_comments(post) == [INTERIM, FINAL])
    await roads.wait_for_card(1, "✅ Отвечено")
    town.set_time("04.12 11:30")
    await wait_until_idle(town)
    assert town.count(CURATOR, LATE, "нет ответа") == 0


async def test_the_sixth_equal_answer_within_a_working_hour_waits_for_the_curator(town: ExampleTown) -> None:
    streets = ("Ленина", "Завойко", "Мурманская", "Виталия Кручины", "Рябикова", "Беринга")
    posts = []
    for number, street in enumerate(streets, 1):
        town.sandbox.vk.user(5000 + number, "Житель", str(number))
        posts.append((await town.comment(f"Когда почистят дорогу на улице {street}, {number}?", 5000 + number))[0])
        await town.chat_of(ROADS).wait_for_card(number, button="Подготовить ответ")
    for number, under in enumerate(posts[:5], 1):
        await town.submit(ROADS, number, SECOND)
        await town.press(CURATOR, (f"на согласовании (№{number})",), "Опубликовать")
        await town.wait_until(lambda under=under: town.official_comments(under) == [SECOND])
    await town.submit(ROADS, 6, SECOND)
    held = await town.chat_of(CURATOR).wait_for_message("⏸ Ответ на №6 ждёт вашего решения")
    assert "за последний рабочий час уже получили 5 человек" in held.text
    assert town.official_comments(posts[5]) == []
