"""Telegram's rules: patience, failures, doubt; messages that are gone; limits."""

import pytest

from bot.domain.tickets import State
from sandbox.faults import Fault, FaultKind
from sandbox.telegram.server import api_fault
from tests.e2e.harness import ADMINISTRATOR, GROUP, PYOTR, ROADS_HEAD, Town, words
from tests.e2e.queries import audit, delivered, others_served, preview, report, rows, state

ANSWER = "Засыплем сегодня."


async def draft(town: Town, text: str = ANSWER) -> dict[str, object]:
    card = await town.card(ROADS_HEAD, 1)
    await town.write(ROADS_HEAD, text, reply_to=card["message_id"])
    return await preview(town, ROADS_HEAD, text[:50])


def tries(town: Town, method: str) -> int:
    return len([name for name, _ in town.sandbox.telegram.calls if name == method])


async def test_patience_is_kept_to_the_second(town: Town) -> None:
    await report(town)
    letter = await draft(town)
    town.sandbox.telegram.faults.order("sendMessage", api_fault(429, "Too Many Requests", retry_after=7))
    await town.press(ROADS_HEAD, letter, "Отправить")
    await delivered(town)
    assert town.letters(GROUP) == []
    town.pass_time(seconds=6)
    await delivered(town)
    assert town.letters(GROUP) == []
    town.pass_time(seconds=1)
    await town.letter(GROUP, ANSWER)
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    assert len(town.letters(GROUP)) == 1
    assert await audit(town, 1, "resent") == []  # nothing was in doubt


async def test_patience_concerns_the_whole_chat_and_keeps_the_order(town: Town) -> None:
    """While Telegram asks for patience with a chat, nothing else is tried there; then it comes in its order."""
    telegram = town.sandbox.telegram
    await report(town)
    await town.card(ROADS_HEAD, 1)
    await delivered(town)
    telegram.faults.order("sendMessage", api_fault(429, "Too Many Requests", retry_after=5))
    await report(town, "На Советской 12 на дороге яма", PYOTR)
    await delivered(town)
    before = tries(town, "sendMessage")
    await report(town, "И ещё там нет знака", PYOTR)
    await report(town, "На Мира 3 на дороге яма", 2003)
    await others_served(town)
    assert tries(town, "sendMessage") == before + 1  # that other one
    town.pass_time(seconds=5)
    await town.card(ROADS_HEAD, 3)
    await delivered(town)
    texts = town.texts(ROADS_HEAD)
    card = next(n for n, text in enumerate(texts) if text.startswith("🆕 №2"))
    note = next(n for n, text in enumerate(texts) if "дополнил сообщение №2" in text)
    assert card < note
    assert len([text for text in texts if text.startswith("🆕 №2")]) == 1


