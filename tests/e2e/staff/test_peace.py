"""Left in peace: lists at set hours with a word to the post, and a budget for everybody's phone."""

from typing import Any

import pytest

from bot.services.deadlines import due_notices
from tests.databases import ON_BOTH
from tests.e2e.deadlines.test_quiet_hours import DANGER, KERB, LAMP, POTHOLE, TAP, deadline_notices, makes_sound
from tests.e2e.harness import ANNA, CURATOR, HOUSING_HEAD, MARIA, PYOTR, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import button_rows, button_shown, choose_budget, open_history
from tests.e2e.schedules import send_report


async def list_at_five(bot: Harness) -> dict[str, Any]:
    """Two heads are late with a ticket each, and the curator reads so at five."""
    await send_report(bot, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await send_report(bot, TAP, PYOTR)
    await bot.wait_for_card(HOUSING_HEAD, 2)
    bot.set_time("20.11 15:30")
    for head in (ROADS_HEAD, HOUSING_HEAD):
        await bot.wait_for_message(head, "Просрочено")  # noticed later than half an hour, it is for the next list
    bot.set_time("20.11 17:00")
    return await bot.wait_for_message(CURATOR, "Просрочено: 2 сообщения\n№1")


async def test_a_list_holds_what_became_due_by_its_hour_though_it_was_noticed_later(bot: Harness) -> None:
    bot.set_time("20.11 16:00")
    await send_report(bot, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1)
    bot.pass_time(seconds=1)
    await send_report(bot, TAP, PYOTR)
    await bot.wait_for_card(HOUSING_HEAD, 2)
    bot.set_time("20.11 16:59")
    await bot.wait_for_outbox()
    bot.pass_time(seconds=61)
    told = await bot.wait_for_message(CURATOR, "Просрочено: №1 · Дороги")
    await bot.wait_for_message(HOUSING_HEAD, "Просрочено: №2")
    await bot.wait_for_outbox()
    assert "№2" not in message_text(told), "it became due a second after the list"
    assert len(deadline_notices(bot, CURATOR)) == 1


@ON_BOTH
async def test_a_list_waits_until_everything_due_by_its_hour_is_noticed(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due_notices, "BATCH_SIZE", 1)
    bot.set_time("20.11 16:00")
    await send_report(bot, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await send_report(bot, TAP, PYOTR)
    await bot.wait_for_card(HOUSING_HEAD, 2)
    bot.set_time("20.11 16:59")
    await bot.wait_for_outbox()
    bot.pass_time(seconds=62)
    await bot.wait_for_message(CURATOR, "Просрочено: 2 сообщения\n№1", "№2")
    await bot.wait_for_outbox()
    assert len(deadline_notices(bot, CURATOR)) == 1


async def test_a_list_names_the_posts_opens_cards_and_hurries_the_post(bot: Harness) -> None:
    told = await list_at_five(bot)
    assert "№2 · ЖКХ · не принято до 15:30 · отвечает: Начальник отдела ЖКХ" in message_text(told)
    assert button_rows(told) == [["Открыть №1", "Поторопить"], ["Открыть №2", "Поторопить"]]

    await bot.press_button(CURATOR, told, "Открыть №2")
    assert not button_shown(await bot.wait_for_card(CURATOR, 2), "Принять")
    said = await bot.press_button(CURATOR, told, "Поторопить")
    assert said["text"] == "Передано: просим поторопиться"
    word = await bot.wait_for_message(ROADS_HEAD, "⏩ Куратор просит поторопиться с №1")
    assert message_text(word["reply_to_message"]).startswith("🆕 №1")
    assert "уже поторопили" in (await bot.press_button(CURATOR, told, "Поторопить"))["text"]
    await bot.wait_for_outbox()
    assert len([one for one in bot.bot_texts(ROADS_HEAD) if one.startswith("⏩")]) == 1
    assert "⏩" not in "".join(bot.bot_texts(HOUSING_HEAD))
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    assert "просьба поторопиться" in await open_history(bot, ROADS_HEAD, card)


async def test_only_an_open_ticket_of_ones_own_sight_is_hurried(bot: Harness) -> None:
    told = await list_at_five(bot)
    await bot.answer_ticket(ROADS_HEAD, 1, "Яму заделали сегодня.")
    await bot.wait_for_card(ROADS_HEAD, 1, "Отвечено")
    assert (await bot.press_button(CURATOR, told, "Поторопить"))["show_alert"]
    code = told["reply_markup"]["inline_keyboard"][1][1]["callback_data"]
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    assert (await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], code))["show_alert"]
    await bot.wait_for_outbox()
    assert "⏩" not in "".join((*bot.bot_texts(ROADS_HEAD), *bot.bot_texts(HOUSING_HEAD)))


