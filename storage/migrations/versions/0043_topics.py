"""Topics of the town: themes, words, what is switched off"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id, UtcDateTime

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "theme",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("sector", sa.String(64)),
        sa.Column("position", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_theme")),
    )
    op.create_table(
        "keyword",
        sa.Column("id", Id, primary_key=True),
        sa.Column("owner_kind", sa.String(16), nullable=False),
        sa.Column("owner_code", sa.String(100), nullable=False),
        sa.Column("word", sa.String(200), nullable=False),
        sa.Column("person_id", Id, sa.ForeignKey("person.id")),
        sa.Column("added_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint(*("owner_kind", "owner_code", "word"), name=op.f("uq_keyword_owner_kind_owner_code_word")),
    )
    op.create_table(
        "switched_off",
        sa.Column("owner_kind", sa.String(16), nullable=False),
        sa.Column("owner_code", sa.String(100), nullable=False),
        sa.Column("person_id", Id, sa.ForeignKey("person.id")),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("owner_kind", "owner_code", name=op.f("pk_switched_off")),
    )


def downgrade() -> None:
    for name in ("switched_off", "keyword", "theme"):
        op.drop_table(name)
