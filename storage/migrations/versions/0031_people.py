"""People live in the database: their post, whom they stand in for, their systems, their hour of the digest"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import NullableDocument

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("title", sa.String(200), nullable=True))
    op.add_column("person", sa.Column("stands_in", NullableDocument, nullable=True))
    op.add_column("person", sa.Column("systems", NullableDocument, nullable=True))
    op.add_column("person", sa.Column("digest_at", sa.String(5), nullable=True))


def downgrade() -> None:
    for name in ("digest_at", "systems", "stands_in", "title"):
        op.drop_column("person", name)
