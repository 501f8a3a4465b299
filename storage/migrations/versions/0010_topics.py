"""The topics of a ticket, from the taxonomy"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("topic", sa.String(length=100), nullable=True))


def downgrade() -> None:
    op.drop_column("ticket", "topic")
