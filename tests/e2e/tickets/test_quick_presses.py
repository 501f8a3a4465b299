"""Fingers quicker than the network: a button is pressed before we know that its message has arrived."""

import asyncio
from typing import Any

import pytest

from bot.messengers.content import Content
from bot.messengers.port import Messenger, Sent, Target
from tests.e2e.harness import GROUP, ROADS_HEAD, Harness, message_text
from tests.e2e.queries import button_rows, send_report, wait_for_preview, wait_until_idle


class SlowMessenger:
    """A messenger whose answer to a send with *piece* in it comes late; everything else is the real one's."""

    def __init__(self, messenger: Messenger, piece: str) -> None:
        self._messenger = messenger
        self._piece = piece
        self.arrived = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._messenger, name)

    async def send(self, target: Target, part: Content, *, key: str, silent: bool = False) -> Sent:
        sent = await self._messenger.send(target, part, key=key, silent=silent)
        if self._piece in part.plain_text:
            await self.arrived.wait()
        return sent


def use_slow_messenger(bot: Harness, monkeypatch: pytest.MonkeyPatch, piece: str) -> SlowMessenger:
    assert bot.app is not None
    slow = SlowMessenger(bot.app.messengers["telegram"], piece)
    monkeypatch.setitem(bot.app.messengers, "telegram", slow)
    return slow


async def test_a_cancelled_question_stays_cancelled(bot: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    slow = use_slow_messenger(bot, monkeypatch, "Ответ на №1")
    await bot.press_button(ROADS_HEAD, card, "Ответить")
    question = await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.press_button(ROADS_HEAD, question, "Отмена")
    await bot.wait_until(lambda: message_text(question) == "Отменено, жителю ничего не отправлено.")

    slow.arrived.set()
    await wait_until_idle(bot)
    assert message_text(question) == "Отменено, жителю ничего не отправлено."
    assert button_rows(question) == []


async def test_a_cancelled_question_stays_cancelled_though_another_was_asked(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    slow = use_slow_messenger(bot, monkeypatch, "Ответ на №1")
    await bot.press_button(ROADS_HEAD, card, "Ответить")
    question = await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.press_button(ROADS_HEAD, question, "Отмена")
    await bot.press_button(ROADS_HEAD, card, "Ответить")
    slow.arrived.set()
    await bot.wait_until(lambda: sum(text.startswith("✍️ Ответ на №1") for text in bot.bot_texts(ROADS_HEAD)) == 1)
    await wait_until_idle(bot)
    assert message_text(question) == "Отменено, жителю ничего не отправлено."


async def test_a_sent_preview_says_that_it_was_sent(bot: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    slow = use_slow_messenger(bot, monkeypatch, "Так ответ увидит житель")
    await bot.send_message(ROADS_HEAD, "Засыплем завтра.", reply_to=card["message_id"])
    draft = await wait_for_preview(bot, ROADS_HEAD)
    await bot.press_button(ROADS_HEAD, draft, "Отправить")
    await bot.wait_for_message(GROUP, "Засыплем завтра.")
    slow.arrived.set()
    await wait_until_idle(bot)
    assert message_text(draft).startswith(("📤 Ответ на №1 отправлен", "✅ Ответ на №1 опубликован"))
    assert button_rows(draft) == []


async def test_a_rewritten_preview_asks_for_new_words(bot: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    slow = use_slow_messenger(bot, monkeypatch, "Так ответ увидит житель")
    await bot.send_message(ROADS_HEAD, "Не знаю.", reply_to=card["message_id"])
    draft = await wait_for_preview(bot, ROADS_HEAD)
    await bot.press_button(ROADS_HEAD, draft, "Изменить")
    slow.arrived.set()
    await wait_until_idle(bot)
    assert message_text(draft).startswith("Хорошо, пришлите новый ответ")
    assert button_rows(draft) == [["Отмена"]]


async def test_words_quicker_than_their_question_take_its_button_off(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    slow = use_slow_messenger(bot, monkeypatch, "Ответ на №1")
    await bot.press_button(ROADS_HEAD, card, "Ответить")
    question = await bot.wait_for_message(ROADS_HEAD, "Ответ на №1")
    await bot.send_message(ROADS_HEAD, "Засыплем завтра.")
    await wait_for_preview(bot, ROADS_HEAD)
    slow.arrived.set()
    await wait_until_idle(bot)
    await bot.wait_until(lambda: button_rows(question) == [])
    assert message_text(question).startswith("✍️ Ответ на №1")


async def test_a_preview_that_arrives_after_its_copy_was_sent_says_so(
    bot: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An earlier try had arrived, too, and that was pressed."""
    await send_report(bot)
    card = await bot.wait_for_card(ROADS_HEAD, 1)
    slow = use_slow_messenger(bot, monkeypatch, "Так ответ увидит житель")
    await bot.send_message(ROADS_HEAD, "Засыплем завтра.", reply_to=card["message_id"])
    draft = await wait_for_preview(bot, ROADS_HEAD)
    code = draft["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await bot.press_code(ROADS_HEAD, ROADS_HEAD, card["message_id"], code)  # as the copy
    await bot.wait_for_message(GROUP, "Засыплем завтра.")
    slow.arrived.set()
    await bot.wait_until(
        lambda: message_text(draft).startswith(("📤 Ответ на №1 отправлен", "✅ Ответ на №1 опубликован"))
    )
    assert button_rows(draft) == []
