"""Lovozero: the units prepare answers, and the manager publishes them."""

from tests.e2e.harness import PYOTR
from tests.e2e.queries import list_audit, refusal_codes, wait_until_idle
from tests.e2e.stories.example_town import COMMUNITY, ExampleTown

TOWN, STORY_BEGINS = "lovozero", "20.11 11:10"
UNIT, MANAGER = "Руководитель подразделения ЖКХ", "Заведующий сектором"
ROADS, ADMINISTRATION = "Руководитель подразделения дорог", "Глава администрации района"
LAMPS = "В Ловозере на Советской не горят фонари"
WITHOUT_DATE, WITH_DATE = "Передали подрядчику, он заменит лампы.", "Подрядчик заменит лампы до 27.11.2026."


async def test_a_comment_becomes_a_card_from_which_the_unit_can_only_prepare(town: ExampleTown) -> None:
    await town.comment(LAMPS)
    card = await town.chat_of(UNIT).wait_for_card(1, "Советская")
    assert any("Принять" in label for label in card.button_labels)
    assert any("Подготовить ответ" in label for label in card.button_labels)
    assert not any(word in label for label in card.button_labels for word in ("Отправить", "Опубликовать", "Ответить"))
    await wait_until_idle(town)
    assert {name[: len(UNIT)] for name in town.holders_of_cards(1)} == {UNIT}


async def test_the_manager_returns_the_first_draft_and_publishes_the_second(town: ExampleTown) -> None:
    post, _ = await town.comment(LAMPS)
    unit, manager = town.chat_of(UNIT), town.chat_of(MANAGER)
    await town.press(UNIT, ("№1",), "Подготовить ответ")
    await unit.wait_for_message("Ответ на №1")
    await unit.send_message(WITHOUT_DATE)
    await town.press(UNIT, ("Так ответ увидит житель", WITHOUT_DATE), "На согласование")
    await manager.wait_for_message("на согласовании (№1)", "нет даты или срока", button="Вернуть")
    await town.press(MANAGER, ("на согласовании (№1)",), "Вернуть с замечанием")
    await manager.wait_for_message("Замечание к ответу на №1")
    await manager.send_message("Нет срока")

    await unit.wait_for_message("возвращён с замечанием", "Нет срока")
    assert town.official_comments(post) == []
    await town.press(UNIT, ("возвращён с замечанием",), "Исправить")
    await unit.wait_for_message("Было:", WITHOUT_DATE)
    await unit.send_message(WITH_DATE)
    await town.press(UNIT, ("Так ответ увидит житель", WITH_DATE), "На согласование")
    question = await manager.wait_for_message("на согласовании (№1)", button="Опубликовать")
    forged = question.raw.keyboard["buttons"][0][0]["action"]["payload"]
    card = unit.client.bot_messages()[1]
    await town.sandbox.vk.press_payload(unit.client.person, COMMUNITY, unit.client.person, card.id, forged)
    await wait_until_idle(town)
    assert town.official_comments(post) == []
    assert "not_approver" in await refusal_codes(town, 1)
    await town.press(MANAGER, ("на согласовании (№1)",), "Опубликовать")

    await town.wait_until(lambda: town.official_comments(post))
    await wait_until_idle(town)
    assert town.official_comments(post) == [WITH_DATE]
    ends = [text for text in manager.bot_texts if "№1: " in text]
    assert ["возвращено" in ends[0], "согласовано к публикации" in ends[-1], len(ends)] == [True, True, 2]
    await unit.wait_for_card(1, "✅ Отвечено: Руководитель подразделения ЖКХ", "опубликовано: Заведующий сектором")


async def test_a_late_draft_is_told_to_the_manager_once(town: ExampleTown) -> None:
    await town.comment(LAMPS)
    await town.chat_of(UNIT).wait_for_card(1, "Советская")
    await town.press(UNIT, ("№1",), "Принять")
    await town.chat_of(UNIT).wait_for_card(1, "В работе")
    late = "Просрочено: №1"
    town.set_time("20.11 16:09")  # four working hours from 11:10 end at 16:10
    await wait_until_idle(town)
    assert not town.chat_of(MANAGER).find_message(late)
    town.set_time("20.11 16:10")
    await town.chat_of(MANAGER).wait_for_message(late, "ответ не подготовлен в срок", f"отвечает: {UNIT}")
    assert "отвечает" not in (await town.chat_of(UNIT).wait_for_message(late)).text
    town.set_time("20.11 17:00")
    await wait_until_idle(town)
    assert sum(text.startswith(late) for text in town.chat_of(MANAGER).bot_texts) == 1
    assert [one.facts["after"] for one in await list_audit(town, 1) if one.action == "escalated"] == ["draft_overdue"]


async def test_in_the_evening_the_head_of_the_administration_reads_figures_and_by_day_hears_nothing(
    town: ExampleTown,
) -> None:
    await town.comment(LAMPS)
    unit, head = town.chat_of(UNIT), town.chat_of(ADMINISTRATION)
    await town.press(UNIT, ("№1",), "Подготовить ответ")
    await unit.wait_for_message("Ответ на №1")
    await unit.send_message(WITH_DATE)
    await town.press(UNIT, ("Так ответ увидит житель", WITH_DATE), "На согласование")
    await town.chat_of(MANAGER).wait_for_message("на согласовании (№1)")
    await town.comment("На дороге у моста огромная яма, машины бьются", PYOTR)
    await town.chat_of(ROADS).wait_for_card(2)
    known = len(head.bot_texts)
    for moment in ("20.11 12:10", "20.11 13:00", "20.11 17:00", "20.11 17:29"):
        town.set_time(moment)
        await wait_until_idle(town)
    await town.chat_of(ROADS).wait_for_message("Просрочено: №2")
    assert len(head.bot_texts) == known, "no pings about deadlines by day"

    town.set_time("20.11 17:30")
    digest = await head.wait_for_message("📊 Сводка за 20 ноября", "Новых: 2", "Отвечено: 0", "Просрочено: ")
    assert "из них ждут согласования: 1" in digest.text
    assert "Дороги и транспорт: новых 1, отвечено 0, в работе 1, просрочено 1" in digest.text
    await wait_until_idle(town)
    assert len(head.bot_texts) == known + 1
