"""Indexes for a million tickets: search by parts of words, and lists of open, accepted and closed tickets"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_SQLITE = (
    "CREATE VIRTUAL TABLE ticket_search USING fts5(search, content='ticket', content_rowid='id', tokenize='trigram',"
    " detail=none, columnsize=0)",
    "CREATE TRIGGER ticket_search_new AFTER INSERT ON ticket BEGIN"
    " INSERT INTO ticket_search (rowid, search) VALUES (new.id, new.search); END",
    "CREATE TRIGGER ticket_search_gone AFTER DELETE ON ticket BEGIN"
    " INSERT INTO ticket_search (ticket_search, rowid, search) VALUES ('delete', old.id, old.search); END",
    "CREATE TRIGGER ticket_search_changed AFTER UPDATE OF search ON ticket WHEN old.search <> new.search BEGIN"
    " INSERT INTO ticket_search (ticket_search, rowid, search) VALUES ('delete', old.id, old.search);"
    " INSERT INTO ticket_search (rowid, search) VALUES (new.id, new.search); END",
    "INSERT INTO ticket_search (ticket_search) VALUES ('rebuild')",
)


_OPEN = sa.text(
    "state IN ('new', 'triage', 'assigned', 'accepted', 'answering', 'publishing', 'postponed', 'reopened')"
)


def upgrade() -> None:
    op.create_index("ix_ticket_accepted", "ticket", ["accepted_at"], unique=False)
    op.create_index("ix_ticket_ended", "ticket", ["ended_at"], unique=False)
    op.create_index(
        "ix_ticket_open", "ticket", ["answer_due", "id"], unique=False, sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    if op.get_bind().dialect.name == "sqlite":
        for statement in _SQLITE:
            op.execute(statement)
    elif _may_have_trigrams():
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        op.execute("CREATE INDEX ix_ticket_search ON ticket USING gin (search gin_trgm_ops)")


def downgrade() -> None:
    for name in ("ix_ticket_open", "ix_ticket_ended", "ix_ticket_accepted"):
        op.drop_index(name, table_name="ticket")
    if op.get_bind().dialect.name == "sqlite":
        for name in ("new", "gone", "changed"):
            op.execute(f"DROP TRIGGER ticket_search_{name}")
        op.execute("DROP TABLE ticket_search")
    else:
        op.execute("DROP INDEX IF EXISTS ix_ticket_search")


def _may_have_trigrams() -> bool:
    """Return whether the server has the extension and allows its use; without it the search is correct but slow."""
    found = sa.text(
        "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') OR (EXISTS (SELECT FROM"
        " pg_available_extension_versions WHERE name = 'pg_trgm' AND trusted)"
        " AND has_database_privilege(current_database(), 'CREATE'))"
    )
    return bool(op.get_bind().execute(found).scalar())
