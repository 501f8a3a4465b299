"""The town's themes and words. Each change gives the whole a new version, which all processes follow."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update

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
        stored = list(themes)
        return TopicBook(
            tuple(
                Theme(row.code, row.title, row.sector, added_by=row.added_by)
                for row in stored
                if row.removed_at is None
            ),
            tuple(
                Keyword(row.id, Owner(OwnerKind(row.owner_kind), row.owner_code), row.word, row.person_id)
                for row in words
            ),
            frozenset(Owner(OwnerKind(row.owner_kind), row.owner_code) for row in off),
            await self.find_version() or "",
            {row.code: row.title for row in stored if row.removed_at is not None},
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

    async def apply_file(self, wanted: TopicBook, seed: str, now: datetime) -> None:
        """Take over the themes and words of the file; what was added in the chat stays, and what is off."""
        codes = [one.code for one in wanted.themes]
        await self._transaction.execute(delete(theme).where(or_(theme.c.added_by.is_(None), theme.c.code.in_(codes))))
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

    async def add_theme(self, added: Theme, person_id: int) -> None:
        """Add a theme in the chat; a removed one of this code comes back."""
        values = {"title": added.title, "sector": added.sector, "added_by": person_id, "removed_at": None}
        last = select(func.coalesce(func.max(theme.c.position), 0) + 1).scalar_subquery()
        statement = self._insert(theme).values(code=added.code, position=last, **values)
        await self._transaction.execute(statement.on_conflict_do_update(index_elements=["code"], set_=values))
        await self.mark_changed()

    async def remove_theme(self, owner: Owner, now: datetime) -> None:
        """Remove a theme with its words; its title stays for the tickets that have it."""
        await self._transaction.execute(update(theme).where(theme.c.code == owner.code).values(removed_at=now))
        await self._transaction.execute(delete(keyword).where(_is_of(owner)))
        await self._transaction.execute(
            delete(switched_off).where(
                switched_off.c.owner_kind == owner.kind.value, switched_off.c.owner_code == owner.code
            )
        )
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
