"""Bytes of imported files in a table of their own, because SQLite rewrites a whole row with every change of it"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Id

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_content",
        sa.Column(
            "file_id",
            Id,
            sa.ForeignKey("import_file.id", name="fk_import_content_file_id_import_file"),
            primary_key=True,
        ),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.execute("INSERT INTO import_content (file_id, data) SELECT id, data FROM import_file WHERE data IS NOT NULL")
    op.execute("UPDATE import_file SET data = NULL WHERE data IS NOT NULL")


def downgrade() -> None:
    op.execute(
        "UPDATE import_file SET data = (SELECT data FROM import_content WHERE file_id = import_file.id) "
        "WHERE id IN (SELECT file_id FROM import_content)"
    )
    op.drop_table("import_content")
