"""Officials who have not opened the bot, or have blocked it; citizens who have."""

from bot.domain.tickets import State
from tests.e2e.harness import ADMINISTRATOR, COORDINATOR, GROUP, MARIA, PYOTR, ROADS_HEAD, STAFF, Harness, message_text
from tests.e2e.queries import HATCH, button_rows, get_ticket_state, list_audit, send_report, wait_until_idle

LATE_HEAD = 1020
WITH_LATE = STAFF.replace("telegram_id = 1001", "telegram_id = 1020")


async def replace_head_by_absent(town: Harness) -> None:
    town.settings["staff"] = WITH_LATE
    town.sandbox.telegram.user(LATE_HEAD, "Игорь")
    await town.start()


async def test_coordinator_is_told_of_head_who_never_pressed_start(closed_town: Harness) -> None:
    town = closed_town
    await replace_head_by_absent(town)
    await send_report(town)

    card = await town.wait_for_card(COORDINATOR, 1, "🆕 №1 · Дороги", "👉 Сейчас у: Начальник отдела дорог")
    note = await town.wait_for_message(COORDINATOR, "⚠️ Начальник отдела дорог не получает карточки")
    assert "нажать «Старт»" in message_text(note)
    assert button_rows(card) == [["↪️ Передать", "⋯ Ещё"]]
    assert await get_ticket_state(town, 1) is State.ASSIGNED  # it waits, visibly

    await send_report(town, "На Мира 7 на дороге яма", PYOTR)
    await town.wait_for_card(COORDINATOR, 2)
    await wait_until_idle(town)
    assert len([text for text in town.bot_texts(COORDINATOR) if "не получает карточки" in text]) == 1

    await town.press_button(COORDINATOR, card, "Передать")
    await town.wait_until(lambda: ["ЖКХ"] in button_rows(card))
    await town.press_button(COORDINATOR, card, "ЖКХ")
    await town.wait_for_card(1002, 1)


async def test_after_start_the_cards_arrive(closed_town: Harness) -> None:
    town = closed_town
    await replace_head_by_absent(town)
    await send_report(town)
    await town.wait_for_card(COORDINATOR, 1)
    await send_report(town, "На Мира 7 на дороге яма", PYOTR)
    await town.wait_for_card(COORDINATOR, 2)
    await wait_until_idle(town)

    await town.sandbox.telegram.start_bot(LATE_HEAD)

    await town.wait_for_message(LATE_HEAD, "Здравствуйте, Начальник отдела дорог!")
    for number in (1, 2):
        card = await town.wait_for_card(LATE_HEAD, number, "🆕")
        assert button_rows(card)[0] == ["✅ Принять", "✍️ Ответить"]
    await wait_until_idle(town)
    assert [one["command"] for one in town.sandbox.telegram.commands(LATE_HEAD)] == ["my", "find", "settings", "help"]
    await town.wait_for_message(COORDINATOR, "Начальник отдела дорог снова получает карточки")
    await town.answer_ticket(LATE_HEAD, 1, "Засыплем.")
    await town.wait_for_message(GROUP, "Засыплем.")
    await send_report(town, "На Калинина 9 на дороге яма", 2003)
    await town.wait_for_card(LATE_HEAD, 3)
    await wait_until_idle(town)
    assert town.find_message(COORDINATOR, "№3") is None


async def test_head_who_blocked_the_bot_comes_back(town: Harness) -> None:
    await send_report(town)
    await town.wait_for_card(ROADS_HEAD, 1)
    await town.sandbox.telegram.block(ROADS_HEAD)
    await town.wait_for_message(COORDINATOR, "⚠️ Начальник отдела дорог не получает карточки")
    await send_report(town, "На Мира 7 на дороге яма", PYOTR)
    await town.wait_for_card(COORDINATOR, 2)
    await town.wait_for_card(COORDINATOR, 1)  # what he had before would wait unseen, too
    assert town.find_message(ROADS_HEAD, "№2") is None

    await town.sandbox.telegram.unblock(ROADS_HEAD)
    await town.wait_for_card(ROADS_HEAD, 2)
    await wait_until_idle(town)
    assert len([text for text in town.bot_texts(COORDINATOR) if "не получает карточки" in text]) == 1
    assert [row.action for row in await list_audit(town, 2)] == ["registered"]


async def test_a_block_that_nobody_told_of_is_noticed_at_the_next_card(town: Harness) -> None:
    town.sandbox.telegram.world.get_chat(ROADS_HEAD).bot_status = "kicked"
    await send_report(town)
    await town.wait_for_card(COORDINATOR, 1)
    await town.wait_for_message(COORDINATOR, "не получает карточки")
    assert town.find_message(ADMINISTRATOR, "не доставлено") is None


async def test_the_deputy_has_the_card_only_without_a_head(closed_town: Harness) -> None:
    deputy = '[[staff]]\nname = "Зам"\nrole = "deputy"\nsectors = ["roads", "education"]\ntelegram_id = 1021\n'
    closed_town.settings["staff"] = STAFF + deputy
    closed_town.sandbox.telegram.user(1021, "Роман")
    await closed_town.sandbox.telegram.start_bot(1021)
    await closed_town.start()
    await send_report(closed_town)
    card = await closed_town.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(closed_town)
    assert closed_town.find_message(1021, "№1") is None
    await closed_town.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:ht:1:education")
    await closed_town.wait_for_card(1021, 1, "Образование")
    assert closed_town.find_message(COORDINATOR, "№1") is None


async def test_a_citizen_who_blocked_the_bot_cannot_be_answered(town: Harness) -> None:
    telegram = town.sandbox.telegram
    await telegram.start_bot(MARIA)
    await town.send_message(MARIA, HATCH)
    await town.wait_for_message(MARIA, "Сообщение №1 принято")
    await town.wait_for_card(ROADS_HEAD, 1, "личное сообщение")
    await telegram.block(MARIA)
    await town.answer_ticket(ROADS_HEAD, 1, "Засыплем.")
    note = await town.wait_for_message(ROADS_HEAD, "⚠️ Ответ на №1 не опубликован", "запретил сообщения", "Засыплем.")
    assert await get_ticket_state(town, 1) is State.ACCEPTED
    await telegram.unblock(MARIA)
    await town.press_button(ROADS_HEAD, note, "Отправить ещё раз")
    await town.press_button(ROADS_HEAD, await town.wait_for_message(ROADS_HEAD, "Так ответ увидит житель"), "Отправить")
    await town.wait_for_message(MARIA, "Засыплем.")
