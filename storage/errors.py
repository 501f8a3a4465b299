"""Why a database does not take what we write, when that is no fault of what we write: it may work later."""

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
    """All our connections are in use, and for longer than we wait for one."""
    DEADLOCK = "crossed"
    """The server has undone this transaction because it and another waited for one another; nothing is amiss."""


FAULT_MESSAGES = {
    DatabaseFault.FULL: "База не принимает записи: на диске нет места. Освободите место, бот продолжит сам.",
    DatabaseFault.LOCKED: "База занята другой программой (копирование, проверка). Бот ждёт и продолжит сам.",
    DatabaseFault.BUSY: "База не успевает отвечать: все соединения с ней заняты. Бот ждёт и продолжит сам.",
    DatabaseFault.GONE: "База не отвечает. Проверьте сервер базы и диск, бот пробует снова и продолжит сам.",
}
"""For the log of whoever looks after the machine."""

DATABASE_ERRORS = (DBAPIError, OSError, NoConnectionFree)
"""All that work with a database may raise and work without one does not: for whoever can go on without it."""

_DEADLOCK_STATES = ("40001", "40P01")  # serialization_failure, deadlock_detected

_PERMANENT_ERRORS = (IntegrityError, DataError, ProgrammingError, NotSupportedError)


def classify_error(error: BaseException) -> DatabaseFault | None:
    """``None`` for an error that would come again at the next try."""
    if isinstance(error, OSError):
        return DatabaseFault.FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else DatabaseFault.GONE
    if isinstance(error, NoConnectionFree):
        return DatabaseFault.BUSY
    if not isinstance(error, DBAPIError) or isinstance(error, _PERMANENT_ERRORS):
        return None
    said, state = str(error.orig).lower(), str(getattr(error.orig, "sqlstate", None) or "")
    if state in _DEADLOCK_STATES:
        return DatabaseFault.DEADLOCK
    if "is full" in said or "no space left" in said or state == "53100":
        return DatabaseFault.FULL
    if "is locked" in said or "table is locked" in said:
        return DatabaseFault.LOCKED
    return DatabaseFault.GONE
