"""VK's rules: its errors by number, doubt without doubles, limits."""

from typing import Any

import pytest

from bot.domain.tickets import State
from bot.messengers.vk import errors
from sandbox.faults import Fault, FaultKind
from tests.e2e.harness import ADMINISTRATOR, COMMUNITY, COORDINATOR, GROUP, MARIA, ROADS_HEAD, STAFF, Town, words
from tests.e2e.queries import HATCH, audit, delivered, others_served, preview, rows, state

ANSWER = "Засыплем сегодня."


def error(code: int, words: str = "", **more: Any) -> Fault:
    """An answer of VK's with an error."""
    body = {"error_code": code, "error_msg": words or f"error {code}", "request_params": [], **more}
    return Fault(FaultKind.ANSWER, 200, {"error": body})


def said(town: Town) -> list[str]:
    """Answers in Maria's talk with the community (without «принято»)."""
    out = [m for m in town.sandbox.vk.messages(COMMUNITY, MARIA) if m.out]
    return [m.text for m in out if "принято" not in m.text]


async def asked(town: Town) -> dict[str, Any]:
    """Maria writes to the community; the preview of an answer."""
    await town.sandbox.vk.message(COMMUNITY, MARIA, HATCH)
    card = await town.card(ROADS_HEAD, 1)
    await town.until(lambda: [m for m in town.sandbox.vk.messages(COMMUNITY, MARIA) if "принято" in m.text])
    await town.write(ROADS_HEAD, ANSWER, reply_to=card["message_id"])
    return await preview(town, ROADS_HEAD, ANSWER)


async def commented(town: Town) -> tuple[int, dict[str, Any]]:
    """Maria comments a post; the post and the preview of an answer."""
    post = await town.sandbox.vk.post(COMMUNITY, "Новости")
    await town.sandbox.vk.comment(COMMUNITY, post, MARIA, HATCH)
    card = await town.card(ROADS_HEAD, 1)
    await town.write(ROADS_HEAD, ANSWER, reply_to=card["message_id"])
    return post, await preview(town, ROADS_HEAD, ANSWER)


def comments(town: Town, post: int) -> list[str]:
    return [c.text for c in town.sandbox.vk.comments(COMMUNITY, post) if c.from_id == -COMMUNITY]


@pytest.mark.parametrize("code", [6, 9, 10, 1])
async def test_errors_that_pass(town: Town, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "FLOOD_PAUSE", 1.0)
    draft = await asked(town)
    town.sandbox.vk.faults.order("messages.send", error(code))
    await town.press(ROADS_HEAD, draft, "Отправить")
    await others_served(town)
    await town.until(lambda: not town.sandbox.vk.faults._ordered["messages.send"])
    assert said(town) == []
    town.pass_time(seconds=1)
    await town.until(lambda: said(town) == [ANSWER])
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")


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
async def test_errors_that_stay_bring_the_ticket_back(town: Town, code: int, reason: str) -> None:
    draft = await asked(town)
    captcha = {"captcha_sid": "1", "captcha_img": "https://vk.com/captcha"} if code == 14 else {}
    town.sandbox.vk.faults.order("messages.send", error(code, **captcha))
    await town.press(ROADS_HEAD, draft, "Отправить")

    note = await town.letter(ROADS_HEAD, "⚠️ Ответ на №1 не опубликован", reason, ANSWER)
    assert "Сообщение снова у вас в работе, текст ответа сохранён" in words(note)
    assert rows(note) == [["🔁 Отправить ещё раз"]]
    assert await state(town, 1) is State.ACCEPTED
    card = await town.card(ROADS_HEAD, 1, "🛠 №1", "В работе: Начальник отдела дорог")
    assert rows(card)[0] == ["✍️ Ответить"]

    await town.press(ROADS_HEAD, note, "Отправить ещё раз")
    again = await town.until(
        lambda: next((one for one in town.letters(ROADS_HEAD)[-1:] if "📤 Отправить" in str(rows(one))), None)
    )
    assert words(again) == f"Так ответ увидит житель (№1):\n\n{ANSWER}"
    await town.until(lambda: rows(note) == [])
    await town.press(ROADS_HEAD, again, "Отправить")
    await town.until(lambda: said(town) == [ANSWER])
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    assert [row.action for row in await audit(town, 1)].count("publication_failed") == 1


async def test_a_wrong_token_is_told_once_and_the_answer_waits(town: Town) -> None:
    draft = await asked(town)
    town.sandbox.vk.faults.order("messages.send", error(5), times=2)
    await town.press(ROADS_HEAD, draft, "Отправить")
    await delivered(town)
    town.pass_time(seconds=30)
    await delivered(town)
    assert said(town) == []
    assert "Ответ отправляется" in words(await town.card(ROADS_HEAD, 1, "📤"))
    await town.letter(ADMINISTRATOR, "токен не принят", "VK «Администрация»")
    town.pass_time(seconds=30)
    await town.until(lambda: said(town) == [ANSWER])
    assert len([text for text in town.texts(ADMINISTRATOR) if "токен не принят" in text]) == 1


@pytest.mark.parametrize("trouble", [FaultKind.HTTP_500, FaultKind.HANG, FaultKind.DROP, FaultKind.REFUSE])
async def test_doubt_never_makes_a_double(closed_town: Town, trouble: FaultKind) -> None:
    """``random_id`` is the same at every try, so VK shows the message once."""
    town = closed_town
    town.call_seconds = 1
    await town.start()
    draft = await asked(town)
    town.sandbox.vk.faults.order("messages.send", Fault(trouble), times=2)
    await town.press(ROADS_HEAD, draft, "Отправить")
    for _ in range(3):
        await delivered(town)
        town.pass_time(seconds=2)
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    assert said(town) == [ANSWER]
    calls = [c for c in town.sandbox.vk.calls if c.method == "messages.send" and c.params.get("message") == ANSWER]
    assert len(calls) == 3
    assert len({call.params["random_id"] for call in calls}) == 1
    assert await audit(town, 1, "resent") == []


