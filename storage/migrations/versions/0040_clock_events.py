"""Events of the clocks of tickets"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id, UtcDateTime

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_OPEN = "('new', 'triage', 'assigned', 'accepted', 'answering', 'publishing', 'postponed', 'reopened')"


def upgrade() -> None:
    op.create_table(
        "clock_event",
        sa.Column("id", Id, primary_key=True),
        sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("deadline", sa.String(16), nullable=True),
        sa.Column("due", UtcDateTime, nullable=True),
        sa.Column("person_id", Id, nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_clock_event_ticket", "clock_event", ["ticket_id", "id"])
    # Nothing old is stirred: the deadlines of tickets that are open now stay as officials know them.
    for deadline in ("accept", "answer"):
        op.execute(
            "INSERT INTO clock_event (ticket_id, kind, at, deadline, due) "  # noqa: S608 (constants of this file)
            f"SELECT id, 'set', registered_at, '{deadline}', {deadline}_due FROM ticket WHERE state IN {_OPEN}"
        )


def downgrade() -> None:
    op.drop_table("clock_event")
