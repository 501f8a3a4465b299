"""The first word, the importance and the foreign deadline of a ticket"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import UtcDateTime

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_MOMENTS = ("external_due", "first_word_due", "first_word_sent_at", "first_word_at")


def upgrade() -> None:
    op.add_column("ticket", sa.Column("importance", sa.String(16), nullable=True))
    for name in _MOMENTS:
        op.add_column("ticket", sa.Column(name, UtcDateTime, nullable=True))


def downgrade() -> None:
    for name in (*reversed(_MOMENTS), "importance"):
        op.drop_column("ticket", name)
