"""Staff in several messengers: preferences, notifications sent elsewhere, and silent messengers"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outage",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", "way", name=op.f("pk_outage")),
    )
    with op.batch_alter_table("account") as batch:
        batch.add_column(sa.Column("wants_cards", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("wants_reports", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("via", sa.String(length=64), nullable=True))
        batch.add_column(sa.Column("diverted_since", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("letter") as batch:
        batch.add_column(sa.Column("twin", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_letter_twin"), "letter", ["twin"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_letter_twin"), table_name="letter")
    with op.batch_alter_table("letter") as batch:
        batch.drop_column("twin")
    with op.batch_alter_table("account") as batch:
        for name in ("diverted_since", "via", "wants_reports", "wants_cards"):
            batch.drop_column(name)
    op.drop_table("outage")
