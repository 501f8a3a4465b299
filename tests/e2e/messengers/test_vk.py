"""VK's rules: its errors by number, doubt without doubles, limits."""

import hashlib
from typing import Any

import pytest

from bot.domain.tickets import State
from bot.messengers.vk import errors
from sandbox.faults import Fault, FaultKind
from tests.e2e.harness import (
    ADMINISTRATOR,
    COMMUNITY,
    COORDINATOR,
    GROUP,
    MARIA,
    PYOTR,
    ROADS_HEAD,
    STAFF,
    Harness,
    message_text,
)
from tests.e2e.queries import (
    HATCH,
    button_rows,
    get_ticket_state,
    list_audit,
    wait_for_preview,
    wait_for_unblocked_messages,
    wait_until_idle,
)

ANSWER = "Засыплем сегодня."


def vk_error(code: int, words: str = "", **more: Any) -> Fault:
    """An answer of VK's with an error."""
    body = {"error_code": code, "error_msg": words or f"error {code}", "request_params": [], **more}
    return Fault(FaultKind.ANSWER, 200, {"error": body})


def private_answers(bot: Harness) -> list[str]:
    """Answers in Maria's talk with the community (without «принято»)."""
    out = [m for m in bot.sandbox.vk.messages(COMMUNITY, MARIA) if m.out]
    return [m.text for m in out if "принято" not in m.text]


async def prepare_private_answer(bot: Harness) -> dict[str, Any]:
    """Maria writes to the community; the preview of an answer."""
    await bot.sandbox.vk.send_message(COMMUNITY, MARIA, HATCH)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.wait_until(lambda: [m for m in bot.sandbox.vk.messages(COMMUNITY, MARIA) if "принято" in m.text])
    await bot.send_message(ROADS_HEAD, ANSWER, reply_to=card["message_id"])
    return await wait_for_preview(bot, ROADS_HEAD, ANSWER)


async def prepare_comment_answer(bot: Harness, answer: str = ANSWER) -> tuple[int, dict[str, Any]]:
    """Maria comments a post; the post and the preview of an answer."""
    post = await bot.sandbox.vk.post(COMMUNITY, "Новости")
    await bot.sandbox.vk.comment(COMMUNITY, post, MARIA, HATCH)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, answer, reply_to=card["message_id"])
    return post, await wait_for_preview(bot, ROADS_HEAD, answer)


def comment_texts(bot: Harness, post: int) -> list[str]:
    return [c.text for c in bot.sandbox.vk.comments(COMMUNITY, post) if c.from_id == -COMMUNITY]


@pytest.mark.parametrize("code", [6, 9, 10, 1])
async def test_errors_that_pass(
    bot: Harness, code: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(errors, "FLOOD_PAUSE", 1.0)
    draft = await prepare_private_answer(bot)
    bot.sandbox.vk.faults.order("messages.send", vk_error(code))
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    await wait_for_unblocked_messages(bot)
    await bot.wait_until(lambda: "delivery failed" in caplog.text)  # the pause is counted from before this line
    assert private_answers(bot) == []
    bot.pass_time(seconds=1)
    await bot.wait_until(lambda: private_answers(bot) == [ANSWER])
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (7, "не разрешает там писать"),
        (14, "VK просит подтвердить, что пишет человек"),
        (15, "не разрешает там писать"),
        (100, "мессенджер отклонил запрос"),
        (901, "житель запретил сообщения"),
        (902, "житель запретил сообщения"),
        (913, "мессенджер отклонил запрос"),
        (914, "текст слишком длинный"),
        (917, "не разрешает там писать"),
    ],
)
async def test_errors_that_stay_bring_the_ticket_back(bot: Harness, code: int, reason: str) -> None:
    draft = await prepare_private_answer(bot)
    captcha = {"captcha_sid": "1", "captcha_img": "https://vk.com/captcha"} if code == 14 else {}
    bot.sandbox.vk.faults.order("messages.send", vk_error(code, **captcha))
    await bot.press_button(ROADS_HEAD, draft, "Отправить")

    note = await bot.wait_for_message(ROADS_HEAD, "⚠️ Ответ на №1 не опубликован", reason, ANSWER)
    assert "Сообщение снова у вас в работе, текст ответа сохранён" in message_text(note)
    assert button_rows(note) == [["🔁 Отправить ещё раз"]]
    assert await get_ticket_state(bot, 1) is State.ACCEPTED
    card = await bot.wait_for_card(ROADS_HEAD, 1, "🛠 №1", "В работе: Начальник отдела дорог")
    assert button_rows(card)[0] == ["✍️ Ответить"]

    await bot.press_button(ROADS_HEAD, note, "Отправить ещё раз")
    again = await bot.wait_until(
        lambda: next(
            (one for one in bot.bot_messages(ROADS_HEAD)[-1:] if "📤 Отправить" in str(button_rows(one))), None
        )
    )
    assert message_text(again).startswith(f"Так ответ увидит житель (№1):\n\n{ANSWER}")
    await bot.wait_until(lambda: button_rows(note) == [])
    await bot.press_button(ROADS_HEAD, again, "Отправить")
    await bot.wait_until(lambda: private_answers(bot) == [ANSWER])
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    assert [row.action for row in await list_audit(bot, 1)].count("publication_failed") == 1


