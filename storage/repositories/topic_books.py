"""The town's themes and words. Each change gives the whole a new version, which all processes follow."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, insert, select, update

from bot.domain.sectors import Theme
from bot.domain.topic_book import Keyword, Owner, OwnerKind, TopicBook
from storage.repositories.base import Repository
from storage.repositories.versions import TOPICS_VERSION
from storage.tables import installation, keyword, switched_off, theme

_SEED = "topics_seed"


class TopicBooks(Repository):
    """The one book of the town."""

    async def load(self) -> TopicBook:
        """Return the book; an empty one in a database that has never had one."""
        themes = await self._transaction.execute(select(theme).order_by(theme.c.position, theme.c.code))
        words = await self._transaction.execute(select(keyword).order_by(keyword.c.id))
        off = await self._transaction.execute(select(switched_off))
        return TopicBook(
            tuple(Theme(row.code, row.title, row.sector) for row in themes),
            tuple(
                Keyword(row.id, Owner(OwnerKind(row.owner_kind), row.owner_code), row.word, row.person_id)
                for row in words
            ),
            frozenset(Owner(OwnerKind(row.owner_kind), row.owner_code) for row in off),
            await self.find_version() or "",
        )

    async def find_version(self) -> str | None:
        """Return a word that changes with every change; ``None`` in a database without a book."""
        return await self._find(TOPICS_VERSION)

    async def find_seed(self) -> str | None:
        """Return the fingerprint of the file that was taken over last."""
        return await self._find(_SEED)

    async def _find(self, name: str) -> str | None:
        result = await self._transaction.execute(select(installation.c.value).where(installation.c.name == name))
        return result.scalar_one_or_none()

    async def _set(self, name: str, value: str) -> None:
        statement = self._insert(installation).values(name=name, value=value)
        await self._transaction.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))

    async def mark_changed(self) -> None:
        """Let every process read the book again."""
        self.has_new_work = True
        await self._set(TOPICS_VERSION, secrets.token_hex(8))

    async def take_file(self, wanted: TopicBook, seed: str, now: datetime) -> None:
        """Take over the themes and words of the file; words that were added in the chat stay, and what is off."""
        await self._transaction.execute(delete(theme))
        rows = [
            {"code": one.code, "title": one.title, "sector": one.sector, "position": at}
            for at, one in enumerate(wanted.themes)
        ]
        if rows:
            await self._transaction.execute(insert(theme), rows)
        await self._transaction.execute(delete(keyword).where(keyword.c.person_id.is_(None)))
        for one in wanted.keywords:  # the file's word wins over the same one of the chat
            await self._transaction.execute(delete(keyword).where(_is_of(one.owner), keyword.c.word == one.word))
            await self.add_words(one.owner, [one.word], None, now)
        await self._set(_SEED, seed)
        await self.mark_changed()

    async def add_words(self, owner: Owner, words: Iterable[str], person_id: int | None, now: datetime) -> None:
        """Add words; *person_id*: who adds them in the chat."""
        rows = [
            {"owner_kind": owner.kind.value, "owner_code": owner.code, "word": word, "person_id": person_id}
            for word in words
        ]
        if rows:
            await self._transaction.execute(insert(keyword), [{**row, "added_at": now} for row in rows])
        await self.mark_changed()

    async def remove_word(self, keyword_id: int) -> None:
        await self._transaction.execute(delete(keyword).where(keyword.c.id == keyword_id))
        await self.mark_changed()

    async def update_theme(self, changed: Theme) -> None:
        """Store the title and the block of a theme."""
        await self._transaction.execute(
            update(theme).where(theme.c.code == changed.code).values(title=changed.title, sector=changed.sector)
        )
        await self.mark_changed()

    async def switch(self, owner: Owner, person_id: int, now: datetime, *, on: bool) -> None:
        """Switch a theme or topic on or off."""
        values = {"owner_kind": owner.kind.value, "owner_code": owner.code}
        if on:
            conditions = [getattr(switched_off.c, name) == value for name, value in values.items()]
            await self._transaction.execute(delete(switched_off).where(*conditions))
        else:
            statement = self._insert(switched_off).values(**values, person_id=person_id, at=now)
            await self._transaction.execute(statement.on_conflict_do_nothing())
        await self.mark_changed()


def _is_of(owner: Owner) -> ColumnElement[bool]:
    return and_(keyword.c.owner_kind == owner.kind.value, keyword.c.owner_code == owner.code)
