"""«Уточнить у жителя»: the question, the clocks that wait for the citizen's words, and where those go."""

from typing import Any

import pytest

from bot.domain.tickets import State
from tests.databases import ON_BOTH
from tests.e2e.harness import (
    GROUP,
    MARIA,
    ROADS_HEAD,
    Harness,
    button_labels,
    message_text,
)
from tests.e2e.queries import (
    get_ticket,
    get_ticket_state,
    open_history,
    send_report,
    wait_until_idle,
)
from tests.e2e.schedules import deadline_notices

QUESTION = "У какого подъезда яма?"


@pytest.fixture
async def town(bot: Harness) -> Harness:
    """A ticket of the roads' head."""
    await send_report(bot)
    await bot.wait_for_card(ROADS_HEAD, 1)
    return bot


async def press_in_menu(bot: Harness, button: str, person: int = ROADS_HEAD, number: int = 1) -> dict[str, Any]:
    """Press «Ещё» and then *button* of the card; return the answer to the press."""
    await bot.press_button(person, await bot.wait_for_card(person, number), "Ещё")
    card = await bot.wait_until(lambda: _card_with(bot, person, button))
    return await bot.press_button(person, card, button)


def _card_with(bot: Harness, person: int, button: str) -> dict[str, Any] | None:
    found = [one for one in bot.bot_messages(person) if any(button in label for label in button_labels(one))]
    return found[-1] if found else None


async def write_question(bot: Harness, words: str = QUESTION, person: int = ROADS_HEAD) -> dict[str, Any]:
    """Open the dialog and write the question; return its preview."""
    await press_in_menu(bot, "Уточнить у жителя", person)
    await bot.wait_for_message(person, "❓ Вопрос жителю по №1")
    await bot.send_message(person, words)
    return await bot.wait_for_message(person, "Так вопрос увидит житель (№1)", words)


async def ask(bot: Harness, words: str = QUESTION, person: int = ROADS_HEAD) -> dict[str, Any]:
    """Ask the citizen; return the question in the chat."""
    await bot.press_button(person, await write_question(bot, words, person), "Отправить")
    return await bot.wait_for_message(GROUP, words)


@ON_BOTH
async def test_the_question_waits_under_the_citizens_words_and_their_reply_comes_back(town: Harness) -> None:
    before = await get_ticket(town, 1)
    question = await ask(town)
    assert message_text(question) == QUESTION
    assert question["reply_to_message"]["from"]["id"] == MARIA
    await town.wait_for_card(ROADS_HEAD, 1, "⏸ Ждём жителя с пт 20.11, 14:30, не дольше чем до пн 23.11, 14:30 (Нач")
    assert await get_ticket_state(town, 1) is State.ASSIGNED

    town.set_time("20.11 23:30")  # the usual term is over since 22:30
    await wait_until_idle(town)
    assert deadline_notices(town, ROADS_HEAD) == []
    assert "Просрочено" not in message_text(await town.wait_for_card(ROADS_HEAD, 1))
    await town.sandbox.telegram.send_message(GROUP, MARIA, "У третьего", reply_to=question["message_id"])

    note = await town.wait_for_message(ROADS_HEAD, "💬 №1: житель ответил на вопрос", QUESTION, "У третьего")
    assert "№1 · " in message_text(note["reply_to_message"])  # with the card
    await town.wait_for_card(ROADS_HEAD, 1, "➕ У третьего", "💬 Житель ответил (23:30) на вопрос")
    after = await get_ticket(town, 1)
    assert after.answer_due - before.answer_due == town.clock.now() - before.registered_at
    assert after.accept_due - before.accept_due == town.clock.now() - before.registered_at
    town.pass_time(hours=7, minutes=59)
    await wait_until_idle(town)
    assert not [one for one in deadline_notices(town, ROADS_HEAD, "Просрочено") if "ответ" in one]
    town.pass_time(minutes=2)
    await town.wait_until(lambda: deadline_notices(town, ROADS_HEAD, "Просрочено"))
    card = await town.wait_for_card(ROADS_HEAD, 1)
    history = await open_history(town, ROADS_HEAD, card)
    assert "вопрос жителю, срок ответа стоит — Начальник отдела дорог" in history
    assert "житель ответил на вопрос" in history
