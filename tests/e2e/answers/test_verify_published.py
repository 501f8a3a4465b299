"""An answer that was posted and does not stand any more is none: the head is told and decides."""

import csv
import io
from typing import Any

from bot.domain.answers import PublicationState
from bot.domain.tickets import State
from sandbox.faults import Fault, FaultKind
from tests.e2e.harness import COMMUNITY, GROUP, MARIA, ROADS_HEAD, SECOND_GROUP, Harness, message_text
from tests.e2e.operations.test_commands import run_command
from tests.e2e.queries import (
    HATCH,
    button_rows,
    get_ticket,
    get_ticket_state,
    list_audit,
    list_publications,
    open_history,
    send_report,
    wait_until_idle,
)

ANSWER = "Яму на Ленина засыплем до пятницы."
SERVICE = "vk-service-key-for-tests-only"


async def publish_answer(bot: Harness) -> int:
    """A citizen's message in the group is answered there; the answer's id."""
    await send_report(bot)
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    answer = await bot.wait_for_message(GROUP, ANSWER)
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await wait_until_idle(bot)
    return int(answer["message_id"])


async def wait_for_check(bot: Harness, minutes: int = 16) -> None:
    """Time passes; the bot has looked at what it posted."""
    await wait_until_idle(bot)
    bot.pass_time(minutes=minutes)
    await bot.wait_for_tasks("publication_check")
    await wait_until_idle(bot)


async def wait_for_removal_notice(bot: Harness, *pieces: str) -> dict[str, Any]:
    return await bot.wait_for_message(ROADS_HEAD, "⚠️ №1:", *pieces)


async def test_visible_answer_changes_nothing(bot: Harness) -> None:
    await publish_answer(bot)
    before = [message_text(letter) for letter in bot.bot_messages(GROUP)]
    await wait_for_check(bot, minutes=14)
    assert not [name for name, _ in bot.sandbox.telegram.calls if name == "editMessageReplyMarkup"]
    await wait_for_check(bot, minutes=2)
    assert len([name for name, _ in bot.sandbox.telegram.calls if name == "editMessageReplyMarkup"]) == 1
    await wait_for_check(bot, minutes=60)
    assert len([name for name, _ in bot.sandbox.telegram.calls if name == "editMessageReplyMarkup"]) == 1
    assert await get_ticket_state(bot, 1) is State.ANSWERED
    assert [message_text(letter) for letter in bot.bot_messages(GROUP)] == before


