"""Manual postings: the official, the text, and the time of the next visibility check"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_BY_HAND = sa.text("state = 'by_person'")
_CHECK = sa.text("check_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("publication", sa.Column("poster", sa.String(length=16), nullable=True))
    op.add_column("publication", sa.Column("poster_id", Id, nullable=True))
    op.add_column("publication", sa.Column("about", sa.String(length=32), nullable=True))
    op.add_column("publication", sa.Column("check_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("publication", sa.Column("checks", sa.Integer(), server_default="0", nullable=False))
    op.create_index(
        "ix_publication_by_hand", "publication", ["message_id"], sqlite_where=_BY_HAND, postgresql_where=_BY_HAND
    )
    op.create_index("ix_publication_check", "publication", ["check_at"], sqlite_where=_CHECK, postgresql_where=_CHECK)
    op.create_index("ix_letter_ticket", "letter", ["ticket_id", "kind"])


def downgrade() -> None:
    op.drop_index("ix_letter_ticket", table_name="letter")
    op.drop_index("ix_publication_check", table_name="publication", sqlite_where=_CHECK, postgresql_where=_CHECK)
    op.drop_index("ix_publication_by_hand", table_name="publication", sqlite_where=_BY_HAND, postgresql_where=_BY_HAND)
    for name in ("checks", "check_at", "about", "poster_id", "poster"):
        op.drop_column("publication", name)
