"""Telegram's rules: patience, failures, doubt; messages that are gone; limits."""

import time

import pytest

from bot.domain.tickets import State
from bot.services.manual_posting import handout
from sandbox.faults import Fault, FaultKind
from sandbox.telegram.server import api_fault
from tests.e2e.harness import ADMINISTRATOR, GROUP, MARIA, PYOTR, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import (
    button_rows,
    get_ticket_state,
    list_audit,
    send_report,
    wait_for_preview,
    wait_for_unblocked_messages,
    wait_until_idle,
)

ANSWER = "Засыплем сегодня."


async def write_draft(bot: Harness, text: str = ANSWER) -> dict[str, object]:
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, text, reply_to=card["message_id"])
    return await wait_for_preview(bot, ROADS_HEAD, text[:50])


def count_calls(bot: Harness, method: str) -> int:
    return len([name for name, _ in bot.sandbox.telegram.calls if name == method])


SLOWNESS = 30
"""Seconds of the machine in one of the bot's pace: enough that a busy machine does not use up a pause of two."""


@pytest.fixture
def slow_pace(closed_bot: Harness) -> None:
    """Let the seconds that a messenger asks for pass with the test's clock, hardly with the machine's."""
    closed_bot.monotonic = lambda: closed_bot.clock.now().timestamp() + time.monotonic() / SLOWNESS


@pytest.mark.usefixtures("slow_pace")
async def test_patience_is_kept_to_the_second(bot: Harness) -> None:
    await send_report(bot)
    letter = await write_draft(bot)
    bot.sandbox.telegram.faults.order("sendMessage", api_fault(429, "Too Many Requests", retry_after=3))
    await bot.press_button(ROADS_HEAD, letter, "Отправить")
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []
    bot.pass_time(seconds=2)
    await wait_until_idle(bot)
    assert bot.bot_messages(GROUP) == []
    bot.pass_time(seconds=1)
    await bot.wait_for_message(GROUP, ANSWER)
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    assert len(bot.bot_messages(GROUP)) == 1
    assert await list_audit(bot, 1, "resent") == []  # nothing was in doubt


@pytest.mark.usefixtures("slow_pace")
async def test_patience_concerns_the_whole_chat_and_keeps_the_order(bot: Harness) -> None:
    """While Telegram asks for patience with a chat, nothing else is tried there; then it comes in its order."""
    telegram = bot.sandbox.telegram
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    telegram.faults.order("sendMessage", api_fault(429, "Too Many Requests", retry_after=2))
    await send_report(bot, "На Советской 12 на дороге яма", PYOTR)
    await wait_until_idle(bot)
    before = count_calls(bot, "sendMessage")
    await send_report(bot, "И ещё там нет знака", PYOTR)
    await send_report(bot, "На Мира 3 на дороге яма", 2003)
    await wait_for_unblocked_messages(bot)
    assert count_calls(bot, "sendMessage") == before + 1  # that other one
    bot.pass_time(seconds=2)
    await bot.wait_for_card(ROADS_HEAD, 3)
    await wait_until_idle(bot)
    texts = bot.bot_texts(ROADS_HEAD)
    card = next(n for n, text in enumerate(texts) if text.startswith("🆕 №2"))
    note = next(n for n, text in enumerate(texts) if "дополнил сообщение №2" in text)
    assert card < note
    assert len([text for text in texts if text.startswith("🆕 №2")]) == 1


