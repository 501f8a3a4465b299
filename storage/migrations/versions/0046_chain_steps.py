"""Steps of escalation chains among the due moments"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import NullableDocument

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("due", sa.Column("step", NullableDocument, nullable=True))


def downgrade() -> None:
    op.drop_column("due", "step")
