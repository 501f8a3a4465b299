"""Until when a problem has to be solved"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import UtcDateTime

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("solve_due", UtcDateTime, nullable=True))


def downgrade() -> None:
    op.drop_column("ticket", "solve_due")