async def test_a_wrong_token_is_told_once_and_the_answer_waits(bot: Harness) -> None:
    draft = await prepare_private_answer(bot)
    bot.sandbox.vk.faults.order("messages.send", vk_error(5), times=2)
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    await wait_until_idle(bot)
    bot.pass_time(seconds=30)
    await wait_until_idle(bot)
    assert private_answers(bot) == []
    assert "Ответ отправляется" in message_text(await bot.wait_for_card(ROADS_HEAD, 1, "📤"))
    await bot.wait_for_message(ADMINISTRATOR, "токен не принят", "VK «Администрация»")
    bot.pass_time(seconds=30)
    await bot.wait_until(lambda: private_answers(bot) == [ANSWER])
    assert len([text for text in bot.bot_texts(ADMINISTRATOR) if "токен не принят" in text]) == 1


@pytest.mark.parametrize("trouble", [FaultKind.HTTP_500, FaultKind.HANG, FaultKind.DROP, FaultKind.REFUSE])
async def test_doubt_never_makes_a_double(closed_bot: Harness, trouble: FaultKind) -> None:
    """``random_id`` is the same at every try, so VK shows the message once."""
    bot = closed_bot
    bot.call_seconds = 1
    await bot.start()
    draft = await prepare_private_answer(bot)
    bot.sandbox.vk.faults.order("messages.send", Fault(trouble), times=2)
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    for _ in range(3):
        await wait_until_idle(bot)
        bot.pass_time(seconds=2)
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    assert private_answers(bot) == [ANSWER]
    calls = [c for c in bot.sandbox.vk.calls if c.method == "messages.send" and c.params.get("message") == ANSWER]
    assert len(calls) == 3
    assert len({call.params["random_id"] for call in calls}) == 1
    assert await list_audit(bot, 1, "resent") == []


async def test_a_fresh_database_answers_as_well(bot: Harness) -> None:
    """Its rows have the numbers of the lost ones, but no messages of their own that VK could know."""
    draft = await prepare_private_answer(bot)
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    old_card = await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    before = len([m for m in bot.sandbox.vk.messages(COMMUNITY, MARIA) if m.out])
    await wait_until_idle(bot)
    await bot.stop()
    for file in bot.folder.glob("mcu.sqlite3*"):
        file.unlink()
    bot.sandbox.vk.calls.clear()
    await bot.start_staff()
    await bot.start()
    await bot.sandbox.vk.send_message(COMMUNITY, MARIA, HATCH)
    await bot.wait_until(lambda: len([m for m in bot.sandbox.vk.messages(COMMUNITY, MARIA) if m.out]) > before)
    card = await bot.wait_until(lambda: bot.find_message(ROADS_HEAD, "🆕 №1 ·"))
    assert card["message_id"] != old_card["message_id"]
    await bot.send_message(ROADS_HEAD, "И второй закрыли.", reply_to=card["message_id"])
    draft = await wait_for_preview(bot, ROADS_HEAD, "И второй закрыли.")
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    await bot.wait_until(lambda: private_answers(bot)[-1] == "И второй закрыли.")


