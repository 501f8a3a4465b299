"""Edits of one message take turns, so that the second knows what the first has left; one that hangs holds up nobody."""

import asyncio
from typing import Any, cast

import pytest

from bot.domain.outbox import OutboxRow
from bot.outbox import shown_content
from bot.outbox.shown_content import EditsUnderWay, EditTurn


class Row:
    account, chat_id = "telegram", "7"


ROW = cast(OutboxRow, Row())


async def take_turn(edits: EditsUnderWay, until: asyncio.Event, order: list[str], name: str, *ids: str) -> EditTurn:
    async with edits.edit(ROW, ids) as turn:
        order.append(f"{name} begins")
        await until.wait()
        order.append(f"{name} ends")
    return turn


async def test_the_second_edit_of_a_message_waits_for_the_record_of_the_first() -> None:
    edits, go, order = EditsUnderWay(), asyncio.Event(), list[str]()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(take_turn(edits, go, order, "first", "1", "2"))
        second = group.create_task(take_turn(edits, go, order, "second", "2"))
        other = group.create_task(take_turn(edits, go, order, "other", "3"))
        while "other begins" not in order:
            await asyncio.sleep(0)
        assert order == ["first begins", "other begins"]
        go.set()

    assert order.index("first ends") < order.index("second begins")
    assert first.result() == other.result() == EditTurn(is_alone=True, has_waited=False, shown={})
    assert second.result() == EditTurn(is_alone=True, has_waited=True, shown={})


async def test_an_edit_that_hangs_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown_content, "MAX_WAIT_SECONDS", 0.01)
    edits, never, order = EditsUnderWay(), asyncio.Event(), list[str]()
    hanging: asyncio.Task[Any]
    async with asyncio.TaskGroup() as group:
        hanging = group.create_task(take_turn(edits, never, order, "first", "1"))
        while not order:
            await asyncio.sleep(0)
        async with edits.edit(ROW, ("1",)) as turn:
            assert turn == EditTurn(is_alone=False, has_waited=True, shown={})
        never.set()
    assert hanging.result().is_alone
