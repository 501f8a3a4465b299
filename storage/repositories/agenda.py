"""The query for everything that may wait for somebody or for the clock."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, exists, func, literal_column, select

from bot.domain.agenda import Agenda
from bot.domain.dialogs import DialogStep
from bot.domain.once_keys import OUTAGE_PREFIX
from storage.repositories.base import Repository
from storage.repositories.outbox_queries import is_pending
from storage.repositories.versions import STAFF_VERSION, TOPICS_VERSION
from storage.tables import (
    absence,
    account,
    audit,
    board,
    dialog,
    due_moment,
    held_note,
    import_file,
    inbox,
    inquiry,
    installation,
    notice,
    once_key,
    outage,
    outbox,
    promise,
    publication,
    review_item,
    solution,
)


class AgendaReading(Repository):
    """All that waits, in all tables."""

    async def load(self) -> Agenda:
        """Read everything in one statement."""
        return Agenda(*(await self._transaction.execute(_agenda_query())).one())


@cache
def _agenda_query() -> Select[Any]:
    # planner: states are written out as in the partial indexes, which SQLite does not recognise with bound values.
    found: dict[str, ColumnElement[Any]] = {
        "inbox_waits": _any(inbox, inbox.c.status == literal_column("'new'")),
        "outbox_waits": _any(outbox, is_pending(outbox)),
        "deadline_at": _first(due_moment.c.at, due_moment.c.state == literal_column("'waiting'")),
        "notices_wait": _any(notice, notice.c.sent_at.is_(None)),
        "outage_unreported": _any(once_key, once_key.c.key.startswith(literal_column(f"'{OUTAGE_PREFIX}'"))),
        "messenger_fails": _any(outage),
        "account_diverted": _any(account, account.c.diverted_since.is_not(None)),
        "notes_held": _any(held_note, held_note.c.given_at.is_(None)),
        "inquiry_at": _first(inquiry.c.remind_at),
        "promise_at": _first(promise.c.remind_at),
        "check_at": _first(publication.c.check_at),
        "import_open": _any(import_file, import_file.c.ended_at.is_(None)),
        "review_waits": _any(review_item, review_item.c.verdict.is_(None), review_item.c.listed_at.is_(None)),
        "question_at": _first(solution.c.ask_at),
        "control_at": _first(solution.c.control_at),
        "dialog_ends_at": _first(dialog.c.expires_at, dialog.c.step != literal_column(f"'{DialogStep.ENDED.value}'")),
        "absence_planned": _any(absence, absence.c.ended_at.is_(None)),
        "board_shown": _any(board),
        "newest_audit_id": func.coalesce(select(func.max(audit.c.id)).scalar_subquery(), 0),
        "staff_version": _version(STAFF_VERSION),
        "topics_version": _version(TOPICS_VERSION),
    }
    return select(*(found[name].label(name) for name in Agenda.__dataclass_fields__))


def _any(table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(literal_column("1")).select_from(table).where(*conditions))


def _first(moment: ColumnElement[Any], *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    return select(func.min(moment)).where(moment.is_not(None), *conditions).scalar_subquery()


def _version(name: str) -> ColumnElement[str]:
    found = select(installation.c.value).where(installation.c.name == literal_column(f"'{name}'"))
    return func.coalesce(found.scalar_subquery(), literal_column("''"))
