"""Official pages: the times of their last posts, and the people answered under them"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("watched_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_post_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("account", "root", name=op.f("pk_page")),
    )
    op.create_table(
        "page_comment",
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("chat_id", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("thread", sa.String(length=64), nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("to_all", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("link", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("account", "chat_id", "external_id", name=op.f("pk_page_comment")),
    )
    op.create_index("ix_page_comment_root", "page_comment", ["account", "root", "sent_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_page_comment_root", table_name="page_comment")
    op.drop_table("page_comment")
    op.drop_table("page")
