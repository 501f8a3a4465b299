"""Indexes for the board of control and for what waits for a person"""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

_STATES = "'new', 'triage', 'assigned', 'accepted', 'answering', 'publishing', 'postponed', 'reopened'"
_OPEN = f"coalesce(state, '') IN ({_STATES})"
_BOARD = ("answer_due", "id", "sector", "district", "state", "accept_due", "assignee_id", "source", "lead_id")

_INDEXES = (
    ("ix_ticket_board", "ticket", _BOARD, _OPEN),
    ("ix_inquiry_open", "inquiry", ("kind", "ticket_id"), "state = 'open'"),
    ("ix_draft_returned", "draft", ("author_id",), "state = 'returned'"),
    ("ix_promise_due", "promise", ("due_at",), None),
    ("ix_delegation_asked", "delegation", ("person_id",), "state = 'asked'"),
)


def upgrade() -> None:
    for name, table, columns, condition in _INDEXES:
        where = sa.text(condition) if condition is not None else None
        op.create_index(name, table, list(columns), sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, table, _, _ in reversed(_INDEXES):
        op.drop_index(name, table_name=table)
