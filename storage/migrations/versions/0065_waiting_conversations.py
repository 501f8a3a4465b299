"""Index of the waiting updates of each conversation: without it a claim reads all that waits"""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

_WAITING = sa.text("status = 'new'")


def upgrade() -> None:
    op.create_index(
        "ix_inbox_conversation",
        "inbox",
        ["conversation", "received_at"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def downgrade() -> None:
    op.drop_index("ix_inbox_conversation", table_name="inbox")
