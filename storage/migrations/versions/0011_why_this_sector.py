"""The words that decided for a ticket's sector.

The column may be empty: processes of earlier releases run together with newer ones and do not fill it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

Document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("ticket", sa.Column("why", Document, nullable=True))


def downgrade() -> None:
    op.drop_column("ticket", "why")
