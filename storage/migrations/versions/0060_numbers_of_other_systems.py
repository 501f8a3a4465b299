"""Indexes to find tickets by another system's number, and messages by their words and address"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_ticket_external", "ticket", ["external_number"], "external_number IS NOT NULL"),
    ("ix_ticket_words_key", "ticket", ["text_key"], "text_key IS NOT NULL"),
    ("ix_message_link", "message", ["link"], "link IS NOT NULL AND ticket_id IS NOT NULL"),
)


def upgrade() -> None:
    for name, table, columns, condition in _INDEXES:
        where = sa.text(condition)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, table, _, _ in reversed(_INDEXES):
        op.drop_index(name, table_name=table)
