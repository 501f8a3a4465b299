"""An answer that was posted and does not stand any more is none: the head is told and decides."""

import csv
import io
from typing import Any

from bot.domain.answers import PublicationState
from bot.domain.tickets import State
from sandbox.faults import Fault, FaultKind
from tests.e2e.harness import COMMUNITY, GROUP, MARIA, ROADS_HEAD, SECOND_GROUP, Town, words
from tests.e2e.operations.test_commands import command
from tests.e2e.queries import HATCH, audit, delivered, publications, report, rows, state, ticket

ANSWER = "Яму на Ленина засыплем до пятницы."
SERVICE = "vk-service-key-for-tests-only"


async def answered(town: Town) -> int:
    """A citizen's message in the group is answered there; the answer's id."""
    await report(town)
    await town.answer(ROADS_HEAD, 1, ANSWER)
    answer = await town.letter(GROUP, ANSWER)
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    await delivered(town)
    return int(answer["message_id"])


async def looked(town: Town, minutes: int = 16) -> None:
    """Time passes; the bot has looked at what it posted."""
    await delivered(town)
    town.pass_time(minutes=minutes)
    await town.swept("lookout")
    await delivered(town)


async def lost(town: Town, *pieces: str) -> dict[str, Any]:
    return await town.letter(ROADS_HEAD, "⚠️ №1:", *pieces)


async def test_what_stands_is_left_in_peace(town: Town) -> None:
    await answered(town)
    before = [words(letter) for letter in town.letters(GROUP)]
    await looked(town, minutes=14)
    assert not [name for name, _ in town.sandbox.telegram.calls if name == "editMessageReplyMarkup"]
    await looked(town, minutes=2)
    assert len([name for name, _ in town.sandbox.telegram.calls if name == "editMessageReplyMarkup"]) == 1
    await looked(town, minutes=60)
    assert len([name for name, _ in town.sandbox.telegram.calls if name == "editMessageReplyMarkup"]) == 1
    assert await state(town, 1) is State.ANSWERED
    assert [words(letter) for letter in town.letters(GROUP)] == before


async def test_a_deleted_answer_in_telegram_is_published_again(town: Town) -> None:
    answer = await answered(town)
    card = await town.card(ROADS_HEAD, 1)
    await town.sandbox.telegram.delete(GROUP, answer)
    await looked(town)

    note = await lost(town, "опубликованный ответ удалён", ANSWER, "снова у вас в работе")

    assert note["reply_to_message"]["message_id"] == card["message_id"]
    assert rows(note) == [["🔁 Опубликовать снова"], ["✅ Закрыть"]]
    assert await state(town, 1) is State.ACCEPTED
    found = await ticket(town, 1)
    assert found.answered_at is None
    assert found.answer_due > town.clock.now()
    await town.card(ROADS_HEAD, 1, "🛠 В работе", "Ответ был опубликован, но исчез")
    [row] = list(csv.DictReader(io.StringIO(await exported(town))))
    assert (row["state"], row["answer_state"], row["answer_link"]) == ("accepted", "removed", "")

    await town.press(ROADS_HEAD, note, "Опубликовать снова")
    await town.press(ROADS_HEAD, await town.letter(ROADS_HEAD, "(№1):", ANSWER), "Отправить")
    await town.letter(GROUP, ANSWER)
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    await town.press(ROADS_HEAD, await town.card(ROADS_HEAD, 1, "✅ Отвечено"), "История")
    assert "опубликованный ответ исчез" in words(await town.letter(ROADS_HEAD, "🕘 История №1"))


async def exported(town: Town) -> str:
    await town.stop()
    code, output, _ = await command("export", "--config", str(town.folder / "config.toml"), cwd=town.folder)
    assert code == 0
    await town.start()
    return output


async def test_a_lost_answer_can_be_closed(town: Town) -> None:
    answer = await answered(town)
    await town.sandbox.telegram.delete(GROUP, answer)
    await looked(town)
    note = await lost(town)
    await town.press(ROADS_HEAD, note, "Закрыть")
    await town.until(lambda: words(note) == "✅ №1 закрыто, новый ответ не нужен.")
    assert await state(town, 1) is State.CLOSED
    again = await town.press_raw(ROADS_HEAD, ROADS_HEAD, note["message_id"], "1:st:1:1")
    assert again["show_alert"]


