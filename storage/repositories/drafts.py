"""Drafts, their versions and their approvals."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, literal_column, select, update

from bot.domain.drafts import OPEN_DRAFT_STATES, Decision, Draft, DraftApproval, DraftState, DraftVersion, Wording
from bot.domain.json_types import Json
from storage.repositories.base import Repository
from storage.tables import draft, draft_approval, draft_version

_DRAFT_COLUMNS = tuple(draft.c[name] for name in Draft.__dataclass_fields__)
_CHANGING = ("version", "step", "approver_id", "approver_for_id", "step_due", "answer_id")
_VERSION_COLUMNS = tuple(draft_version.c[name] for name in DraftVersion.__dataclass_fields__)
_APPROVAL_COLUMNS = tuple(draft_approval.c[name] for name in DraftApproval.__dataclass_fields__)
_OPEN = tuple(sorted(state.value for state in OPEN_DRAFT_STATES))
_IS_WAITING = draft.c.state == literal_column(f"'{DraftState.WAITING.value}'")
"""Written out as in the partial index: few drafts wait."""


class Drafts(Repository):
    """Texts for citizens that wait for approval."""

    async def add(self, ticket_id: int, kind: Wording, author_id: int, now: datetime, *, needs_post: bool) -> Draft:
        """Insert a draft without a version."""
        values = {"ticket_id": ticket_id, "kind": kind.value, "author_id": author_id, "created_at": now}
        values["needs_post"] = needs_post
        result = await self._transaction.execute(
            insert(draft).values(**values, state=DraftState.WRITING.value, version=0, step=0).returning(*_DRAFT_COLUMNS)
        )
        return _draft_from_row(result.one())

    async def get(self, draft_id: int) -> Draft | None:
        row = (await self._transaction.execute(select(*_DRAFT_COLUMNS).where(draft.c.id == draft_id))).first()
        return _draft_from_row(row) if row else None

    async def find_open(self, ticket_id: int, kind: Wording | None = None) -> Draft | None:
        """Return the ticket's latest draft that may still become public; of *kind*, if one is given."""
        found = await self._list(draft.c.ticket_id == ticket_id, draft.c.state.in_(_OPEN), kind=kind)
        return found[-1] if found else None

    async def list_open(self, ticket_id: int) -> list[Draft]:
        return await self._list(draft.c.ticket_id == ticket_id, draft.c.state.in_(_OPEN))

    async def find_published(self, ticket_id: int, kind: Wording) -> Draft | None:
        """Return the ticket's draft of *kind* that was published last."""
        is_published = draft.c.state == DraftState.PUBLISHED.value
        found = await self._list(draft.c.ticket_id == ticket_id, is_published, kind=kind)
        return found[-1] if found else None

    async def list_waiting_for(self, person_id: int) -> list[Draft]:
        """List the drafts whose next approval *person_id* was asked for."""
        return await self._list(_IS_WAITING, draft.c.approver_id == person_id)

    async def list_returned_to(self, author_id: int) -> list[Draft]:
        """List the drafts that were returned to their author with a remark."""
        # planner: written out as in the partial index.
        is_returned = draft.c.state == literal_column(f"'{DraftState.RETURNED.value}'")
        return await self._list(is_returned, draft.c.author_id == author_id)

    async def list_waiting(self) -> list[Draft]:
        """List the drafts that wait for an approval."""
        return await self._list(_IS_WAITING)

    async def _list(self, *conditions: Any, kind: Wording | None = None) -> list[Draft]:
        wanted = (*conditions, draft.c.kind == kind.value) if kind is not None else conditions
        result = await self._transaction.execute(select(*_DRAFT_COLUMNS).where(*wanted).order_by(draft.c.id))
        return [_draft_from_row(row) for row in result]

    async def save(self, changed: Draft) -> None:
        """Save the draft's state, version, step and answer."""
        values = {name: getattr(changed, name) for name in _CHANGING}
        await self._transaction.execute(
            update(draft).where(draft.c.id == changed.id).values(**values, state=changed.state.value)
        )

    async def add_version(self, changed: Draft, author_id: int, text: str, media: Sequence[Json], at: datetime) -> None:
        """Insert the text of the draft's present version."""
        await self._transaction.execute(
            insert(draft_version).values(
                draft_id=changed.id,
                version=changed.version,
                ticket_id=changed.ticket_id,
                author_id=author_id,
                text=text,
                media=list(media),
                at=at,
            )
        )

    async def get_version(self, draft_id: int, version: int) -> DraftVersion | None:
        row = (
            await self._transaction.execute(
                select(*_VERSION_COLUMNS).where(
                    draft_version.c.draft_id == draft_id, draft_version.c.version == version
                )
            )
        ).first()
        return _version_from_row(row) if row else None

    async def list_version_authors(self, draft_id: int) -> Collection[int]:
        """Return the people who have written a version of the draft."""
        result = await self._transaction.execute(
            select(draft_version.c.author_id).where(draft_version.c.draft_id == draft_id)
        )
        return frozenset(result.scalars())

    async def add_approval(self, changed: Draft, approval: DraftApproval) -> None:
        """Insert a decision on the draft's present version."""
        await self._transaction.execute(
            insert(draft_approval).values(
                draft_id=changed.id,
                ticket_id=changed.ticket_id,
                version=approval.version,
                step=approval.step,
                role=approval.role,
                person_id=approval.person_id,
                decision=approval.decision.value,
                at=approval.at,
            )
        )

    async def list_approvals(self, draft_id: int) -> list[DraftApproval]:
        """List the decisions on all versions of a draft, in their order."""
        result = await self._transaction.execute(
            select(*_APPROVAL_COLUMNS).where(draft_approval.c.draft_id == draft_id).order_by(draft_approval.c.id)
        )
        return [DraftApproval(**{**row._mapping, "decision": Decision(row.decision)}) for row in result]


def _draft_from_row(row: Any) -> Draft:
    values = row._mapping
    return Draft(**{**values, "kind": Wording(values["kind"]), "state": DraftState(values["state"])})


def _version_from_row(row: Any) -> DraftVersion:
    values = row._mapping
    return DraftVersion(**{**values, "media": tuple(values["media"])})
