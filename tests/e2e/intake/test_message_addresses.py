"""Places with rules of their own: a person answers there, nobody does, a group that became a supergroup."""

from bot.domain.answers import Poster, PublicationState
from bot.domain.tickets import State
from sandbox.faults import Fault, FaultKind
from tests.e2e.harness import COMMUNITY, GROUP, HOUSING_HEAD, MARIA, ROADS_HEAD, SECOND_GROUP, Town, words
from tests.e2e.queries import HATCH, audit, delivered, looks, publications, refusals, report, rows, state, ticket

ANSWER = "Засыплем сегодня."
BASIC = -4001


async def test_where_a_person_answers_the_head_gets_text_and_link(closed_town: Town) -> None:
    town = closed_town
    town.settings["answers"] = "person"
    await town.start()
    asked = await report(town)
    await town.answer(ROADS_HEAD, 1, ANSWER)

    note = await town.letter(ROADS_HEAD, "✍️ Ответ на №1 нужно опубликовать вручную", "«Подслушано»")
    assert rows(note) == [["✅ Опубликовано"], ["📋 Скопировать текст"]]
    assert note["reply_markup"]["inline_keyboard"][1][0]["copy_text"] == {"text": ANSWER}
    text = await town.until(lambda: [one for one in town.letters(ROADS_HEAD) if words(one) == ANSWER])
    assert looks(text[0]) == [("code", ANSWER)]
    links = [one["url"] for one in note["entities"] if one["type"] == "text_link"]
    assert links == [town.sandbox.telegram.link(GROUP, asked)]
    await town.card(ROADS_HEAD, 1, "Ответ ждёт публикации вручную: Начальник отдела дорог")
    assert await state(town, 1) is State.PUBLISHING
    draft = await town.letter(ROADS_HEAD, "Ответ на №1", "нужно опубликовать вручную")
    assert town.letters(GROUP) == []
    said = await town.press_raw(HOUSING_HEAD, HOUSING_HEAD, draft["message_id"], "1:p:1:1")
    assert said["show_alert"]

    said = await town.press(ROADS_HEAD, note, "Опубликовано")

    assert said["text"] == "Спасибо, отмечено"
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    await town.until(lambda: words(note) == "✅ Ответ на №1 опубликован вручную.")
    await town.letter(ROADS_HEAD, "✅ Ответ на №1 опубликован:", ANSWER)
    [publication] = await publications(town, 1)
    assert (publication.poster, publication.poster_id) == (Poster.PERSON, (await ticket(town, 1)).assignee_id)
    assert town.letters(GROUP) == []
    again = await town.press_raw(ROADS_HEAD, ROADS_HEAD, note["message_id"], "1:p:1:1")
    assert again["show_alert"]
    await town.press(ROADS_HEAD, await town.card(ROADS_HEAD, 1), "История")
    history = words(await town.letter(ROADS_HEAD, "🕘 История №1"))
    assert "ответ опубликован вручную — Начальник отдела дорог" in history
    assert history.count("опубликован") == 1


async def test_where_nobody_answers_it_is_kept(closed_town: Town) -> None:
    town = closed_town
    town.settings["answers"] = "off"
    await town.start()
    await report(town)
    await town.answer(ROADS_HEAD, 1, ANSWER)
    card = await town.card(ROADS_HEAD, 1, "✅ Отвечено", ANSWER)
    assert "Ответ сохранён: публиковать его там не разрешено настройкой" in words(card)
    await delivered(town)
    assert town.letters(GROUP) == []
    [publication] = await publications(town, 1)
    assert publication.state is PublicationState.KEPT


async def test_under_a_photo_of_vk_the_head_gets_text_and_link(town: Town) -> None:
    await town.sandbox.vk.photo_comment(COMMUNITY, 55, MARIA, HATCH)
    await town.answer(ROADS_HEAD, 1, ANSWER)
    note = await town.letter(ROADS_HEAD, "нужно опубликовать вручную")
    assert any("vk.com/photo" in one.get("url", "") for one in note["entities"])
    await town.press(ROADS_HEAD, note, "Опубликовано")
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")