async def test_a_row_of_release_010_keeps_its_key(bot: Harness) -> None:
    """The older release may have sent it already: under another key the citizen would read it twice."""
    draft = await prepare_private_answer(bot)
    await wait_until_idle(bot)
    bot.sandbox.vk.faults.order("messages.send", Fault(FaultKind.DROP))
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    await wait_for_unblocked_messages(bot)
    await bot.wait_until(lambda: private_answers(bot) == [ANSWER])
    assert bot.app is not None
    async with bot.app.database.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE outbox SET own_key = NULL WHERE kind = 'publication'")
        row_id = (await connection.exec_driver_sql("SELECT id FROM outbox WHERE kind = 'publication'")).scalar_one()
    digest = hashlib.sha256(f"{row_id}:0\n{MARIA}".encode()).digest()
    bot.sandbox.vk.messages(COMMUNITY, MARIA)[-1].random_id = int.from_bytes(digest[:4]) >> 1

    for _ in range(3):
        await wait_until_idle(bot)
        bot.pass_time(seconds=2)
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    assert private_answers(bot) == [ANSWER]


async def test_a_comment_is_never_doubled_either(bot: Harness) -> None:
    post, draft = await prepare_comment_answer(bot)
    bot.sandbox.vk.faults.order("wall.createComment", Fault(FaultKind.DROP), times=2)
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    for _ in range(3):
        await wait_until_idle(bot)
        bot.pass_time(seconds=2)
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    assert comment_texts(bot, post) == [ANSWER]


async def test_answer_names_citizen_and_quotes_nothing_when_comment_is_gone(bot: Harness) -> None:
    vk = bot.sandbox.vk
    post, draft = await prepare_comment_answer(bot)
    [comment] = vk.comments(COMMUNITY, post)
    comment.deleted = True  # VK's event about it is late
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    [answer] = vk.comments(COMMUNITY, post)
    assert answer.text == f"[id{MARIA}|Мария Ким], ответ на ваше сообщение:\n{ANSWER}"
    assert answer.reply_to_comment is None


async def test_comments_are_closed_then_the_head_hears_of_it(bot: Harness) -> None:
    post, draft = await prepare_comment_answer(bot)
    await bot.sandbox.vk.close_comments(COMMUNITY, post)
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    await bot.wait_for_message(
        ROADS_HEAD, "⚠️ Ответ на №1 не опубликован", "комментарии закрыты", "Открыть сообщение жителя"
    )
    assert await get_ticket_state(bot, 1) is State.ACCEPTED


async def test_links_are_forbidden_then_the_head_learns_what_to_change(bot: Harness) -> None:
    post, draft = await prepare_comment_answer(bot, "Подробнее: https://town.ru/roads")
    bot.sandbox.vk.world.posts[(COMMUNITY, post)].links_forbidden = True
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    note = await bot.wait_for_message(ROADS_HEAD, "⚠️ Ответ на №1 не опубликован")
    assert "VK не пропускает ссылки в этих комментариях; уберите ссылку из ответа" in message_text(note)
    assert await get_ticket_state(bot, 1) is State.ACCEPTED


async def test_nine_pictures_and_a_mention_reach_the_card(bot: Harness) -> None:
    """VK brings the first picture and leaves the others out; a mention comes as its markup."""
    await bot.sandbox.vk.send_message(
        COMMUNITY, MARIA, f"[id{PYOTR}|Пётр] видел: {HATCH}", photos=[b"\xff\xd8\xff\xe0 a picture"] * 9
    )
    await bot.wait_for_card(ROADS_HEAD, 1, f"Пётр видел: {HATCH}")
    stored = await bot.find_stored_message(f"vk:{COMMUNITY}", MARIA, 1)
    assert stored is not None
    assert [item["kind"] for item in stored.media] == ["photo"] * 9


