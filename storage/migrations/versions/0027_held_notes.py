"""Held notes: what officials could not be told, because nobody of the audience could be reached"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Document, Id, UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "held_note",
        sa.Column("id", Id, primary_key=True),
        sa.Column("audience", sa.String(32)),
        sa.Column("person_id", Id, sa.ForeignKey("person.id")),
        sa.Column("facts", Document, nullable=False),
        sa.Column("sameness", sa.String(64), unique=True),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("until", UtcDateTime, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("given_at", UtcDateTime),
    )
    op.create_index("ix_held_note_until", "held_note", ["until"])


def downgrade() -> None:
    op.drop_table("held_note")
