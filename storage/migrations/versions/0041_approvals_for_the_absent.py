"""Approvals that somebody was asked for in the place of an absent colleague"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("draft", sa.Column("approver_for_id", Id, nullable=True))


def downgrade() -> None:
    op.drop_column("draft", "approver_for_id")
