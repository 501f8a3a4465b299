"""Messages by the moment at which they were written, to find what an official forwards"""

from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_message_sent", "message", ["sent_at"])


def downgrade() -> None:
    op.drop_index("ix_message_sent", "message")
