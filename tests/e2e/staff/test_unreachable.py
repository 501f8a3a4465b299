"""Officials who have not opened the bot, or have blocked it; citizens who have."""

from bot.domain.tickets import State
from tests.e2e.harness import ADMINISTRATOR, COORDINATOR, GROUP, MARIA, PYOTR, ROADS_HEAD, STAFF, Harness, message_text
from tests.e2e.queries import HATCH, button_rows, get_ticket_state, list_audit, send_report, wait_until_idle

LATE_HEAD = 1020
WITH_LATE = STAFF.replace("telegram_id = 1001", "telegram_id = 1020")


async def replace_head_by_absent(bot: Harness) -> None:
    bot.settings["staff"] = WITH_LATE
    bot.sandbox.telegram.user(LATE_HEAD, "Игорь")
    await bot.start()


async def test_coordinator_is_told_of_head_who_never_pressed_start(closed_bot: Harness) -> None:
    bot = closed_bot
    await replace_head_by_absent(bot)
    await send_report(bot)

    card = await bot.wait_for_card(COORDINATOR, 1, "🆕 №1 · Дороги", "недоступен в боте: Начальник отдела дорог")
    note = await bot.wait_for_message(COORDINATOR, "⚠️ Начальник отдела дорог не получает карточки")
    assert "нажать «Старт»" in message_text(note)
    assert button_rows(card) == [["✅ Принять", "✍️ Ответить"], ["↪️ Передать", "⋯ Ещё"]]
    assert await get_ticket_state(bot, 1) is State.ASSIGNED  # it waits, visibly

    await send_report(bot, "На Мира 7 на дороге яма", PYOTR)
    await bot.wait_for_card(COORDINATOR, 2)
    await wait_until_idle(bot)
    assert len([text for text in bot.bot_texts(COORDINATOR) if "не получает карточки" in text]) == 1

    await bot.press_button(COORDINATOR, card, "Передать")
    await bot.wait_until(lambda: ["ЖКХ"] in button_rows(card))
    await bot.press_button(COORDINATOR, card, "ЖКХ")
    await bot.wait_for_card(1002, 1)


async def test_after_start_the_cards_arrive(closed_bot: Harness) -> None:
    bot = closed_bot
    await replace_head_by_absent(bot)
    await send_report(bot)
    await bot.wait_for_card(COORDINATOR, 1)
    await send_report(bot, "На Мира 7 на дороге яма", PYOTR)
    await bot.wait_for_card(COORDINATOR, 2)
    await wait_until_idle(bot)

    await bot.sandbox.telegram.start_bot(LATE_HEAD)

    await bot.wait_for_message(LATE_HEAD, "Здравствуйте, Начальник отдела дорог!")
    for number in (1, 2):
        card = await bot.wait_for_card(LATE_HEAD, number, "🆕")
        assert button_rows(card)[0] == ["✅ Принять", "✍️ Ответить"]
    await wait_until_idle(bot)
    assert [one["command"] for one in bot.sandbox.telegram.commands(LATE_HEAD)] == [
        "my",
        "find",
        "control",
        "questions",
        "people",
        "templates",
        "away",
        "settings",
        "help",
    ]
    await bot.wait_for_message(COORDINATOR, "Начальник отдела дорог снова получает карточки")
    await bot.answer_ticket(LATE_HEAD, 1, "Засыплем.")
    await bot.wait_for_message(GROUP, "Засыплем.")
    await send_report(bot, "На Калинина 9 на дороге яма", 2003)
    await bot.wait_for_card(LATE_HEAD, 3)
    await wait_until_idle(bot)
    assert bot.find_message(COORDINATOR, "№3") is None


async def test_head_who_blocked_the_bot_comes_back(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.sandbox.telegram.block(ROADS_HEAD)
    await bot.wait_for_message(COORDINATOR, "⚠️ Начальник отдела дорог не получает карточки")
    await send_report(bot, "На Мира 7 на дороге яма", PYOTR)
    await bot.wait_for_card(COORDINATOR, 2)
    await bot.wait_for_card(COORDINATOR, 1)  # what he had before would wait unseen, too
    assert bot.find_message(ROADS_HEAD, "№2") is None

    await bot.sandbox.telegram.unblock(ROADS_HEAD)
    await bot.wait_for_card(ROADS_HEAD, 2)
    await wait_until_idle(bot)
    assert len([text for text in bot.bot_texts(COORDINATOR) if "не получает карточки" in text]) == 1
    assert [row.action for row in await list_audit(bot, 2)] == ["registered"]


async def test_a_block_that_nobody_told_of_is_noticed_at_the_next_card(bot: Harness) -> None:
    bot.sandbox.telegram.world.get_chat(ROADS_HEAD).bot_status = "kicked"
    await send_report(bot)
    await bot.wait_for_card(COORDINATOR, 1)
    await bot.wait_for_message(COORDINATOR, "не получает карточки")
    assert bot.find_message(ADMINISTRATOR, "не доставлено") is None


async def test_the_deputy_has_the_card_only_without_a_head(closed_bot: Harness) -> None:
    deputy = '[[staff]]\nname = "Зам"\nrole = "deputy"\nsectors = ["roads", "education"]\ntelegram_id = 1021\n'
    closed_bot.settings["staff"] = STAFF + deputy
    closed_bot.sandbox.telegram.user(1021, "Роман")
    await closed_bot.sandbox.telegram.start_bot(1021)
    await closed_bot.start()
    await send_report(closed_bot)
    card = await closed_bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(closed_bot)
    assert closed_bot.find_message(1021, "№1") is None
    await closed_bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:ht:1:education")
    await closed_bot.wait_for_card(1021, 1, "Образование")
    assert closed_bot.find_message(COORDINATOR, "№1") is None


async def test_a_citizen_who_blocked_the_bot_cannot_be_answered(bot: Harness) -> None:
    telegram = bot.sandbox.telegram
    await telegram.start_bot(MARIA)
    await bot.send_message(MARIA, HATCH)
    await bot.wait_for_message(MARIA, "Сообщение №1 принято")
    await bot.wait_for_card(ROADS_HEAD, 1, "личное сообщение")
    await telegram.block(MARIA)
    await bot.answer_ticket(ROADS_HEAD, 1, "Засыплем.")
    note = await bot.wait_for_message(ROADS_HEAD, "⚠️ Ответ на №1 не опубликован", "запретил сообщения", "Засыплем.")
    assert await get_ticket_state(bot, 1) is State.ACCEPTED
    await telegram.unblock(MARIA)
    await bot.press_button(ROADS_HEAD, note, "Отправить ещё раз")
    await bot.press_button(ROADS_HEAD, await bot.wait_for_message(ROADS_HEAD, "Так ответ увидит житель"), "Отправить")
    await bot.wait_for_message(MARIA, "Засыплем.")
