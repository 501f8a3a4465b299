"""Files of other systems, and their numbers"""

import sqlalchemy as sa
from alembic import op

from storage.tables.base import Document, Id, NullableDocument, TruncatedString, UtcDateTime

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_file",
        sa.Column("id", Id, primary_key=True),
        sa.Column("system", sa.String(64)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("name", TruncatedString(200), nullable=False),
        sa.Column("data", sa.LargeBinary),
        sa.Column("person_id", Id, sa.ForeignKey("person.id", name="fk_import_file_person_id_person")),
        sa.Column("account", sa.String(64)),
        sa.Column("chat_id", sa.String(64)),
        sa.Column("note_id", sa.String(64)),
        sa.Column("attachment", NullableDocument),
        sa.Column("position", sa.Integer, nullable=False, server_default="0"),
        sa.Column("total", sa.Integer),
        sa.Column("counts", Document, nullable=False),
        sa.Column("refusals", Document, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("touched_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "import_record",
        sa.Column("system", sa.String(64), primary_key=True),
        sa.Column("number_key", sa.String(40), primary_key=True),
        sa.Column(
            "ticket_id", Id, sa.ForeignKey("ticket.id", name="fk_import_record_ticket_id_ticket"), nullable=False
        ),
        sa.Column("is_imported", sa.Boolean, nullable=False),
        sa.Column("status", TruncatedString(100)),
        sa.Column("due", UtcDateTime),
        sa.Column("is_finished", sa.Boolean, nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sa.Column("organisation", TruncatedString(200)),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.Column("changed_at", UtcDateTime),
        sa.Column("list_id", Id),
        sa.Column("similar_id", Id),
    )
    op.create_index("ix_import_record_ticket", "import_record", ["ticket_id"])
    for name, table, columns, condition in (
        ("ix_import_file_open", "import_file", ["state"], "ended_at IS NULL"),
        ("ix_import_record_unlisted", "import_record", ["system"], "list_id IS NULL"),
        ("ix_import_record_list", "import_record", ["list_id"], "list_id > 0"),
        ("ix_import_record_similar", "import_record", ["similar_id"], "similar_id IS NOT NULL"),
    ):
        where = sa.text(condition)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_table("import_record")
    op.drop_table("import_file")
