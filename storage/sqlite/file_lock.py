"""The lock file of an SQLite database: one process at a time works on it.

Two processes would release each other's leases as those of a dead process, and send everything twice. The system
releases the lock when its holder dies. Commands that only read do not take it.
"""

from pathlib import Path

from storage.sqlite.database_files import give_to_owner


class DatabaseInUse(Exception):
    """Another process works on this database. The message is the file's name."""


class DatabaseFileLock:
    """The lock of one database file, held until :meth:`release` or the process's death."""

    def __init__(self, database: Path) -> None:
        """Raise :class:`DatabaseInUse`, or ``OSError`` if the lock file cannot be created in the database's folder."""
        from filelock import FileLock, Timeout  # a command that only reads takes no lock

        file = Path(f"{database}.lock")
        self._lock = FileLock(file, timeout=0, mode=0o600, thread_local=False)
        try:
            self._lock.acquire()
        except Timeout:
            raise DatabaseInUse(str(database)) from None
        give_to_owner(file, database)

    def release(self) -> None:
        """Release the lock. The lock file is kept: removing it could delete another process's lock."""
        self._lock.release()
