"""The theme of a ticket: a configured level between topic and sector"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("theme", sa.String(64), nullable=True))


def downgrade() -> None:
    op.drop_column("ticket", "theme")
