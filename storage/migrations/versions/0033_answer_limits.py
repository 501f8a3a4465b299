"""Answers that count for the limits on answers, and those that wait for the coordinator"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Document, Id, UtcDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sent_answer",
        sa.Column("answer_id", Id, sa.ForeignKey("answer.id"), primary_key=True, autoincrement=False),
        sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), nullable=False, index=True),
        sa.Column("text_key", sa.String(64), nullable=True),
        sa.Column("is_public", sa.Boolean, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_sent_answer_at", "sent_answer", ["at"])
    op.create_index("ix_sent_answer_text", "sent_answer", ["text_key", "at"])
    op.create_table(
        "held_answer",
        sa.Column("id", Id, primary_key=True),
        sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), nullable=False, index=True),
        sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("media", Document, nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("decided_by", Id, sa.ForeignKey("person.id"), nullable=True),
        sa.Column("at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("held_answer")
    op.drop_table("sent_answer")
