"""Invitation codes as keyed hashes with a term and a purpose; when accounts joined; wrong codes"""

import hashlib
import secrets

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "installation",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation")),
    )
    op.add_column("invitation", sa.Column("purpose", sa.String(length=16), nullable=True))
    op.add_column("invitation", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("invitation", sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("invitation", sa.Column("issued_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))
    _hide_old_codes()
    op.add_column("account", sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "wrong_code",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("messenger", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_code")),
    )
    op.create_index("ix_wrong_code_at", "wrong_code", ["at"], unique=False)


def _hide_old_codes() -> None:
    """Replace the codes of earlier releases by hashes that no code has: they had no term and were stored in clear."""
    invitation = sa.table("invitation", sa.column("code"))
    for code in op.get_bind().execute(sa.select(invitation.c.code)).scalars().all():
        hidden = hashlib.sha256(f"{secrets.token_hex(16)}{code}".encode()).hexdigest()[:32]
        op.execute(invitation.update().where(invitation.c.code == code).values(code=hidden))


def downgrade() -> None:
    op.drop_index("ix_wrong_code_at", table_name="wrong_code")
    op.drop_table("wrong_code")
    op.drop_column("account", "joined_at")
    for name in ("issued_by", "revoked_at", "expires_at", "purpose"):
        op.drop_column("invitation", name)
    op.drop_table("installation")