async def test_a_reply_to_a_line_is_a_word_to_the_post(bot: Harness) -> None:
    told = await list_at_five(bot)
    await bot.send_message(CURATOR, "Почему стоим?", reply_to=told["message_id"])
    await bot.wait_for_message(CURATOR, "О каком сообщении из списка?", "№1")
    await bot.send_message(CURATOR, "№1: доложите мне до вечера", reply_to=told["message_id"])
    await bot.wait_for_message(CURATOR, "Передано: Начальник отдела дорог")
    await bot.wait_for_message(ROADS_HEAD, "💬 Куратор о сообщении №1:\nдоложите мне до вечера")
    bot.pass_time(seconds=2)
    card = await bot.wait_for_card(ROADS_HEAD, 1, "💬 Куратор (слово исполнителю", "доложите мне до вечера")
    assert "Куратор: доложите мне до вечера" in await open_history(bot, ROADS_HEAD, card)
    assert "доложите" not in "".join(bot.bot_texts(HOUSING_HEAD))


async def test_a_reply_to_a_card_of_somebody_who_only_watches_is_a_word_too(bot: Harness) -> None:
    await list_at_five(bot)
    await bot.send_message(CURATOR, "/find 1")
    card = await bot.wait_for_card(CURATOR, 1)
    await bot.send_message(CURATOR, "Беру на контроль", reply_to=card["message_id"])
    await bot.wait_for_message(ROADS_HEAD, "💬 Куратор о сообщении №1:\nБеру на контроль")
    await bot.wait_for_message(CURATOR, "Передано: Начальник отдела дорог")


async def test_danger_is_told_to_the_curator_at_once(bot: Harness) -> None:
    await send_report(bot, DANGER)
    await bot.wait_for_card(ROADS_HEAD, 1)
    bot.set_time("20.11 15:00")
    alarm = await bot.wait_for_message(CURATOR, "Просрочено: №1")
    assert makes_sound(alarm)
    assert button_rows(alarm) == [["Открыть №1", "Поторопить"]]


async def test_a_list_of_ones_own_tickets_has_a_button_for_each(bot: Harness) -> None:
    for text, who in ((POTHOLE, MARIA), (LAMP, PYOTR), (KERB, ANNA)):
        await send_report(bot, text, who)
    await bot.wait_for_card(ROADS_HEAD, 3)
    bot.set_time("20.11 15:30")
    told = await bot.wait_for_message(ROADS_HEAD, "Просрочено: 3 сообщения")
    assert button_rows(told) == [["№1", "№2", "№3"]]
    await bot.press_button(ROADS_HEAD, told, "№2")
    await bot.wait_until(lambda: message_text(bot.bot_messages(ROADS_HEAD)[-1]).startswith("🆕 №2"))


async def test_only_what_is_important_makes_a_sound(bot: Harness) -> None:
    await choose_budget(bot, ROADS_HEAD, "Только важные")
    await send_report(bot, POTHOLE)
    assert makes_sound(await bot.wait_for_card(ROADS_HEAD, 1))
    bot.set_time("20.11 15:00")
    assert not makes_sound(await bot.wait_for_message(ROADS_HEAD, "⏰ Напоминание: №1"))
    bot.set_time("20.11 15:30")
    assert makes_sound(await bot.wait_for_message(ROADS_HEAD, "Просрочено: №1"))


