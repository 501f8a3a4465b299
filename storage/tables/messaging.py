"""The inbox, the outbox, and the state of the connections to messengers."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.tables.base import Document, Id, PartialIndex, UtcDateTime, metadata

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
    Column("due_at", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("holder", String(32)),  # of the lease: every claim has a new name
    Column("error", String(200)),
    Column("received_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    UniqueConstraint("account", "key"),
    PartialIndex("ix_inbox_waiting", "id", where="status = 'new'"),
    PartialIndex("ix_inbox_conversation", "conversation", "received_at", where="status = 'new'"),
    Index("ix_inbox_done", "done_at"),
    sqlite_autoincrement=True,
)

unread = Table(  # content that the bot could neither read nor show: how often
    "unread",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", String(64), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_unread_at", "at"),
)

cursor = Table(
    "cursor",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("value", Text),
    Column("moved_at", UtcDateTime, nullable=False),
    Column("gap_since", UtcDateTime),  # updates since then may be missing until backfill has read them
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
    Column("due_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("leased_until", UtcDateTime),
    Column("holder", String(32)),  # as in the inbox
    Column("progress", Document, nullable=False),
    Column("form", String(16)),  # the form in which the parts in "progress" were sent
    Column("own_key", String(32)),  # the row's identity towards messengers; null in rows of release 0.1.0
    Column("error", String(200)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    PartialIndex("ix_outbox_waiting", "priority", "id", where="status IN ('queued', 'sending')"),
    PartialIndex("ix_outbox_lane", "account", "chat_id", "priority", "id", where="status IN ('queued', 'sending')"),
    PartialIndex("ix_outbox_order", "order_key", "id", where="status IN ('queued', 'sending')"),
    PartialIndex("uq_outbox_dedupe", "dedupe", unique=True, where="status = 'queued' AND dedupe IS NOT NULL"),
    Index("ix_outbox_done", "done_at"),
    sqlite_autoincrement=True,
)

sent_message = Table(  # messages of the bot about tickets, so that replies can be related to the ticket
    "letter",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("chat_id", String(64), primary_key=True),
    Column("external_id", String(64), primary_key=True),
    Column("ticket_id", Id, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("twin", String(64), index=True),  # copy group: equal for copies of one notification to a person
    Column("shown", String(32)),  # a hash of words and buttons; null: not known
    Index("ix_letter_sent", "sent_at"),
    Index("ix_letter_ticket", "ticket_id", "kind"),
    Index("ix_letter_chat", "chat_id"),
)

button = Table(  # tickets that the buttons under an official's message are about, besides that of the message itself
    "button",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("chat_id", String(64), primary_key=True),
    Column("external_id", String(64), primary_key=True),
    Column("ticket_id", Id, primary_key=True),  # 0: buttons about no ticket
    Column("sent_at", UtcDateTime, nullable=False),
    Index("ix_button_sent", "sent_at"),
)

outage = Table(  # ongoing outages: every attempt since "since" has failed
    "outage",
    metadata,
    Column("account", String(64), primary_key=True),
    Column("way", String(8), primary_key=True),  # in, out
    Column("since", UtcDateTime, nullable=False),
)

held_note = Table(  # what officials could not be told, because nobody of the audience could be reached
    "held_note",
    metadata,
    Column("id", Id, primary_key=True),
    Column("audience", String(32)),  # or, if empty, one person
    Column("person_id", Id, ForeignKey("person.id")),
    Column("facts", Document, nullable=False),  # of a notification, with its envelope
    Column("sameness", String(64), unique=True),  # equal notes make one row; empty once it was given
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("times", Integer, nullable=False),
    Column("given_at", UtcDateTime),  # put into the outbox
    Index("ix_held_note_until", "until"),
)
