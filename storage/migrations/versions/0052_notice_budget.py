"""How much an official's phone may ring"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("budget", sa.String(16), nullable=True))


def downgrade() -> None:
    op.drop_column("person", "budget")
