"""The post whose working hours count for a ticket, in the history of its clocks"""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clock_event", sa.Column("post", sa.String(200), nullable=True))


def downgrade() -> None:
    op.drop_column("clock_event", "post")