async def test_a_deleted_answer_in_telegram_is_published_again(bot: Harness) -> None:
    answer = await publish_answer(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.sandbox.telegram.delete(GROUP, answer)
    await wait_for_check(bot)

    note = await wait_for_removal_notice(bot, "опубликованный ответ удалён", ANSWER, "снова у вас в работе")

    assert note["reply_to_message"]["message_id"] == card["message_id"]
    assert button_rows(note) == [["🔁 Опубликовать снова"], ["✅ Закрыть"]]
    assert await get_ticket_state(bot, 1) is State.ACCEPTED
    found = await get_ticket(bot, 1)
    assert found.answered_at is None
    assert found.answer_due > bot.clock.now()
    await bot.wait_for_card(ROADS_HEAD, 1, "🛠 В работе", "Ответ был опубликован, но исчез")
    [row] = list(csv.DictReader(io.StringIO(await export_csv(bot))))
    assert (row["state"], row["answer_state"], row["answer_link"]) == ("accepted", "removed", "")

    await bot.press_button(ROADS_HEAD, note, "Опубликовать снова")
    await bot.press_button(ROADS_HEAD, await bot.wait_for_message(ROADS_HEAD, "(№1):", ANSWER), "Отправить")
    await bot.wait_for_message(GROUP, ANSWER)
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    card = await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    assert "опубликованный ответ исчез" in await open_history(bot, ROADS_HEAD, card)


async def export_csv(bot: Harness) -> str:
    await bot.stop()
    code, output, _ = await run_command(
        "export", "--codes", "--config", str(bot.folder / "config.toml"), cwd=bot.folder
    )
    assert code == 0
    await bot.start()
    return output


async def test_a_lost_answer_can_be_closed(bot: Harness) -> None:
    answer = await publish_answer(bot)
    await bot.sandbox.telegram.delete(GROUP, answer)
    await wait_for_check(bot)
    note = await wait_for_removal_notice(bot)
    await bot.press_button(ROADS_HEAD, note, "Закрыть")
    await bot.wait_until(lambda: message_text(note) == "✅ №1 закрыто, новый ответ не нужен.")
    assert await get_ticket_state(bot, 1) is State.CLOSED
    again = await bot.press_code(ROADS_HEAD, ROADS_HEAD, note["message_id"], "1:st:1:1")
    assert again["show_alert"]


async def test_question_that_is_rewritten_after_the_answer_is_told_at_once(bot: Harness) -> None:
    asked = await send_report(bot)
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    await bot.wait_for_message(GROUP, ANSWER)
    await wait_until_idle(bot)
    await wait_for_check(bot)
    bot.pass_time(days=2)
    await bot.sandbox.telegram.edit(GROUP, asked, "На Ленина 45 яма, а ещё на Ленина 47 открыт люк!")
    note = await wait_for_removal_notice(bot, "житель изменил сообщение после ответа", HATCH, "открыт люк", ANSWER)
    assert bot.sandbox.telegram.message_link(GROUP, asked) in [one.get("url") for one in note["entities"]]
    assert button_rows(note) == [["✍️ Ответить заново"], ["✅ Ответ подходит, закрыть"]]
    assert await get_ticket_state(bot, 1) is State.ACCEPTED
    assert [message_text(one) for one in bot.bot_messages(GROUP)] == [ANSWER], "nothing of it is said in public"
    await bot.press_button(ROADS_HEAD, note, "Ответ подходит")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    closed = await get_ticket(bot, 1)
    assert closed.state is State.CLOSED
    assert closed.answered_at is not None

    await bot.sandbox.telegram.edit(GROUP, asked, "Мэр вор, а яма тут ни при чём")
    await wait_for_removal_notice(bot, "Мэр вор", "открыт люк", "Ответ остаётся опубликованным")
    assert len(await list_audit(bot, 1, "answer_lost")) == 2


async def test_a_mended_comma_changes_nothing(bot: Harness) -> None:
    asked = await send_report(bot)
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    await wait_until_idle(bot)
    await bot.sandbox.telegram.edit(GROUP, asked, HATCH.replace(",", "").upper())
    await wait_for_check(bot)
    assert await get_ticket_state(bot, 1) is State.ANSWERED


async def test_ticket_stays_answered_when_one_of_two_posts_is_removed(bot: Harness) -> None:
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.sandbox.telegram.send_message(SECOND_GROUP, MARIA, HATCH)
    await bot.wait_for_card(ROADS_HEAD, 1, "«Дворы»")
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    await bot.wait_for_message(GROUP, ANSWER)
    gone = await bot.wait_for_message(SECOND_GROUP, ANSWER)
    await wait_until_idle(bot)
    await bot.sandbox.telegram.delete(SECOND_GROUP, gone["message_id"])
    await wait_for_check(bot)
    note = await wait_for_removal_notice(bot, "«Дворы»", "В других местах ответ остаётся")
    assert button_rows(note) == []
    assert await get_ticket_state(bot, 1) is State.ANSWERED


async def publish_in_vk(bot: Harness, *, service: bool = True) -> tuple[int, int]:
    """A comment in VK is answered; the post and our comment."""
    if service:
        bot.config_replacements[f'api_base = "{bot.sandbox.url}/vk"'] = (
            f'api_base = "{bot.sandbox.url}/vk"\nservice_token = "{SERVICE}"'
        )
        bot.sandbox.vk.service_key(SERVICE)
    await bot.start()
    post = await bot.sandbox.vk.post(COMMUNITY, "Новости")
    await bot.sandbox.vk.comment(COMMUNITY, post, MARIA, HATCH)
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    [ours] = [one for one in bot.sandbox.vk.comments(COMMUNITY, post) if one.text == ANSWER]
    return post, ours.id


async def test_closed_comments_in_vk(closed_bot: Harness) -> None:
    bot = closed_bot
    post, _ = await publish_in_vk(bot)
    await bot.sandbox.vk.close_comments(COMMUNITY, post)
    await wait_for_check(bot)
    await wait_for_removal_notice(bot, "комментарии под записью закрыли")
    assert [one.state for one in await list_publications(bot, 1)] == [PublicationState.REMOVED]


async def test_a_deletion_that_the_messenger_tells_of_is_heard_at_once(closed_bot: Harness) -> None:
    bot = closed_bot
    post, ours = await publish_in_vk(bot, service=False)
    await bot.sandbox.vk.delete_comment(COMMUNITY, post, ours, deleter_id=MARIA)
    await wait_for_removal_notice(bot, "опубликованный ответ удалён")
    assert await get_ticket_state(bot, 1) is State.ACCEPTED
    assert len(await list_audit(bot, 1, "answer_lost")) == 1


async def test_a_change_that_nobody_told_of_is_seen_when_looking(closed_bot: Harness) -> None:
    bot = closed_bot
    bot.sandbox.vk.world.communities[COMMUNITY].events.discard("wall_reply_edit")
    post, _ = await publish_in_vk(bot)
    [asked] = [one for one in bot.sandbox.vk.comments(COMMUNITY, post) if one.from_id == MARIA]
    await bot.sandbox.vk.edit_comment(COMMUNITY, post, asked.id, "На Ленина 45 яма и открытый люк, дети ходят!")
    await wait_for_check(bot)
    await wait_for_removal_notice(bot, "житель изменил сообщение после ответа", "открытый люк")
    await bot.wait_for_card(ROADS_HEAD, 1, "открытый люк")


async def test_a_look_survives_a_restart_and_a_silent_messenger(closed_bot: Harness) -> None:
    bot = closed_bot
    post, _ = await publish_in_vk(bot)
    await bot.sandbox.vk.close_comments(COMMUNITY, post)
    await bot.stop()
    bot.pass_time(minutes=20)
    bot.sandbox.vk.faults.order("execute", Fault(FaultKind.HTTP_500))
    await bot.start()
    await bot.wait_until(lambda: [call for call in bot.sandbox.vk.calls if call.method == "execute"])
    await wait_until_idle(bot)
    assert await get_ticket_state(bot, 1) is State.ANSWERED
    await wait_for_check(bot, minutes=3)
    await wait_for_removal_notice(bot, "комментарии под записью закрыли")
