"""The hash chain over the audit"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id, UtcDateTime

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_seal",
        sa.Column("position", Id, primary_key=True, autoincrement=False),
        sa.Column("sealed_at", UtcDateTime, nullable=False),
        sa.Column("since", UtcDateTime, nullable=True),
        sa.Column("settled_id", Id, nullable=False),
        sa.Column("backlog_id", Id, nullable=False),
        sa.Column("last_id", Id, nullable=False),
        sa.Column("records", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("ix_audit_seal_last_id", "audit_seal", ["last_id"])
    op.create_table(
        "audit_personal",
        sa.Column("audit_id", Id, primary_key=True, autoincrement=False),
        sa.Column("salt", sa.LargeBinary, nullable=True),
        sa.Column("digest", sa.String(64), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("audit_personal")
    op.drop_table("audit_seal")
