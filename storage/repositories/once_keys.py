"""Things that are done once, and when they were done."""

from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, select

from storage.repositories.base import Repository
from storage.tables import once_key


@cache
def _moment_query() -> Select[Any]:
    return select(once_key.c.at).where(once_key.c.key == bindparam("done", type_=once_key.c.key.type))


@lru_cache(maxsize=64)
def _prefix_query(prefix: str) -> Select[Any]:
    beginning = once_key.c.key.startswith(prefix, autoescape=True)
    return select(once_key.c.key, once_key.c.at).where(beginning).order_by(once_key.c.key)


class OnceKeys(Repository):
    """Keys of things done, each with the moment at which it was done."""

    async def claim(self, key: str, now: datetime) -> bool:
        """Return True for the first caller with this *key*, and never again."""
        statement = self._insert(once_key).values(key=key[:160], at=now)
        result = await self._transaction.execute(statement.on_conflict_do_nothing(index_elements=["key"]))
        return bool(result.rowcount)

    async def list_keys(self, prefix: str) -> list[str]:
        """List the keys that begin with *prefix*."""
        return list(await self.list_by_prefix(prefix))

    async def delete(self, key: str) -> None:
        """Forget *key*: it may be claimed again."""
        await self._transaction.execute(delete(once_key).where(once_key.c.key == key))

    async def get(self, key: str) -> datetime | None:
        """Return when *key* was claimed or set."""
        result = await self._transaction.execute(_moment_query(), {"done": key})
        return result.scalar_one_or_none()

    async def set(self, key: str, now: datetime) -> None:
        """Record *key* as done now, replacing an earlier moment."""
        statement = self._insert(once_key).values(key=key[:160], at=now)
        await self._transaction.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"at": now}))

    async def list_by_prefix(self, prefix: str) -> dict[str, datetime]:
        """Return the keys that begin with *prefix*, sorted, and when each was done."""
        result = await self._transaction.execute(_prefix_query(prefix))
        return {row[0]: row[1] for row in result}
