"""Questions to units and to the management about tickets."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from storage.tables.base import Id, PartialIndex, TruncatedString, UtcDateTime, metadata

ASKED_CITIZEN_SQL = "kind = 'citizen' AND state IN ('open', 'silent')"
"""The condition for questions to which the citizen's words may still come, spelled out as in the partial index."""

inquiry = Table(
    "inquiry",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("asker_id", Id, nullable=False),
    Column("sector", String(64)),
    Column("unit", TruncatedString(200)),
    Column("question", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("remind_at", UtcDateTime),
    Column("answer", Text),
    Column("answered_by", Id),
    Column("answered_at", UtcDateTime),
    Column("control_at", UtcDateTime),
    Column("answer_id", Id),  # the published text of a question to the citizen
    Column("message_id", Id),  # the words with which the citizen answered it
    Index("ix_inquiry_ticket", "ticket_id", "id"),
    PartialIndex(*("ix_inquiry_remind", "remind_at"), where="remind_at IS NOT NULL"),
    PartialIndex(*("ix_inquiry_open", "kind", "ticket_id"), where="state = 'open'"),
    PartialIndex(*("ix_inquiry_citizen", "ticket_id"), where=ASKED_CITIZEN_SQL),
)
