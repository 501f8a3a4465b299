"""The person to whom a chain has handed a ticket over"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("handed_to", Id, nullable=True))


def downgrade() -> None:
    op.drop_column("ticket", "handed_to")
