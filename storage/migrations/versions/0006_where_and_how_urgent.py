"""The location of a ticket, and the reason of its urgency"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("latitude", sa.Float(), nullable=True))
    op.add_column("ticket", sa.Column("longitude", sa.Float(), nullable=True))
    op.add_column("ticket", sa.Column("urgency", sa.String(length=16), nullable=True))


def downgrade() -> None:
    for name in ("urgency", "longitude", "latitude"):
        op.drop_column("ticket", name)
