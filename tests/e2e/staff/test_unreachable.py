"""Officials who have not opened the bot, or have blocked it; citizens who have."""

from bot.domain.tickets import State
from tests.e2e.harness import ADMINISTRATOR, COORDINATOR, GROUP, MARIA, PYOTR, ROADS_HEAD, STAFF, Town, words
from tests.e2e.queries import HATCH, audit, delivered, report, rows, state

LATE_HEAD = 1020
WITH_LATE = STAFF.replace("telegram_id = 1001", "telegram_id = 1020")


async def with_a_head_who_never_came(town: Town) -> None:
    town.settings["staff"] = WITH_LATE
    town.sandbox.telegram.user(LATE_HEAD, "Игорь")
    await town.start()


async def test_who_never_pressed_start_has_the_coordinator_act(closed_town: Town) -> None:
    town = closed_town
    await with_a_head_who_never_came(town)
    await report(town)

    card = await town.card(COORDINATOR, 1, "🆕 №1 · Дороги", "👉 Сейчас у: Начальник отдела дорог")
    note = await town.letter(COORDINATOR, "⚠️ Начальник отдела дорог не получает карточки")
    assert "нажать «Старт»" in words(note)
    assert rows(card) == [["↪️ Передать", "⋯ Ещё"]]
    assert await state(town, 1) is State.ASSIGNED  # it waits, visibly

    await report(town, "На Мира 7 на дороге яма", PYOTR)
    await town.card(COORDINATOR, 2)
    await delivered(town)
    assert len([text for text in town.texts(COORDINATOR) if "не получает карточки" in text]) == 1

    await town.press(COORDINATOR, card, "Передать")
    await town.until(lambda: ["ЖКХ"] in rows(card))
    await town.press(COORDINATOR, card, "ЖКХ")
    await town.card(1002, 1)


async def test_after_start_the_cards_arrive(closed_town: Town) -> None:
    town = closed_town
    await with_a_head_who_never_came(town)
    await report(town)
    await town.card(COORDINATOR, 1)
    await report(town, "На Мира 7 на дороге яма", PYOTR)
    await town.card(COORDINATOR, 2)
    await delivered(town)

    await town.sandbox.telegram.start_bot(LATE_HEAD)

    await town.letter(LATE_HEAD, "Здравствуйте, Начальник отдела дорог!")
    for number in (1, 2):
        card = await town.card(LATE_HEAD, number, "🆕")
        assert rows(card)[0] == ["✅ Принять", "✍️ Ответить"]
    await delivered(town)
    assert [one["command"] for one in town.sandbox.telegram.commands(LATE_HEAD)] == ["my", "find", "settings", "help"]
    await town.letter(COORDINATOR, "Начальник отдела дорог снова получает карточки")
    await town.answer(LATE_HEAD, 1, "Засыплем.")
    await town.letter(GROUP, "Засыплем.")
    await report(town, "На Калинина 9 на дороге яма", 2003)
    await town.card(LATE_HEAD, 3)
    await delivered(town)
    assert town.find(COORDINATOR, "№3") is None


async def test_who_blocks_the_bot_and_comes_back(town: Town) -> None:
    await report(town)
    await town.card(ROADS_HEAD, 1)
    await town.sandbox.telegram.block(ROADS_HEAD)
    await town.letter(COORDINATOR, "⚠️ Начальник отдела дорог не получает карточки")
    await report(town, "На Мира 7 на дороге яма", PYOTR)
    await town.card(COORDINATOR, 2)
    await town.card(COORDINATOR, 1)  # what he had before would wait unseen, too
    assert town.find(ROADS_HEAD, "№2") is None

    await town.sandbox.telegram.unblock(ROADS_HEAD)
    await town.card(ROADS_HEAD, 2)
    await delivered(town)
    assert len([text for text in town.texts(COORDINATOR) if "не получает карточки" in text]) == 1
    assert [row.action for row in await audit(town, 2)] == ["registered"]


async def test_a_block_that_nobody_told_of_is_noticed_at_the_next_card(town: Town) -> None:
    town.sandbox.telegram.world.place(ROADS_HEAD).bot_status = "kicked"
    await report(town)
    await town.card(COORDINATOR, 1)
    await town.letter(COORDINATOR, "не получает карточки")
    assert town.find(ADMINISTRATOR, "не доставлено") is None


async def test_the_deputy_has_the_card_only_without_a_head(closed_town: Town) -> None:
    deputy = '[[staff]]\nname = "Зам"\nrole = "deputy"\nsectors = ["roads", "education"]\ntelegram_id = 1021\n'
    closed_town.settings["staff"] = STAFF + deputy
    closed_town.sandbox.telegram.user(1021, "Роман")
    await closed_town.sandbox.telegram.start_bot(1021)
    await closed_town.start()
    await report(closed_town)
    card = await closed_town.card(ROADS_HEAD, 1)
    await delivered(closed_town)
    assert closed_town.find(1021, "№1") is None
    await closed_town.press_raw(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:ht:1:education")
    await closed_town.card(1021, 1, "Образование")
    assert closed_town.find(COORDINATOR, "№1") is None


async def test_a_citizen_who_blocked_the_bot_cannot_be_answered(town: Town) -> None:
    telegram = town.sandbox.telegram
    await telegram.start_bot(MARIA)
    await town.write(MARIA, HATCH)
    await town.letter(MARIA, "Сообщение №1 принято")
    await town.card(ROADS_HEAD, 1, "личное сообщение")
    await telegram.block(MARIA)
    await town.answer(ROADS_HEAD, 1, "Засыплем.")
    note = await town.letter(ROADS_HEAD, "⚠️ Ответ на №1 не опубликован", "запретил сообщения", "Засыплем.")
    assert await state(town, 1) is State.ACCEPTED
    await telegram.unblock(MARIA)
    await town.press(ROADS_HEAD, note, "Отправить ещё раз")
    await town.press(ROADS_HEAD, await town.letter(ROADS_HEAD, "Так ответ увидит житель"), "Отправить")
    await town.letter(MARIA, "Засыплем.")
