"""Questions to citizens"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_ASKED_CITIZEN = sa.text("kind = 'citizen' AND state IN ('open', 'silent')")


def upgrade() -> None:
    op.add_column("answer", sa.Column("kind", sa.String(16), nullable=False, server_default="answer"))
    op.add_column("inquiry", sa.Column("answer_id", Id, nullable=True))
    op.add_column("inquiry", sa.Column("message_id", Id, nullable=True))
    op.create_index(
        *("ix_inquiry_citizen", "inquiry", ["ticket_id"]),
        sqlite_where=_ASKED_CITIZEN,
        postgresql_where=_ASKED_CITIZEN,
    )


def downgrade() -> None:
    op.drop_index("ix_inquiry_citizen", "inquiry")
    for name in ("message_id", "answer_id"):
        op.drop_column("inquiry", name)
    op.drop_column("answer", "kind")
