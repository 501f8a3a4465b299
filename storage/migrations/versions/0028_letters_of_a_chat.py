"""Letters of a chat: what is emptied when an official's account is closed"""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_letter_chat", "letter", ["chat_id"])


def downgrade() -> None:
    op.drop_index("ix_letter_chat", "letter")
