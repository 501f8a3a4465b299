"""Own quiet hours and days off of officials"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import NullableDocument

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("quiet_from", sa.String(5), nullable=True))
    op.add_column("person", sa.Column("quiet_to", sa.String(5), nullable=True))
    op.add_column("person", sa.Column("days_off", NullableDocument, nullable=True))


def downgrade() -> None:
    for name in ("days_off", "quiet_to", "quiet_from"):
        op.drop_column("person", name)
