"""A town of Yamal: one term for the whole chain, a warning half an hour before its end, and a duty round the clock."""

import pytest

from tests.e2e.queries import list_audit, wait_until_idle
from tests.e2e.stories.example_town import ExampleTown

TOWN, STORY_BEGINS = "yanao", "24.11 11:00"  # a Tuesday; the schedule is from 9 to 18
EXECUTOR, DUTY, CURATOR = "Исполнитель, департамент городского", "Дежурный ЕДДС", "Куратор, специалист"
MANAGER, DEPUTY = "Руководитель МЦУ", "Заместитель главы"
SNOW = "На Ленина 12 третий день не чистят дорогу, автобус не проходит"
SIREN = "Почему в нашем районе не слышно сирен оповещения? Проверьте, пожалуйста"
FIRST, SECOND = "Здравствуйте! Дорогу почистят.", "Здравствуйте! Дорогу на Ленина почистят 26.11.2026."
INTERIM, FINAL = "Здравствуйте! Дорогу проверят до 30.11.2026.", "Здравствуйте! Дорогу на Ленина почистили."
LATE, SOON = "Просрочено: №1", "⏰ Напоминание: №1"


@pytest.fixture
async def post(town: ExampleTown) -> int:
    """The post under which a citizen has written at 11:00; the executor has the card."""
    number, _ = await town.comment(SNOW)
    await town.chat_of(EXECUTOR).wait_for_card(1, "принять до 12:00 · ответить до ср 25.11, 11:00")
    return number


async def accept(town: ExampleTown) -> None:
    await town.press(EXECUTOR, ("№1",), "Принять")
    await town.chat_of(EXECUTOR).wait_for_card(1, "В работе")
    await wait_until_idle(town)


async def test_draft_approval_correction_and_publication_fit_into_nine_hours(town: ExampleTown, post: int) -> None:
    town.set_time("24.11 11:59")
    await accept(town)
    executor, curator = town.chat_of(EXECUTOR), town.chat_of(CURATOR)
    town.set_time("24.11 15:59")  # five hours for the draft
    await town.submit(EXECUTOR, 1, FIRST)
    await curator.wait_for_message("на согласовании (№1)", button="Вернуть")
    town.set_time("24.11 16:58")
    await town.return_draft(CURATOR, 1, "Нет срока")
    await executor.wait_for_message("возвращён с замечанием", "Нет срока")
    town.set_time("25.11 09:57")  # two hours of the schedule
    await town.submit(EXECUTOR, 1, SECOND, "Исправить")
    await curator.wait_for_message("на согласовании (№1)", button="Опубликовать")
    town.set_time("25.11 10:29")
    assert town.official_comments(post) == []
    await town.press(CURATOR, ("на согласовании (№1)",), "Опубликовать")
    await town.wait_until(lambda: town.official_comments(post) == [SECOND])
    await executor.wait_for_card(1, "✅ Отвечено")
    for moment in ("25.11 10:30", "25.11 11:00", "25.11 12:00", "25.11 17:00"):
        town.set_time(moment)
        await wait_until_idle(town)
    assert [town.count(one, words) for one in town.positions for words in (LATE, SOON)] == [0] * 2 * len(town.positions)
    assert "overdue" not in [one.action for one in await list_audit(town, 1)]


async def test_when_half_an_hour_is_left_the_executor_and_the_curator_are_warned(town: ExampleTown, post: int) -> None:
    await accept(town)
    await town.hears_at("24.11 16:00", (LATE, "ответ не подготовлен в срок"), EXECUTOR, CURATOR)
    await town.hears_at("25.11 10:30", (SOON, "ответьте до 11:00"), EXECUTOR, CURATOR)
    await town.hears_at("25.11 11:00", (LATE, "нет ответа, срок был 11:00"), EXECUTOR, CURATOR, MANAGER)
    await town.hears_at("25.11 12:00", (LATE, "нет ответа"), DEPUTY)


async def test_each_late_step_reaches_who_waits_for_it(town: ExampleTown, post: int) -> None:
    await town.hears_at("24.11 12:00", (LATE, "не принято до 12:00"), EXECUTOR, CURATOR)
    await accept(town)
    await town.hears_at("24.11 16:00", (LATE, "ответ не подготовлен в срок"), EXECUTOR, CURATOR)
    await town.submit(EXECUTOR, 1, FIRST)
    await town.chat_of(CURATOR).wait_for_message("на согласовании (№1)")
    await town.hears_at("24.11 17:00", (LATE, "ответ ждёт согласования дольше срока"), EXECUTOR, CURATOR, MANAGER)
    await town.return_draft(CURATOR, 1, "Нет срока")
    await town.hears_at("25.11 10:00", (LATE, "ответ не исправлен по замечанию в срок"), EXECUTOR, CURATOR)


async def test_an_interim_answer_without_the_date_of_the_final_one_is_refused(town: ExampleTown, post: int) -> None:
    executor = town.chat_of(EXECUTOR)
    await accept(town)
    await town.press(EXECUTOR, ("№1",), "Ещё", "Промежуточный ответ")
    await executor.wait_for_message("📅 Промежуточный ответ на №1")
    for words, refusal in (("Разбираемся, ответим позже.", "обещает день"), ("Почистим до 20.11.", "уже прошёл")):
        await executor.send_message(words)
        await executor.wait_for_message(refusal, "Жителю ничего не отправлено")
    assert town.official_comments(post) == []
    await executor.send_message(INTERIM)
    await town.press(EXECUTOR, ("Так промежуточный ответ увидит житель", INTERIM), "На согласование")
    await town.press(CURATOR, ("на согласовании (№1)",), "Опубликовать")
    await town.wait_until(lambda: town.official_comments(post) == [INTERIM])
    await executor.wait_for_card(1, "ответить до пн 30.11, 23:59", "📅 Обещано жителю: до пн 30.11")
    await town.hears_at("30.11 09:00", ("📅 №1: жителю обещано",), EXECUTOR)
    await town.submit(EXECUTOR, 1, FINAL)
    await town.press(CURATOR, ("на согласовании (№1)",), "Опубликовать")
    await town.wait_until(lambda: town.official_comments(post) == [INTERIM, FINAL])
    await executor.wait_for_card(1, "✅ Отвечено")


async def test_the_nine_hours_of_the_duty_service_run_round_the_clock(town: ExampleTown) -> None:
    town.set_time("24.11 19:00")
    await town.comment(SIREN)
    duty = town.chat_of(DUTY)
    await duty.wait_for_card(1, "принять до 20:00 · ответить до ср 25.11, 04:00")
    await town.press(DUTY, ("№1",), "Ещё", "Почему такой срок?")
    await duty.wait_for_message("❓ Сроки сообщения №1", "по часам должности «Дежурный ЕДДС»: круглосуточно")
    await town.hears_at("24.11 20:00", (LATE, "не принято до 20:00"), DUTY, CURATOR)
