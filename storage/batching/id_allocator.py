"""Allocation of ids for rows that are not written yet, so that other rows can refer to them."""

from collections import defaultdict, deque
from functools import cache

from sqlalchemy import Integer, Select, Table, bindparam, func, literal_column, select, text

from storage.transaction import Transaction


class IdAllocator:
    """Allocates the next ids of tables within one transaction.

    PostgreSQL: from the table's sequence, several at once where gaps are harmless. SQLite: by counting on from the last
    id, since no other transaction can write before this one ends; so there are no gaps.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._allocated: defaultdict[Table, deque[int]] = defaultdict(deque)
        self._last_ids: dict[Table, int] = {}
        self._reserve_counts: dict[Table, int] = {}

    def reserve(self, table: Table, count: int) -> None:
        """Fetch *count* ids with the next query; unused ones leave harmless gaps."""
        self._reserve_counts[table] = count

    async def allocate(self, table: Table) -> int:
        if not self._transaction.is_shared:
            last = self._last_ids.get(table)
            self._last_ids[table] = (await self._fetch_last_id(table) if last is None else last) + 1
            return self._last_ids[table]
        ready = self._allocated[table]
        if not ready:
            ready.extend(await self._allocate_from_sequence(table, max(1, self._reserve_counts.pop(table, 1))))
        return ready.popleft()

    def reset(self) -> None:
        """Forget the last ids: a part of the transaction was rolled back, and the rows that used them."""
        self._last_ids.clear()

    async def _fetch_last_id(self, table: Table) -> int:
        if table.dialect_options["sqlite"]["autoincrement"]:  # an id is never used twice
            kept = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
            found = await self._transaction.execute_without_flush(kept, {"name": table.name})
            return int(found.scalar_one_or_none() or 0)
        found = await self._transaction.execute_without_flush(select(func.max(table.c.id)))
        return int(found.scalar_one_or_none() or 0)

    async def _allocate_from_sequence(self, table: Table, count: int) -> list[int]:
        several = count > 1
        parameters = {"count": count} if several else None
        found = await self._transaction.execute_without_flush(_nextval_query(table, several=several), parameters)
        return sorted(found.scalars())


@cache
def _nextval_query(table: Table, *, several: bool) -> Select[int]:
    """Return the query for the next ids.

    The server makes the sequence of a BIGSERIAL under this name. To look for it, and to make a series of one, cost it
    as much as the number.
    """
    following = select(func.nextval(literal_column(f"'{table.name}_id_seq'")))
    if not several:
        return following
    return following.select_from(func.generate_series(literal_column("1"), bindparam("count", type_=Integer)))