@pytest.mark.usefixtures("slow_pace")
async def test_patience_at_an_edit(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    bot.sandbox.telegram.faults.order("editMessageText", api_fault(429, "Too Many Requests", retry_after=3))
    await bot.press_button(ROADS_HEAD, card, "Принять")
    await wait_until_idle(bot)
    assert "В работе" not in message_text(card)
    bot.pass_time(seconds=3)
    await bot.wait_for_card(ROADS_HEAD, 1, "В работе")
    assert len([text for text in bot.bot_texts(ROADS_HEAD) if "№1 · " in text]) == 1


@pytest.mark.parametrize("trouble", [FaultKind.HTTP_500, FaultKind.HANG, FaultKind.REFUSE])
async def test_call_that_was_not_executed_is_retried(closed_bot: Harness, trouble: FaultKind) -> None:
    bot = closed_bot
    bot.call_seconds = 1
    await bot.start()
    await send_report(bot)
    letter = await write_draft(bot)
    bot.sandbox.telegram.faults.order("sendMessage", Fault(trouble), times=2)
    await bot.press_button(ROADS_HEAD, letter, "Отправить")
    for _ in range(3):
        await wait_until_idle(bot)
        bot.pass_time(seconds=2)
    await bot.wait_for_message(GROUP, ANSWER)
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    assert len(bot.bot_messages(GROUP)) == 1


async def test_a_doubtful_answer_is_sent_again_and_the_books_say_so(bot: Harness) -> None:
    await send_report(bot)
    letter = await write_draft(bot)
    bot.sandbox.telegram.faults.order("sendMessage", Fault(FaultKind.DROP))
    await bot.press_button(ROADS_HEAD, letter, "Отправить")
    await wait_until_idle(bot)
    bot.pass_time(seconds=1)
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await wait_until_idle(bot)
    assert [message_text(one) for one in bot.bot_messages(GROUP)] == [ANSWER, ANSWER]
    assert len(await list_audit(bot, 1, "resent")) == 1
    await bot.press_code(ROADS_HEAD, ROADS_HEAD, 1, "1:i:1")
    await bot.wait_for_message(ROADS_HEAD, "исход отправки был неизвестен, отправлено ещё раз")


async def test_the_double_of_a_card_loses_its_buttons_once_it_is_pressed(bot: Harness) -> None:
    bot.sandbox.telegram.faults.order("sendMessage", Fault(FaultKind.DROP))
    await send_report(bot)
    double = await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    bot.pass_time(seconds=1)
    await bot.wait_until(lambda: bot.find_message(ROADS_HEAD, "№1 ·")["message_id"] > double["message_id"])
    await wait_until_idle(bot)
    await bot.press_button(ROADS_HEAD, double, "Принять")
    await bot.wait_until(lambda: "карточка теперь ниже" in message_text(double))
    assert "reply_markup" not in double
    card = await bot.wait_for_card(ROADS_HEAD, 1, "В работе")
    assert card["message_id"] > double["message_id"]


async def test_an_edit_that_was_carried_out_after_all_is_no_error(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    bot.sandbox.telegram.faults.order("editMessageText", Fault(FaultKind.DROP))
    await bot.press_button(ROADS_HEAD, card, "Принять")
    await wait_until_idle(bot)
    bot.pass_time(seconds=1)  # the repetition gets «message is not modified»
    await wait_until_idle(bot)
    assert "В работе" in message_text(card)
    assert count_calls(bot, "editMessageText") == 2
    assert bot.find_message(ADMINISTRATOR, "⚠️") is None
    await bot.press_button(ROADS_HEAD, card, "Ещё")
    await bot.wait_until(lambda: any("🕘 История" in row for row in button_rows(card)))


async def test_answer_names_citizen_and_quotes_nothing_when_message_is_gone(bot: Harness) -> None:
    asked = await send_report(bot)
    letter = await write_draft(bot)
    assert "«Мария, ответ на ваше сообщение:»" in message_text(letter), "the preview says so beforehand"
    await bot.sandbox.telegram.delete(GROUP, asked)
    await bot.press_button(ROADS_HEAD, letter, "Отправить")
    answer = await bot.wait_for_message(GROUP, ANSWER)
    assert message_text(answer) == f"Мария, ответ на ваше сообщение:\n{ANSWER}"
    assert answer["entities"] == [{"type": "text_link", "offset": 0, "length": 5, "url": f"tg://user?id={MARIA}"}]
    assert "reply_to_message" not in answer
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено", "житель удалил сообщение")
    assert [row.action for row in await list_audit(bot, 1, "removed")] == ["removed"]


async def test_a_card_that_its_owner_deleted_is_sent_anew(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.sandbox.telegram.delete(ROADS_HEAD, card["message_id"])
    await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], "1:a:1")
    again = await bot.wait_for_card(ROADS_HEAD, 1, "В работе")
    assert again["message_id"] != card["message_id"]
    assert button_rows(again)[0] == ["✍️ Ответить"]
    await bot.answer_ticket(ROADS_HEAD, 1, ANSWER)
    await bot.wait_until(lambda: message_text(again).startswith("✅"))


async def test_a_reminder_about_a_deleted_card_comes_all_the_same(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await wait_until_idle(bot)
    await bot.sandbox.telegram.delete(ROADS_HEAD, card["message_id"])
    bot.pass_time(minutes=31)
    note = await bot.wait_for_message(ROADS_HEAD, "Напоминание: №1")
    assert "reply_to_message" not in note


async def test_a_long_answer_is_parted_at_a_paragraph(bot: Harness) -> None:
    asked = await send_report(bot)
    first, second = "Первая часть. " * 200, "Вторая часть. " * 200
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.send_message(ROADS_HEAD, first, reply_to=card["message_id"])
    await wait_for_preview(bot, ROADS_HEAD)
    await bot.send_message(ROADS_HEAD, second)
    await wait_until_idle(bot)
    letter = [one for one in bot.bot_messages(ROADS_HEAD) if "📤 Отправить" in str(button_rows(one))][-1]
    await bot.press_button(ROADS_HEAD, letter, "Отправить")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await wait_until_idle(bot)
    assert [message_text(one) for one in bot.bot_messages(GROUP)] == [first.strip(), second.strip()]
    assert bot.bot_messages(GROUP)[0]["reply_to_message"]["message_id"] == asked


async def test_a_break_between_two_parts_repeats_neither(bot: Harness) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    for part in ("Первая часть. " * 200, "Вторая часть. " * 200):
        await bot.send_message(ROADS_HEAD, part, reply_to=card["message_id"])
        await wait_until_idle(bot)
    letter = [one for one in bot.bot_messages(ROADS_HEAD) if "📤 Отправить" in str(button_rows(one))][-1]
    telegram = bot.sandbox.telegram
    code = letter["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    press = await telegram.press_callback_data(ROADS_HEAD, ROADS_HEAD, letter["message_id"], code)
    await bot.wait_until(lambda: bot.bot_messages(GROUP))  # the first part is posted
    telegram.faults.order("sendMessage", Fault(FaultKind.HTTP_500))
    await bot.wait_until(lambda: telegram.callback_answers.get(press))
    for _ in range(3):
        await wait_until_idle(bot)
        bot.pass_time(seconds=2)
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    firsts = [text for text in bot.bot_texts(GROUP) if text.startswith("Первая")]
    assert len(firsts) == 1
    assert await get_ticket_state(bot, 1) is State.ANSWERED


async def test_an_edit_that_changes_nothing_is_never_sent(bot: Harness) -> None:
    await send_report(bot)
    letter = await write_draft(bot)
    await bot.press_button(ROADS_HEAD, letter, "Отправить")
    note = await bot.wait_for_message(ROADS_HEAD, "Ответ на №1 опубликован")
    await bot.wait_for_card(ROADS_HEAD, 1, "✅ Отвечено")
    await wait_until_idle(bot)
    edits = count_edits(bot)

    await edit_status_note(bot)
    await edit_status_note(bot)
    assert count_edits(bot) == edits
    assert bot.app is not None
    async with bot.app.database.begin() as uow:  # what an older release has sent: nobody knows what it shows
        await uow.sent_messages.set_shown("telegram", str(ROADS_HEAD), {str(note["message_id"]): None})
    await bot.stop()  # this process may have edited the note, and remembers it then
    await bot.start()
    await edit_status_note(bot)
    assert count_edits(bot) == edits + 1
    assert len(bot.sandbox.telegram.world.idle_edits) == 1
    bot.sandbox.telegram.world.idle_edits.clear()
    await edit_status_note(bot)
    assert count_edits(bot) == edits + 1, "now it is known"


def count_edits(bot: Harness) -> int:
    return sum(name == "editMessageText" for name, _ in bot.sandbox.telegram.calls)


async def edit_status_note(bot: Harness) -> None:
    """Queue the edit of the status note of the only answer, as a publication does, and wait for its end."""
    assert bot.app is not None
    async with bot.app.database.begin() as uow:
        ctx = bot.app.runtime.context(uow)
        ticket = await uow.tickets.get(1)
        assert ticket is not None
        await handout.update_status_note(ctx, ticket, 1)
    await wait_until_idle(bot)
