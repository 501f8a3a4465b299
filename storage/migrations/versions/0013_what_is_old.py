"""Indexes that find old rows without reading the others"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_PAST = sa.text("state <> 'waiting'")


def upgrade() -> None:
    op.create_index("ix_notice_told", "notice", ["sent_at"], unique=False)
    op.create_index("ix_letter_sent", "letter", ["sent_at"], unique=False)
    op.create_index("ix_card_updated", "card", ["updated_at"], unique=False)
    op.create_index("ix_due_past", "due", ["at"], unique=False, sqlite_where=_PAST, postgresql_where=_PAST)


def downgrade() -> None:
    op.drop_index("ix_due_past", table_name="due")
    op.drop_index("ix_card_updated", table_name="card")
    op.drop_index("ix_letter_sent", table_name="letter")
    op.drop_index("ix_notice_told", table_name="notice")
