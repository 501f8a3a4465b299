"""The tickets that the buttons under a sent message are about"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "button",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("chat_id", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", "chat_id", "external_id", "ticket_id", name=op.f("pk_button")),
    )
    op.execute(
        "INSERT INTO button (account, chat_id, external_id, ticket_id, sent_at) "
        "SELECT account, chat_id, external_id, 0, posted_at FROM doubt_list WHERE external_id IS NOT NULL"
    )
    op.create_index("ix_button_sent", "button", ["sent_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_button_sent", table_name="button")
    op.drop_table("button")
