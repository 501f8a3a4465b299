"""Limits: what citizens did within the last hours, and the messages over the limit"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id, UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "act",
        sa.Column("id", Id, primary_key=True),
        sa.Column("subject", sa.String(160), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_act_subject", "act", ["subject", "at"])
    op.create_index("ix_act_at", "act", ["at"])
    op.create_table(
        "flood",
        sa.Column("id", Id, primary_key=True),
        sa.Column("subject", sa.String(160), nullable=False),
        sa.Column("began_at", UtcDateTime, nullable=False),
        sa.Column("last_at", UtcDateTime, nullable=False),
        sa.Column("muted_until", UtcDateTime),
        sa.Column("told_at", UtcDateTime),
    )
    op.create_index("ix_flood_subject", "flood", ["subject"])
    op.create_table(
        "held_message",
        sa.Column("message_id", Id, sa.ForeignKey("message.id"), primary_key=True, autoincrement=False),
        sa.Column("flood_id", Id, sa.ForeignKey("flood.id"), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_held_message_flood", "held_message", ["flood_id", "message_id"])
    op.create_index("ix_held_message_at", "held_message", ["at"])


def downgrade() -> None:
    op.drop_table("held_message")
    op.drop_table("flood")
    op.drop_table("act")
