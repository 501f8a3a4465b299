"""The danger in which the author of a ticket is told where to call"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("danger", sa.String(16), nullable=True))
    where = sa.text("danger IS NOT NULL")
    op.create_index("ix_ticket_danger", "ticket", ["danger"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_ticket_danger", "ticket")
    op.drop_column("ticket", "danger")
