"""Erasure of citizens' data: when a ticket was anonymised, and the records of erasures"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Document, Id, UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_HAS_WORDS = sa.text("anonymized_at IS NULL")


def upgrade() -> None:
    op.add_column("ticket", sa.Column("anonymized_at", UtcDateTime, nullable=True))
    op.create_index(
        "ix_ticket_words",
        "ticket",
        ["ended_at", "answered_at"],
        unique=False,
        sqlite_where=_HAS_WORDS,
        postgresql_where=_HAS_WORDS,
    )
    op.create_table(
        "erasure",
        sa.Column("id", Id, primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("performed_by", sa.String(64), nullable=False),
        sa.Column("account_hash", sa.String(64), nullable=False),
        sa.Column("counts", Document, nullable=False),
        sa.Column("copies", Document, nullable=False),
    )
    op.create_index("ix_erasure_at", "erasure", ["at"])


def downgrade() -> None:
    op.drop_table("erasure")
    op.drop_index("ix_ticket_words", table_name="ticket")
    op.drop_column("ticket", "anonymized_at")
