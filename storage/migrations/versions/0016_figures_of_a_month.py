"""Covering indexes for the figures of a month, which are counted without reading tickets"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_WIDE = {
    "ix_ticket_came": ["registered_at", "sector"],
    "ix_ticket_taken": ["accepted_at", "registered_at"],
    "ix_ticket_over": ["ended_at", "state", "sector"],
    "ix_ticket_served": ["answered_at", "sector", "registered_at"],
}
_NARROW = {
    "ix_ticket_registered": ["registered_at"],
    "ix_ticket_accepted": ["accepted_at"],
    "ix_ticket_ended": ["ended_at"],
    "ix_ticket_answered": ["answered_at"],
}


def upgrade() -> None:
    for name, columns in _WIDE.items():
        op.create_index(name, "ticket", columns, unique=False)
    for name in _NARROW:
        op.drop_index(name, table_name="ticket")


def downgrade() -> None:
    for name, columns in _NARROW.items():
        op.create_index(name, "ticket", columns, unique=False)
    for name in _WIDE:
        op.drop_index(name, table_name="ticket")
