"""The board of control, and everybody's daily summary"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id, UtcDateTime

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "board",
        sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("chat_id", sa.String(64), nullable=False),
        sa.Column("external_id", sa.String(64), nullable=True),
        sa.Column("hash", sa.String(64), nullable=True),
        sa.Column("view", sa.String(100), nullable=False),
        sa.Column("posted_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("person_id", "account", name=op.f("pk_board")),
    )
    op.create_table(
        "daily_summary",
        sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=False, autoincrement=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("until", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_daily_summary")),
    )


def downgrade() -> None:
    op.drop_table("daily_summary")
    op.drop_table("board")
