"""Transactions that touch the same rows do so in the same order: on PostgreSQL two that do not may undo one another."""

import re
from typing import Any

from sqlalchemy import event

from tests.e2e.harness import GROUP, ROADS_HEAD, Harness
from tests.e2e.queries import wait_until_idle

WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)")


class WriteOrder:
    """The table that each transaction of the bot's wrote first, second, …"""

    def __init__(self, bot: Harness) -> None:
        assert bot.app is not None
        self.transactions: list[list[str]] = []
        self._open: dict[int, list[str]] = {}
        engine = bot.app.database.engine.sync_engine
        event.listen(engine, "begin", self._on_begin)
        event.listen(engine, "before_cursor_execute", self._on_execute)

    def _on_begin(self, connection: Any) -> None:
        self._open[id(connection.connection.dbapi_connection)] = tables = []
        self.transactions.append(tables)

    def _on_execute(self, connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found = WRITES.match(statement)
        if found is not None:
            self._open[id(connection.connection.dbapi_connection)].append(found[1])


async def test_the_dialog_comes_before_its_letters(bot: Harness) -> None:
    order = WriteOrder(bot)
    await bot.sandbox.telegram.send_message(GROUP, 3001, "На улице Ленина огромная яма на дороге")
    await bot.wait_until(lambda: bot.ticket_numbers(ROADS_HEAD))
    [number] = bot.ticket_numbers(ROADS_HEAD)
    await bot.answer_ticket(ROADS_HEAD, number, "Яму засыпали, проверьте.")
    await wait_until_idle(bot)
    both = [tables for tables in order.transactions if {"dialog", "letter"} <= set(tables)]
    assert len(both) > 2, "the question, the preview, the press"
    assert [tables for tables in both if tables.index("letter") < tables.index("dialog")] == []