async def test_a_comment_is_never_doubled_either(town: Town) -> None:
    post, draft = await commented(town)
    town.sandbox.vk.faults.order("wall.createComment", Fault(FaultKind.DROP), times=2)
    await town.press(ROADS_HEAD, draft, "Отправить")
    for _ in range(3):
        await delivered(town)
        town.pass_time(seconds=2)
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    assert comments(town, post) == [ANSWER]


async def test_the_citizens_comment_is_gone_then_the_answer_quotes_it(town: Town) -> None:
    vk = town.sandbox.vk
    post, draft = await commented(town)
    [comment] = vk.comments(COMMUNITY, post)
    comment.deleted = True  # VK's event about it is late
    await town.press(ROADS_HEAD, draft, "Отправить")
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    [answer] = vk.comments(COMMUNITY, post)
    assert answer.text == f"«{HATCH}»\n{ANSWER}"
    assert answer.reply_to_comment is None


async def test_comments_are_closed_then_the_head_hears_of_it(town: Town) -> None:
    post, draft = await commented(town)
    await town.sandbox.vk.close_comments(COMMUNITY, post)
    await town.press(ROADS_HEAD, draft, "Отправить")
    await town.letter(ROADS_HEAD, "⚠️ Ответ на №1 не опубликован", "комментарии закрыты", "Открыть сообщение жителя")
    assert await state(town, 1) is State.ACCEPTED


async def test_the_post_is_gone_with_everything_under_it(town: Town) -> None:
    post, draft = await commented(town)
    await town.sandbox.vk.delete_post(COMMUNITY, post)
    await town.press(ROADS_HEAD, draft, "Отправить")
    await town.letter(ROADS_HEAD, "⚠️ Ответ на №1 не опубликован", "запись удалены")
    assert await state(town, 1) is State.ACCEPTED


async def test_a_long_answer_is_parted_at_a_paragraph_and_keeps_its_order(town: Town) -> None:
    first, second = "Первая часть. " * 200, "Вторая часть. " * 200
    post = await town.sandbox.vk.post(COMMUNITY, "Новости")
    comment = await town.sandbox.vk.comment(COMMUNITY, post, MARIA, HATCH)
    card = await town.card(ROADS_HEAD, 1)
    for part in (first, second):
        await town.write(ROADS_HEAD, part, reply_to=card["message_id"])
        await delivered(town)
    letter = [one for one in town.letters(ROADS_HEAD) if "📤 Отправить" in str(rows(one))][-1]
    await town.press(ROADS_HEAD, letter, "Отправить")
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    assert comments(town, post) == [first.strip(), second.strip()]
    assert town.sandbox.vk.comments(COMMUNITY, post)[1].reply_to_comment == comment


async def test_a_head_who_works_in_vk(closed_town: Town) -> None:
    """The same cards and buttons in the other messenger."""
    town, vk = closed_town, closed_town.sandbox.vk
    vk.user(3001, "Лев", "Орлов")
    town.settings["staff"] = STAFF.replace("telegram_id = 1001", "vk_id = 3001")
    await town.start()
    await vk.message(COMMUNITY, 3001, "Начать", payload={"command": "start"})
    await town.until(lambda: [m for m in vk.messages(COMMUNITY, 3001) if "Вы подключены" in m.text])
    await vk.message(COMMUNITY, MARIA, HATCH)
    card = await town.until(lambda: next((m for m in vk.messages(COMMUNITY, 3001) if "№1 · " in m.text), None))
    await vk.press(3001, COMMUNITY, card, "✅ Принять")
    await town.until(lambda: "В работе" in card.text)
    await vk.press(3001, COMMUNITY, card, "✍️ Ответить")
    await town.until(lambda: [m for m in vk.messages(COMMUNITY, 3001) if "Ответ на №1" in m.text])
    await vk.message(COMMUNITY, 3001, ANSWER)
    draft = await town.until(lambda: next((m for m in vk.messages(COMMUNITY, 3001) if "Так ответ" in m.text), None))
    await vk.press(3001, COMMUNITY, draft, "📤 Отправить")
    await town.until(lambda: said(town) == [ANSWER])
    await town.until(lambda: "✅ Отвечено" in card.text)
    assert town.find(COORDINATOR, "№1") is None


async def test_a_card_whose_sending_nobody_confirmed_shows_the_ticket_as_it_is(closed_town: Town) -> None:
    """VK shows a repeated message once, and as it was at first: what has changed meanwhile must still be shown."""
    town, vk = closed_town, closed_town.sandbox.vk
    town.settings["staff"] = STAFF.replace("telegram_id = 1001", "vk_id = 1001")
    vk.user(ROADS_HEAD, "Иван", "Ли")
    await vk.allow(COMMUNITY, ROADS_HEAD)
    await town.start()
    await delivered(town)
    vk.faults.order("messages.send", Fault(FaultKind.DROP))
    await town.sandbox.telegram.say(GROUP, MARIA, "На Ленина 45 огромная яма на дороге")
    card = await town.until(lambda: next((m for m in vk.messages(COMMUNITY, ROADS_HEAD) if "№1 ·" in m.text), None))
    await vk.press(ROADS_HEAD, COMMUNITY, card, "✅ Принять")
    await town.settled()
    town.pass_time(seconds=2)
    await town.until(lambda: "В работе" in card.text)
    await delivered(town)
    assert len([m for m in vk.messages(COMMUNITY, ROADS_HEAD) if "№1 ·" in m.text]) == 1
