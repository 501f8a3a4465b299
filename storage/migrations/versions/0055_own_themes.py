"""Themes that the town adds and removes in the chat"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id, UtcDateTime

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("theme", sa.Column("added_by", Id, nullable=True))
    op.add_column("theme", sa.Column("removed_at", UtcDateTime, nullable=True))


def downgrade() -> None:
    op.drop_column("theme", "removed_at")
    op.drop_column("theme", "added_by")