async def test_the_post_is_gone_with_everything_under_it(bot: Harness) -> None:
    post, draft = await prepare_comment_answer(bot)
    await bot.sandbox.vk.delete_post(COMMUNITY, post)
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    await bot.wait_for_message(ROADS_HEAD, "⚠️ Ответ на №1 не опубликован", "запись удалены")
    assert await get_ticket_state(bot, 1) is State.ACCEPTED


async def test_a_long_answer_is_parted_at_a_paragraph_and_keeps_its_order(bot: Harness) -> None:
    first, second = "Первая часть. " * 200, "Вторая часть. " * 200
    post = await bot.sandbox.vk.post(COMMUNITY, "Новости")
    comment = await bot.sandbox.vk.comment(COMMUNITY, post, MARIA, HATCH)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    for part in (first, second):
        await bot.send_message(ROADS_HEAD, part, reply_to=card["message_id"])
        await wait_until_idle(bot)
    letter = [one for one in bot.bot_messages(ROADS_HEAD) if "📤 Отправить" in str(button_rows(one))][-1]
    await bot.press_button(ROADS_HEAD, letter, "Отправить")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    assert comment_texts(bot, post) == [first.strip(), second.strip()]
    assert bot.sandbox.vk.comments(COMMUNITY, post)[1].reply_to_comment == comment


async def test_a_head_who_works_in_vk(closed_bot: Harness) -> None:
    """The same cards and buttons in the other messenger."""
    bot, vk = closed_bot, closed_bot.sandbox.vk
    vk.user(3001, "Лев", "Орлов")
    bot.settings["staff"] = STAFF.replace("telegram_id = 1001", "vk_id = 3001")
    await bot.start()
    await vk.send_message(COMMUNITY, 3001, "Начать", payload={"command": "start"})
    await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, 3001) if "Вы подключены" in m.text])
    await vk.send_message(COMMUNITY, MARIA, HATCH)
    card = await bot.wait_until(lambda: next((m for m in vk.messages(COMMUNITY, 3001) if "№1 · " in m.text), None))
    await vk.press_button(3001, COMMUNITY, card, "✅ Принять")
    await bot.wait_until(lambda: "В работе" in card.text)
    await vk.press_button(3001, COMMUNITY, card, "✍️ Ответить")
    await bot.wait_until(lambda: [m for m in vk.messages(COMMUNITY, 3001) if "Ответ на №1" in m.text])
    await vk.send_message(COMMUNITY, 3001, ANSWER)
    draft = await bot.wait_until(lambda: next((m for m in vk.messages(COMMUNITY, 3001) if "Так ответ" in m.text), None))
    await vk.press_button(3001, COMMUNITY, draft, "📤 Отправить")
    await bot.wait_until(lambda: private_answers(bot) == [ANSWER])
    await bot.wait_until(lambda: "✅ Отвечено" in card.text)
    assert bot.find_message(COORDINATOR, "№1") is None


async def test_a_card_whose_sending_nobody_confirmed_shows_the_ticket_as_it_is(closed_bot: Harness) -> None:
    """VK shows a repeated message once, and as it was at first: what has changed meanwhile must still be shown."""
    bot, vk = closed_bot, closed_bot.sandbox.vk
    bot.settings["staff"] = STAFF.replace("telegram_id = 1001", "vk_id = 1001")
    vk.user(ROADS_HEAD, "Иван", "Ли")
    await vk.allow_messages(COMMUNITY, ROADS_HEAD)
    await bot.start()
    await wait_until_idle(bot)
    vk.faults.order("messages.send", Fault(FaultKind.DROP))
    await bot.sandbox.telegram.send_message(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")
    card = await bot.wait_until(lambda: next((m for m in vk.messages(COMMUNITY, ROADS_HEAD) if "№1 ·" in m.text), None))
    await vk.press_button(ROADS_HEAD, COMMUNITY, card, "✅ Принять")
    await bot.wait_for_inbox()
    bot.pass_time(seconds=2)
    await bot.wait_until(lambda: "В работе" in card.text)
    await wait_until_idle(bot)
    assert len([m for m in vk.messages(COMMUNITY, ROADS_HEAD) if "№1 ·" in m.text]) == 1