async def test_only_summaries_make_a_sound_and_danger(bot: Harness) -> None:
    await choose_budget(bot, ROADS_HEAD, "Только сводки")
    await send_report(bot, POTHOLE)
    assert not makes_sound(await bot.wait_for_card(ROADS_HEAD, 1))
    bot.set_time("20.11 15:30")
    await bot.wait_for_outbox()
    assert deadline_notices(bot, ROADS_HEAD) == [], "it waits for the list"
    bot.set_time("20.11 17:00")
    assert makes_sound(await bot.wait_for_message(ROADS_HEAD, "Просрочено: 1 сообщение\n№1"))
    await send_report(bot, DANGER, PYOTR)
    assert makes_sound(await bot.wait_for_card(ROADS_HEAD, 2, "[срочно]"))
    bot.set_time("20.11 17:30")
    assert makes_sound(await bot.wait_for_message(ROADS_HEAD, "Просрочено: №2"))


async def test_an_unknown_budget_is_refused(bot: Harness) -> None:
    await bot.send_message(ROADS_HEAD, "/settings")
    page = await bot.wait_for_message(ROADS_HEAD, "⚙️ Куда приходят")
    assert (await bot.press_code(ROADS_HEAD, ROADS_HEAD, page["message_id"], "1:g:0:budget=silence"))["show_alert"]


@ON_BOTH
async def test_short_additions_become_one_note(closed_bot: Harness) -> None:
    closed_bot.addition_delay = None
    await closed_bot.start()
    bot = closed_bot
    await send_report(bot, POTHOLE)
    await bot.wait_for_card(ROADS_HEAD, 1)
    for text in ("Там уже две машины колёса пробили", "И вчера так было", "Сделайте что-нибудь с этой ямой"):
        await send_report(bot, text)
        await bot.wait_for_inbox()
        bot.pass_time(seconds=15)
    await bot.wait_for_outbox()
    assert not bot.find_message(ROADS_HEAD, "➕ Житель дополнил")
    bot.pass_time(seconds=15)
    note = await bot.wait_for_message(ROADS_HEAD, "➕ Житель дополнил сообщение №1")
    assert message_text(note).endswith(
        "Там уже две машины колёса пробили\nИ вчера так было\nСделайте что-нибудь с этой ямой"
    )
    bot.pass_time(minutes=2)
    await bot.wait_for_outbox()
    assert len([one for one in bot.bot_texts(ROADS_HEAD) if one.startswith("➕")]) == 1


async def test_who_is_writing_the_answer_is_not_reminded_to_accept(bot: Harness) -> None:
    await send_report(bot, POTHOLE)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    bot.set_time("20.11 15:00")
    await bot.wait_for_outbox()
    assert deadline_notices(bot, ROADS_HEAD) == []
    bot.set_time("20.11 15:30")
    await bot.wait_for_message(ROADS_HEAD, "Просрочено: №1 · не принято")


@ON_BOTH
async def test_in_the_morning_one_list_names_what_the_night_brought(closed_bot: Harness) -> None:
    closed_bot.settings |= {"quiet_from": "22:00", "quiet_to": "08:00", "accept": "24h", "answer": "48h"}
    closed_bot.set_time("20.11 23:00")
    await closed_bot.start()
    bot = closed_bot
    for text, who in ((POTHOLE, MARIA), (LAMP, PYOTR), (KERB, ANNA)):
        await send_report(bot, text, who)
    assert not makes_sound(await bot.wait_for_card(ROADS_HEAD, 3))
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 2), "Принять")
    bot.set_time("21.11 07:59")
    await bot.wait_for_outbox()
    assert not bot.find_message(ROADS_HEAD, "🌙")
    bot.set_time("21.11 08:00")
    told = await bot.wait_for_message(ROADS_HEAD, "🌙 Пришло без звука: 2 сообщения", "№3 · примите до")
    assert makes_sound(told)
    assert button_rows(told) == [["№1", "№3"]]
    assert "№2" not in message_text(told), "it was accepted in the night"