async def test_one_place_fails_the_other_stands(town: Town) -> None:
    await report(town)
    await town.card(ROADS_HEAD, 1)
    await delivered(town)
    await town.sandbox.telegram.say(SECOND_GROUP, MARIA, HATCH)
    await town.card(ROADS_HEAD, 1, "«Дворы»")
    await town.sandbox.telegram.restrict_bot(GROUP)
    await town.answer(ROADS_HEAD, 1, ANSWER)
    await town.letter(SECOND_GROUP, ANSWER)
    note = await town.letter(ROADS_HEAD, "⚠️ Ответ на №1 не опубликован", "«Подслушано»")
    assert "В других местах ответ опубликован или ещё отправляется" in words(note)
    assert rows(note) == []
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    states = {publication.state for publication in await publications(town, 1)}
    assert states == {PublicationState.POSTED, PublicationState.FAILED}


async def test_a_group_became_a_supergroup_before_the_answer(closed_town: Town) -> None:
    town = closed_town
    town.rewrites[f"id = {SECOND_GROUP}"] = f"id = {BASIC}"
    town.sandbox.telegram.group(BASIC, "Двор", supergroup=False)
    await town.start()
    await town.sandbox.telegram.say(BASIC, MARIA, HATCH)
    await town.card(ROADS_HEAD, 1, "«Дворы»")
    new_id = await town.sandbox.telegram.migrate(BASIC)
    await delivered(town)

    await town.answer(ROADS_HEAD, 1, ANSWER)

    answer = await town.letter(new_id, ANSWER)
    assert words(answer) == f"{HATCH}\n{ANSWER}"
    assert answer["entities"][0]["type"] == "blockquote"
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")


async def test_a_migration_that_only_the_sending_tells_of(closed_town: Town) -> None:
    town = closed_town
    town.rewrites[f"id = {SECOND_GROUP}"] = f"id = {BASIC}"
    town.sandbox.telegram.group(BASIC, "Двор", supergroup=False)
    await town.start()
    await town.sandbox.telegram.say(BASIC, MARIA, HATCH)
    await town.card(ROADS_HEAD, 1)
    new_id = -1002000004001
    town.sandbox.telegram.group(new_id, "Двор")
    card = await town.card(ROADS_HEAD, 1)
    await town.write(ROADS_HEAD, ANSWER, reply_to=card["message_id"])
    draft = await town.letter(ROADS_HEAD, "Так ответ увидит житель")
    await delivered(town)
    town.sandbox.telegram.world.place(BASIC).migrated_to = new_id
    await town.press(ROADS_HEAD, draft, "Отправить")
    answer = await town.letter(new_id, ANSWER)
    assert words(answer).startswith(HATCH)
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")


async def test_the_bot_was_thrown_out_before_the_answer(town: Town) -> None:
    await report(town)
    await town.card(ROADS_HEAD, 1)
    await town.sandbox.telegram.kick_bot(GROUP)
    await town.answer(ROADS_HEAD, 1, ANSWER)
    note = await town.letter(ROADS_HEAD, "⚠️ Ответ на №1 не опубликован", "бота убрали", ANSWER)
    await town.sandbox.telegram.invite_bot(GROUP)
    await town.press(ROADS_HEAD, note, "Отправить ещё раз")
    await town.press(ROADS_HEAD, await town.letter(ROADS_HEAD, "Так ответ увидит житель"), "Отправить")
    await town.letter(GROUP, ANSWER)
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    assert [row.action for row in await audit(town, 1)].count("publication_failed") == 1
    assert await refusals(town, 1) == []


async def test_a_day_of_failures_ends_with_the_head(town: Town) -> None:
    post = await town.sandbox.vk.post(COMMUNITY, "Новости")
    await town.sandbox.vk.comment(COMMUNITY, post, MARIA, HATCH)
    await town.card(ROADS_HEAD, 1)
    town.sandbox.vk.faults.order("wall.createComment", Fault(FaultKind.HTTP_500), times=2)
    await town.answer(ROADS_HEAD, 1, ANSWER)
    await delivered(town)
    town.pass_time(hours=24)
    await town.letter(ROADS_HEAD, "⚠️ Ответ на №1 не опубликован", "мессенджер не ответил")
    assert await state(town, 1) is State.ACCEPTED
