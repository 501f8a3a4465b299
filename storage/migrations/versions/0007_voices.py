"""Upvotes: people who say «us too» about a ticket"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "voice",
        sa.Column("ticket_id", Id, nullable=False),
        sa.Column("author_key", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_voice_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("ticket_id", "author_key", name=op.f("pk_voice")),
    )


def downgrade() -> None:
    op.drop_table("voice")
