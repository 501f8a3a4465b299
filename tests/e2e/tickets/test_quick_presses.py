"""Fingers quicker than the network: a button is pressed before we know that its message has arrived."""

import asyncio
from typing import Any

import pytest

from bot.messengers.content import Content
from bot.messengers.port import Messenger, Sent, Target
from tests.e2e.harness import GROUP, ROADS_HEAD, Town, words
from tests.e2e.queries import delivered, preview, report, rows


class Slow:
    """A messenger whose answer to a send with *piece* in it comes late; everything else is the real one's."""

    def __init__(self, messenger: Messenger, piece: str) -> None:
        self._messenger = messenger
        self._piece = piece
        self.come = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._messenger, name)

    async def send(self, target: Target, part: Content, *, key: str, silent: bool = False) -> Sent:
        sent = await self._messenger.send(target, part, key=key, silent=silent)
        if self._piece in part.plain:
            await self.come.wait()
        return sent


def slow_down(town: Town, monkeypatch: pytest.MonkeyPatch, piece: str) -> Slow:
    assert town.app is not None
    slow = Slow(town.app.messengers["telegram"], piece)
    monkeypatch.setitem(town.app.messengers, "telegram", slow)
    return slow


async def test_a_cancelled_question_stays_cancelled(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    slow = slow_down(town, monkeypatch, "Ответ на №1")
    await town.press(ROADS_HEAD, card, "Ответить")
    question = await town.letter(ROADS_HEAD, "Ответ на №1")
    await town.press(ROADS_HEAD, question, "Отмена")
    await town.until(lambda: words(question) == "Отменено, жителю ничего не отправлено.")

    slow.come.set()
    await delivered(town)
    assert words(question) == "Отменено, жителю ничего не отправлено."
    assert rows(question) == []


async def test_a_cancelled_question_stays_cancelled_though_another_was_asked(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    slow = slow_down(town, monkeypatch, "Ответ на №1")
    await town.press(ROADS_HEAD, card, "Ответить")
    question = await town.letter(ROADS_HEAD, "Ответ на №1")
    await town.press(ROADS_HEAD, question, "Отмена")
    await town.press(ROADS_HEAD, card, "Ответить")
    slow.come.set()
    await town.until(lambda: sum(text.startswith("✍️ Ответ на №1") for text in town.texts(ROADS_HEAD)) == 1)
    await delivered(town)
    assert words(question) == "Отменено, жителю ничего не отправлено."


async def test_a_sent_preview_says_that_it_was_sent(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    slow = slow_down(town, monkeypatch, "Так ответ увидит житель")
    await town.write(ROADS_HEAD, "Засыплем завтра.", reply_to=card["message_id"])
    draft = await preview(town, ROADS_HEAD)
    await town.press(ROADS_HEAD, draft, "Отправить")
    await town.letter(GROUP, "Засыплем завтра.")
    slow.come.set()
    await delivered(town)
    assert words(draft).startswith(("📤 Ответ на №1 отправлен", "✅ Ответ на №1 опубликован"))
    assert rows(draft) == []


async def test_a_rewritten_preview_asks_for_new_words(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    slow = slow_down(town, monkeypatch, "Так ответ увидит житель")
    await town.write(ROADS_HEAD, "Не знаю.", reply_to=card["message_id"])
    draft = await preview(town, ROADS_HEAD)
    await town.press(ROADS_HEAD, draft, "Изменить")
    slow.come.set()
    await delivered(town)
    assert words(draft).startswith("Хорошо, пришлите новый ответ")
    assert rows(draft) == [["Отмена"]]


async def test_words_quicker_than_their_question_take_its_button_off(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    slow = slow_down(town, monkeypatch, "Ответ на №1")
    await town.press(ROADS_HEAD, card, "Ответить")
    question = await town.letter(ROADS_HEAD, "Ответ на №1")
    await town.write(ROADS_HEAD, "Засыплем завтра.")
    await preview(town, ROADS_HEAD)
    slow.come.set()
    await delivered(town)
    await town.until(lambda: rows(question) == [])
    assert words(question).startswith("✍️ Ответ на №1")


async def test_a_preview_that_arrives_after_its_copy_was_sent_says_so(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An earlier try had arrived, too, and that was pressed."""
    await report(town)
    card = await town.card(ROADS_HEAD, 1)
    slow = slow_down(town, monkeypatch, "Так ответ увидит житель")
    await town.write(ROADS_HEAD, "Засыплем завтра.", reply_to=card["message_id"])
    draft = await preview(town, ROADS_HEAD)
    code = draft["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await town.press_raw(ROADS_HEAD, ROADS_HEAD, card["message_id"], code)  # stands for the copy
    await town.letter(GROUP, "Засыплем завтра.")
    slow.come.set()
    await town.until(lambda: words(draft).startswith(("📤 Ответ на №1 отправлен", "✅ Ответ на №1 опубликован")))
    assert rows(draft) == []
