"""Texts that people enter into other systems"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id, UtcDateTime

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "system_entry",
        sa.Column("id", Id, nullable=False),
        sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), nullable=False),
        sa.Column("answer_id", Id, sa.ForeignKey("answer.id"), nullable=False),
        sa.Column("system", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("is_correction", sa.Boolean(), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("ended_by", Id, sa.ForeignKey("person.id"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_entry")),
    )
    op.create_index(op.f("ix_system_entry_ticket_id"), "system_entry", ["ticket_id"])
    op.create_index(
        "ix_system_entry_waiting",
        "system_entry",
        ["asked_at", "id"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    op.drop_table("system_entry")
