"""The hash chain over the audit; the task that seals writes it, never the transaction of an event."""

from sqlalchemy import Column, LargeBinary, String, Table

from storage.tables.base import Id, UtcDateTime, metadata

audit_seal = Table(
    "audit_seal",
    metadata,
    Column("position", Id, primary_key=True, autoincrement=False),
    Column("sealed_at", UtcDateTime, nullable=False),
    Column("since", UtcDateTime),  # before it everything was sealed; empty: records from before the upgrade
    Column("settled_id", Id, nullable=False),  # no record comes with this number or a smaller one
    Column("backlog_id", Id, nullable=False),  # so far the records from before the upgrade are sealed
    Column("last_id", Id, nullable=False, index=True),  # the greatest number among the records
    Column("records", LargeBinary, nullable=False),  # number and SHA-256 of each
    Column("hash", String(64), nullable=False),
)

audit_personal = Table(  # of records that name an account; an erasure clears the salt
    "audit_personal",
    metadata,
    Column("audit_id", Id, primary_key=True, autoincrement=False),
    Column("salt", LargeBinary),
    Column("digest", String(64), nullable=False),
)
