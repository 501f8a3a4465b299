"""Identities of outbox rows towards messengers; rows that are queued already keep theirs, their number"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("own_key", sa.String(32), nullable=True))


def downgrade() -> None:
    op.drop_column("outbox", "own_key")
