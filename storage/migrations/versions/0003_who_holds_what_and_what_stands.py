"""Holders of leases, the buttons shown under a message, and the start of a gap in updates.

All columns may be empty: processes of the first release run together with newer ones and do not fill them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("holder", sa.String(length=32), nullable=True))
    op.add_column("outbox", sa.Column("holder", sa.String(length=32), nullable=True))
    op.add_column("outbox", sa.Column("form", sa.String(length=16), nullable=True))
    op.add_column("cursor", sa.Column("gap_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("publication", sa.Column("text", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("publication", "text")
    op.drop_column("cursor", "gap_since")
    op.drop_column("outbox", "form")
    op.drop_column("outbox", "holder")
    op.drop_column("inbox", "holder")
