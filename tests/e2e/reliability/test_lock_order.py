"""Transactions that touch the same rows do so in the same order: on PostgreSQL two that do not may undo one another."""

import re
from typing import Any

from sqlalchemy import event

from tests.e2e.harness import GROUP, ROADS_HEAD, Town
from tests.e2e.queries import delivered

WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)")


class Order:
    """Which table each transaction of the bot's wrote first, second, …"""

    def __init__(self, town: Town) -> None:
        assert town.app is not None
        self.transactions: list[list[str]] = []
        self._open: dict[int, list[str]] = {}
        engine = town.app.database.engine.sync_engine
        event.listen(engine, "begin", self._begin)
        event.listen(engine, "before_cursor_execute", self._execute)

    def _begin(self, connection: Any) -> None:
        self._open[id(connection.connection.dbapi_connection)] = tables = []
        self.transactions.append(tables)

    def _execute(self, connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found = WRITES.match(statement)
        if found is not None:
            self._open[id(connection.connection.dbapi_connection)].append(found[1])


async def test_the_dialog_comes_before_its_letters(town: Town) -> None:
    order = Order(town)
    await town.sandbox.telegram.say(GROUP, 3001, "На улице Ленина огромная яма на дороге")
    await town.until(lambda: town.numbers(ROADS_HEAD))
    [number] = town.numbers(ROADS_HEAD)
    await town.answer(ROADS_HEAD, number, "Яму засыпали, проверьте.")
    await delivered(town)
    both = [tables for tables in order.transactions if {"dialog", "letter"} <= set(tables)]
    assert len(both) > 2, "the question, the preview, the press"
    assert [tables for tables in both if tables.index("letter") < tables.index("dialog")] == []
