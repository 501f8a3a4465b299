"""The checker under the preview: marks in words, «Всё равно отправить», and «Неполный» on an answered card."""

from typing import Any

from sqlalchemy import select

from bot.domain.tickets import State
from storage.tables import answer_mark
from tests.databases import ON_BOTH
from tests.e2e.harness import COORDINATOR, GROUP, PYOTR, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import button_rows, get_ticket_state, list_audit, send_report, wait_for_preview

GOOD = "Здравствуйте, Мария! Яму на Ленина дорожники засыплют сегодня до 18:00."


async def write_answer(bot: Harness, text: str) -> dict[str, Any]:
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1), "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.send_message(ROADS_HEAD, text)
    return await wait_for_preview(bot, ROADS_HEAD)


async def list_marks(bot: Harness) -> list[tuple[int, str, bool]]:
    assert bot.app is not None
    async with bot.app.database.read() as uow:
        rows = await uow._connection.execute(select(answer_mark).order_by(answer_mark.c.id))
        return [(row.revision, row.kind, row.person_id is not None) for row in rows]


async def test_preview_names_the_worst_marks_and_counts_the_others(bot: Harness) -> None:
    await send_report(bot)
    shown = message_text(
        await write_answer(bot, "Ваше обращение рассмотрено. Сообщаем, что заявка передана в отдел...")
    )
    assert "🔎 Проверьте:\n— сказано только, что передано («передана»): напишите, что сделают и когда;" in shown
    assert "— нет даты или срока («передана»)" in shown
    assert shown.endswith(" И ещё 4.")


async def test_good_answer_shows_no_marks(bot: Harness) -> None:
    await send_report(bot)
    assert "🔎" not in message_text(await write_answer(bot, GOOD))
    await bot.press_button(ROADS_HEAD, await wait_for_preview(bot, ROADS_HEAD), "Отправить")
    await bot.wait_for_message(GROUP, GOOD)
    assert await list_marks(bot) == []


async def test_personal_data_go_out_after_one_more_press_of_the_same_text(bot: Harness) -> None:
    await send_report(bot)
    draft = await write_answer(bot, f"{GOOD} Звоните соседу: 8 914 555-12-34.")
    assert "— личные данные: «8 914 555-12-34»" in message_text(draft)
    said = await bot.press_button(ROADS_HEAD, draft, "Отправить")
    assert said["show_alert"]
    assert "Всё равно отправить" in said["text"]
    await bot.wait_until(lambda: button_rows(draft)[0] == ["⚠️ Всё равно отправить"])
    assert bot.bot_messages(GROUP) == []

    await bot.send_message(ROADS_HEAD, "И ещё: 8 914 555-77-88.")  # another text needs another word
    again = await wait_for_preview(bot, ROADS_HEAD, "77-88")
    assert button_rows(again)[0] == ["📤 Отправить"]
    await bot.press_button(ROADS_HEAD, again, "Отправить")
    await bot.wait_until(lambda: button_rows(again)[0] == ["⚠️ Всё равно отправить"])
    await bot.press_button(ROADS_HEAD, again, "Всё равно отправить")
    await bot.wait_for_message(GROUP, "8 914 555-77-88")
    assert await get_ticket_state(bot, 1) in (State.PUBLISHING, State.ANSWERED)
    assert (0, "personal_data", False) in await list_marks(bot)


@ON_BOTH
async def test_coordinator_marks_an_answer_as_incomplete_and_takes_it_back(bot: Harness) -> None:
    await send_report(bot)
    await bot.press_button(ROADS_HEAD, await write_answer(bot, GOOD), "Отправить")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await bot.send_message(COORDINATOR, "/find 1")
    card = await bot.wait_for_card(COORDINATOR, 1, "✅ Отвечено")
    await bot.press_button(COORDINATOR, card, "Ещё")
    await bot.wait_until(lambda: ["📝 Неполный"] in button_rows(card))
    said = await bot.press_button(COORDINATOR, card, "Неполный")
    assert said["text"] == "Отмечено: ответ неполный"
    assert await list_marks(bot) == [(0, "incomplete", True)]
    await bot.press_code(COORDINATOR, COORDINATOR, card["message_id"], "1:tmi:1")
    await bot.wait_until(lambda: True)
    assert await list_marks(bot) == []
    assert [row.action for row in await list_audit(bot, 1)][-2:] == ["answer_marked", "answer_unmarked"]


async def test_head_cannot_mark_the_own_answer(bot: Harness) -> None:
    await send_report(bot)
    await bot.press_button(ROADS_HEAD, await write_answer(bot, GOOD), "Отправить")
    card = await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    said = await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:tmi:1")
    assert said["text"].startswith("Вам это действие недоступно")
    assert await list_marks(bot) == []


@ON_BOTH
async def test_earlier_promise_about_the_same_place_is_quoted(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["more"] = "[problems]\njoin = false"
    await bot.start()
    await send_report(bot)
    await bot.press_button(ROADS_HEAD, await write_answer(bot, "Здравствуйте! Люк закроют до 25 ноября."), "Отправить")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await send_report(bot, who=PYOTR)
    await bot.press_button(ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 2), "Ответить")
    await bot.wait_for_message(ROADS_HEAD, "Ответ на №2")
    await bot.send_message(ROADS_HEAD, "Здравствуйте! Люк закроют 3 декабря.")
    await bot.wait_for_message(ROADS_HEAD, "— другой срок («3 декабря»): в ответе на №1 было «25 ноября»")


async def test_correction_is_marked_as_a_revision_of_its_own(bot: Harness) -> None:
    await send_report(bot)
    await bot.press_button(ROADS_HEAD, await write_answer(bot, "Яму засыплют сегодня до 18:00."), "Отправить")
    card = await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    assert await list_marks(bot) == [(0, "no_greeting", False)]
    await bot.press_button(ROADS_HEAD, card, "Исправить ответ")
    await bot.wait_for_message(ROADS_HEAD, "Исправление ответа на №1")
    await bot.send_message(ROADS_HEAD, "Здравствуйте! Яму засыплют скоро.")
    preview = await bot.wait_for_message(ROADS_HEAD, "Так будет выглядеть исправленный ответ", "нет даты или срока")
    await bot.press_button(ROADS_HEAD, preview, "Опубликовать исправление")
    assert await list_marks(bot) == [(0, "no_greeting", False), (1, "no_date", False)]
