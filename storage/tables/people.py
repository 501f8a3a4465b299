"""Officials, their accounts, roles and dialogs."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    false,
)

from storage.tables.base import Document, Id, NullableDocument, UtcDateTime, metadata

person = Table(
    "person",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("title", String(200)),  # the post; these four are NULL in rows of release 0.1.0
    Column("stands_in", NullableDocument),  # titles of posts
    Column("systems", NullableDocument),  # codes of foreign systems
    Column("digest_at", String(5)),  # «18:00»
    Column("quiet_from", String(5)),  # own quiet hours; NULL: the town's
    Column("quiet_to", String(5)),
    Column("days_off", NullableDocument),  # weekdays from 0, Monday, and dates
    Column("budget", String(16)),  # what makes a sound; NULL: everything
)

account = Table(
    "account",
    metadata,
    Column("messenger", String(16), primary_key=True),
    Column("user_id", String(64), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("joined", Boolean, nullable=False, server_default=false()),  # by invitation, not by the configuration
    Column("unreachable_since", UtcDateTime),
    Column("wants_cards", Boolean, nullable=False, server_default=false()),  # chosen in /settings
    Column("wants_reports", Boolean, nullable=False, server_default=false()),
    Column("via", String(64)),  # the bot's account through which the person wrote last
    Column("diverted_since", UtcDateTime),  # messages for this account have been sent elsewhere since then
    Column("joined_at", UtcDateTime),
)

invitation = Table(
    "invitation",
    metadata,
    Column("code", String(32), primary_key=True),  # a keyed hash of the code
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("purpose", String(16)),  # join, connect; NULL: issued by release 0.1.0 and never valid
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("issued_by", Id),
)

wrong_code = Table(  # invitation codes that did not fit
    "wrong_code",
    metadata,
    Column("id", Id, primary_key=True),
    Column("messenger", String(16), nullable=False),
    Column("user_id", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_wrong_code_at", "at"),
)

installation = Table(  # what distinguishes this installation from any other
    "installation",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", String(128), nullable=False),
)

absence = Table(  # days, both included, on which somebody else acts for an official
    "absence",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("stand_in_id", Id, ForeignKey("person.id")),
    Column("agreed_at", UtcDateTime),
    Column("decided_by", Id),  # the stand-in, or the administrator who decided
    Column("started_at", UtcDateTime),  # when the tickets went over
    Column("ended_at", UtcDateTime),
    Column("reminded_days", Integer),
    Column("created_by", Id, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
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
    Column("expires_at", UtcDateTime, nullable=False),
)
