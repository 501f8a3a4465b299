"""Gaps in published answers, and the index of earlier answers about a place"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id, UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer_mark",
        sa.Column("id", Id, primary_key=True),
        sa.Column("answer_id", Id, sa.ForeignKey("answer.id"), nullable=False),
        sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("first", sa.Integer, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=True),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_answer_mark_ticket", "answer_mark", ["ticket_id"])
    op.create_index("ix_answer_mark_at", "answer_mark", ["at", "kind"])
    where = sa.text("street IS NOT NULL AND answered_at IS NOT NULL")
    op.create_index("ix_ticket_place", "ticket", ["street", "topic"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_ticket_place", "ticket")
    op.drop_table("answer_mark")
