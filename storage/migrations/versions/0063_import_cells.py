"""The cells of other systems as those wrote them, for the export in their form"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import NullableDocument

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_record", sa.Column("cells", NullableDocument, nullable=True))


def downgrade() -> None:
    op.drop_column("import_record", "cells")
