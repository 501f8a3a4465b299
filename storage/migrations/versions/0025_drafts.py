"""Drafts with versions and approvals, delegations, and the publisher of an answer"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Document, Id, UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.add_column("answer", sa.Column("publisher_id", Id, nullable=True))
    op.create_table(
        "draft",
        sa.Column("id", Id, primary_key=True),
        sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("author_id", Id, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("approver_id", Id, sa.ForeignKey("person.id"), nullable=True),
        sa.Column("step_due", UtcDateTime, nullable=True),
        sa.Column("answer_id", Id, sa.ForeignKey("answer.id"), nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_draft_ticket", "draft", ["ticket_id", "id"])
    op.create_index("ix_draft_waiting", "draft", ["approver_id"], sqlite_where=_WAITING, postgresql_where=_WAITING)
    op.create_table(
        "draft_version",
        sa.Column("draft_id", Id, sa.ForeignKey("draft.id"), primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), nullable=False, index=True),
        sa.Column("author_id", Id, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("media", Document, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "draft_approval",
        sa.Column("id", Id, primary_key=True),
        sa.Column("draft_id", Id, sa.ForeignKey("draft.id"), nullable=False, index=True),
        sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), nullable=False, index=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "delegation",
        sa.Column("id", Id, primary_key=True),
        sa.Column("ticket_id", Id, sa.ForeignKey("ticket.id"), nullable=False, index=True),
        sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("by_id", Id, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("due", UtcDateTime, nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("part", sa.Text, nullable=True),
        sa.Column("media", Document, nullable=False),
        sa.Column("given_at", UtcDateTime, nullable=True),
    )


def downgrade() -> None:
    for table in ("delegation", "draft_approval", "draft_version", "draft"):
        op.drop_table(table)
    op.drop_column("answer", "publisher_id")
