"""The audit log."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from bot.domain.audit import AuditEntry, AuditRow, JournalAction, JournalRow
from bot.domain.json_types import Json
from storage.repositories.base import Repository
from storage.tables import audit, person

_INSERT_AUDIT = insert(audit)
_AUDIT_COLUMNS = tuple(audit.c[name] for name in AuditRow.__dataclass_fields__)


class AuditLog(Repository):
    """Append-only record of who did what.

    ``account``: the account of the bot at which the event came in that is handled now; ``None`` for what the clock or
    the command line brings about.
    """

    account: str | None = None

    async def record(
        self,
        action: str,
        now: datetime,
        *,
        person_id: int | None = None,
        ticket_id: int | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        """Record an action. *facts* are ids and codes, never what people wrote."""
        row = self._row(action, now, person_id, ticket_id, facts or {})
        self._transaction.defer_insert(_INSERT_AUDIT, row)

    async def record_all(
        self, action: str, now: datetime, facts: Mapping[int, Mapping[str, Any]], *, person_id: int | None = None
    ) -> None:
        """Record one action on many tickets; *facts* by ticket id."""
        if facts:
            await self._transaction.execute(
                insert(audit),
                [self._row(action, now, person_id, ticket_id, one) for ticket_id, one in facts.items()],
            )

    def _row(
        self, action: str, now: datetime, person_id: int | None, ticket_id: int | None, facts: Mapping[str, Any]
    ) -> dict[str, Any]:
        return {
            "at": now,
            "person_id": person_id,
            "action": action,
            "ticket_id": ticket_id,
            "account": self.account,
            "facts": dict(facts),
        }

    async def has_record(self, ticket_id: int, action: str) -> bool:
        """Return whether *action* is on record for a ticket."""
        query = select(audit.c.id).where(audit.c.ticket_id == ticket_id, audit.c.action == action).limit(1)
        return (await self._transaction.execute(query)).first() is not None

    async def find_last(self, ticket_id: int, action: str) -> AuditRow | None:
        """Return the latest record of *action* on a ticket."""
        query = select(*_AUDIT_COLUMNS).where(audit.c.ticket_id == ticket_id, audit.c.action == action)
        row = (await self._transaction.execute(query.order_by(audit.c.id.desc()).limit(1))).first()
        return AuditRow(**row._mapping) if row else None

    async def list_for_ticket(self, ticket_id: int) -> list[AuditRow]:
        """List a ticket's history, the oldest first."""
        result = await self._transaction.execute(
            select(*_AUDIT_COLUMNS).where(audit.c.ticket_id == ticket_id).order_by(audit.c.id)
        )
        return [AuditRow(**row._mapping) for row in result]

    async def iterate(self, since: datetime | None, until: datetime | None) -> AsyncIterator[AuditEntry]:
        """Yield the records of [since, until] with the names of officials, the oldest first."""
        query = (
            select(audit.c.id, person.c.name, *_AUDIT_COLUMNS)
            .outerjoin(person, person.c.id == audit.c.person_id)
            .order_by(audit.c.id)
        )
        if since is not None:
            query = query.where(audit.c.at >= since)
        if until is not None:
            query = query.where(audit.c.at <= until)
        async for number, name, *values in await self._transaction.stream(query):
            yield AuditEntry(number, AuditRow(*values), name)

    async def find_facts(self, action: str, at: datetime) -> Json:
        """Return the facts of the last record of *action* at that moment; empty if there is none."""
        query = select(audit.c.facts).where(audit.c.at == at, audit.c.action == action).order_by(audit.c.id.desc())
        found: Json | None = (await self._transaction.execute(query.limit(1))).scalar()
        return found or {}

    async def list_journal(self, since: datetime | None, until: datetime | None, limit: int) -> list[JournalRow]:
        """List up to *limit* of the latest lines of the journal, the oldest first."""
        query = (
            select(audit.c.at, person.c.name, audit.c.action, audit.c.facts)
            .outerjoin(person, person.c.id == audit.c.person_id)
            .where(audit.c.action.in_([action.value for action in JournalAction]), audit.c.ticket_id.is_(None))
            .order_by(audit.c.id.desc())
            .limit(limit)
        )
        if since is not None:
            query = query.where(audit.c.at >= since)
        if until is not None:
            query = query.where(audit.c.at <= until)
        rows = (await self._transaction.execute(query)).all()
        return [JournalRow(row.at, row.name, JournalAction(row.action), row.facts) for row in reversed(rows)]
