"""The applicant of a ticket: a name and a telephone as said, and the kind of person"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("applicant_name", sa.String(200), nullable=True))
    op.add_column("ticket", sa.Column("phone", sa.String(40), nullable=True))
    op.add_column("ticket", sa.Column("applicant_kind", sa.String(16), nullable=True))


def downgrade() -> None:
    op.drop_column("ticket", "applicant_kind")
    op.drop_column("ticket", "phone")
    op.drop_column("ticket", "applicant_name")
