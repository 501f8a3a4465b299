"""Templates of answers"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id, UtcDateTime

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "template",
        sa.Column("id", Id, primary_key=True),
        sa.Column("sector", sa.String(64), nullable=True),
        sa.Column("topic", sa.String(100), nullable=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("person_id", Id, sa.ForeignKey("person.id"), nullable=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("deleted_at", UtcDateTime, nullable=True),
    )


def downgrade() -> None:
    op.drop_table("template")
