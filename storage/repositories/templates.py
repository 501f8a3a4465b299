"""Templates of answers."""

from datetime import datetime

from sqlalchemy import insert, or_, select, update

from bot.domain.templates import Template
from storage.repositories.base import Repository
from storage.tables import template

_COLUMNS = tuple(template.c[name] for name in Template.__dataclass_fields__)


class Templates(Repository):
    """Templates, a few hundred at most."""

    async def list_all(self) -> list[Template]:
        """List the templates by sector and topic, those for any ticket first."""
        result = await self._transaction.execute(
            select(*_COLUMNS)
            .where(template.c.deleted_at.is_(None))
            .order_by(template.c.sector.is_not(None), template.c.sector, template.c.topic, template.c.id)
        )
        return [Template(**row._mapping) for row in result]

    async def list_for(self, sector: str | None, topic: str | None, limit: int) -> list[Template]:
        """List templates that fit a ticket: those of its topic first, then of its sector, then for any."""
        result = await self._transaction.execute(
            select(*_COLUMNS)
            .where(
                template.c.deleted_at.is_(None),
                or_(template.c.sector.is_(None), template.c.sector == sector),
                or_(template.c.topic.is_(None), template.c.topic == topic),
            )
            .order_by(template.c.topic.is_(None), template.c.sector.is_(None), template.c.id.desc())
            .limit(limit)
        )
        return [Template(**row._mapping) for row in result]

    async def get(self, template_id: int) -> Template | None:
        result = await self._transaction.execute(
            select(*_COLUMNS).where(template.c.id == template_id, template.c.deleted_at.is_(None))
        )
        row = result.first()
        return Template(**row._mapping) if row else None

    async def add(self, sector: str | None, topic: str | None, text: str, person_id: int, now: datetime) -> Template:
        values = {"sector": sector, "topic": topic, "text": text, "person_id": person_id, "at": now}
        result = await self._transaction.execute(insert(template).values(**values).returning(*_COLUMNS))
        return Template(**result.one()._mapping)

    async def update_text(self, known: Template, text: str, person_id: int, now: datetime) -> None:
        await self._transaction.execute(
            update(template).where(template.c.id == known.id).values(text=text, person_id=person_id, at=now)
        )

    async def delete(self, known: Template, person_id: int, now: datetime) -> None:
        """Remove a template from the lists; the row stays for the history."""
        await self._transaction.execute(
            update(template).where(template.c.id == known.id).values(deleted_at=now, person_id=person_id)
        )
