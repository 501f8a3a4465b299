"""The outcome of promises, and promises in the words of answers"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("promise", sa.Column("origin", sa.String(16), nullable=True))
    op.add_column("promise", sa.Column("outcome", sa.String(16), nullable=True))


def downgrade() -> None:
    for name in ("outcome", "origin"):
        op.drop_column("promise", name)
