"""Problems: several tickets about one event, with one card and one answer"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Document = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

_ALONE = sa.text("problem_id IS NULL AND matter IS NOT NULL")
_VIA = sa.text("via_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "problem",
        sa.Column("id", Id, nullable=False),
        sa.Column("lead_id", Id, nullable=False),
        sa.Column("matter", sa.String(length=80), nullable=False),
        sa.Column("sketch", Document, nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["ticket.id"], name=op.f("fk_problem_lead_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_problem_heard", "problem", ["heard_at"])
    op.add_column("ticket", sa.Column("lead_id", Id, nullable=True))
    op.add_column("ticket", sa.Column("matter", sa.String(length=80), nullable=True))
    op.add_column("ticket", sa.Column("sketch", Document, nullable=True))
    op.create_index("ix_ticket_problem", "ticket", ["problem_id", "author_key"])
    op.create_index(
        "ix_ticket_alone", "ticket", ["matter", "registered_at"], sqlite_where=_ALONE, postgresql_where=_ALONE
    )
    op.add_column("answer", sa.Column("problem_id", Id, nullable=True))
    op.add_column("publication", sa.Column("spot", sa.String(length=300), nullable=True))
    op.add_column("publication", sa.Column("via_id", Id, nullable=True))
    op.create_index("ix_publication_spot", "publication", ["answer_id", "spot"])
    op.create_index("ix_publication_via", "publication", ["via_id"], sqlite_where=_VIA, postgresql_where=_VIA)


def downgrade() -> None:
    op.drop_index("ix_publication_via", table_name="publication", sqlite_where=_VIA, postgresql_where=_VIA)
    op.drop_index("ix_publication_spot", table_name="publication")
    op.drop_column("publication", "via_id")
    op.drop_column("publication", "spot")
    op.drop_column("answer", "problem_id")
    op.drop_index("ix_ticket_alone", table_name="ticket", sqlite_where=_ALONE, postgresql_where=_ALONE)
    op.drop_index("ix_ticket_problem", table_name="ticket")
    for name in ("sketch", "matter", "lead_id"):
        op.drop_column("ticket", name)
    op.drop_index("ix_problem_heard", table_name="problem")
    op.drop_table("problem")
