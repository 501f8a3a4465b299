"""What the machine is unsure of: the coordinator chooses."""

from bot.domain.tickets import State
from tests.e2e.harness import COORDINATOR, CURATOR, HOUSING_HEAD, ROADS_HEAD, STAFF, Town, words
from tests.e2e.queries import RIDDLE, audit, report, rows, state

MORE_SECTORS = "".join(
    f'[[sectors]]\ncode = "{code}"\n' for code in ("waste", "energy", "health", "social", "trade", "culture", "sport")
)


async def test_the_coordinator_sees_the_likeliest_and_chooses(town: Town) -> None:
    await report(town, RIDDLE)
    card = await town.card(COORDINATOR, 1, "❓ №1 · нужно выбрать отрасль")
    assert len(rows(card)) == 5
    assert rows(card)[-2:] == [["🚫 Не требует ответа", "🕘 История"], ["🔗 Объединить"]]

    said = await town.press(COORDINATOR, card, "Дороги")

    assert said["text"] == "Передано: Дороги"
    await town.card(ROADS_HEAD, 1, "🆕 №1 · Дороги")
    card = await town.card(COORDINATOR, 1, "🆕 №1 · Дороги", "👉 Сейчас у: Начальник отдела дорог")
    assert rows(card) == [["↪️ Передать", "⋯ Ещё"]]
    assert [row.action for row in await audit(town, 1)] == ["registered", "choose_sector"]


async def test_three_likeliest_and_all_the_others(closed_town: Town) -> None:
    closed_town.rewrites["[routing]"] = MORE_SECTORS + "[routing]"
    await closed_town.start()
    await report(closed_town, RIDDLE)
    card = await closed_town.card(COORDINATOR, 1)
    likely = rows(card)[:-3]
    assert [len(row) for row in likely] == [1, 1, 1]
    assert rows(card)[-3:] == [["Все отрасли"], ["🚫 Не требует ответа", "🕘 История"], ["🔗 Объединить"]]

    await closed_town.press(COORDINATOR, card, "Все отрасли")
    await closed_town.until(lambda: ["← Назад", "Дальше ›"] in rows(card))
    await closed_town.press(COORDINATOR, card, "Назад")
    await closed_town.until(lambda: rows(card)[:-3] == likely)
    await closed_town.press(COORDINATOR, card, "Все отрасли")
    await closed_town.until(lambda: ["ЖКХ"] in rows(card))
    await closed_town.press(COORDINATOR, card, "ЖКХ")
    await closed_town.card(HOUSING_HEAD, 1, "ЖКХ")


async def test_what_needs_no_answer_and_comes_back_with_a_sector(town: Town) -> None:
    await report(town, RIDDLE)
    card = await town.card(COORDINATOR, 1)
    await town.press(COORDINATOR, card, "Не требует ответа")
    await town.until(lambda: ["← Назад"] in rows(card))
    await town.press(COORDINATOR, card, "Не о проблеме")
    card = await town.card(COORDINATOR, 1, "🚫", "не о проблеме")
    assert "Сейчас у" not in words(card)
    assert await state(town, 1) is State.DISMISSED

    await town.press(COORDINATOR, card, "Вернуть в работу")
    await town.until(lambda: ["Дороги"] in rows(card))
    await town.press(COORDINATOR, card, "Дороги")
    await town.card(ROADS_HEAD, 1, "🆕 №1 · Дороги")


async def test_two_coordinators_one_choice(closed_town: Town) -> None:
    second = '[[staff]]\nname = "Второй координатор"\nrole = "coordinator"\ntelegram_id = 1011\n'
    closed_town.settings["staff"] = STAFF + second
    closed_town.sandbox.telegram.user(1011, "Зоя")
    await closed_town.sandbox.telegram.start_bot(1011)
    await closed_town.start()
    await report(closed_town, RIDDLE)
    mine, hers = await closed_town.card(COORDINATOR, 1), await closed_town.card(1011, 1)
    await closed_town.press(COORDINATOR, mine, "ЖКХ")
    said = await closed_town.press_raw(1011, 1011, hers["message_id"], "1:t:1:roads")
    assert said["show_alert"]
    assert "Кнопка устарела" in said["text"]
    await closed_town.card(1011, 1, "🆕 №1 · ЖКХ")
    assert closed_town.find(ROADS_HEAD, "№1 · ") is None


async def test_a_curator_and_a_head_may_not_choose(town: Town) -> None:
    await report(town, RIDDLE)
    card = await town.card(COORDINATOR, 1)
    for person in (CURATOR, ROADS_HEAD):
        said = await town.press_raw(person, person, card["message_id"], "1:t:1:roads")
        assert said["show_alert"]
        assert "недоступно" in said["text"]
    assert await state(town, 1) is State.TRIAGE


async def test_a_town_of_heads_alone_sorts_together(closed_town: Town) -> None:
    heads = STAFF.split('[[staff]]\nname = "Координатор"')[0]
    closed_town.settings["staff"] = heads.replace('"housing"', '"housing", "education"')
    await closed_town.start()
    await report(closed_town, RIDDLE)
    card = await closed_town.card(ROADS_HEAD, 1, "нужно выбрать отрасль")
    await closed_town.card(HOUSING_HEAD, 1, "нужно выбрать отрасль")
    await closed_town.write(ROADS_HEAD, "/find 1")
    await closed_town.letter(ROADS_HEAD, "№1: карточка теперь ниже.")
    await closed_town.write(ROADS_HEAD, "/find вокзала")
    await closed_town.letter(ROADS_HEAD, "Найдено: 1 сообщение")
    await closed_town.press_raw(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:t:1:housing")
    await closed_town.card(HOUSING_HEAD, 1, "🆕 №1 · ЖКХ")
