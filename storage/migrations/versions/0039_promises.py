"""Promises of interim answers"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id, UtcDateTime

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_IS_REMINDED = sa.text("remind_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "promise",
        sa.Column("id", Id, primary_key=True),
        sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), nullable=False),
        sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("answer_id", Id, sa.ForeignKey("answer.id"), nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("remind_at", UtcDateTime, nullable=True),
        sa.Column("ended_at", UtcDateTime, nullable=True),
    )
    op.create_index("ix_promise_ticket", "promise", ["ticket_id", "id"])
    op.create_index(
        *("ix_promise_remind", "promise", ["remind_at"]), sqlite_where=_IS_REMINDED, postgresql_where=_IS_REMINDED
    )


def downgrade() -> None:
    op.drop_table("promise")
