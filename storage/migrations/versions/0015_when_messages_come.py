"""Message times: the usual length of silence in a chat"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_message_stored", "message", ["stored_at"])


def downgrade() -> None:
    op.drop_index("ix_message_stored", table_name="message")
