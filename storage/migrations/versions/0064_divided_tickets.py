"""The ticket whose message a ticket shares, as the message had several matters"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("divided_from", Id, nullable=True))
    is_divided = sa.text("divided_from IS NOT NULL")
    op.create_index(
        "ix_ticket_divided", "ticket", ["divided_from"], sqlite_where=is_divided, postgresql_where=is_divided
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_divided", table_name="ticket")
    op.drop_column("ticket", "divided_from")
