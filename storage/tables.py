"""Every table of the database. SQLAlchemy Core; the repositories turn rows into the domain's records."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB


class Moment(TypeDecorator[datetime]):
    """An aware moment, stored in UTC. A naive one is refused: it could mean anything."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment must be aware")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Id = BigInteger().with_variant(Integer, "sqlite")
Document = JSON().with_variant(JSONB, "postgresql")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- what comes in and what goes out ------------------------------------------------------------------------------

inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", String(64), nullable=False),
    Column("key", String(128), nullable=False),
    Column("conversation", String(128), nullable=False),
    Column("payload", Document, nullable=False),
    Column("status", String(16), nullable=False, server_default="new"),  # new, done, dead
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", Moment, nullable=False),
    Column("leased_until", Moment),
    Column("error", String(200)),
    Column("received_at", Moment, nullable=False),
    Column("done_at", Moment),
    UniqueConstraint("account", "key"),
    Index("ix_inbox_waiting", "id", sqlite_where=text("status = 'new'"), postgresql_where=text("status = 'new'")),
    Index("ix_inbox_done", "done_at"),
    sqlite_autoincrement=True,
)

cursor = Table(
    "cursor",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("value", Text),
    Column("moved_at", Moment, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(24), nullable=False),
    Column("account", String(64), nullable=False),
    Column("chat_id", String(64), nullable=False),
    Column("chat_kind", String(16), nullable=False),
    Column("thread", String(64), nullable=False),
    Column("root", String(64), nullable=False),
    Column("person_id", Id),
    Column("ticket_id", Id),
    Column("subject_id", Id),
    Column("facts", Document, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("silent", Boolean, nullable=False),
    Column("order_key", String(160)),
    Column("dedupe", String(160)),
    Column("status", String(16), nullable=False, server_default="queued"),  # queued, sending, sent, failed, dropped
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("leased_until", Moment),
    Column("progress", Document, nullable=False),
    Column("error", String(200)),
    Column("created_at", Moment, nullable=False),
    Column("done_at", Moment),
    Index(
        "ix_outbox_waiting",
        "priority",
        "id",
        sqlite_where=text("status IN ('queued', 'sending')"),
        postgresql_where=text("status IN ('queued', 'sending')"),
    ),
    Index(
        "ix_outbox_order",
        "order_key",
        "id",
        sqlite_where=text("status IN ('queued', 'sending')"),
        postgresql_where=text("status IN ('queued', 'sending')"),
    ),
    Index(
        "uq_outbox_dedupe",
        "dedupe",
        unique=True,
        sqlite_where=text("status = 'queued' AND dedupe IS NOT NULL"),
        postgresql_where=text("status = 'queued' AND dedupe IS NOT NULL"),
    ),
    Index("ix_outbox_done", "done_at"),
    sqlite_autoincrement=True,
)

letter = Table(  # messages of ours about a ticket: what a reply to them is about
    "letter",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("chat_id", String(64), primary_key=True),
    Column("external_id", String(64), primary_key=True),
    Column("ticket_id", Id, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("sent_at", Moment, nullable=False),
)

# --- people -------------------------------------------------------------------------------------------------------

person = Table(
    "person",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("active", Boolean, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("messenger", String(16), primary_key=True),
    Column("user_id", String(64), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("joined", Boolean, nullable=False, server_default=false()),  # by invitation, not named in the configuration
    Column("unreachable_since", Moment),
)

invitation = Table(
    "invitation",
    metadata,
    Column("code", String(32), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("used_at", Moment),
)

assignment = Table(
    "assignment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("role", String(24), nullable=False),
    Column("sector", String(64)),
    Column("district", String(100)),
)

dialog = Table(
    "dialog",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("user_id", String(64), primary_key=True),
    Column("chat_id", String(64), nullable=False),
    Column("step", String(32), nullable=False),
    Column("ticket_id", Id, index=True),
    Column("text", Text, nullable=False),
    Column("media", Document, nullable=False),
    Column("facts", Document, nullable=False),
    Column("version", Integer, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

# --- tickets ------------------------------------------------------------------------------------------------------

ticket = Table(
    "ticket",
    metadata,
    Column("id", Id, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("sector", String(64)),
    Column("likely", Document, nullable=False),
    Column("district", String(100)),
    Column("problem_id", Id),  # several tickets about one event; filled by a later release
    Column("source", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("search", Text, nullable=False),
    Column("text_key", String(64)),
    Column("place", String(200)),
    Column("street", String(120)),
    Column("house", String(40)),
    Column("urgent", Boolean, nullable=False),
    Column("account", String(64)),
    Column("author_key", String(80)),  # messenger:user, one citizen across our accounts of one messenger
    Column("author_id", String(64)),
    Column("author_name", String(200)),
    Column("registered_at", Moment, nullable=False),
    Column("touched_at", Moment, nullable=False),
    Column("accept_due", Moment, nullable=False),
    Column("answer_due", Moment, nullable=False),
    Column("assignee_id", Id, ForeignKey("person.id")),
    Column("accepted_at", Moment),
    Column("answered_at", Moment),
    Column("ended_at", Moment),
    Column("dismiss_reason", String(32)),
    Column("previous_id", Id, ForeignKey("ticket.id")),
    Column("external_number", String(100)),
    Column("created_by", Id, ForeignKey("person.id")),
    Column("version", Integer, nullable=False, server_default="0"),
    Index("ix_ticket_state", "state", "sector"),
    Index("ix_ticket_author", "author_key", "id"),
    Index("ix_ticket_registered", "registered_at"),
    Index("ix_ticket_answered", "answered_at"),
    sqlite_autoincrement=True,
)

message = Table(
    "message",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", String(64), nullable=False),
    Column("chat_id", String(64), nullable=False),
    Column("chat_kind", String(16), nullable=False),
    Column("root", String(64), nullable=False),
    Column("thread", String(64), nullable=False),
    Column("chat_title", String(200)),
    Column("external_id", String(64), nullable=False),
    Column("author_id", String(64), nullable=False),
    Column("author_name", String(200)),
    Column("text", Text, nullable=False),
    Column("media", Document, nullable=False),
    Column("album", String(64)),
    Column("reply_to", String(64)),
    Column("link", String(300)),
    Column("forwarded_from", String(200)),
    Column("sent_at", Moment, nullable=False),
    Column("stored_at", Moment, nullable=False),
    Column("edited_at", Moment),
    Column("deleted_at", Moment),
    Column("ticket_id", Id, ForeignKey("ticket.id"), index=True),
    Column("part", String(16)),
    UniqueConstraint("account", "chat_id", "external_id"),
    Index("ix_message_album", "account", "chat_id", "album"),
)

answer = Table(
    "answer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("state", String(16), nullable=False),  # draft, approved
    Column("text", Text, nullable=False),
    Column("media", Document, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
)

publication = Table(
    "publication",
    metadata,
    Column("id", Id, primary_key=True),
    Column("answer_id", Id, ForeignKey("answer.id"), nullable=False, index=True),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False, index=True),
    Column("message_id", Id, ForeignKey("message.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("external_ids", Document, nullable=False),
    Column("link", String(300)),
    Column("error", String(200)),
    Column("posted_at", Moment),
    UniqueConstraint("answer_id", "message_id"),
)

card = Table(
    "card",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("ticket_id", Id, ForeignKey("ticket.id"), primary_key=True),
    Column("account", String(64), primary_key=True),
    Column("chat_id", String(64), nullable=False),
    Column("external_id", String(64)),
    Column("hash", String(64)),
    Column("menu", String(80), nullable=False, server_default=""),
    Column("media_shown", Integer, nullable=False, server_default="0"),
    Column("updated_at", Moment, nullable=False),
    Index("ix_card_ticket", "ticket_id"),
)

remark = Table(
    "remark",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

# --- time ---------------------------------------------------------------------------------------------------------

due = Table(
    "due",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False, index=True),
    Column("limit", String(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("share", Float, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", String(16), nullable=False, server_default="waiting"),  # waiting, fired, void
    Index("ix_due_waiting", "at", sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'")),
)

notice = Table(
    "notice",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False),
    Column("code", String(32), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Index(
        "ix_notice_waiting", "person_id", sqlite_where=text("sent_at IS NULL"), postgresql_where=text("sent_at IS NULL")
    ),
    Index("ix_notice_sent", "person_id", "code", "sent_at"),
)

digest = Table(
    "digest",
    metadata,
    Column("day", Date, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("person_id", Id),
    Column("action", String(40), nullable=False),
    Column("ticket_id", Id),
    Column("facts", Document, nullable=False),
    Index("ix_audit_ticket", "ticket_id", "id"),
    Index("ix_audit_at", "at"),
)

chat_alias = Table(  # a group that became a supergroup keeps its settings
    "chat_alias",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("old_id", String(64), primary_key=True),
    Column("new_id", String(64), nullable=False, index=True),
    Column("since", Moment, nullable=False),
)

once = Table(  # what was done or told, and must not be again: first start, «unknown update of kind X» …
    "once",
    metadata,
    Column("key", String(160), primary_key=True),
    Column("at", Moment, nullable=False),
)
