"""Files of other systems, and the numbers of those systems."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from storage.tables.base import Document, Id, NullableDocument, PartialIndex, TruncatedString, UtcDateTime, metadata

import_file = Table(
    "import_file",
    metadata,
    Column("id", Id, primary_key=True),
    Column("system", String(64)),
    Column("state", String(16), nullable=False),
    Column("name", TruncatedString(200), nullable=False),
    Column("data", LargeBinary),  # of releases before import_content; always NULL
    Column("person_id", Id, ForeignKey("person.id")),  # NULL: the command line
    Column("account", String(64)),
    Column("chat_id", String(64)),
    Column("note_id", String(64)),  # the message that shows the progress
    Column("attachment", NullableDocument),  # where the messenger has the file, until it is downloaded
    Column("position", Integer, nullable=False, server_default="0"),  # rows that are handled
    Column("total", Integer),
    Column("counts", Document, nullable=False),
    Column("refusals", Document, nullable=False),  # the first refused rows, until the end
    Column("created_at", UtcDateTime, nullable=False),
    Column("touched_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    PartialIndex("ix_import_file_open", "state", where="ended_at IS NULL"),
    sqlite_autoincrement=True,
)

import_content = Table(  # apart from import_file, which changes with every batch: SQLite rewrites the whole row then
    "import_content",
    metadata,
    Column("file_id", Id, ForeignKey("import_file.id"), primary_key=True),
    Column("data", LargeBinary, nullable=False),  # until the file is entered or cancelled, a day at most
)

import_record = Table(  # one row for each number of another system, imported or typed in
    "import_record",
    metadata,
    Column("system", String(64), primary_key=True),
    Column("number_key", String(40), primary_key=True),  # a hash: it outlives the erasure of the number
    Column("ticket_id", Id, ForeignKey("ticket.id"), nullable=False),
    Column("is_imported", Boolean, nullable=False),  # false: typed in, and no file has named it yet
    Column("status", TruncatedString(100)),
    Column("due", UtcDateTime),
    Column("is_finished", Boolean, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("organisation", TruncatedString(200)),
    Column("cells", NullableDocument),  # key of a heading → what the system wrote there, for the export
    Column("seen_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime),  # when a file said something else than the one before
    Column("list_id", Id),  # the file whose end lists it to its post; 0: no list names it
    Column("similar_id", Id),  # the ticket that may be the same message, until a person has decided
    Index("ix_import_record_ticket", "ticket_id"),
    PartialIndex("ix_import_record_unlisted", "system", where="list_id IS NULL"),
    PartialIndex("ix_import_record_list", "list_id", where="list_id > 0"),
    PartialIndex("ix_import_record_similar", "similar_id", where="similar_id IS NOT NULL"),
)
