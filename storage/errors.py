"""Database faults: conditions of the server or the disk under which a write may succeed later."""

import errno
from enum import StrEnum

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionFree


class DatabaseFault(StrEnum):
    FULL = "full"
    LOCKED = "locked"
    GONE = "gone"
    BUSY = "busy"
    """No pooled connection became free within the pool timeout."""
    DEADLOCK = "crossed"
    """The server rolled this transaction back to end a deadlock; it is simply repeated."""


class TransferFailed(Exception):
    """A backup or a copy has failed; nothing was changed permanently. The message says why."""


FAULT_MESSAGES = {
    DatabaseFault.FULL: "База не принимает записи: на диске нет места. Освободите место, бот продолжит сам.",
    DatabaseFault.LOCKED: "База занята другой программой (копирование, проверка). Бот ждёт и продолжит сам.",
    DatabaseFault.BUSY: "База не успевает отвечать: все соединения с ней заняты. Бот ждёт и продолжит сам.",
    DatabaseFault.GONE: "База не отвечает. Проверьте сервер базы и диск, бот пробует снова и продолжит сам.",
}
"""Log messages for the administrator of the server."""

DATABASE_ERRORS = (DBAPIError, OSError, NoConnectionFree)
"""All errors that only work with a database raises: for callers that can go on without it."""

_DEADLOCK_STATES = ("40001", "40P01")  # serialization_failure, deadlock_detected

_PERMANENT_ERRORS = (IntegrityError, DataError, ProgrammingError, NotSupportedError)


def classify_error(error: BaseException) -> DatabaseFault | None:
    """Return the fault behind *error*; ``None`` if a retry would fail in the same way."""
    if isinstance(error, OSError):
        return DatabaseFault.FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else DatabaseFault.GONE
    if isinstance(error, NoConnectionFree):
        return DatabaseFault.BUSY
    if not isinstance(error, DBAPIError) or isinstance(error, _PERMANENT_ERRORS):
        return None
    message, state = str(error.orig).lower(), str(getattr(error.orig, "sqlstate", None) or "")
    if state in _DEADLOCK_STATES:
        return DatabaseFault.DEADLOCK
    if "is full" in message or "no space left" in message or state == "53100":
        return DatabaseFault.FULL
    if "is locked" in message or "table is locked" in message:
        return DatabaseFault.LOCKED
    return DatabaseFault.GONE