async def test_words_that_were_changed_after_the_answer(town: Town) -> None:
    asked = await report(town)
    await town.answer(ROADS_HEAD, 1, ANSWER)
    await town.letter(GROUP, ANSWER)
    await delivered(town)
    await town.sandbox.telegram.edit(GROUP, asked, "На Ленина 45 яма, а ещё на Ленина 47 открыт люк!")
    await looked(town)
    note = await lost(town, "житель изменил сообщение после ответа", "открыт люк", ANSWER)
    assert rows(note) == [["✍️ Ответить заново"], ["✅ Ответ подходит, закрыть"]]
    assert await state(town, 1) is State.ACCEPTED
    await town.press(ROADS_HEAD, note, "Ответ подходит")
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    closed = await ticket(town, 1)
    assert closed.state is State.CLOSED
    assert closed.answered_at is not None


async def test_a_mended_comma_changes_nothing(town: Town) -> None:
    asked = await report(town)
    await town.answer(ROADS_HEAD, 1, ANSWER)
    await delivered(town)
    await town.sandbox.telegram.edit(GROUP, asked, HATCH.replace(",", "").upper())
    await looked(town)
    assert await state(town, 1) is State.ANSWERED


async def test_where_one_of_two_places_is_lost_the_ticket_stays_answered(town: Town) -> None:
    await report(town)
    await town.card(ROADS_HEAD, 1)
    await town.sandbox.telegram.say(SECOND_GROUP, MARIA, HATCH)
    await town.card(ROADS_HEAD, 1, "«Дворы»")
    await town.answer(ROADS_HEAD, 1, ANSWER)
    await town.letter(GROUP, ANSWER)
    gone = await town.letter(SECOND_GROUP, ANSWER)
    await delivered(town)
    await town.sandbox.telegram.delete(SECOND_GROUP, gone["message_id"])
    await looked(town)
    note = await lost(town, "«Дворы»", "В других местах ответ остаётся")
    assert rows(note) == []
    assert await state(town, 1) is State.ANSWERED


async def in_vk(town: Town, *, service: bool = True) -> tuple[int, int]:
    """A comment in VK is answered; the post and our comment."""
    if service:
        town.rewrites[f'api_base = "{town.sandbox.url}/vk"'] = (
            f'api_base = "{town.sandbox.url}/vk"\nservice_token = "{SERVICE}"'
        )
        town.sandbox.vk.service_key(SERVICE)
    await town.start()
    post = await town.sandbox.vk.post(COMMUNITY, "Новости")
    await town.sandbox.vk.comment(COMMUNITY, post, MARIA, HATCH)
    await town.answer(ROADS_HEAD, 1, ANSWER)
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    [ours] = [one for one in town.sandbox.vk.comments(COMMUNITY, post) if one.text == ANSWER]
    return post, ours.id


async def test_closed_comments_in_vk(closed_town: Town) -> None:
    town = closed_town
    post, _ = await in_vk(town)
    await town.sandbox.vk.close_comments(COMMUNITY, post)
    await looked(town)
    await lost(town, "комментарии под записью закрыли")
    assert [one.state for one in await publications(town, 1)] == [PublicationState.REMOVED]


async def test_a_deletion_that_the_messenger_tells_of_is_heard_at_once(closed_town: Town) -> None:
    town = closed_town
    post, ours = await in_vk(town, service=False)
    await town.sandbox.vk.delete_comment(COMMUNITY, post, ours, deleter_id=MARIA)
    await lost(town, "опубликованный ответ удалён")
    assert await state(town, 1) is State.ACCEPTED
    assert len(await audit(town, 1, "answer_lost")) == 1


async def test_a_change_that_nobody_told_of_is_seen_when_looking(closed_town: Town) -> None:
    town = closed_town
    town.sandbox.vk.world.communities[COMMUNITY].events.discard("wall_reply_edit")
    post, _ = await in_vk(town)
    [asked] = [one for one in town.sandbox.vk.comments(COMMUNITY, post) if one.from_id == MARIA]
    await town.sandbox.vk.edit_comment(COMMUNITY, post, asked.id, "На Ленина 45 яма и открытый люк, дети ходят!")
    await looked(town)
    await lost(town, "житель изменил сообщение после ответа", "открытый люк")
    await town.card(ROADS_HEAD, 1, "открытый люк")


async def test_a_look_survives_a_restart_and_a_silent_messenger(closed_town: Town) -> None:
    town = closed_town
    post, _ = await in_vk(town)
    await town.sandbox.vk.close_comments(COMMUNITY, post)
    await town.stop()
    town.pass_time(minutes=20)
    town.sandbox.vk.faults.order("execute", Fault(FaultKind.HTTP_500))
    await town.start()
    await town.until(lambda: [call for call in town.sandbox.vk.calls if call.method == "execute"])
    await delivered(town)
    assert await state(town, 1) is State.ANSWERED
    await looked(town, minutes=3)
    await lost(town, "комментарии под записью закрыли")
