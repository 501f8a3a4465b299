"""Keys of moments that the database knows once. Stored: never change."""

FIRST_START = "first_start"
"""The first start of the bot with this database: summaries of the time before would be empty."""

RESTORED_AT = "restored_at"
"""The latest restore of the database from a copy."""

OUTAGE_PREFIX = "outage:"
"""The beginning of the key of an outage of which people have not been told."""
