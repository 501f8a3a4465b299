"""Lovozero: the units prepare answers, and the manager publishes them."""

import pytest
from sqlalchemy import text

from tests.e2e.harness import PYOTR
from tests.e2e.operations.test_commands import run_command
from tests.e2e.queries import list_audit, refusal_codes, wait_until_idle
from tests.e2e.stories.example_town import COMMUNITY, MARIA, ExampleTown

TOWN, STORY_BEGINS = "lovozero", "20.11 11:10"
UNIT, MANAGER = "Руководитель подразделения ЖКХ", "Заведующий сектором"
ROADS, ADMINISTRATION = "Руководитель подразделения дорог", "Глава администрации района"
ADMINISTRATOR, LETTERS = "Главный специалист", "Начальник отдела по организационной"
STEPS = 9
WAITING = {
    6: "polls",
    8: "causes with proposals",
    9: "discipline by unit",
}
LAMPS = "В Ловозере на Советской не горят фонари"
WITHOUT_DATE, WITH_DATE = "Передали подрядчику, он заменит лампы.", "Подрядчик заменит лампы до 27.11.2026."


@pytest.mark.step(1)
async def test_a_comment_becomes_a_card_from_which_the_unit_can_only_prepare(town: ExampleTown) -> None:
    await town.comment(LAMPS)
    card = await town.chat_of(UNIT).wait_for_card(1, "Советская")
    assert any("Принять" in label for label in card.button_labels)
    assert any("Подготовить ответ" in label for label in card.button_labels)
    assert not any(word in label for label in card.button_labels for word in ("Отправить", "Опубликовать", "Ответить"))
    await wait_until_idle(town)
    assert {name[: len(UNIT)] for name in town.holders_of_cards(1)} == {UNIT}


@pytest.mark.step(3)
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


@pytest.mark.step(2)
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


@pytest.mark.step(9)
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


async def enter_task(town: ExampleTown, words: str, system: str, number: str) -> None:
    """Let the manager type in a task of another system."""
    manager = town.chat_of(MANAGER)
    await manager.send_message(f"/new {words}")
    question = await manager.wait_for_message("Откуда пришло", button="Другое")
    if any(system in label for label in question.button_labels):
        await manager.press_without_answer(question, system)
    else:
        await manager.send_message(system)  # a system without a button is named in words
    await manager.wait_for_message("Номер в той системе?")
    await manager.send_message(number)
    await town.press(MANAGER, ("До какого времени",), "Обычный срок")
    await town.press(MANAGER, ("ыберите, кто это",), "Гражданин")
    await wait_until_idle(town)


@pytest.mark.step(5)
async def test_the_manager_s_own_list_has_a_section_for_each_of_the_systems(town: ExampleTown) -> None:
    manager = town.chat_of(MANAGER)
    await town.comment(LAMPS)
    await town.chat_of(UNIT).wait_for_card(1)
    await town.submit(UNIT, 1, WITH_DATE)
    await enter_task(town, "На Вокуева 3 не горят фонари, свет нужен", "ПОС", "ПОС-1")
    await enter_task(town, "На Юрьева 5 холодные батареи, котельная не топит", "Инцидент", "ИМ-7")
    await manager.send_message("/my")
    listed = (await manager.wait_for_message("Ждут вас")).text
    sections = [one.partition("\n") for one in listed.split("\n\n")[1:]]
    assert [(title, lines.split(" · ")[0].split()[-1]) for title, _, lines in sections] == [
        ("Согласование", "№1"),
        ("Инцидент Менеджмент", "№3"),
        ("ПОС", "№2"),
    ]


@pytest.mark.step(7)
async def test_the_administrator_invites_for_a_day(town: ExampleTown) -> None:
    administrator, vk = town.chat_of(ADMINISTRATOR), town.sandbox.vk
    await administrator.send_message("/people")
    await wait_until_idle(town)
    await town.press(ADMINISTRATOR, (), "Пригласить", "Другое место", "сотрудник блока", "ЖКХ", "Готово")
    await administrator.wait_for_message("Как зовут нового сотрудника?")
    await administrator.send_message("Специалист подразделения ЖКХ")

    async def join(person: int) -> str:
        """Let somebody write the newest code, and return what the bot answers."""
        letter = await administrator.wait_for_message("Приглашения", "Специалист подразделения ЖКХ: /start ")
        code = letter.text.partition("ЖКХ: /start ")[2].split()[0]
        vk.user(person, "Житель", str(person))
        await vk.send_message(COMMUNITY, person, code)
        await town.wait_until(lambda: [one for one in vk.messages(COMMUNITY, person) if one.out])
        return [one.text for one in vk.messages(COMMUNITY, person) if one.out][-1]

    await wait_until_idle(town)
    town.set_time("21.11 11:11")
    await wait_until_idle(town)
    assert "не подошёл" in await join(7001)
    known = len(administrator.bot_texts)
    await administrator.send_message("/invite")
    await town.wait_until(lambda: len(administrator.bot_texts) > known)
    town.set_time("22.11 11:10")
    await wait_until_idle(town)
    assert "Здравствуйте, Специалист подразделения ЖКХ!" in await join(7002)


