"""«Передать»: the list of sectors, the move at once, the reason after it."""

from bot.domain.tickets import State
from tests.databases import ON_BOTH
from tests.e2e.harness import COORDINATOR, GROUP, HOUSING_HEAD, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import (
    button_rows,
    get_ticket,
    get_ticket_state,
    list_audit,
    refusal_codes,
    send_report,
    wait_for_preview,
    wait_until_idle,
)

EDUCATION_HEAD = 1010


async def hand_over_to(bot: Harness, person: int, number: int, sector: str) -> dict[str, object]:
    card = await bot.wait_for_card(person, number)
    await bot.press_button(person, card, "Передать")
    await bot.wait_until(lambda: [sector] in button_rows(card))
    return await bot.press_button(person, card, sector)


@ON_BOTH
async def test_the_press_moves_it_at_once(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.press_button(ROADS_HEAD, card, "Передать")
    await bot.wait_until(lambda: button_rows(card) == [["ЖКХ"], ["Образование"], ["← Назад"]])

    said = await bot.press_button(ROADS_HEAD, card, "ЖКХ")

    assert said["text"] == "Передано: ЖКХ"
    mine = await bot.wait_for_card(HOUSING_HEAD, 1, "🆕 №1 · ЖКХ", "принять до 15:30 · ответить до 22:30")
    assert button_rows(mine) == [["✅ Принять", "✍️ Ответить"], ["↪️ Передать", "⋯ Ещё"]]
    await bot.wait_until(lambda: button_rows(card) == [])
    assert "👉 Сейчас у: Начальник отдела ЖКХ" in message_text(card)
    note = await bot.wait_for_message(ROADS_HEAD, "Сообщение №1 передано: ЖКХ.")
    assert button_rows(note) == [["💬 Добавить пояснение"]]
    assert (await get_ticket(bot, 1)).sector == "housing"
    (row,) = await list_audit(bot, 1, "hand_over")
    assert (row.facts["before"], row.facts["after"]) == ({"sector": "roads"}, {"sector": "housing"})
    assert (row.account, row.person_id) == ("telegram", 1)


async def test_a_reason_can_follow(bot: Harness) -> None:
    await send_report(bot)
    await hand_over_to(bot, ROADS_HEAD, 1, "ЖКХ")
    note = await bot.wait_for_message(ROADS_HEAD, "Сообщение №1 передано: ЖКХ.")

    await bot.press_button(ROADS_HEAD, note, "Добавить пояснение")
    question = await bot.wait_for_message(ROADS_HEAD, "Напишите пояснение к №1 для коллег")
    await bot.wait_until(lambda: button_rows(note) == [])
    await bot.send_message(ROADS_HEAD, "Это двор, а не улица.")

    await bot.wait_for_message(ROADS_HEAD, "Пояснение к №1 добавлено")
    await bot.wait_until(lambda: button_rows(question) == [])
    await bot.wait_for_card(HOUSING_HEAD, 1, "💬 Начальник отдела дорог (передано, 14:30): Это двор, а не улица.")
    assert bot.bot_messages(GROUP) == []
    assert "двор" not in repr(await list_audit(bot, 1))


@ON_BOTH
async def test_a_reason_comes_too_late_when_it_has_moved_on(bot: Harness) -> None:
    await send_report(bot)
    await hand_over_to(bot, ROADS_HEAD, 1, "ЖКХ")
    note = await bot.wait_for_message(ROADS_HEAD, "передано: ЖКХ.")
    await bot.send_message(COORDINATOR, "/find 1")
    await hand_over_to(bot, COORDINATOR, 1, "Дороги")
    await bot.wait_for_message(ROADS_HEAD, "№1 снова передано вам: примите до 15:30.")
    said = await bot.press_button(ROADS_HEAD, note, "Добавить пояснение")
    assert said == {"text": "Пояснить может только тот, кто передал сообщение последним.", "show_alert": True}
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    assert button_rows(card)[0] == ["✅ Принять", "✍️ Ответить"]


async def test_handed_over_ticket_waits_for_acceptance(bot: Harness) -> None:
    await send_report(bot)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Принять")
    await bot.wait_for_card(ROADS_HEAD, 1, "В работе")
    await hand_over_to(bot, ROADS_HEAD, 1, "ЖКХ")
    await bot.wait_for_card(HOUSING_HEAD, 1, "принять до 15:30")
    assert await get_ticket_state(bot, 1) is State.ASSIGNED
    await wait_until_idle(bot)
    bot.pass_time(minutes=31)
    await bot.wait_for_message(HOUSING_HEAD, "Напоминание: №1")


async def test_the_draft_of_the_head_who_hands_it_over_is_dropped(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, "Начал писать", reply_to=card["message_id"])
    draft = await wait_for_preview(bot, ROADS_HEAD)
    await hand_over_to(bot, ROADS_HEAD, 1, "ЖКХ")
    await bot.wait_until(lambda: button_rows(draft) == [])
    assert "Черновик ответа на №1 закрыт" in message_text(draft)
    assert "Начал писать" in message_text(draft)
    said = await bot.press_code(ROADS_HEAD, ROADS_HEAD, draft["message_id"], "1:s:1:1")
    assert said["show_alert"]
    assert bot.bot_messages(GROUP) == []


async def test_the_coordinator_hands_over_and_the_writer_is_told(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, "Начал писать", reply_to=card["message_id"])
    draft = await wait_for_preview(bot, ROADS_HEAD)
    await bot.send_message(COORDINATOR, "/find 1")
    await hand_over_to(bot, COORDINATOR, 1, "ЖКХ")
    await bot.wait_for_message(ROADS_HEAD, "Сообщение №1 передали другому блоку, ваш черновик отменён.")
    await bot.wait_until(lambda: button_rows(draft) == [])
    await bot.wait_for_card(HOUSING_HEAD, 1)


async def test_many_sectors_are_paged(closed_bot: Harness) -> None:
    more = "".join(f'[[sectors]]\ncode = "s{n}"\ntitle = "Отрасль {n}"\nkeywords = ["словцо{n}"]\n' for n in range(20))
    head = '[[staff]]\nname = "Прочие"\nrole = "head"\ntelegram_id = 1010\nsectors = ['
    head += ", ".join(f'"s{n}"' for n in range(20)) + "]\n"
    closed_bot.config_replacements["[routing]"] = more + head + "[routing]"
    closed_bot.sandbox.telegram.user(EDUCATION_HEAD, "Ольга")
    await closed_bot.sandbox.telegram.start_bot(EDUCATION_HEAD)
    await closed_bot.start()
    await send_report(closed_bot)
    card = await closed_bot.wait_for_card(ROADS_HEAD, 1)
    await closed_bot.press_button(ROADS_HEAD, card, "Передать")
    await closed_bot.wait_until(lambda: ["← Назад", "Дальше ›"] in button_rows(card))
    seen = [button for row in button_rows(card)[:-1] for button in row]
    await closed_bot.press_button(ROADS_HEAD, card, "Дальше")
    await closed_bot.wait_until(lambda: ["‹ Раньше", "← Назад", "Дальше ›"] in button_rows(card))
    seen += [button for row in button_rows(card)[:-1] for button in row]
    await closed_bot.press_button(ROADS_HEAD, card, "Дальше")
    await closed_bot.wait_until(lambda: ["‹ Раньше", "← Назад"] in button_rows(card))
    seen += [button for row in button_rows(card)[:-1] for button in row]
    assert seen == ["ЖКХ", "Образование", *(f"Отрасль {n}" for n in range(20))]

    await closed_bot.press_button(ROADS_HEAD, card, "Отрасль 19")
    await closed_bot.wait_for_card(EDUCATION_HEAD, 1, "Отрасль 19")


async def test_nowhere_to_hand_over_to_its_own_sector_or_to_an_unknown_one(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    for sector in ("roads", "nowhere", ""):
        said = await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], f"1:ht:1:{sector}")
        assert said["show_alert"]
    assert (await get_ticket(bot, 1)).sector == "roads"
    assert await refusal_codes(bot, 1) == ["outdated"] * 3


async def test_the_new_owner_has_no_head_then_the_coordinator_gets_it(bot: Harness) -> None:
    await send_report(bot)
    await hand_over_to(bot, ROADS_HEAD, 1, "Образование")
    card = await bot.wait_for_card(COORDINATOR, 1, "🆕 №1 · Образование")
    assert button_rows(card) == [["✅ Принять", "✍️ Ответить"], ["↪️ Передать", "⋯ Ещё"]]
