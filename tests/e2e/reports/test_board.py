"""``/control``: the figures, the lists, «Поторопить», «Изменить срок», and a message that lives."""

from typing import Any

import pytest

from tests.databases import ON_BOTH
from tests.e2e.harness import COORDINATOR, HOUSING_HEAD, ROADS_HEAD, Harness, button_labels, message_text
from tests.e2e.queries import ROOF, list_audit, record_buttons, send_report, wait_until_idle


async def open_board(bot: Harness, person: int = COORDINATOR) -> dict[str, Any]:
    await bot.send_message(person, "/control")
    return await bot.wait_for_message(person, "📋 Контроль", "В работе")


@pytest.fixture
async def town(bot: Harness) -> Harness:
    """A town with a ticket of the roads and one of housing, whose term to accept is an hour."""
    await send_report(bot)
    await send_report(bot, ROOF, 2002)
    await bot.wait_for_card(ROADS_HEAD, 1)
    await bot.wait_for_card(HOUSING_HEAD, 2)
    return bot


async def press(bot: Harness, button: str, *words: str, person: int = COORDINATOR) -> dict[str, Any]:
    """Press a button of the board; the same message with *words*."""
    board = await bot.wait_for_message(person, "📋")
    await bot.press_button(person, board, button)
    shown = await bot.wait_for_message(person, "📋", *words)
    assert shown["message_id"] == board["message_id"]
    return shown


@ON_BOTH
async def test_the_board_counts_and_lists_what_is_late_and_who_has_it(town: Harness) -> None:
    town.pass_time(hours=2)
    board = await open_board(town)
    assert "Просрочено: 2" in message_text(board)
    assert "Никто не принял: 2" in message_text(board)

    late = await press(town, "Просрочено", "Просрочено: 2", "№1", "№2", "Начальник отдела ЖКХ")
    assert {"Открыть №1", "Открыть №2", "Поторопить"} <= set(button_labels(late))
    await press(town, "К сводке", "Контроль", "В работе: 2")
    await press(town, "По блокам", "Дороги: в работе 1, просрочено 1, не принято 1")
    await press(town, "Дороги", "Дороги: 1", "№1")
    await press(town, "К сводке", "Контроль", "В работе: 2")
    await press(town, "По людям", "Начальник отдела дорог: в работе 1")
    await press(town, "Начальник отдела ЖКХ", "Начальник отдела ЖКХ: 1", "№2")
    await press(town, "К сводке", "Контроль", "В работе: 2")
    await press(town, "По источникам", "Telegram: в работе 2")
    await press(town, "Telegram", "№1", "№2")

    late = await town.wait_for_message(COORDINATOR, "📋", "№1")
    await town.press_button(COORDINATOR, late, "Открыть №2")
    await town.wait_for_card(COORDINATOR, 2)


@ON_BOTH
async def test_a_nudge_reaches_the_post_once_an_hour_and_is_in_the_history(town: Harness) -> None:
    await open_board(town)
    listed = await press(town, "В работе", "№1", "№2")
    await town.press_button(COORDINATOR, listed, "Поторопить")
    await town.wait_for_message(ROADS_HEAD, "Координатор просит поторопиться с №1")
    await town.press_button(COORDINATOR, listed, "Поторопить")
    await town.wait_until(lambda: "уже поторопили" in str(list(town.sandbox.telegram.callback_answers.values())[-1]))
    assert [row.action for row in await list_audit(town, 1)].count("nudged") == 1
    town.pass_time(minutes=61)
    await town.press_button(COORDINATOR, listed, "Поторопить")
    await town.wait_until(lambda: sum("поторопиться" in text for text in town.bot_texts(ROADS_HEAD)) == 2)
    assert not any("поторопиться" in text for text in town.bot_texts(HOUSING_HEAD))


async def test_the_board_changes_a_deadline(town: Harness) -> None:
    await open_board(town)
    await press(town, "Изменить срок", "№1", "№2")
    listed = await town.wait_for_message(COORDINATOR, "📋", "№1")
    await town.press_button(COORDINATOR, listed, "Изменить срок №1")
    await town.wait_for_message(COORDINATOR, "№1. До какого времени")
    await town.send_message(COORDINATOR, "27.11 16:00")
    await town.wait_for_card(ROADS_HEAD, 1, "27.11")
    assert "data_changed" in [row.action for row in await list_audit(town, 1)]


@ON_BOTH
async def test_the_board_lives_silently_also_after_a_restart(town: Harness) -> None:
    board = await open_board(town)
    await town.stop()
    await town.start()
    await send_report(town, "На Гоголя 9 разбит асфальт на дороге", 2003)
    await town.wait_for_card(ROADS_HEAD, 3)
    town.pass_time(minutes=2)
    lived = await town.wait_for_message(COORDINATOR, "📋 Контроль", "В работе: 3")
    assert lived["message_id"] == board["message_id"]
    edits = [name for name, _ in town.sandbox.telegram.calls].count("editMessageText")
    town.pass_time(minutes=2)
    await wait_until_idle(town)
    assert [name for name, _ in town.sandbox.telegram.calls].count("editMessageText") == edits  # nothing has changed


async def test_a_second_command_moves_the_board_down(town: Harness) -> None:
    first = await open_board(town)
    await town.send_message(COORDINATOR, "/control")
    await town.wait_until(lambda: "Контроль теперь ниже" in message_text(find(town, first)))
    second = await town.wait_for_message(COORDINATOR, "📋 Контроль")
    assert second["message_id"] > first["message_id"]


def find(bot: Harness, message: dict[str, Any]) -> dict[str, Any]:
    return next(one for one in bot.bot_messages(COORDINATOR) if one["message_id"] == message["message_id"])


async def test_a_head_controls_the_own_block_alone(town: Harness) -> None:
    await open_board(town, ROADS_HEAD)
    listed = await press(town, "В работе", "№1", person=ROADS_HEAD)
    assert "№2" not in message_text(listed)
    code = listed["reply_markup"]["inline_keyboard"][0][1]["callback_data"].replace(":1", ":2")
    await record_buttons(town, ROADS_HEAD, listed["message_id"], 2)
    refused = await town.press_code(ROADS_HEAD, ROADS_HEAD, listed["message_id"], code)
    assert "недоступно" in refused["text"]
    await wait_until_idle(town)
    assert not any("поторопиться" in text for text in town.bot_texts(HOUSING_HEAD))