@pytest.mark.step(7)
async def test_the_administrator_verifies_the_audit_which_names_a_changed_record(
    town: ExampleTown, from_file: tuple[str, ...]
) -> None:
    await town.comment(LAMPS)
    await town.press(UNIT, ("№1",), "Принять")
    await town.chat_of(UNIT).wait_for_card(1, "В работе")
    await wait_until_idle(town)
    await town.wait_for_tasks("audit_seal", times=2)
    code, said, errors = await run_command("audit", "verify", *from_file, cwd=town.folder)
    assert (code, "Журнал действий цел." in said) == (0, True), errors
    assert town.app is not None
    async with town.app.database.engine.begin() as connection:
        await connection.execute(text("UPDATE audit SET person_id = 3 WHERE action = 'accept'"))
    code, _, errors = await run_command("audit", "verify", *from_file, cwd=town.folder)
    assert code == 1
    assert "accept, сообщение №1" in errors


@pytest.mark.step(7)
async def test_the_administrator_gives_out_and_erases_the_data_of_one_person(
    town: ExampleTown, from_file: tuple[str, ...]
) -> None:
    await town.comment(LAMPS)
    await town.chat_of(UNIT).wait_for_card(1)
    await town.comment("На дороге у моста огромная яма, машины бьются", PYOTR)
    await town.chat_of(ROADS).wait_for_card(2)
    await wait_until_idle(town)
    maria = ("--account", f"vk:{MARIA}")
    code, _, errors = await run_command(
        "person", "export", *maria, "--output", "maria.json", *from_file, cwd=town.folder
    )
    assert code == 0, errors
    given = (town.folder / "maria.json").read_text(encoding="utf-8")
    assert (LAMPS in given, "яма" in given) == (True, False)
    code, _, errors = await run_command("person", "erase", *maria, "--yes", "--force", *from_file, cwd=town.folder)
    assert code == 0, errors
    town.pass_time(seconds=5)
    await town.chat_of(UNIT).wait_for_card(1, "Данные жителя стёрты")
    await town.chat_of(ROADS).wait_for_card(2, "яма")


@pytest.mark.step(8)
async def test_the_month_for_the_regional_centre_has_count_quality_speed_and_completeness(town: ExampleTown) -> None:
    post, _ = await town.comment(LAMPS)
    await town.chat_of(UNIT).wait_for_card(1)
    await town.submit(UNIT, 1, WITH_DATE)
    await town.press(MANAGER, ("на согласовании (№1)",), "Опубликовать")
    await town.wait_until(lambda: town.official_comments(post) == [WITH_DATE])
    await town.comment("На дороге у моста огромная яма, машины бьются", PYOTR)
    await town.chat_of(ROADS).wait_for_card(2)
    await wait_until_idle(town)
    town.pass_time(minutes=1)
    manager = town.chat_of(MANAGER)
    await manager.send_message("/report цур 11.2026")
    page = await manager.wait_for_message("📑 Отчёт для ЦУР: ноябрь 2026", "Поступило: 2")
    for figures in (
        "из них отвечено 1, не требует ответа 0, в работе 1",
        "Отвечено за месяц, когда бы ни поступило: 1",
        "Ответ: в срок 100 % (1 из 1), срок идёт у 1",
        "Вернули после ответа: 0",
        "С замечаниями к ответу: 1",  # the answer greets nobody
        "ЖКХ и благоустройство: 1, отвечено 1, в срок 1 из 1",
    ):
        assert figures in page.text
    sent = await town.wait_until(lambda: [one for one in manager.client.bot_messages() if one.raw.attachments])
    assert [one["type"] for one in sent[0].raw.attachments] == ["doc"]


@pytest.mark.step(4)
async def test_a_task_and_a_letter_end_with_the_entry_of_their_curators(town: ExampleTown) -> None:
    """The task of ЕЦПУР is the press sector's own, the letter of СЭД has a curator of its own."""
    await enter_task(town, LAMPS, "ЕЦПУР", "ЗД-5")
    await enter_task(town, "На дороге у моста огромная яма, машины бьются", "СЭД", "СЭД-9")
    for number, unit, curator, system in ((1, UNIT, MANAGER, "ЕЦПУР"), (2, ROADS, LETTERS, "СЭД")):
        await town.chat_of(unit).wait_for_card(number, "🔢 Номер в источнике")
        await town.submit(unit, number, WITH_DATE)
        manager = town.chat_of(MANAGER)
        question = await manager.wait_for_message(f"на согласовании (№{number})", button="Вернуть")
        await manager.press_without_answer(question, question.button_labels[0])
        await town.chat_of(curator).wait_for_message(WITH_DATE)
        await town.press(curator, (f"ждёт внесения в {system}",), f"Внесено в {system}")
        await town.chat_of(unit).wait_for_card(number, "✅ Отвечено", f"Внесено в {system}")
    await wait_until_idle(town)
    assert town.sandbox.vk.posts(COMMUNITY) == []
    assert not town.chat_of(LETTERS).find_message("№1")
