"""The words said about one ticket, for a check: the texts letter for letter, and the seal of its records."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from bot.domain.answers import PublicationState
from bot.domain.audit_chain import AuditSeal
from bot.domain.drafts import Decision, Wording
from bot.domain.view_data import SealFacts
from storage.repositories.base import Repository
from storage.tables import answer, audit, audit_seal, draft, draft_approval, draft_version, publication

_SEALS_TO_SEARCH = 10
"""Records are sealed in the order of their commits: a later number may be sealed first, but not much later."""


@dataclass(frozen=True, slots=True)
class SaidAnswer:
    """A text for the citizen with its place; ``posted_at`` is ``None`` while it is not visible anywhere."""

    kind: Wording
    text: str
    author_id: int
    publisher_id: int | None
    created_at: datetime
    state: PublicationState | None
    posted_at: datetime | None


@dataclass(frozen=True, slots=True)
class DraftText:
    """One version of a draft."""

    kind: Wording
    version: int
    text: str
    author_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class DraftDecision:
    """An approver's decision on a version."""

    kind: Wording
    version: int
    person_id: int
    decision: Decision
    at: datetime


class Evidence(Repository):
    """Read-only questions about one ticket."""

    async def list_answers(self, ticket_id: int, lead_id: int | None) -> list[SaidAnswer]:
        """List the texts for the author of a ticket; those to a problem belong to its leading ticket."""
        own = or_(publication.c.ticket_id == ticket_id, publication.c.id.is_(None))
        result = await self._transaction.execute(
            select(
                answer.c.kind,
                func.coalesce(publication.c.text, answer.c.text),
                answer.c.person_id,
                answer.c.publisher_id,
                answer.c.created_at,
                publication.c.state,
                publication.c.posted_at,
            )
            .outerjoin(publication, publication.c.answer_id == answer.c.id)
            .where(answer.c.ticket_id.in_([one for one in (ticket_id, lead_id) if one is not None]), own)
            .order_by(answer.c.id, publication.c.id)
        )
        return [
            SaidAnswer(
                kind=Wording(row[0]),
                text=row[1],
                author_id=row[2],
                publisher_id=row[3],
                created_at=row[4],
                state=PublicationState(row[5]) if row[5] else None,
                posted_at=row[6],
            )
            for row in result
        ]

    async def list_draft_texts(self, ticket_id: int) -> list[DraftText]:
        """List all versions of the drafts about a ticket, in their order."""
        result = await self._transaction.execute(
            select(
                draft.c.kind,
                draft_version.c.version,
                draft_version.c.text,
                draft_version.c.author_id,
                draft_version.c.at,
            )
            .join(draft, draft.c.id == draft_version.c.draft_id)
            .where(draft_version.c.ticket_id == ticket_id)
            .order_by(draft_version.c.at, draft_version.c.version)
        )
        return [DraftText(Wording(row[0]), *row[1:]) for row in result]

    async def list_decisions(self, ticket_id: int) -> list[DraftDecision]:
        """List the approvers' decisions about the drafts of a ticket, in their order."""
        result = await self._transaction.execute(
            select(
                draft.c.kind,
                draft_approval.c.version,
                draft_approval.c.person_id,
                draft_approval.c.decision,
                draft_approval.c.at,
            )
            .join(draft, draft.c.id == draft_approval.c.draft_id)
            .where(draft_approval.c.ticket_id == ticket_id)
            .order_by(draft_approval.c.id)
        )
        return [DraftDecision(Wording(row[0]), row[1], row[2], Decision(row[3]), row[4]) for row in result]

    async def find_seal(self, ticket_id: int) -> SealFacts | None:
        """Return the seal of the newest record of a ticket; ``None`` while that record is not sealed yet."""
        newest = await self._transaction.execute(select(func.max(audit.c.id)).where(audit.c.ticket_id == ticket_id))
        record_id = newest.scalar()
        if record_id is None:
            return None
        result = await self._transaction.execute(
            select(*(audit_seal.c[name] for name in AuditSeal.__dataclass_fields__))
            .where(audit_seal.c.last_id >= record_id)
            .order_by(audit_seal.c.last_id)
            .limit(_SEALS_TO_SEARCH)
        )
        for seal in (AuditSeal(*row) for row in result):
            if any(number == record_id for number, _ in seal.list_records()):
                return SealFacts(seal.position, seal.hash)
        return None
