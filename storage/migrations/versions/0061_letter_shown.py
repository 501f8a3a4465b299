"""The content of each sent message, so that an edit that changes nothing is not sent"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letter", sa.Column("shown", sa.String(32), nullable=True))


def downgrade() -> None:
    op.drop_column("letter", "shown")
