"""The account through which an act came"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit", sa.Column("account", sa.String(64), nullable=True))


def downgrade() -> None:
    op.drop_column("audit", "account")
