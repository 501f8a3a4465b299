"""The outcome of an answer"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id, UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_ANSWERED = sa.text("state = 'answered'")


def upgrade() -> None:
    op.create_table(
        "solution",
        sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), primary_key=True, autoincrement=False),
        sa.Column("ask_at", UtcDateTime, nullable=True),
        sa.Column("asked_at", UtcDateTime, nullable=True),
        sa.Column("solved_at", UtcDateTime, nullable=True),
        sa.Column("returned", sa.Integer, nullable=False, server_default="0"),
        sa.Column("returned_at", UtcDateTime, nullable=True),
        sa.Column("problem_id", Id, nullable=True),
        sa.Column("control_at", UtcDateTime, nullable=True),
        sa.Column("control_by", Id, sa.ForeignKey("person.id"), nullable=True),
    )
    for name in ("ask_at", "solved_at", "returned_at", "problem_id", "control_at"):
        is_set = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"ix_solution_{name}", "solution", [name], sqlite_where=is_set, postgresql_where=is_set)
    op.create_index("ix_ticket_answered", "ticket", ["answered_at"], sqlite_where=_ANSWERED, postgresql_where=_ANSWERED)


def downgrade() -> None:
    op.drop_index("ix_ticket_answered", "ticket")
    op.drop_table("solution")
