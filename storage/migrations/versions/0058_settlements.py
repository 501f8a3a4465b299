"""The settlement of a ticket's place: the same street in another village is another place"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import TruncatedString

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("settlement", TruncatedString(120), nullable=True))


def downgrade() -> None:
    op.drop_column("ticket", "settlement")
