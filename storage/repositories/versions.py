"""The versions of what processes keep in memory: they look for changes in one query."""

from collections.abc import Mapping

from sqlalchemy import select

from storage.repositories.base import Repository
from storage.tables import installation

STAFF_VERSION, TOPICS_VERSION = "staff_version", "topics_version"


class Versions(Repository):
    """The words that change with every change of people and of topics."""

    async def load(self) -> Mapping[str, str]:
        """Return the known versions by name."""
        names = (STAFF_VERSION, TOPICS_VERSION)
        result = await self._transaction.execute(select(installation).where(installation.c.name.in_(names)))
        return {row.name: row.value for row in result}
