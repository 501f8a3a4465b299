"""Numbers for rows that are not written yet: what refers to a row needs its number, the row itself can wait."""

from collections import defaultdict, deque
from functools import cache

from sqlalchemy import Integer, Select, Table, bindparam, func, literal_column, select, text

from storage.transaction import Transaction


class Numbers:
    """Gives out the next numbers of tables, within one transaction.

    PostgreSQL: from the table's sequence, several at once where gaps do no harm. SQLite: counted on from the last one,
    since nobody else can write before this transaction ends; so there are no gaps.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._ready: defaultdict[Table, deque[int]] = defaultdict(deque)
        self._last: dict[Table, int] = {}
        self._ahead: dict[Table, int] = {}

    def expect(self, table: Table, count: int) -> None:
        """About so many will be wanted, and a few too many do no harm."""
        self._ahead[table] = count

    async def next(self, table: Table) -> int:
        if not self._transaction.is_shared:
            last = self._last.get(table)
            self._last[table] = (await self._last_on_file(table) if last is None else last) + 1
            return self._last[table]
        ready = self._ready[table]
        if not ready:
            ready.extend(await self._from_sequence(table, max(1, self._ahead.pop(table, 1))))
        return ready.popleft()

    def forget(self) -> None:
        """A part of the transaction was undone, and the numbers that it used with it."""
        self._last.clear()

    async def _last_on_file(self, table: Table) -> int:
        if table.dialect_options["sqlite"]["autoincrement"]:  # a number is never used twice
            kept = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
            found = await self._transaction.execute_beside(kept, {"name": table.name})
            return int(found.scalar_one_or_none() or 0)
        found = await self._transaction.execute_beside(select(func.max(table.c.id)))
        return int(found.scalar_one_or_none() or 0)

    async def _from_sequence(self, table: Table, count: int) -> list[int]:
        found = await self._transaction.execute_beside(_following(table), {"count": count})
        return sorted(found.scalars())


@cache
def _following(table: Table) -> Select[int]:
    following = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
    return select(following).select_from(func.generate_series(literal_column("1"), bindparam("count", type_=Integer)))