async def test_patience_at_an_edit(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    town.sandbox.telegram.faults.order("editMessageText", api_fault(429, "Too Many Requests", retry_after=3))
    await town.press(ROADS_HEAD, card, "Принять")
    await delivered(town)
    assert "В работе" not in words(card)
    town.pass_time(seconds=3)
    await town.card(ROADS_HEAD, 1, "В работе")
    assert len([text for text in town.texts(ROADS_HEAD) if "№1 · " in text]) == 1


@pytest.mark.parametrize("trouble", [FaultKind.HTTP_500, FaultKind.HANG, FaultKind.REFUSE])
async def test_what_was_not_carried_out_is_tried_again(closed_town: Town, trouble: FaultKind) -> None:
    town = closed_town
    town.call_seconds = 1
    await town.start()
    await report(town)
    letter = await draft(town)
    town.sandbox.telegram.faults.order("sendMessage", Fault(trouble), times=2)
    await town.press(ROADS_HEAD, letter, "Отправить")
    for _ in range(3):
        await delivered(town)
        town.pass_time(seconds=2)
    await town.letter(GROUP, ANSWER)
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    assert len(town.letters(GROUP)) == 1


async def test_a_doubtful_answer_is_sent_again_and_the_books_say_so(town: Town) -> None:
    await report(town)
    letter = await draft(town)
    town.sandbox.telegram.faults.order("sendMessage", Fault(FaultKind.DROP))
    await town.press(ROADS_HEAD, letter, "Отправить")
    await delivered(town)
    town.pass_time(seconds=1)
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    await delivered(town)
    assert [words(one) for one in town.letters(GROUP)] == [ANSWER, ANSWER]
    assert len(await audit(town, 1, "resent")) == 1
    await town.press_raw(ROADS_HEAD, ROADS_HEAD, 1, "1:i:1")
    await town.letter(ROADS_HEAD, "исход отправки был неизвестен, отправлено ещё раз")


async def test_an_edit_that_was_carried_out_after_all_is_no_error(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    town.sandbox.telegram.faults.order("editMessageText", Fault(FaultKind.DROP))
    await town.press(ROADS_HEAD, card, "Принять")
    await delivered(town)
    town.pass_time(seconds=1)  # the repetition gets «message is not modified»
    await delivered(town)
    assert "В работе" in words(card)
    assert tries(town, "editMessageText") == 2
    assert town.find(ADMINISTRATOR, "⚠️") is None
    await town.press(ROADS_HEAD, card, "Ещё")
    await town.until(lambda: ["🕘 История"] in rows(card))


async def test_the_citizens_message_is_gone_then_the_answer_quotes_it(town: Town) -> None:
    asked = await report(town)
    letter = await draft(town)
    await town.sandbox.telegram.delete(GROUP, asked)
    await town.press(ROADS_HEAD, letter, "Отправить")
    answer = await town.letter(GROUP, ANSWER)
    assert words(answer) == f"На Ленина 45 третий день яма на дороге, машины вязнут\n{ANSWER}"
    assert answer["entities"][0]["type"] == "blockquote"
    assert "reply_to_message" not in answer
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")


async def test_a_card_that_its_owner_deleted_is_sent_anew(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await town.sandbox.telegram.delete(ROADS_HEAD, card["message_id"])
    await town.press_raw(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:a:1")
    again = await town.card(ROADS_HEAD, 1, "В работе")
    assert again["message_id"] != card["message_id"]
    assert rows(again)[0] == ["✍️ Ответить"]
    await town.answer(ROADS_HEAD, 1, ANSWER)
    await town.until(lambda: words(again).startswith("✅"))


async def test_a_reminder_about_a_deleted_card_comes_all_the_same(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    await delivered(town)
    await town.sandbox.telegram.delete(ROADS_HEAD, card["message_id"])
    town.pass_time(minutes=31)
    note = await town.letter(ROADS_HEAD, "Напоминание: №1")
    assert "reply_to_message" not in note


async def test_a_long_answer_is_parted_at_a_paragraph(town: Town) -> None:
    asked = await report(town)
    first, second = "Первая часть. " * 200, "Вторая часть. " * 200
    card = await town.card(ROADS_HEAD, 1)
    await town.write(ROADS_HEAD, first, reply_to=card["message_id"])
    await preview(town, ROADS_HEAD)
    await town.write(ROADS_HEAD, second)
    await delivered(town)
    letter = [one for one in town.letters(ROADS_HEAD) if "📤 Отправить" in str(rows(one))][-1]
    await town.press(ROADS_HEAD, letter, "Отправить")
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    await delivered(town)
    assert [words(one) for one in town.letters(GROUP)] == [first.strip(), second.strip()]
    assert town.letters(GROUP)[0]["reply_to_message"]["message_id"] == asked


async def test_a_break_between_two_parts_repeats_neither(town: Town) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    for part in ("Первая часть. " * 200, "Вторая часть. " * 200):
        await town.write(ROADS_HEAD, part, reply_to=card["message_id"])
        await delivered(town)
    letter = [one for one in town.letters(ROADS_HEAD) if "📤 Отправить" in str(rows(one))][-1]
    telegram = town.sandbox.telegram
    code = letter["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    press = await telegram.press_raw(ROADS_HEAD, ROADS_HEAD, letter["message_id"], code)
    await town.until(lambda: town.letters(GROUP))  # the first part stands
    telegram.faults.order("sendMessage", Fault(FaultKind.HTTP_500))
    await town.until(lambda: telegram.answered.get(press))
    for _ in range(3):
        await delivered(town)
        town.pass_time(seconds=2)
    await town.card(ROADS_HEAD, 1, "✅ Отвечено")
    firsts = [text for text in town.texts(GROUP) if text.startswith("Первая")]
    assert len(firsts) == 1
    assert await state(town, 1) is State.ANSWERED
