"""Places with rules of their own: a person answers there, nobody does, a group that became a supergroup."""

from bot.domain.answers import Poster, PublicationState
from bot.domain.tickets import State
from sandbox.faults import Fault, FaultKind
from tests.e2e.harness import COMMUNITY, GROUP, HOUSING_HEAD, MARIA, ROADS_HEAD, SECOND_GROUP, Harness, message_text
from tests.e2e.queries import (
    HATCH,
    button_rows,
    get_ticket,
    get_ticket_state,
    list_audit,
    list_publications,
    open_history,
    refusal_codes,
    send_report,
    styled_spans,
    wait_until_idle,
)

ANSWER = "Засыплем сегодня."
BASIC = -4001


async def test_head_gets_text_and_link_where_a_person_answers(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["answers"] = "person"
    await bot.start()
    asked = await send_report(bot)
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)

    note = await bot.wait_for_message(ROADS_HEAD, "✍️ Ответ на №1 нужно опубликовать вручную", "«Подслушано»")
    assert button_rows(note) == [["✅ Опубликовано"], ["📋 Скопировать текст"]]
    assert note["reply_markup"]["inline_keyboard"][1][0]["copy_text"] == {"text": ANSWER}
    text = await bot.wait_until(lambda: [one for one in bot.bot_messages(ROADS_HEAD) if message_text(one) == ANSWER])
    assert styled_spans(text[0]) == [("code", ANSWER)]
    links = [one["url"] for one in note["entities"] if one["type"] == "text_link"]
    assert links == [bot.sandbox.telegram.message_link(GROUP, asked)]
    await bot.wait_for_card(ROADS_HEAD, 1, "Ответ ждёт публикации вручную: Начальник отдела дорог")
    assert await get_ticket_state(bot, 1) is State.PUBLISHING
    draft = await bot.wait_for_message(ROADS_HEAD, "Ответ на №1", "нужно опубликовать вручную")
    assert bot.bot_messages(GROUP) == []
    said = await bot.press_code(HOUSING_HEAD, HOUSING_HEAD, draft["message_id"], "1:p:1:1")
    assert said["show_alert"]

    said = await bot.press_button(ROADS_HEAD, note, "Опубликовано")

    assert said["text"] == "Спасибо, отмечено"
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await bot.wait_until(lambda: message_text(note) == "✅ Ответ на №1 опубликован вручную.")
    await bot.wait_for_message(ROADS_HEAD, "✅ Ответ на №1 опубликован:", ANSWER)
    [publication] = await list_publications(bot, 1)
    assert (publication.poster, publication.poster_id) == (Poster.PERSON, (await get_ticket(bot, 1)).assignee_id)
    assert bot.bot_messages(GROUP) == []
    again = await bot.press_code(ROADS_HEAD, ROADS_HEAD, note["message_id"], "1:p:1:1")
    assert again["show_alert"]
    history = await open_history(bot, ROADS_HEAD, await bot.wait_for_card(ROADS_HEAD, 1))
    assert "ответ опубликован вручную — Начальник отдела дорог" in history
    assert history.count("опубликован") == 1


async def test_answer_is_kept_where_nobody_answers(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.settings["answers"] = "off"
    await bot.start()
    await send_report(bot)
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    card = await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено", ANSWER)
    assert "Ответ сохранён: публиковать его там не разрешено настройкой" in message_text(card)
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []
    [publication] = await list_publications(bot, 1)
    assert publication.state is PublicationState.KEPT


async def test_under_a_photo_of_vk_the_head_gets_text_and_link(bot: Harness) -> None:
    await bot.sandbox.vk.photo_comment(COMMUNITY, 55, MARIA, HATCH)
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    note = await bot.wait_for_message(ROADS_HEAD, "нужно опубликовать вручную")
    assert any("vk.com/photo" in one.get("url", "") for one in note["entities"])
    await bot.press_button(ROADS_HEAD, note, "Опубликовано")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")


async def test_one_place_fails_the_other_stands(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    await bot.sandbox.telegram.send_message(SECOND_GROUP, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1, "«Дворы»")
    await bot.sandbox.telegram.restrict_bot(GROUP)
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    await bot.wait_for_message(SECOND_GROUP, ANSWER)
    note = await bot.wait_for_message(ROADS_HEAD, "⚠️ Ответ на №1 не опубликован", "«Подслушано»")
    assert "В других местах ответ опубликован или ещё отправляется" in message_text(note)
    assert button_rows(note) == []
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    states = {publication.state for publication in await list_publications(bot, 1)}
    assert states == {PublicationState.POSTED, PublicationState.FAILED}


async def test_a_group_became_a_supergroup_before_the_answer(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.config_replacements[f"id = {SECOND_GROUP}"] = f"id = {BASIC}"
    bot.sandbox.telegram.group(BASIC, "Двор", supergroup=False)
    await bot.start()
    await bot.sandbox.telegram.send_message(BASIC, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1, "«Дворы»")
    new_id = await bot.sandbox.telegram.migrate(BASIC)
    await wait_until_idle(bot)

    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)

    answer = await bot.wait_for_message(new_id, ANSWER)
    assert message_text(answer) == f"Мария, ответ на ваше сообщение:\n{ANSWER}"
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")


async def test_a_migration_that_only_the_sending_tells_of(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.config_replacements[f"id = {SECOND_GROUP}"] = f"id = {BASIC}"
    bot.sandbox.telegram.group(BASIC, "Двор", supergroup=False)
    await bot.start()
    await bot.sandbox.telegram.send_message(BASIC, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    new_id = -1002000004001
    bot.sandbox.telegram.group(new_id, "Двор")
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, ANSWER, reply_to=card["message_id"])
    draft = await bot.wait_for_message(ROADS_HEAD, "Так ответ увидит житель")
    await wait_until_idle(bot)
    bot.sandbox.telegram.world.get_chat(BASIC).migrated_to = new_id
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    answer = await bot.wait_for_message(new_id, ANSWER)
    assert message_text(answer) == f"Мария, ответ на ваше сообщение:\n{ANSWER}"
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")


async def test_the_bot_was_thrown_out_before_the_answer(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.sandbox.telegram.kick_bot(GROUP)
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    note = await bot.wait_for_message(ROADS_HEAD, "⚠️ Ответ на №1 не опубликован", "бота убрали", ANSWER)
    await bot.sandbox.telegram.invite_bot(GROUP)
    await bot.press_button(ROADS_HEAD, note, "Отправить ещё раз")
    await bot.press_button(ROADS_HEAD, await bot.wait_for_message(ROADS_HEAD, "Так ответ увидит житель"), "Отправить")
    await bot.wait_for_message(GROUP, ANSWER)
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    assert [row.action for row in await list_audit(bot, 1)].count("publication_failed") == 1
    assert await refusal_codes(bot, 1) == []


async def test_three_days_of_failures_end_with_the_head(bot: Harness) -> None:
    post = await bot.sandbox.vk.post(COMMUNITY, "Новости")
    await bot.sandbox.vk.comment(COMMUNITY, post, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1)
    bot.sandbox.vk.faults.order("wall.createComment", Fault(FaultKind.HTTP_500), times=2)
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    await wait_until_idle(bot)
    bot.pass_time(hours=72)
    await bot.wait_for_message(ROADS_HEAD, "⚠️ Ответ на №1 не опубликован", "мессенджер не ответил")
    assert await get_ticket_state(bot, 1) is State.ACCEPTED
