"""Due moments, notices, digests, the audit, one-time keys and official pages."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    String,
    Table,
)

from storage.tables.base import Document, Id, NullableDocument, PartialIndex, TruncatedString, UtcDateTime, metadata

due_moment = Table(
    "due",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False, index=True),
    Column("limit", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("share", Float, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False, server_default="waiting"),  # waiting, fired, void
    Column("step", NullableDocument),  # of a chain, as it was when it was scheduled
    PartialIndex("ix_due_waiting", "at", where="state = 'waiting'"),
    PartialIndex("ix_due_past", "at", where="state <> 'waiting'"),
)

notice = Table(
    "notice",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False),
    Column("code", String(32), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    PartialIndex("ix_notice_waiting", "person_id", where="sent_at IS NULL"),
    Index("ix_notice_told", "sent_at"),
    Index("ix_notice_sent", "person_id", "code", "sent_at"),
)

digest = Table(
    "digest",
    metadata,
    Column("day", Date, primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("person_id", Id),
    Column("action", String(40), nullable=False),
    Column("ticket_id", Id),
    Column("facts", Document, nullable=False),
    Column("account", String(64)),  # the account of the bot at which the act came in; empty: none did
    Index("ix_audit_ticket", "ticket_id", "id"),
    Index("ix_audit_at", "at"),
)

erasure = Table(  # records that a person's data were erased; none of these data
    "erasure",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("performed_by", String(64), nullable=False),  # the user of the server who gave the command
    Column("account_hash", String(64), nullable=False),  # HMAC-SHA256; its key is in the printed proof alone
    Column("counts", Document, nullable=False),  # rows by table
    Column("copies", Document, nullable=False),  # copies of the database that were made before
    Index("ix_erasure_at", "at"),
)

chat_alias = Table(  # a group that became a supergroup keeps its settings
    "chat_alias",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("old_id", String(64), primary_key=True),
    Column("new_id", String(64), nullable=False, index=True),
    Column("since", UtcDateTime, nullable=False),
)

once_key = Table(  # keys of actions that happen only once: first start, «unknown update of kind X» …
    "once",
    metadata,
    Column("key", String(160), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

leader_lease = Table(  # one row; PostgreSQL alone has several processes
    "leader_lease",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("term", Id, nullable=False),
    Column("holder", String(64), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

official_page = Table(  # official pages that the bot watches
    "page",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("root", String(64), primary_key=True),
    Column("watched_since", UtcDateTime, nullable=False),
    Column("last_post_at", UtcDateTime),
)

official_page_comment = Table(  # comments under their posts, by citizens and by the page or officials ("ours")
    "page_comment",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("chat_id", String(64), primary_key=True),
    Column("external_id", String(64), primary_key=True),
    Column("root", String(64), nullable=False),
    Column("place", String(64), nullable=False),
    Column("thread", String(64), nullable=False),
    Column("ours", Boolean, nullable=False),
    Column("to_all", Boolean, nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("link", TruncatedString(300)),
    Index("ix_page_comment_root", "account", "root", "sent_at"),
)
