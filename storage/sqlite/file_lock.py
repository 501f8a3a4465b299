"""One process at a time works on an SQLite file: a lock of the operating system beside it says so.

Two would each take the other's leases for those of a dead process, and send everything twice. The system gives the
lock back by itself when its holder dies, however it dies. Commands that only look do not ask for it.
"""

import os
import sys
from pathlib import Path

if sys.platform == "win32":  # pragma: no cover - the tests run elsewhere
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class DatabaseInUse(Exception):
    """Another process works on this database. The message is the file's name."""


class DatabaseFileLock:
    """The lock of one file, held until :meth:`end` or the process's death."""

    def __init__(self, database: Path) -> None:
        """Raises :class:`Occupied`; ``OSError`` where no file can be made beside the database."""
        self._descriptor: int | None = os.open(f"{database}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _lock(self._descriptor)
        except OSError:
            self.release()
            raise DatabaseInUse(str(database)) from None

    def release(self) -> None:
        """Others may come. The file stays: whoever removes it could remove the next one's."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
