"""Inquiries: questions to units and to the management about tickets"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id, TruncatedString, UtcDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inquiry",
        sa.Column("id", Id, primary_key=True),
        sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("asker_id", Id, nullable=False),
        sa.Column("sector", sa.String(64)),
        sa.Column("unit", TruncatedString(200)),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("remind_at", UtcDateTime),
        sa.Column("answer", sa.Text),
        sa.Column("answered_by", Id),
        sa.Column("answered_at", UtcDateTime),
        sa.Column("control_at", UtcDateTime),
    )
    op.create_index("ix_inquiry_ticket", "inquiry", ["ticket_id", "id"])
    is_waiting = sa.text("remind_at IS NOT NULL")
    op.create_index(
        *("ix_inquiry_remind", "inquiry", ["remind_at"]), sqlite_where=is_waiting, postgresql_where=is_waiting
    )


def downgrade() -> None:
    op.drop_table("inquiry")
