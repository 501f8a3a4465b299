"""The versions of what processes keep in memory: they look for changes in one query."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Select, select

from storage.repositories.base import Repository
from storage.tables import installation

STAFF_VERSION, TOPICS_VERSION = "staff_version", "topics_version"


@cache
def _load_query() -> Select[Any]:
    return select(installation).where(installation.c.name.in_((STAFF_VERSION, TOPICS_VERSION)))


class Versions(Repository):
    """The words that change with every change of people and of topics."""

    async def load(self) -> Mapping[str, str]:
        """Return the known versions by name."""
        result = await self._transaction.execute(_load_query())
        return {row.name: row.value for row in result}
